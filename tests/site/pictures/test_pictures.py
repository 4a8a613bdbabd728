"""Pictures: valid, named, linked, escaped, without overlap, honest about what is unknown; files of their own."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from graph.run import compute_graph
from harvest.rehearsal.synthetic import synthetic_records
from kb import sentences
from kb.database import open_kb, transaction
from kb.queries.charts import Community, Dot, Point, YearCount
from kb.site.pages import picture_pages
from kb.site.pages.chart_pages import ARTICLES, ARTICLES_PROOF, citing_years, year_pictures, years_chart
from kb.site.pages.picture_pages import Picture
from kb.site.pictures.axes import round_up, ticks, years_axis
from kb.site.pictures.charts import Named, draw_years_chart
from kb.site.pictures.fieldmap import draw_field_map, strongest_links
from kb.site.pictures.labels import (
    BESIDE,
    SCALES,
    SIZES,
    SMALLER,
    UNDER,
    Paper,
    Spot,
    label_box,
    place_labels,
    size_of,
    text_width,
)
from kb.site.pictures.naming import short_name
from kb.site.pictures.neighbourhood import BOTH, CITED, CITING, RELATED, Neighbourhood, draw_neighbourhood
from kb.site.pictures.network import radius
from kb.site.pictures.palette import _LOOKS, BY_DAY, BY_NIGHT, DARK, LIGHT, colour_classes
from kb.site.pictures.svg import Drawing, Key, as_file, in_page
from kb.store.records import save_records
from tests.records import record
from tests.rows import add_article, add_citations
from tests.site.conftest import CITING as CITING_PMID
from tests.site.conftest import HELD, KNOWN, MOMENT, SEED, Get, fill
from tests.site.pages.test_pages import text_of
from tests.site.server.test_safety import PAYLOADS, hostile

SVG = "{http://www.w3.org/2000/svg}"
STATIC = Path(__file__).parents[3] / "kb/site/static"
FILE_PAGES = ("/map", "/timeline", "/names", f"/article/{SEED}/map", f"/work/{KNOWN}/map")


def dot(number: int, **values: object) -> Dot:
    """Return a work as a picture shows it."""
    plain = Dot(number, f"Author{number} 2000 J Tests", f"Title {number}.", 2000, True, False, 1, 0)
    return plain._replace(**values)  # type: ignore[arg-type]


def tree(drawing: Drawing) -> ElementTree.Element:
    """Return a drawing of a page, parsed as XML."""
    return ElementTree.fromstring(str(in_page(drawing)))


def drawings(db: sqlite3.Connection, work: int) -> Iterator[tuple[str, Drawing]]:
    """Yield every drawing that a file gives, with its name."""
    pictures = {
        "map": picture_pages.field_map(db),
        "time": picture_pages.timeline(db),
        "names": picture_pages.names(db),
        "near": picture_pages.neighbourhood(db, work),
        "cited": citing_years(db, work),
        **year_pictures(db),
    }
    for name, picture in pictures.items():
        assert isinstance(picture, Picture)
        if picture.drawing is not None:
            yield name, picture.drawing


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """A made-up field, large enough for crowded pictures."""
    db = open_kb(tmp_path_factory.mktemp("made-up") / "kb.db", create=True)
    with transaction(db):
        save_records(db, list(synthetic_records(240)), received_at=MOMENT)
    compute_graph(db)
    yield db
    db.close()


@pytest.fixture(scope="module")
def drawn(made_up: sqlite3.Connection) -> dict[str, Drawing]:
    """Every drawing of the made-up field."""
    return dict(drawings(made_up, 900_000_016))


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    db = open_kb(tmp_path / "empty.db", create=True)
    yield db
    db.close()


# What every drawing keeps


def test_every_drawing_is_valid_xml_named_and_described_in_both_dresses(drawn: dict[str, Drawing]):
    assert set(drawn) == {
        "map", "time", "names", "near", "cited", "articles", "citations", "communities", "references",
    }  # fmt: skip
    for name, drawing in drawn.items():
        page = tree(drawing)
        assert page.get("aria-label") == drawing.title, name
        assert page.find("desc").text == drawing.description, name  # type: ignore[union-attr]
        for dress in (BY_DAY, BY_NIGHT):
            file = ElementTree.fromstring(as_file(drawing, dress).encode())
            assert [file[0].tag, file[0].text] == [f"{SVG}title", drawing.title]
            assert [file[1].tag, file[1].text] == [f"{SVG}desc", drawing.description]


def test_ids_are_unique_and_every_dot_is_a_link_with_words(drawn: dict[str, Drawing]):
    for name, drawing in drawn.items():
        page = tree(drawing)
        ids = [one.get("id") for one in page.iter() if one.get("id")]
        assert len(ids) == len(set(ids)), name
        for link in page.iter("a"):
            assert (link.get("href") or "").startswith(("/article/", "/work/", "/author/")), name
            assert link.find("title").text, name  # type: ignore[union-attr]
        linked = [one for link in page.iter("a") for one in link.iter("circle")]
        assert len(linked) == len(list(page.iter("circle"))), name


def test_a_file_has_no_class_no_style_and_leads_back_to_its_site(drawn: dict[str, Drawing]):
    for name, drawing in drawn.items():
        text = as_file(drawing, BY_DAY, "https://example.org/kb")
        assert re.findall(r" (?:class|style)=|<style|<script", text) == [], name
        hrefs = re.findall(r'href="([^"]+)"', text)
        assert [href for href in hrefs if not href.startswith("https://example.org/kb/")] == [], name


def test_every_class_of_a_drawing_has_its_look_on_the_page_and_in_a_file(drawn: dict[str, Drawing]):
    css = (STATIC / "pictures.css").read_text()
    used = {one.get("class") or "" for drawing in drawn.values() for one in tree(drawing).iter()}
    used |= {key.classes for drawing in drawn.values() for key in drawing.legend}
    names = {name for classes in used for name in classes.split()}
    looks = {name for name in names if not re.fullmatch(r"k\d|picture", name)}

    assert looks - set(_LOOKS) == set()
    assert {name for name in names if f".{name}" not in css} == set()


def test_the_colours_of_the_page_are_those_of_the_files():
    css = (STATIC / "pictures.css").read_text()

    said = [re.findall(r"--k\d: (#\w+);", line) for line in css.splitlines() if "--k0: #" in line]

    assert said == [list(LIGHT), list(DARK)]


# Machado, Oliveira and Fernandes (2009), IEEE TVCG 15(6): eyes without one kind of cone, on linear RGB.
EYES = (
    np.eye(3),
    np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
)
# Ottosson (2020): linear RGB to cones, their cube roots to OKLab.
CONES = np.array(
    [[0.4122215, 0.5363325, 0.0514460], [0.2119035, 0.6806995, 0.1073970], [0.0883025, 0.2817188, 0.6299787]]
)
OKLAB = np.array(
    [[0.2104543, 0.7936178, -0.0040720], [1.9779985, -2.4285922, 0.4505937], [0.0259040, 0.7827718, -0.8086758]]
)


@pytest.mark.parametrize(("palette", "apart"), [(LIGHT, 0.12), (DARK, 0.105)])
def test_any_two_colours_stay_apart_for_every_kind_of_eye(palette: Sequence[str], apart: float):
    shown = np.array([[int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)] for colour in palette])
    light = np.where(shown <= 0.04045, shown / 12.92, ((shown + 0.055) / 1.055) ** 2.4)

    for eye in EYES:
        seen = np.cbrt(np.clip(light @ eye.T, 0, 1) @ CONES.T) @ OKLAB.T
        distances = [float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2)]
        assert min(distances) >= apart


def test_no_three_colours_of_the_dark_have_one_hue():
    shown = np.array([[int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)] for colour in DARK[1:]])
    light = np.where(shown <= 0.04045, shown / 12.92, ((shown + 0.055) / 1.055) ** 2.4)
    _, green_red, blue_yellow = (np.cbrt(light @ CONES.T) @ OKLAB.T).T

    hues = np.sort(np.degrees(np.arctan2(blue_yellow, green_red)) % 360)

    assert min((np.roll(hues, -2) - hues) % 360) >= 60


def test_names_of_communities_stand_upon_no_dot_and_inside_the_picture(drawn: dict[str, Drawing]):
    page = tree(drawn["map"])
    circles = [tuple(float(one.get(name, "")) for name in ("cx", "cy", "r")) for one in page.iter("circle")]
    names = [one for one in page.iter("text") if "subject" in (one.get("class") or "")]

    assert len(names) > 3
    for name in names:
        x, y, half = float(name.get("x", "")), float(name.get("y", "")), text_width(name.text or "", 17) / 2
        assert 0 <= x - half <= x + half <= drawn["map"].width
        on = [one for one in circles if abs(one[0] - x) < half + one[2] * 0.7 and abs(one[1] - y) < 8 + one[2] * 0.7]
        assert on == [], name.text


def test_words_stay_between_the_bounds_of_their_dot():
    [beside] = place_labels([Spot(100, 100, 9, "Lamp 2004", 1, 80, 120)], Paper(400, 200), tries=UNDER)
    [free] = place_labels([Spot(100, 100, 9, "Lamp 2004", 1)], Paper(400, 200), tries=UNDER)

    assert (free.anchor, beside.anchor) == ("middle", "start")
    assert place_labels([Spot(100, 100, 9, "Lamp 2004", 1, 99, 101)], Paper(400, 200), tries=UNDER) == []


def test_names_of_works_stay_in_the_band_of_their_community(made_up: sqlite3.Connection, drawn: dict[str, Drawing]):
    page = tree(drawn["time"])
    bars = [one for one in page.iter("rect") if "bar" in (one.get("class") or "")]
    bands = [(float(one.get("y", "")) - 5, float(one.get("y", "")) + float(one.get("height", "")) + 5) for one in bars]
    dots = [float(one.find("circle").get("cy", "")) for one in page.iter("a")]  # type: ignore[union-attr]

    words = [one for one in page.iter("text") if "word" in (one.get("class") or "").split()]
    assert words
    for one in words:
        [level] = re.findall(r"\bw([a-d])\b", one.get("class") or "")
        drop = float(one.get("dy", "").removesuffix("em")) - 0.28  # to the middle of the letters
        middle = float(one.get("y", "")) + drop * SIZES["abcd".index(level)]
        y = dots[int(one.get("data-n", ""))]
        [(top, bottom)] = [band for band in bands if band[0] <= y < band[1]]
        assert top <= middle <= bottom, one.text


def test_the_script_is_small_and_calls_nobody():
    script = (STATIC / "map.js").read_bytes()

    assert len(script) < 10_000
    assert re.findall(rb"fetch|XMLHttp|import\(|innerHTML|eval|https?:", script) == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_titles_stay_text(tmp_path: Path, payload: str):
    path = fill(tmp_path / "hostile.db", hostile(payload))
    db = open_kb(path, readonly=True)

    for name, drawing in drawings(db, 1):
        for text in (str(in_page(drawing)), as_file(drawing, BY_DAY, "https://example.org")):
            elements = list(ElementTree.fromstring(text.encode()).iter())
            tags = {one.tag.removeprefix(SVG) for one in elements}
            assert tags <= {"svg", "title", "desc", "g", "a", "path", "circle", "rect", "text"}, name
            assert [key for one in elements for key in one.attrib if key.startswith("on") or key == "style"] == [], name
            addresses = [one.get("href", "/") for one in elements]
            assert [one for one in addresses if not one.startswith(("/", "https://example.org/"))] == [], name
    db.close()


def test_control_characters_leave_a_valid_picture():
    near = Neighbourhood([dot(1, title="a\x00b\x0bc\ud800d\ufffe"), dot(2)], {2: CITED}, [(1, 2)], [])

    words = [one.text for one in tree(draw_neighbourhood(near, {})).iter("title")]

    assert words[0] == "Author1 2000 J Tests: abcd. Cited by 0 works here."


# Words


def test_no_words_lie_over_others_or_over_another_dot():
    spots = [
        Spot(40 + 31 * (n % 29) + 7 * (n % 3), 30 + 37 * (n // 29), 3 + n % 9, f"Author {n} 20{n:02d}"[:17], n)
        for n in range(400)
    ]

    labels = place_labels(spots, Paper(1000, 560))

    boxes = [label_box(one, text_width(spots[one.spot].words, size_of(one)), size_of(one)) for one in labels]
    assert len(labels) > 200
    assert {one.level for one in labels} == {0, 1, 2, 3}
    for a, b in combinations(boxes, 2):
        assert a.right <= b.left or b.right <= a.left or a.bottom <= b.top or b.bottom <= a.top
    for box, label in zip(boxes, labels, strict=True):
        assert 0 <= box.left < box.right <= 1000
        inside = [
            n for n, s in enumerate(spots)
            if n != label.spot and box.left < s.x < box.right and box.top < s.y < box.bottom
        ]  # fmt: skip
        assert inside == []


def test_the_weightiest_have_their_words_even_upon_other_dots():
    heavy = {0: 30.0, 45: 20.0, 90: 10.0}
    crowd = [Spot(100 + 4 * (n % 10), 60 + 14 * (n // 10), 6, f"Author {n}", heavy.get(n, 1)) for n in range(100)]

    over, beside = (place_labels(crowd, Paper(240, 260), over=many) for many in (3, 0))

    assert {label.spot for label in over if label.level <= 1} >= set(heavy)
    assert not {label.spot for label in beside if label.level <= 1} >= set(heavy)


def test_words_of_the_weightiest_are_larger():
    free = [Spot(100 + 400 * (n % 8), 50 + 80 * (n // 8), 3, f"Author {n}", 40 - n) for n in range(32)]

    scales = {label.spot: label.scale for label in place_labels(free, Paper(3300, 400))}

    assert [scales[n] for n in range(7)] == [SCALES[0][0]] * 2 + [SCALES[1][0]] * 4 + [1.0]


def test_words_with_a_little_too_little_room_are_a_little_smaller():
    width = 14 + text_width("Humphreys 2004", SIZES[1] * (1 + SMALLER) / 2)

    [label] = place_labels([Spot(10, 50, 3, "Humphreys 2004", 1)], Paper(width, 100), tries=BESIDE[:1])

    assert (label.level, size_of(label)) == (1, SIZES[1] * SMALLER)


def test_words_shown_smaller_than_they_were_placed_stay_inside_their_place():
    [label] = place_labels([Spot(100, 100, 5, "Humphreys 2004", 1)], Paper(400, 200))

    large, small = (label_box(label, text_width("Humphreys 2004", size), size) for size in (SIZES[0], SIZES[1]))

    assert (label.level, label.anchor) == (0, "start")
    assert large.left <= small.left
    assert small.right <= large.right
    assert large.top <= small.top
    assert small.bottom <= large.bottom


@pytest.mark.parametrize(
    ("label", "year", "short"),
    [
        ("Humphreys 2004 J Subst Abuse Treat", 2004, "Humphreys 2004"),
        ("van der Berg 1999 Lancet", 1999, "van der Berg 1999"),
        ("Kelly Addiction", None, "Kelly Addiction"),
        ("A title so long that it has no room at all", None, "A title so long that it h…"),
        ("PMID 7", 2001, "PMID 7"),
    ],
)
def test_a_work_is_called_by_its_author_and_year(label: str, year: int | None, short: str):
    assert short_name(dot(1, label=label, year=year)) == short


# Numbers as areas and heights


def test_the_area_of_a_dot_grows_with_its_count_and_none_is_the_smallest():
    areas = [radius(count, 100, smallest=2, largest=10) ** 2 for count in (None, 0, 50, 100)]

    assert areas == pytest.approx([4, 4, 52, 100])


def test_a_count_that_nobody_made_is_said_not_to_be_known():
    near = Neighbourhood([dot(1, citation_count=None), dot(2, citation_count=3)], {2: CITING}, [(2, 1)], [])

    words = [one.text or "" for one in tree(draw_neighbourhood(near, {})).iter("title")]

    assert "Citations here are not counted yet" in words[0]
    assert "Cited by 3 works here" in words[1]


def test_bars_are_as_high_as_their_counts_and_a_year_of_none_has_no_bar():
    picture = years_chart(
        [YearCount(2001, 10), YearCount(2003, 5), YearCount(None, 4)], ARTICLES, "Articles", proof=ARTICLES_PROOF
    )

    assert picture.drawing is not None
    bars = {
        one.findtext("title"): one.find("rect")
        for one in tree(picture.drawing).iter("g")
        if one.find("rect") is not None
    }
    heights = [float(bar.get("height") or 0) for bar in bars.values() if bar is not None]
    assert list(bars) == ["2001: 10 articles", "2003: 5 articles"]
    assert heights[0] == pytest.approx(2 * heights[1])
    assert list(map(sentences.text_of, picture.notes)) == ["Not drawn: 4 articles without a known year."]
    assert sentences.text_of(picture.caption) == picture.drawing.description
    assert picture.drawing.description == "Articles by year, 2001 to 2003: 15 in all, most in 2001 (10)."


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((2, 5, 1), "8 in all, most in 2002 (5)."),
        ((5, 1, 5), "11 in all, most in 2001, 2003 (5)."),
        ((2, 2, 2, 2, 1), "9 in all, most in several years (2)."),
    ],
)
def test_years_with_the_same_highest_count_are_named_together(numbers: tuple[int, ...], words: str):
    rows = [YearCount(2001 + place, number) for place, number in enumerate(numbers)]
    picture = years_chart(rows, ARTICLES, "Articles", proof=ARTICLES_PROOF)
    assert sentences.text_of(picture.caption).endswith(words)
    assert [part.path for part in picture.caption if part.path] == [
        "/evidence/articles_dated", f"/evidence/articles_of_year?year={2001 + numbers.index(max(numbers))}",
    ]  # fmt: skip


def test_a_bar_can_lead_to_the_page_of_its_year():
    named = Named("articles", "article", "/search?q=year:{year}")

    drawing = draw_years_chart([YearCount(2001, 1)], named, "Articles", "")

    assert drawing is not None
    assert [link.get("href") for link in tree(drawing).iter("a")] == ["/search?q=year:2001"]


def test_years_far_before_all_others_share_the_beginning_of_the_axis():
    axis = years_axis({1700: 1, 1990: 30, 2000: 40, 2010: 30}, 0, 1000)

    assert (axis.first, axis.has_earlier) == (1990, True)
    assert axis.x(1700) == 0 < axis.x(1990) < axis.x(2000) < axis.x(2010) == 1000


def test_years_are_printed_with_room_for_each():
    assert ticks(years_axis({1980: 1, 2020: 1}, 0, 1000)) == [1980, 1985, 1990, 1995, 2000, 2005, 2010, 2015, 2020]
    assert ticks(years_axis({2003: 2}, 0, 1000)) == [2003]


@pytest.mark.parametrize(
    ("value", "end"), [(1, (1, 1)), (4, (4, 1)), (5, (6, 2)), (137, (150, 50)), (1418, (1500, 500))]
)
def test_an_axis_of_counts_ends_at_a_round_number(value: int, end: tuple[int, int]):
    assert round_up(value) == end


def test_colours_stay_with_the_largest_communities_and_free_ones_go_to_others():
    found = colour_classes([1, 1, 40, 40, 40, 41, 41, None, 8])

    assert found == {1: "k1", 8: "k8", 40: "k2", 41: "k0", None: "k0"}


def test_links_between_works_with_most_in_common_are_drawn_first_and_none_is_left_without():
    clique = [(a, b) for a in range(1, 6) for b in range(1, a)]

    kept = strongest_links([1, 2, 3, 4, 5, 9], [*clique, (9, 1)], 9)

    assert len(kept) == 9
    assert (9, 1) in kept


# Neighbourhood


def test_what_a_work_cites_stands_to_its_left_and_what_cites_it_to_its_right():
    dots = [dot(n) for n in range(1, 14)]
    roles = {
        **dict.fromkeys(range(2, 6), CITED),
        **dict.fromkeys(range(6, 10), CITING),
        10: BOTH,
        11: RELATED,
        12: RELATED,
        13: RELATED,
    }
    citations = [*((1, n) for n in (2, 3, 4, 5, 10)), *((n, 1) for n in range(6, 11)), (6, 2)]
    near = Neighbourhood(dots, roles, citations, [(1, 11), (1, 12), (1, 13)])

    page = tree(draw_neighbourhood(near, {1: Community(1, "All", 13)}))

    x = {(a.get("id") or "")[5:]: float(a.find("circle").get("cx") or 0) for a in page.iter("a")}  # type: ignore[union-attr]
    assert all(x[str(n)] < x["1"] for n in range(2, 6))
    assert all(x[str(n)] > x["1"] for n in range(6, 10))
    assert max(x[str(n)] for n in range(2, 6)) < min(x[str(n)] for n in (1, 10, 11, 12, 13))
    assert max(x[str(n)] for n in (1, 10, 11, 12, 13)) < min(x[str(n)] for n in range(6, 10))
    assert page.get("data-links") is not None


def test_the_same_data_give_the_same_picture(made_up: sqlite3.Connection, drawn: dict[str, Drawing]):
    assert dict(drawings(made_up, 900_000_016)) == drawn


def test_no_dot_of_a_map_touches_another(drawn: dict[str, Drawing]):
    circles = [a.find("circle") for a in tree(drawn["near"]).iter("a")]
    at = [tuple(float(c.get(k) or 0) for k in ("cx", "cy", "r")) for c in circles if c is not None]

    assert len(at) > 20
    for (x1, y1, r1), (x2, y2, r2) in combinations(at, 2):
        assert (x1 - x2) ** 2 + (y1 - y2) ** 2 > (0.9 * (r1 + r2)) ** 2


def test_a_neighbourhood_says_what_of_it_is_left_out(empty: sqlite3.Connection):
    add_article(empty, 1)
    for pmid in range(2, 82):
        add_article(empty, pmid)
        add_citations(empty, pmid, 1)

    picture = picture_pages.neighbourhood(empty, 1)

    assert len(picture.rows) == picture_pages.AROUND + 1
    [note] = picture.notes
    assert sentences.text_of(note) == "Of the 80 works that cite it, those cited most here are drawn."
    assert [part for part in note if part.path] == [("80", "/evidence/citing?id=1")]
    assert [row.cells[-1] for row in picture.rows[:2]] == ["It is the middle", "Cites it"]


# The smallest files


def test_an_empty_file_says_which_command_makes_each_picture(empty: sqlite3.Connection):
    said = {
        name: (getattr(picture_pages, name)(empty).missing, getattr(picture_pages, name)(empty).command)
        for name in ("field_map", "timeline", "names")
    }

    assert list(drawings_of_years(empty)) == []
    assert said == {
        "field_map": ("This file has no map yet. This command computes it:", "litkb graph compute kb.db"),
        "timeline": (
            "This file has no timeline yet: no graph was computed, or no work has a year. This command computes it:",
            "litkb graph compute kb.db",
        ),
        "names": ("No article in this library names an author.", ""),
    }


def drawings_of_years(db: sqlite3.Connection) -> Iterator[Drawing]:
    """Yield the charts of a file."""
    for picture in year_pictures(db).values():
        if picture.drawing is not None:
            yield picture.drawing
        else:
            assert picture.missing


def test_a_work_that_nothing_is_linked_with_says_what_asks_for_more(empty: sqlite3.Connection):
    for pmid in (7, 900_000_007):
        add_article(empty, pmid)

    real, made_up = (picture_pages.neighbourhood(empty, pmid) for pmid in (7, 900_000_007))

    assert real.command == "litkb harvest kb.db 7 --references --cited-by --similar"
    assert (made_up.missing, made_up.command) == (
        "Nothing here is linked with this work, so there is nothing around it to draw.",
        "",
    )


def test_one_work_alone_makes_valid_pictures():
    alone = draw_field_map([dot(1)], {1: Point(3.0, 4.0)}, [], {1: Community(1, "All", 1)})
    near = draw_neighbourhood(Neighbourhood([dot(1)], {}, [], []), {})

    centres = [(one.get("cx"), one.get("cy")) for d in (alone, near) for one in tree(d).iter("circle")]
    assert set(centres) == {("500", "400"), ("500", "380")}


def test_works_without_a_year_are_counted_beneath_the_timeline(tmp_path: Path):
    path = fill(tmp_path / "kb.db", [record(1, (2, 3), year=2001), record(2, (3,), year=None), record(3, year=1999)])
    db = open_kb(path, readonly=True)

    picture = picture_pages.timeline(db)

    assert picture.drawing is not None
    assert sorted(a.get("href") or "" for a in tree(picture.drawing).iter("a")) == ["/article/1", "/article/3"]
    assert "1 work has no known year, and no place here." in map(sentences.text_of, picture.notes)
    assert picture_pages.neighbourhood(db, 2).rows[0].cells[2] is None
    db.close()


def test_works_without_a_place_are_counted_beside_the_map(get: Get):
    assert re.search(r"\d+ other works? of this file (is|are) not on the map", text_of(get("/map").text))


# Pages and files


@pytest.mark.parametrize("address", FILE_PAGES)
def test_a_page_has_the_picture_its_table_and_its_files(get: Get, address: str):
    page = get(address)

    assert page.status_code == 200
    assert "unsafe-inline" not in page.headers["content-security-policy"]
    assert re.findall(r" style=|<style|<script(?! src=)", page.text) == []
    assert '<svg class="picture"' in page.text
    assert "The same as a table" in page.text
    assert f'href="{address}.svg"' in page.text
    svg = get(f"{address}.svg")
    assert (svg.status_code, svg.headers["content-type"]) == (200, "image/svg+xml; charset=utf-8")
    assert ElementTree.fromstring(svg.content).tag == f"{SVG}svg"
    assert 'filename="' in svg.headers["content-disposition"]


@pytest.mark.parametrize("name", ["articles", "citations", "communities", "references"])
def test_each_chart_of_the_years_is_there_to_take_away(get: Get, name: str):
    assert f"/years/{name}.svg" in get("/years").text
    assert ElementTree.fromstring(get(f"/years/{name}.svg").content).tag == f"{SVG}svg"


def test_a_picture_is_drawn_as_png_too(get: Get):
    png = get(f"/article/{SEED}/map.png")

    assert (png.headers["content-type"], png.content[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(png.content[16:20], "big") == 2_000


def test_the_years_of_what_cites_an_article_are_a_file(get: Get):
    words = [one.text for one in ElementTree.fromstring(get(f"/article/{SEED}/years.svg").content).iter(f"{SVG}title")]

    assert words == ["Vederhus 2020 J Tests: cited over time", "2008: 1 citing work", "2022: 1 citing work"]


@pytest.mark.parametrize("address", [f"/article/{SEED}", f"/work/{KNOWN}"])
def test_a_work_that_is_cited_leads_to_its_chart_and_the_same_as_a_table(get: Get, address: str):
    html = get(f"{address}/years").text

    assert f'src="{address}/years.svg?bare=1"' in get(address).text
    assert "The same as a table" in html
    assert f'href="/work/{address.rpartition("/")[2]}">Back to the work' in html
    assert html.count("<h1>") == 1
    assert get("/work/77/years").status_code == get("/work/77/years.svg").status_code == 404


def test_the_picture_of_the_page_of_an_article_is_bare_and_in_four_dresses(get: Get):
    page = get(f"/article/{SEED}").text
    plain, dark = (get(f"/article/{SEED}/map.svg?bare=1{more}").text for more in ("", "&dark=1"))

    assert len(re.findall(r"map\.svg\?bare=1", page)) == 4
    assert BY_DAY.site["paper"] in plain
    assert BY_NIGHT.site["paper"] in dark
    assert 'viewBox="0 0 1000 760"' in plain


def test_addresses_lead_to_what_a_work_is(get: Get):
    assert get(f"/work/{SEED}/map.svg").headers["location"] == f"/article/{SEED}/map.svg"
    assert get(f"/article/{KNOWN}/map").headers["location"] == f"/work/{KNOWN}/map"
    assert get("/article/77/map").status_code == 404
    assert get("/years/nothing.svg").status_code == 404
    assert "names" in get("/names").text


def test_the_table_says_the_same_as_the_picture(get: Get):
    page = get(f"/article/{SEED}/map").text
    drawn = set(re.findall(r'<a href="([^"]+)" id="near-', page))
    listed = set(re.findall(r'<td><a href="([^"]+)">', page))

    assert drawn == listed
    assert {f"/article/{SEED}", f"/article/{HELD}", f"/article/{CITING_PMID}", f"/work/{KNOWN}"} <= drawn


def test_a_server_without_letters_says_so_instead_of_drawing_none(get: Get, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("kb.site.pages.picture_routes.has_letters", lambda: False)

    answer = get("/map.png")

    assert answer.status_code == 404
    assert "This server has no font for PNG files" in answer.text


def test_a_legend_tells_only_of_what_occurs():
    communities = {1: Community(1, "One; or Two; Three", 2, ("One; or", "Two", "Three"))}
    keys = draw_field_map(
        [dot(1), dot(2, is_held=False)], {1: Point(0, 0), 2: Point(1, 0)}, [(1, 2)], communities
    ).legend

    assert keys == (Key("dot k1", "One; or; Two", 1), Key("ring k0", "cited only"))
