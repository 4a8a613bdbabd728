"""Colours, told apart by every kind of eye, and what each class of the pictures looks like in a file.  (pure)"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

_TINT, _DEEP = 0.2, 0.6  # of its colour in a ring, and in words
_FEWEST: Final = 3  # dots of a small community that gets a colour of its own
COLOURS: Final = 8  # of communities; all others share grey, which is number 0

# Chosen so that any two, grey included, stay apart for normal, protan, deutan and tritan eyes: the least distance in
# OKLab, after the simulation of Machado, Oliveira and Fernandes (2009), is 0.12 in light and 0.105 in dark, where no
# three have one hue. None is louder than 0.145 in chroma, so that hundreds of dots of one colour stay quiet.
LIGHT: Final = (
    "#8f959c", "#2e74bf", "#d26b3b", "#635903", "#7a1a54", "#e0a52e", "#6eb6f3", "#a04d73", "#384098",
)  # fmt: skip
DARK: Final = (
    "#7b838c", "#9a9cfd", "#f28762", "#9e6301", "#c1fab6", "#d7d357", "#72e9f3", "#ca9db3", "#426cab",
)  # fmt: skip

# {c} is the colour of the class k0 … k8, {deep} the same towards the ink, for words, {tint} towards the paper;
# {paper}, {ink}, {soft}, {rule} and {alarm} are those of the site.
_LOOKS: Final[Mapping[str, Mapping[str, str]]] = {
    "paper": {"fill": "{paper}"},
    "heading": {"fill": "{ink}", "font-size": "19", "font-weight": "600"},
    "small": {"fill": "{soft}", "font-size": "13"},
    "land": {"fill": "{c}", "fill-opacity": ".14"},
    "line": {"fill": "none", "stroke": "{c}", "stroke-opacity": ".34", "stroke-width": "1"},
    "far": {"stroke-opacity": ".2"},
    "crowded": {"opacity": ".62"},
    "strong": {"stroke-opacity": ".8", "stroke-width": "2.2"},
    "own": {"stroke-opacity": ".5", "stroke-width": "1.5"},
    "path": {"fill": "none", "stroke": "{ink}", "stroke-width": "1.5"},
    "faint": {"stroke-opacity": ".6"},
    "start": {"text-anchor": "start"},
    "dashed": {"stroke-dasharray": "3 4"},
    "dot": {"fill": "{c}", "stroke": "{paper}", "stroke-width": "1"},
    "ring": {"fill": "{tint}", "stroke": "{c}", "stroke-width": "1.8"},
    "self": {"fill": "none", "stroke": "{ink}", "stroke-width": "2.5"},
    "retracted": {"fill": "none", "stroke": "{alarm}", "stroke-width": "2.5"},
    "bar": {"fill": "{c}"},
    "axis": {"fill": "none", "stroke": "{rule}", "stroke-width": "1"},
    "tick": {"fill": "{soft}", "font-size": "14", "text-anchor": "middle"},
    "end": {"text-anchor": "end"},
    "middle": {"text-anchor": "middle"},
    "word": {
        "fill": "{ink}", "font-size": "14", "stroke": "{paper}", "stroke-width": "3.2", "paint-order": "stroke",
        "stroke-linejoin": "round",
    },
    "s1": {"font-size": "19.6"}, "s2": {"font-size": "16.8"}, "s3": {"font-size": "12"},
    "subject": {
        "fill": "{deep}", "font-size": "17", "font-weight": "700", "stroke": "{paper}", "stroke-width": "4",
        "paint-order": "stroke", "stroke-linejoin": "round", "text-anchor": "middle",
    },
    "band": {"fill": "{deep}", "font-size": "13", "font-weight": "700"},
    "wa": {}, "wb": {}, "wc": {}, "wd": {}, "first": {}, "side": {},
    "node": {}, "lands": {}, "lines": {}, "subjects": {},
    "deep": {"display": "none"},
}  # fmt: skip


def mixed(colour: str, ground: str, share: float) -> str:
    """Return a colour laid thinly over a ground: "#rrggbb"."""
    pairs = ((int(colour[at : at + 2], 16), int(ground[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(over * share + under * (1 - share)):02x}" for over, under in pairs)


class Dress(NamedTuple):
    """The colours of a file."""

    communities: tuple[str, ...]
    site: Mapping[str, str]
    more: Mapping[str, Mapping[str, str]] = {}  # what some classes look like in this dress only

    def look(self, classes: str) -> dict[str, str]:
        """Return the attributes of an element in these classes, later ones above earlier ones."""
        names = classes.split()
        own = next((name for name in names if name[0] == "k" and name[1:].isdigit()), "k0")
        colour = self.communities[int(own[1:])]
        values = {**self.site, "c": colour, "tint": mixed(colour, self.site["paper"], _TINT)}
        values["deep"] = mixed(colour, self.site["ink"], _DEEP)
        return {
            key: value.format(**values)
            for name in names
            for key, value in (*_LOOKS.get(name, {}).items(), *self.more.get(name, {}).items())
        }  # fmt: skip


BY_DAY: Final = Dress(
    LIGHT, {"paper": "#fcfbf8", "ink": "#1c2228", "soft": "#59626c", "rule": "#dfdbd2", "alarm": "#9b1c1c"}
)
BY_NIGHT: Final = Dress(
    DARK, {"paper": "#15191d", "ink": "#e5e2da", "soft": "#a2aab3", "rule": "#333a41", "alarm": "#ff9d94"}
)


_LARGE: Final = {"font-size": "28"}
PHONE: Final = {
    "wa": _LARGE, "s1": _LARGE, "s2": _LARGE, "wb": {"display": "none"}, "side": {"display": "none"},
    "tick": {"font-size": "20"},
}  # fmt: skip


def colour_classes(communities: Iterable[int | None]) -> dict[int | None, str]:
    """Return the class of colour of each community in a picture, given once for each of its dots.

    The largest communities of the file have the same colour in all pictures. Others take those that are free in
    this one, the one with most dots first; communities beyond them, and works in none, are grey.
    """
    counts = Counter(communities)
    found: dict[int | None, str] = {n: f"k{n}" if n is not None and n <= COLOURS else "k0" for n in counts}
    free = [number for number in range(1, COLOURS + 1) if number not in counts]
    others = sorted((-count, n) for n, count in counts.items() if n is not None and n > COLOURS and count >= _FEWEST)
    found.update((n, f"k{number}") for (_, n), number in zip(others, free, strict=False))
    return found
