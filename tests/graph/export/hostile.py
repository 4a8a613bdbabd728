"""Titles as nobody should give them, and graphs of them, for the tests of formats."""

import random
from collections.abc import Iterator
from itertools import pairwise

from kb.queries.export.nodes import ExportNode
from tests.rows import ExportEdge

LISTED = (
    "plain", "", " blanks around ", "  ", "null \x00 escape \x1b delete \x7f unit \x1f", "\x00=1",
    "quotes \" ' and <i>&amp;</i> ]]> --> &#65; &quot;", "lone \ud800 surrogate \udfff", "not characters \ufffe \uffff",
    "emoji 👩\u200d🔬, עברית \u200fالعربية, \u202eright to left\u202c, \u2066isolated\u2069",
    "no-break\u00a0space, CO₂, Høie",
    "lines\nand\r\nreturns\rand\ttabs", "other\u2028ends\u2029of\x85lines\x0b\x0c",
    "\\", "ends in a backslash \\", '\\"', "\\n \\N \\G",
    '=HYPERLINK("http://example.org")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0",
    "a,b;c", "{braces} [brackets] {{{", "$\\alpha_{1}$ % # ~ ^", "*Vertices 3", "% comment", "// comment", "# comment",
    "digraph { a -> b }", "None", "null", "nan", "1e999", "0", "'", "''", '"', '""', "`", "<", ">", "&", "%s %d %",
    "\ufeffmark",
)  # fmt: skip
PIECES = [
    *"abz09 \"'\\<>&=+-@,;:{}[]()%#$~^|`\t\n\r\x00\x07\x1f\x7f\x85",
    "\u00a0",
    "\u2028",
    "\u202e",
    "\ud83d",
    "é",
    "漢",
    "👩",
    "\ufffe",
]


def titles(count: int = 500) -> Iterator[str]:
    """Yield hostile titles: the listed ones, then made-up ones, the same each time."""
    chance = random.Random(20201)
    yield from LISTED
    for _ in range(count - len(LISTED)):
        yield "".join(chance.choices(PIECES, k=chance.randrange(1, 25)))


def hostile_graph(count: int = 500) -> tuple[list[ExportNode], list[ExportEdge]]:
    """Return nodes of hostile titles, labels, authors, journals and names, and edges from each to the next."""
    nodes = [
        ExportNode(
            name=f"pmid:{place}" if place % 3 else f"ref:{title[:9]}{place}".replace("\x1f", ""),
            label=title or "Label", title=title, year=1900 + place % 120 if place % 4 else None, authors=title[::-1],
            journal="J & <Tests>", doi=None if place % 5 else f"10.1002/(sici)1<{place}::aid>3.0.co;2-4",
            pmid=place if place % 3 else None, state="held", citation_count=place % 7, pagerank=1e-7 * place,
            component=1, source="synthetic", community=place % 30 + 1 if place % 2 else None,
            x=1900.0 + place % 120 if place % 4 else None, y=place / 7 if place % 4 else None,
        )
        for place, title in enumerate(titles(count), start=1)
    ]  # fmt: skip
    sources = ("pubmed,icite", "synthetic", None)
    mentions = (None, None), ("0", None), ("3", "introduction,results and discussion,table"), ("0", "table")
    edges = [
        ExportEdge(one.name, other.name, sources[place % 3], *mentions[place % 4])
        for place, (one, other) in enumerate(pairwise(nodes))
    ]
    return nodes, edges
