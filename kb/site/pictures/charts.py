"""Charts over years: counts as bars, communities as rows of small bars, the years that a field draws on.  (pure)"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from kb.queries.charts import Community, ReferenceYear, YearCount
from kb.site.pictures.axes import Years, draw_counts, draw_years, round_up, years_axis
from kb.site.pictures.labels import text_width
from kb.site.pictures.naming import shortened
from kb.site.pictures.palette import COLOURS
from kb.site.pictures.svg import Drawing, Key, element, link, number, text_of
from kb.text import counted

WIDTH: Final = 760.0
_LEFT, _RIGHT, _TOP, _FOOT = 84.0, 26.0, 30.0, 34.0
COMMUNITIES: Final = 10  # that have a row: the largest
_PLOT: Final = 210.0  # height of the bars of a chart
_ROW, _NAME = 62.0, 24.0  # of a community: height, and of that the line of its name
_WIDEST: Final = 34.0  # of a bar
_NAME_ON_PHONE: Final = 20.0  # size of the name of a community there, as in pictures.css


class Named(NamedTuple):
    """What a chart counts: "articles", "article"."""

    many: str
    one: str
    href: str = ""  # address of a year's page, with {year}

    def words(self, year: str, count: int) -> str:
        """Return a bar in words."""
        return f"{year}: {counted(count, self.one, self.many)}"


def draw_years_chart(
    known: Sequence[YearCount], named: Named, title: str, caption: str, *, name: str = "years", colour: str = "k1"
) -> Drawing | None:
    """Return a bar for each row, which all have a year; None without rows. Years without a row have no bar."""
    if not known:
        return None
    axis = _axis({row.year: row.number for row in known if row.year is not None})
    counts = _by_column(known, axis)
    bottom, (most, step) = _TOP + _PLOT, round_up(max(counts.values()))
    frame = (_LEFT, _TOP, WIDTH - _RIGHT, bottom)
    bars = Bars(axis, bottom, _PLOT / most, named, colour).draw(counts)
    body = draw_counts(most, step, frame, named.many) + bars + draw_years(axis, bottom, bottom)
    return Drawing(name, title, caption, WIDTH, bottom + _FOOT, body)


def _axis(counts: Mapping[int, int]) -> Years:
    axis = years_axis(counts, _LEFT, WIDTH - _RIGHT)
    half = min(axis.step(), 2 * _WIDEST) / 2
    return axis._replace(left=_LEFT + half, right=WIDTH - _RIGHT - half)


def _by_column(rows: Sequence[YearCount], axis: Years) -> dict[int, int]:
    """Return the counts by year; years before the axis together, under the year before its first."""
    counts: dict[int, int] = {}
    for year, count in rows:
        if year is not None:
            column = max(year, axis.first - 1)
            counts[column] = counts.get(column, 0) + count
    return counts


class Bars(NamedTuple):
    """How bars are drawn: upon which axis, from which foot, how high for each that is counted."""

    axis: Years
    foot: float
    scale: float
    named: Named
    colour: str

    def draw(self, counts: Mapping[int, int]) -> str:
        """Return a bar for each year."""
        return element("g", "".join(self._bar(year, count) for year, count in sorted(counts.items())))

    def _bar(self, year: int, count: int) -> str:
        is_earlier = year < self.axis.first
        words = self.named.words(f"before {self.axis.first}" if is_earlier else str(year), count)
        width, height = bar_width(self.axis), max(count * self.scale, 1.0)  # one of thousands is not none
        x, y, rx = self.axis.x(year) - width / 2, self.foot - height, min(2.0, width / 4)
        shape = element("rect", x=x, y=y, width=width, height=height, rx=rx, _class=f"bar {self.colour}")
        if self.named.href and not is_earlier:
            return link(self.named.href.format(year=year), words, shape, _class="node")
        return element("g", element("title", text_of(words)) + shape)


def bar_width(axis: Years) -> float:
    """Return how wide a bar is: nearly a year, within bounds."""
    return max(min(axis.step() * 0.78, _WIDEST), 1.2)


def draw_communities_chart(
    rows: Mapping[int, Sequence[YearCount]], communities: Mapping[int, Community]
) -> Drawing | None:
    """Return a row of bars for each of the largest communities, at one scale; None where none has a year."""
    shown = {n: [row for row in rows.get(n, ()) if row.year is not None] for n in sorted(communities)[:COMMUNITIES]}
    shown = {n: known for n, known in shown.items() if known}
    if not shown:
        return None
    years: Counter[int] = Counter()
    for row in (row for known in shown.values() for row in known):
        years[row.year or 0] += row.number
    axis = years_axis(years, _RIGHT + 6, WIDTH - _RIGHT - 6)
    columns = {n: _by_column(known, axis) for n, known in shown.items()}
    highest = max(count for of in columns.values() for count in of.values())
    parts, bottom = [], _TOP
    for community, counts in columns.items():
        bottom += _ROW
        parts.append(_community_row(axis, communities[community], counts, bottom, highest))
    body = draw_years(axis, _TOP, bottom) + "".join(parts)
    title = "Communities over time"
    words = "Works by year of the largest communities, a row for each with its highest number, all at one scale."
    return Drawing("communities", title, words, WIDTH, bottom + _FOOT, body)


def _community_row(axis: Years, community: Community, counts: Mapping[int, int], bottom: float, highest: int) -> str:
    colour = f"k{community.number}" if community.number <= COLOURS else "k0"
    words = shortened(community.short(2), 48)
    bars = Bars(axis, bottom, (_ROW - _NAME - 2) / highest, Named("works", "work"), colour)
    foot = element("path", d=f"M{number(axis.left)} {number(bottom)}H{number(axis.right)}", _class="axis faint")
    name = element("text", text_of(words), x=axis.left - 6, y=bottom - _ROW + 20, _class=f"band {colour}")
    year, most = max(counts.items(), key=lambda of: of[1])
    x, y = axis.x(year), bottom - bars.scale * most - 5
    peak = element("text", f"{most:,}", x=x, y=y, _class="tick")
    if x < axis.left + text_width(words, _NAME_ON_PHONE) + 2 * _NAME_ON_PHONE:
        peak = ""  # the name of the community stands there
    said = element("title", text_of(community.label))
    return element("g", foot + element("g", said + name) + bars.draw(counts) + peak)


def draw_reference_years(rows: Sequence[ReferenceYear]) -> Drawing | None:
    """Return the years that references lead to, and beneath how far each stands out from the five around it."""
    known = [YearCount(row.year, row.reference_count) for row in rows if row.year is not None and row.reference_count]
    if not known:
        return None
    axis = _axis({row.year: row.number for row in known if row.year is not None})
    counts = _by_column(known, axis)
    bottom, (most, step) = _TOP + _PLOT, round_up(max(counts.values()))
    strip = bottom + _FOOT + 8
    body = (
        draw_counts(most, step, (_LEFT, _TOP, WIDTH - _RIGHT, bottom), "references")
        + Bars(axis, bottom, _PLOT / most, Named("references", "reference"), "k0").draw(counts)
        + _deviations(axis, [row for row in rows if row.year is not None and row.year >= axis.first], strip)
        + draw_years(axis, bottom, bottom)
    )
    peaks = [str(row.year) for row in rows if row.is_peak and row.year is not None and row.year >= axis.first]
    description = f"References by the year of the cited work. Years that stand out: {', '.join(peaks) or 'none'}."
    title = "Years of the cited works"
    return Drawing("reference-years", title, description, WIDTH, strip + _STRIP + 10, body, _REFERENCE_KEYS)


_REFERENCE_KEYS: Final = (
    Key("bar k0", "references to works of the year"),
    Key("bar k2", "a year that stands out"),
    Key("bar k1", "deviation from the median of five years"),
)
_STRIP: Final = 110.0  # height of the deviations


def _deviations(axis: Years, rows: Sequence[ReferenceYear], top: float) -> str:
    """Return the deviations beneath the counts, up and down from a line of none; peaks have their year written on."""
    largest = max((abs(row.deviation) for row in rows if row.deviation is not None), default=0.0) or 1.0
    middle, scale = top + _STRIP * 0.55, _STRIP * 0.4 / largest
    width = bar_width(axis)
    parts = [element("path", d=f"M{number(axis.left)} {number(middle)}H{number(axis.right)}", _class="axis")]
    last = -1e9
    for row in rows:
        if row.year is None or not row.deviation:
            continue
        height = abs(row.deviation) * scale
        x, y = axis.x(row.year), middle - height if row.deviation > 0 else middle
        shape = element(
            "rect",
            x=x - width / 2,
            y=y,
            width=width,
            height=max(height, 0.8),
            _class="bar k2" if row.is_peak else "bar k1",
        )
        words = f"{row.year}: {row.deviation:+,.0f} from the median of five years"
        parts.append(element("g", element("title", text_of(words)) + shape))
        if row.is_peak and last + 60 < x < WIDTH - 30:
            parts.append(element("text", str(row.year), x=x, y=y - 4, _class="tick"))
            last = x
    return element("g", "".join(parts))
