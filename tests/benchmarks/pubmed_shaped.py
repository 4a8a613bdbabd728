"""Records of the size and shape of PubMed's, made up, the same for the same numbers: files to measure loading with.

A record depends on its number and the size of its field alone, so memory is flat and any part of a field can be made.
"""

import gzip
import random
from functools import cache
from pathlib import Path
from typing import Final

from harvest.pubmed.write_article import format_article_set
from kb import records as r

FIRST: Final = 10_000_000  # PMID of number 0
_WORDS: Final = 40_000  # of the language: the n-th is about n times rarer than the first, as in any
_NAMES: Final = 20_000
_DESCRIPTORS: Final = 8_000
_JOURNALS: Final = 4_000
_SECTIONS: Final = ("BACKGROUND", "METHODS", "RESULTS", "CONCLUSIONS")
_HISTORY: Final = ("received", "accepted", "pubmed", "medline", "entrez")
_SYLLABLES: Final = ("ba", "co", "di", "fe", "ga", "lu", "mi", "no", "pra", "ri", "sto", "te", "vi", "xa", "ze", "qui")


def write_shaped(path: Path, numbers: range, field: int) -> None:
    """Write the records of these numbers, of a field of so many, as gzipped PubMed XML."""
    with gzip.open(path, "wb", compresslevel=6) as file:
        for piece in format_article_set(shaped_record(number, field) for number in numbers):
            file.write(_as_published(piece))


def _as_published(piece: bytes) -> bytes:
    """Return a record with the attributes that PubMed writes and that say nothing."""
    piece = piece.replace(b"<JournalIssue>", b'<JournalIssue CitedMedium="Internet">', 1)
    return piece.replace(b"<GrantList>", b'<GrantList CompleteYN="Y">', 1)


def shaped_record(number: int, field: int) -> r.Record:
    """Return one record: 1 to 13 authors, mostly an abstract of 200 words, ten headings, in half 5 to 35 references."""
    draw = random.Random(number)
    pmid, year, doi = FIRST + number, _year(number, field), _doi(number)
    references = _references(draw, number, field) if draw.random() < 0.5 else ()
    journal, headings = _journal(int(_JOURNALS * draw.random() ** 3)), [_heading(draw) for _ in range(10)]
    names = [_name(draw) for _ in range(1 + int(draw.random() * 13))]
    return r.Record(
        article=_article(draw, number, year)._replace(journal_id=journal.journal_id),
        journal=journal,
        abstract_sections=_abstract(draw, pmid) if draw.random() < 0.85 else (),
        references=references,
        authorships=tuple(_authorship(draw, pmid, place, name) for place, name in enumerate(names, 1)),
        affiliations=tuple(r.Affiliation(pmid, n, 1, _institute(draw), None, None) for n in range(1, len(names) + 1)),
        languages=(r.Language(pmid, 1, "eng"),),
        mesh_headings=tuple(
            r.MeshHeading(pmid, n, n, ui, qualifier, int(n < 4), int(n < 4 and qualifier is None))
            for n, (ui, qualifier) in enumerate(headings, 1)
        ),
        mesh_descriptors=tuple(r.MeshDescriptor(ui, _term(ui), None) for ui, _ in headings),
        mesh_qualifiers=tuple(r.MeshQualifier(ui, _term(ui), None) for _, ui in headings if ui),
        keywords=tuple(r.Keyword(pmid, n, _text(draw, 2), 0, "NOTNLM") for n in range(1, 5)) if number % 5 < 2 else (),
        chemicals=tuple(_chemical(draw, pmid, n) for n in range(1, 1 + int(draw.random() * 5))),
        publication_types=(r.PublicationType(pmid, 1, "D016428", "Journal Article"),),
        grants=(r.Grant(pmid, 1, f"R01 AA{number:06}", "AA", "NIAAA NIH HHS", "United States"),) * (number % 5 == 0),
        article_identifiers=(
            r.ArticleIdentifier(pmid, 1, "doi", doi, None),
            r.ArticleIdentifier(pmid, 2, "pii", f"S{number:08}", None),
        ),
        article_dates=tuple(
            r.ArticleDate(pmid, n, kind, f"{year}-{n:02}-{3 * n:02}") for n, kind in enumerate(_HISTORY, 1)
        ),
    )


