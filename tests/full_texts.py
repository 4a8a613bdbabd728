"""Full texts of the small field, in words of our own: each kind of mark, place and outcome that a page shows."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from kb.database import open_kb, transaction
from kb.full_texts import CitingSentence, FullText, FullTextReference, Mention, MentionReference
from kb.store.full_texts import Origin, save_full_text

MOMENT = "2026-01-02T03:04:05.000Z"


class Writer:
    """A full text written sentence by sentence: "Lamps burn {1,2=[1–3]}." has a mark that means references 1 and 2."""

    def __init__(self, *references: tuple[str, int | None]) -> None:
        self.references = [
            FullTextReference(n, 1, 0, f"R{n}", f"{n}.", n, words, None, pmid, None, None, 1)
            for n, (words, pmid) in enumerate(references, 1)
        ]
        self.sentences: list[CitingSentence] = []
        self.mentions: list[Mention] = []
        self.links: list[MentionReference] = []

    def write(
        self, words: str, *, place: str = "body", kind: str | None = None, section: str | None = None,
        how: str = "rid", contradicts: str | None = None,
    ) -> "Writer":  # fmt: skip
        """Add a sentence with its marks."""
        text, number = "", len(self.sentences) + 1
        for n, piece in enumerate(words.replace("}", "{").split("{")):
            if n % 2 == 0:
                text += piece
                continue
            meant, _, printed = piece.partition("=")
            mention = len(self.mentions) + 1
            self.mentions.append(Mention(mention, number, len(text), len(printed), printed or meant))
            self.links += [MentionReference(mention, int(one), 1, how, contradicts) for one in meant.split(",")]
            text += printed
        title = section if section is not None else kind.capitalize() if kind else None
        self.sentences.append(CitingSentence(number, place, kind, title, text))
        return self

    def text(self, *, licence: str | None = "CC BY", outcome: str = "body") -> FullText:
        """Return the full text."""
        return FullText(
            None, None, None, 1, outcome, licence, None, None, "a", tuple(self.references), tuple(self.sentences),
            tuple(self.mentions), tuple(self.links),
        )  # fmt: skip


def front_only() -> FullText:
    return FullText(None, None, None, 1, "front only", None, None, None, "b")


def save_texts(path: Path, texts: dict[int, FullText]) -> Path:
    """Save full texts of articles to a file."""
    with closing(open_kb(path)) as db:
        add_texts(db, texts)
    return path


def add_texts(db: sqlite3.Connection, texts: Mapping[int, FullText]) -> None:
    """Save full texts of articles."""
    with transaction(db):
        for pmid, text in texts.items():
            save_full_text(db, pmid, text, Origin("file", MOMENT, "a.xml"))


def field_texts(citing: int, cites: tuple[int, int, int], closed: int) -> dict[int, FullText]:
    """Return full texts of the small field: one that cites the first and third work, one hardly open."""
    writer = Writer(*((f"Reference to {pmid}.", pmid) for pmid in cites), ("See the appendix.", None))
    writer.references[3] = writer.references[3]._replace(names_a_work=0)
    text = (
        writer.write("People leave groups {1=[1]}, as was found before {1,3=[1, 3]}.", kind="introduction", how="list")
        .write("Groups were counted as described {1=[1]}.", kind="methods", section="Methods › Groups")
        .write("They had met {3=[2]} in Norway.", kind="discussion", contradicts="number")
        .write("Kristiansand {1=[1]}", place="table", kind="results")
    )
    return {citing: text.text(), closed: front_only()}
