"""SVG as text: a drawing, dressed for a page (classes, colours from its stylesheet) or as a file of its own.  (pure)"""

import re
from html import escape
from typing import Final, NamedTuple

from markupsafe import Markup

from kb.site.pictures.labels import text_width
from kb.site.pictures.palette import Dress

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CLASS: Final = re.compile(r' class="([^"]*)"')
_HREF: Final = re.compile(r' href="/')
_FONTS: Final = (
    "'Helvetica Neue', Helvetica, Arial, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', 'DejaVu Sans', sans-serif"
)
_TITLE_SIZE: Final = 19
_LEGEND_LINE: Final = 21
_MARGIN: Final = 24


class Key(NamedTuple):
    """A line of the legend: a sample in these classes, and what it means."""

    classes: str
    text: str
    number: int = 0  # the community that it stands for, which a page can pick out; 0: none


class Drawing(NamedTuple):
    """A picture: what it is called, what it shows in words, its elements, its legend, and data for the script."""

    name: str  # of its file, and the beginning of its ids
    title: str
    description: str
    width: float
    height: float
    body: str
    legend: tuple[Key, ...] = ()
    links: str = ""  # pairs of numbers of dots, for the script: "0,4 0,7"
    shape: str | None = None  # of its lines, where the script must know: steps


def text_of(value: str) -> str:
    """Return value as it may stand in XML, in text and in attributes; characters that XML forbids are left out."""
    return escape(_NOT_XML.sub("", value), quote=True)


def number(value: float) -> str:
    """Return a coordinate, to a tenth: "12", "12.3"."""
    return f"{value:.1f}".removesuffix(".0")


def element(name: str, content: str = "", **attributes: object) -> str:
    """Return an element; content is markup. ``_class`` is written class, ``_`` as ``-``, None not at all."""
    said = "".join(
        f' {key.strip("_").replace("_", "-")}="{_written(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{said}>{content}</{name}>" if content else f"<{name}{said}/>"


def _written(value: object) -> str:
    return number(value) if isinstance(value, float) else text_of(str(value))


def link(href: str, words: str, content: str, **attributes: object) -> str:
    """Return content as a link; words are its name for who does not see it, and its tooltip."""
    return element("a", element("title", text_of(words)) + content, href=href, **attributes)


def in_page(drawing: Drawing, base: str = "") -> Markup:
    """Return a drawing for a page, links from base; its name is aria-label, as a title is a tooltip over all of it."""
    described = f"{drawing.name}-desc"
    content = element("desc", text_of(drawing.description), id=described) + _linked(drawing.body, base)
    return Markup(  # noqa: S704 # every text in it has gone through text_of
        element(
            "svg",
            content,
            _class="picture",
            viewBox=f"0 0 {number(drawing.width)} {number(drawing.height)}",
            role="group",
            aria_label=drawing.title,
            aria_describedby=described,
            data_links=drawing.links or None,
            data_shape=drawing.shape,
        )
    )


def as_file(drawing: Drawing, dress: Dress, base: str = "", *, is_bare: bool = False) -> str:
    """Return a drawing as a whole document: colours as attributes, links from base, title and legend unless bare."""
    top = 0 if is_bare else _MARGIN + _TITLE_SIZE + 14
    width, height = drawing.width, drawing.height + (0 if is_bare else top + _legend_height(drawing) + _MARGIN)
    heading = element("text", text_of(drawing.title), x=_MARGIN, y=_MARGIN + _TITLE_SIZE, _class="heading")
    legend = element("g", _legend(drawing), transform=f"translate({_MARGIN} {number(drawing.height + top)})")
    content = (
        element("title", text_of(drawing.title))
        + element("desc", text_of(drawing.description))
        + element("rect", width=width, height=height, _class="paper")
        + ("" if is_bare else heading)
        + element("g", drawing.body, transform=f"translate(0 {top})")
        + ("" if is_bare else legend)
    )
    root = element(
        "svg",
        content,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {number(width)} {number(height)}",
        width=width,
        height=height,
        font_family=_FONTS,
    )
    plain = _CLASS.sub(lambda found: _dressed(found[1], dress), root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + _linked(plain, base) + "\n"


def _linked(markup: str, base: str) -> str:
    return _HREF.sub(f' href="{text_of(base)}/', markup) if base else markup


def _dressed(classes: str, dress: Dress) -> str:
    """Return what classes look like, as attributes."""
    return "".join(f' {name}="{text_of(value)}"' for name, value in dress.look(classes).items())


def _columns(drawing: Drawing) -> int:
    widest = max((text_width(key.text, 13.0) for key in drawing.legend), default=0.0) + 50
    return max(1, int((drawing.width - 2 * _MARGIN) // widest))


def _legend_height(drawing: Drawing) -> float:
    return -(-len(drawing.legend) // _columns(drawing)) * _LEGEND_LINE


def _legend(drawing: Drawing) -> str:
    """Return the legend in columns, read line by line."""
    columns = _columns(drawing)
    step = (drawing.width - 2 * _MARGIN) / columns
    parts = []
    for place, key in enumerate(drawing.legend):
        x, y = step * (place % columns), _LEGEND_LINE * (place // columns) + 12.0
        parts.append(sample(key.classes, x, y) + element("text", text_of(key.text), x=x + 26, y=y + 4, _class="small"))
    return "".join(parts)


def sample(classes: str, x: float, y: float) -> str:
    """Return what a legend shows before its words: a line, a bar or a dot in these classes."""
    kinds = classes.split()
    if "line" in kinds:
        return element("path", d=f"M{number(x)} {number(y)}h18", _class=classes)
    if "bar" in kinds:
        return element("rect", x=x + 3, y=y - 6, width=12, height=12, _class=classes)
    return element("circle", cx=x + 9, cy=y, r=6, _class=classes)


def swatch(key: Key) -> Markup:
    """Return the sample of a legend line as a small SVG of its own, for a page."""
    inner = sample(key.classes, 0, 8)
    return Markup(element("svg", inner, _class="swatch", viewBox="0 0 18 16", aria_hidden="true"))  # noqa: S704 # our own classes only