def _article(draw: random.Random, number: int, year: int) -> r.Article:
    return r.Article(
        pmid=FIRST + number,
        record_type="article",
        title=f"{_text(draw, 12)}.",
        pub_date=f"{year} May",
        year=year,
        volume=str(year - 1970),
        issue=str(1 + number % 12),
        pages=f"{number % 900 + 1}-{number % 900 + 9}",
        pub_model="Print",
        publication_status="ppublish",
        doi=_doi(number),
        status="MEDLINE",
        date_revised=f"{year + 1}-{1 + number % 12:02}-{1 + number % 28:02}",
    )


def _year(number: int, field: int) -> int:
    return 1975 + 50 * number // max(field, number + 1)


def _doi(number: int) -> str:
    return f"10.{1000 + number % 90}/j.{number % 70}.{number}"


@cache
def _word(rank: int) -> str:
    draw = random.Random(-rank - 1)
    return "".join(draw.choice(_SYLLABLES) for _ in range(1 + (rank > 40) + (rank > 2_000) + draw.randrange(2)))


def _text(draw: random.Random, words: int) -> str:
    return " ".join(_word(int(_WORDS ** draw.random()) - 1) for _ in range(words)).capitalize()


@cache
def _term(ui: str) -> str:
    rank = int(ui[1:])
    return f"{_word(rank)} {_word(rank + 9)}".capitalize()


def _name(draw: random.Random) -> tuple[str, str]:
    return _word(_WORDS + int(_NAMES * draw.random() ** 2)).capitalize(), draw.choice("ABCDEFGHJKLMNPRSTW")


def _abstract(draw: random.Random, pmid: int) -> tuple[r.AbstractSection, ...]:
    return tuple(
        r.AbstractSection(pmid, n, label, label, f"{_text(draw, 50)}.", None) for n, label in enumerate(_SECTIONS, 1)
    )


def _authorship(draw: random.Random, pmid: int, place: int, name: tuple[str, str]) -> r.Authorship:
    last, initial = name
    fore = f"{initial}{_word(draw.randrange(2_000))}"
    return r.Authorship(pmid, place, " ".join(name), last, fore, initial, None, None, None, None, "author")


def _institute(draw: random.Random) -> str:
    return f"Department of {_text(draw, 3)}, University of {_text(draw, 2)}, {draw.choice(('Norway', 'Peru', 'Fiji'))}."


def _references(draw: random.Random, number: int, field: int) -> tuple[r.Reference, ...]:
    count = 5 + int(draw.random() * 31)
    return tuple(_reference(draw, (FIRST + number, n), number, field) for n in range(1, count + 1))


def _reference(draw: random.Random, place: tuple[int, int], number: int, field: int) -> r.Reference:
    """Return a reference as PubMed prints it: to an older article, often one of few; one in seven without a PMID."""
    cited = int(max(number, 1) * draw.random() ** (2 if draw.random() < 0.5 else 1))
    pmid = FIRST + cited if draw.random() < 0.85 else None
    fixed = random.Random(cited)  # on one work all references agree
    names = ", ".join(" ".join(_name(fixed)) for _ in range(1 + cited % 4))
    printed = f"{_year(cited, field)};{cited % 60 + 1}({1 + cited % 12}):{cited % 900 + 1}-{cited % 900 + 9}"
    citation = f"{names}. {_text(fixed, 11)}. {_journal(cited % 500).abbreviation}. {printed}."
    doi = _doi(cited) if draw.random() < (0.5 if pmid else 0.3) else None
    return r.Reference(*place, citation, doi, None, pmid, "ReferenceList", None, None, None)


@cache
def _journal(number: int) -> r.Journal:
    name = f"J {_word(number % 300 + 50).capitalize()} {_word(number + 3_000).capitalize()}"
    issn = f"{1000 + number:04}-{number:04}"
    return r.Journal(str(number + 100_000), f"Journal of {name}", name, name, None, issn, issn, "Norway", None)


def _heading(draw: random.Random) -> tuple[str, str | None]:
    ui = f"D{int(_DESCRIPTORS ** draw.random()) - 1:06}"
    return ui, f"Q{draw.randrange(70):06}" if draw.random() < 0.4 else None


def _chemical(draw: random.Random, pmid: int, place: int) -> r.Chemical:
    number = draw.randrange(3_000)
    return r.Chemical(pmid, place, "0", f"D{number:06}", _word(number + 500).capitalize())
