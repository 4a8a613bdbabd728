"""The vocabulary of a made-up field: topics, terms and sentences of things that do not exist."""

from collections.abc import Callable
from typing import Final, NamedTuple

Draw = Callable[[], float]  # the next random number in [0, 1)


class Topic(NamedTuple):
    """One community of the made-up field; the first term names it."""

    name: str
    terms: tuple[str, str, str, str, str]


TOPICS: Final = tuple(
    Topic(terms[0], terms)
    for terms in (
        ("Brindle Resonance", "Velm Glands", "Orrick Cells", "Tansy Currents", "Brindle Index"),
        ("Quillon Metabolism", "Sorrel Enzymes", "Lumic Acids", "Quillon Uptake", "Marrow Lace"),
        ("Zephyr Signalling", "Pellet Receptors", "Wisp Proteins", "Zephyr Gates", "Hollow Kinases"),
        ("Cobalt Dreaming", "Night Ledgers", "Slumber Tides", "Dream Recall Scale", "Cobalt Phase"),
        ("Harrow Syndrome", "Fennel Rash", "Harrow Score", "Dry Lantern Sign", "Thistle Therapy"),
        ("Mirror Learning", "Echo Tasks", "Paired Recall", "Mirror Teachers", "Lantern Schools"),
        ("Saltwind Exposure", "Dune Dust", "Harbour Workers", "Saltwind Masks", "Brine Lung"),
        ("Tessel Networks", "Knot Degree", "Tessel Walks", "Lattice Drift", "Woven Graphs"),
        ("Umber Immunity", "Umber Bodies", "Cinder Antigens", "Kiln Vaccines", "Ash Memory"),
        ("Verdant Ageing", "Moss Clocks", "Slow Elders", "Verdant Gait", "Fern Frailty"),
        ("Willow Therapy", "Bending Sessions", "Willow Groups", "Reed Counsel", "Return Rates"),
        ("Yarrow Imaging", "Amber Contrast", "Slice Weaving", "Yarrow Atlas", "Pale Shadows"),
    )
)
COMMON_TERMS: Final = ("Imaginary Subjects", "Pretend Surveys", "Fictitious Trials")
QUALIFIERS: Final = ("measurement", "theory", "therapy")

_ASPECTS: Final = ("course", "drift", "limits", "measurement", "origin", "patterns", "return", "spread", "stability")
_SETTINGS: Final = (
    "in a made-up cohort",
    "in imaginary towns",
    "on paper",
    "over ten pretend years",
    "under lamplight",
)

_SECTIONS: Final = (
    ("Background", "BACKGROUND", "Nobody has seen {a}, and nothing is known of its relation to {b}."),
    ("Methods", "METHODS", "We made up {n} cases of {a} and compared them with as many without {b}."),
    ("Results", "RESULTS", "In this made-up sample {a} came with {b} in {n} cases, as it was made to."),
    ("Conclusion", "CONCLUSIONS", "If {a} existed, {b} would be worth a look; neither does."),
)

CITING_SENTENCES: Final = (
    (
        "Introduction",
        (
            "Others made up first that {a} came with {b} {mark}.",
            "Nobody has seen {a}, as another made-up text says {mark}.",
            "The made-up history of {a} begins with {b} {mark}.",
        ),
    ),
    (
        "Methods",
        (
            "We made up cases of {a} in the way of others {mark}, and left out {b}.",
            "A made-up scale for {b} was used for {a}, too {mark}.",
        ),
    ),
    (
        "Results",
        (
            "In our made-up cases {a} followed {b}, as before {mark}.",
            "This made-up sample had less {a} than an earlier one {mark}.",
            "Against an older invention {mark}, our made-up sample had no less {b}.",
        ),
    ),
    (
        "Discussion",
        (
            "Another made-up field has {a} and no {b} {mark}.",
            "A made-up debate on {a} ended with {b} {mark}.",
        ),
    ),
)


def words_of_title(topic: Topic, draw: Draw) -> str:
    """Return the words of one title: "drift of velm glands in imaginary towns"."""
    term = picked(topic.terms, draw).lower()
    return f"{picked(_ASPECTS, draw)} of {term} {picked(_SETTINGS, draw)}"


def abstract_of(topic: Topic, draw: Draw) -> list[tuple[str, str, str]]:
    """Return a structured abstract: label, NLM category and text of each section."""
    a, b = picked(topic.terms, draw).lower(), picked(topic.terms, draw).lower()
    n = 20 + int(draw() * 400)
    return [(label, category, words.format(a=a, b=b, n=n)) for label, category, words in _SECTIONS]


def picked(things: tuple[str, ...], draw: Draw) -> str:
    """Return one of things, each as likely as the others."""
    return things[int(draw() * len(things))]
