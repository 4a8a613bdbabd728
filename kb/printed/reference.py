"""A printed reference of a journal article taken apart where that is certain: names, title, journal, place.  (pure)

Only whole references of known styles are taken apart: NLM and AMA (year before the volume), APA, Harvard and Springer
(year after the names), those of chemists (names with initials first), of Science (a comma after the names, the year
last) and those with the title in quotation marks. What is not seen to be one of these is left whole: a wrong part is
worse than none.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import Final, NamedTuple

from kb.text import YEAR, collapse_spaces

LONGEST: Final = 2_000  # characters of a reference that are read: a longer one is no reference
_MONTH: Final = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Spring|Summer|Fall|Autumn|Winter)[a-z]{0,6}\.?"
_DAY: Final = rf"(?: {_MONTH}(?:[-/]{_MONTH}| \d{{1,2}}(?:-\d{{1,2}})?)?)?"
_VOLUME: Final = (
    r"(?P<volume>[A-Z]{0,2}\d{1,4}(?:[-/]\d{1,4})?[A-Z]?(?: (?:Suppl|Pt|Spec No)\b\.?(?: [A-Z]?\d{1,3}\b)?)?)"
)
_ISSUE: Final = r"(?: ?\((?P<issue>[^()]{1,30})\))?"
_PAGE: Final = r"[A-Za-z]{0,4}\d{1,9}(?:[A-Za-z]|\.e\d{1,4})?"
_PAGES: Final = rf"(?P<pages>{_PAGE}(?:-(?:{_PAGE}|e\d{{1,4}}))?)(?![\w-])"
_TAIL: Final = re.compile(  # what may follow the pages: nothing, or identifiers and addresses
    r"[\s.,;]*(?:$|(?:\[?(?:doi|pmid|pmcid|pubmed|pmc|epub|available|retrieved|accessed|https?)\b"
    r"|10\.\d{4}|discussion )[^;]*;?[^;]*$)",
    re.IGNORECASE,
)
_LATE: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"[. ] ?(?P<year>{YEAR}){_DAY} ?; ?{_VOLUME}{_ISSUE}(?:: ?{_PAGES})?",
        rf"[. ] ?\((?P<year>{YEAR})\) {_VOLUME}{_ISSUE}: ?{_PAGES}",
        rf"[. ] ?{_VOLUME}{_ISSUE}, {_PAGES} \((?P<year>{YEAR})\)",
    )
)
_EARLY: Final = re.compile(rf",? {_VOLUME}{_ISSUE}(?:: ?|, )(?:[Aa]rticle |pp?\. ?)?{_PAGES}")
_CHEMISTS: Final = re.compile(rf" (?P<year>{YEAR}), {_VOLUME}{_ISSUE}, {_PAGES}")
_IN_BRACKETS: Final = re.compile(rf" {_VOLUME}{_ISSUE} \((?P<year>{YEAR})\),? {_PAGES}")
_YEAR_AFTER_NAMES: Final = re.compile(rf"[.,]? ?\((?P<apart>{YEAR})[a-z]?\)[.:,]? |[.,] (?P<plain>{YEAR})[a-z]?\. ")
_NUMBER: Final = r"(?:,? no\. (?P<issue>[\w/-]{1,20}))?"
_IN_QUOTES: Final = re.compile(
    rf"^(?P<names>[^\"“”]{{2,}}?)[,.]? (?:\(?(?P<first>{YEAR})\)?[,.:]? )?[\"“] ?(?P<title>[^\"“”]+?)[,.]?[\"”][,.]?"
    r" (?P<journal>[^\d\"“”]+?),? (?=vol\. |[A-Z]{0,2}\d)"
)
_AFTER_QUOTES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_VOLUME}{_ISSUE}, pp?\. ?{_PAGES}",
        rf"vol\. {_VOLUME}{_NUMBER}, pp?\. ?{_PAGES},(?: {_MONTH})? (?P<year>{YEAR})",
        rf"vol\. {_VOLUME}{_NUMBER},(?: {_MONTH})? (?P<year>{YEAR}), pp?\. ?{_PAGES}",
        rf"{_VOLUME}{_NUMBER} \((?:{_MONTH} )?(?P<year>{YEAR})\): {_PAGES}",
    )
)
_ENDS_IN_INITIAL: Final = re.compile(r"[ -][A-Z]\.$")
_DASH: Final = re.compile(r"(?<=\w) ?(?:[-–—‐‑]|(?<=\d)\(c\)(?=[A-Za-z]{0,4}\d)) ?(?=[A-Za-z]{0,4}\d)")
_BEFORE_SIGN: Final = re.compile(r"(?<!\s)\s+(?=[.,;:)])|(?<=\()\s+")
_ENDS: Final = re.compile(r"(?<=[.?!])[\"”’]?\s+")
_WORD: Final = re.compile(r"[^\s,:&/()-]+")
_BRACKETS: Final = re.compile(r" ?\([^()]{1,40}\)")
_NO_ARTICLE: Final = re.compile(
    r"\b[Ii]n: |\b[Ee]d(?:itor)?s?[.)]|\beditors?\b|\[Internet\]|\b(?:Press|Publish\w+|[Tt]hesis)\b"
)
_NO_JOURNAL: Final = re.compile(r"(?:In|Editors?|Volume|Vol|Chapter|Abstract|Presented|Part|Supplement)\b")
_LETTERS: Final = re.compile(r"[^\W\d_]+(?:['’‐-][^\W\d_]+)*")
_INITIALS: Final = re.compile(r"\w(?:\w|-\w)*\.?|(?:\w\.[ -]?)+\w?|(?:\w[ -]?)+\.?")  # "GB. J." is more than initials
_PLACE_WITHIN: Final = re.compile(rf"{YEAR} ?; ?\d|\d\): ?\d")  # of another reference before
_LIKE_A_NAME: Final = re.compile(r"[A-Z]\. ?-?[A-Z][\w. ]|[A-Z]\.,")
_PARTICLES: Final = frozenset(
    {"da", "das", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "el", "la", "le", "ten", "ter", "van",
     "vander", "ver", "von", "zu", "zur", "al", "bin", "ben", "st"}
)  # fmt: skip
_SUFFIXES: Final = frozenset({"Jr", "Sr", "II", "III", "IV", "2nd", "3rd", "4th"})
_CONNECTING: Final = frozenset(  # small words of journals' names
    {"a", "an", "and", "at", "by", "da", "das", "de", "del", "der", "des", "di", "die", "do", "e", "ed", "el", "en",
     "et", "for", "from", "für", "i", "in", "la", "le", "les", "of", "og", "on", "the", "to", "und", "with", "y"}
)  # fmt: skip
_LONGEST_JOURNAL: Final = 14  # words
_SURE_TITLE: Final = 3  # words that no name of a journal precedes
_MOST_NAMES: Final = 100
_SHORTENED: Final = """
    Acad Acta Adv Afr Agric Am Amer Anal Anat Anim Ann Annu Anthropol Antimicrob Appl Arch Arthritis Assoc Astron
    Atmos Behav Biochem Bioinf Biol Biomed Biophys Biosci Biotechnol Bot Br Brit Bull Can Cardiol Chem Chemother
    Chin Chron Circ Clin Coll Commun Comp Comput Conf Conserv Crit Croat Curr Dent Dermatol Dev Dis Ecol Econ Ed
    Educ Electron Endocr Endocrinol Eng Engl Entomol Environ Epidemiol Ergon Ethnopharmacol Eur Evol Exp Fed Fish
    Front Funct Gastroenterol Gen Genet Genom Geochem Geogr Geol Geophys Ger Geriatr Gynecol Haematol Hematol
    Hepatol Hist Hosp Hum Hyg Immun Immunol Ind Indian Infect Inflamm Inorg Inst Int Intell Intern Invest Isr Ital J
    Jpn Korean Lab Lett Leukoc Limnol Linn Mag Malar Manag Mar Mater Math Mech Med Mem Metab Meteorol Microb
    Microbiol Mol Monogr Mutat Nat Natl Nerv Neurobiol Neurol Neurosci Neurosurg Nucl Nurs Nutr Obstet Oceanogr
    Oncol Ophthalmol Opt Org Organomet Orthop Otolaryngol Pa Palaeontol Pathol Pediatr Periph Pharm Pharmacol Phila
    Philos Photochem Phys Physiol Pol Pollut Polym Probl Proc Prog Psychiatry Psychol Q Quant Radiat Radiol Rec
    Rehabil Rep Reprod Res Respir Rev Rheum Rheumatol Roy Russ Scand Sci Ser Soc Sociol Softw Spectrosc Spine Stat
    Steroid Struct Stud Subst Surg Surv Sustain Symp Syst Technol Theor Ther Thorac Top Toxicol Trans Transl
    Transplant Trop Univ Urol USA Vasc Vet Virol Vis Vitam Zool
"""
ABBREVIATIONS: Final = frozenset(_SHORTENED.split())  # words that names of journals are shortened to


class PrintedName(NamedTuple):
    """An author of a reference: "Laudet", "A. B.", None."""

    family: str
    given: str
    suffix: str | None = None


class PrintedReference(NamedTuple):
    """An article as a reference prints it; no names or None: it prints none."""

    names: tuple[PrintedName, ...]
    title: str | None
    journal: str
    year: int
    volume: str
    issue: str | None
    pages: str | None


class _Front(NamedTuple):
    """What stands before the place: names, title, journal."""

    names: tuple[PrintedName, ...]
    title: str | None
    journal: str


def parse_reference(citation: str) -> PrintedReference | None:
    """Return a printed reference taken apart; None where that is not certain, or it is of no article in a journal."""
    if len(citation) > LONGEST:
        return None
    text = _DASH.sub("-", _BEFORE_SIGN.sub("", collapse_spaces(citation)))
    if _NO_ARTICLE.search(text):
        return None
    return _year_late(text) or _year_early(text) or _of_chemists(text) or _in_quotes(text)


def _year_late(text: str) -> PrintedReference | None:
    """Read "Laudet AB, White W. Title. Journal. 2006 Mar;24(1):33-73", also with the year in brackets, or no names."""
    for place in chain.from_iterable(_places(pattern, text) for pattern in _LATE):
        before = text[: place.start() + 1].strip()
        front = _names_then_title(before) if place.re is _LATE[-1] else None
        return _built(front or _front_of(before), place)
    return None


def _year_early(text: str) -> PrintedReference | None:
    """Read "Laudet, A. B. (2006). Title. Journal, 24(1), 33-73" and "Laudet AB (2006) Title. Journal 24:33-73"."""
    after = _YEAR_AFTER_NAMES.search(text)
    names = parse_names(text[: after.start()]) if after else ()
    if not after or not names:
        return None
    rest = text[after.end() :]
    for place in _places(_EARLY, rest):
        title, journal = _split(rest[: place.start()])
        front = _Front(names, title, journal) if title and journal else None
        return _built(front, place, year=int(after["apart"] or after["plain"]))
    return None


def _of_chemists(text: str) -> PrintedReference | None:
    """Read "A. B. Laudet, W. White, J. Chem. 2006, 24, 33-73" and "A.B. Laudet, Title, J. Chem. 24 (2006) 33-73"."""
    for pattern in (_CHEMISTS, _IN_BRACKETS):
        for place in _places(pattern, text):
            parts = text[: place.start()].split(", ")
            count = sum(1 for _ in _leading_names(parts))
            names = parse_names(", ".join(parts[:count]))
            title, journal = ", ".join(parts[count:-1]), parts[-1]
            fits = _is_title(title) and not _is_journal(parts[-2]) if pattern is _IN_BRACKETS else not title
            is_whole = fits and names and count < len(parts) and _is_journal(journal)
            return _built(_Front(names, title or None, journal), place) if is_whole else None
    return None


def _in_quotes(text: str) -> PrintedReference | None:
    """Read 'Laudet, A. B., 2006, “Title,” Journal, 24(1), pp. 33-73.' and '“Title.” Journal 24 (2006): 33-73.'"""
    if not (front := _IN_QUOTES.match(text)):
        return None
    names, title, journal = parse_names(front["names"]), front["title"].strip(), front["journal"].rstrip(",")
    for pattern in _AFTER_QUOTES:
        place = pattern.match(text, front.end())
        year = (front["first"] or place.groupdict().get("year")) if place else None
        if place and year and names and _TAIL.match(text, place.end()) and _is_journal(journal):
            return _built(_Front(names, title, journal), place, year=int(year))
    return None


def _leading_names(parts: Sequence[str]) -> Iterator[str]:
    for part in parts:
        if not _name_after_initials(part.removeprefix("and ")):
            return
        yield part


def _places(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Yield the places that end a reference: nothing but identifiers follows."""
    return (match for match in pattern.finditer(text) if _TAIL.match(text, match.end()))


def _built(front: _Front | None, place: re.Match[str], year: int | None = None) -> PrintedReference | None:
    if front is None:
        return None
    issue = (place["issue"] or "").strip() or None
    year = year or int(place["year"])
    journal = front.journal if "." in front.journal[:-1] else front.journal.rstrip(".")  # "J. Chem." keeps its points
    return PrintedReference(front.names, front.title, journal, year, place["volume"], issue, place["pages"])


def _front_of(text: str) -> _Front | None:
    """Return names, title and journal of what stands before a late year; None where they cannot be told apart."""
    names, body = _names_before(text)
    if not names:
        return _Front((), None, text) if _is_journal_alone(text) else None
    title, journal = _split(body)
    may_begin_before = title is None and names[-1].given.endswith("J.")  # "Okoro N. J. Harb. Stud."
    return None if journal is None or may_begin_before else _Front(names, title, journal)


def _names_then_title(text: str) -> _Front | None:
    """Read "Laudet A. B., White W., Title. Journal": a title of one sentence after the comma that ends the names."""
    parts = text.split(", ")
    count = next((n for n, part in enumerate(parts) if not _ENDS_IN_INITIAL.search(part)), len(parts))
    names = parse_names(", ".join(parts[:count]))
    rest = parts[count:][1:] if parts[count:] and parts[count].startswith("et al") else parts[count:]
    title, journal = _split(", ".join(rest))
    is_whole = names and title and journal and not _ENDS.search(title)
    return _Front(names, title, journal) if is_whole and journal else None


def _is_journal_alone(text: str) -> bool:
    """Return whether text is a journal and nothing else: "Biochem J" is one, "Laudet A" may be an author."""
    is_one = len(_ENDS.split(text)) == 1 or _is_abbreviated(text)
    has_abbreviation = any(word.rstrip(".") in ABBREVIATIONS for word in text.split()[:-1])
    return is_one and _is_journal(text) and (has_abbreviation or not parse_names(text.rstrip(".")))


def _names_before(text: str) -> tuple[tuple[PrintedName, ...], str]:
    """Return the names that text begins with, as many as can be, and what follows them."""
    found: tuple[tuple[PrintedName, ...], str] = ((), text)
    for end in islice(_ENDS.finditer(text), _MOST_NAMES):
        before = text[: end.start()]
        if names := parse_names(before):
            found = (names, text[end.end() :])
        elif any(word not in _PARTICLES for word in _small(before.replace("et al", "").replace(" and ", " "))):
            break
    return found


def _small(text: str) -> list[str]:
    return [word for word in _LETTERS.findall(text) if word.islower()]


def _split(body: str) -> tuple[str | None, str | None]:
    """Return the title and the journal of "Title. Journal", the journal None where it is not certain where it begins.

    A journal alone has a title of None.
    """
    pieces = _ENDS.split(body.strip())
    first = len(pieces) - 1
    while first > 0 and _is_abbreviated(pieces[first - 1]):
        first -= 1
    title, journal = " ".join(pieces[:first]), " ".join(pieces[first:])
    if not _is_journal(journal):
        return None, None
    if not title:
        return None, journal if _is_abbreviated(journal) or len(journal.split()) == 1 else None
    is_certain = _is_title(pieces[first - 1]) and _is_title(title)
    return (title.removesuffix("."), journal) if is_certain else (None, None)


def _is_title(text: str) -> bool:
    """Return whether text is surely a title, and no part of the name of a journal or of the authors' names."""
    words = [word for word in text.split() if word[0].isalnum() or word[0] in "“\"'‘[("]
    has_small = any(len(word) > 2 and word not in _CONNECTING for word in _small(text))
    starts_well = not text[:1].islower() or bool(re.match(r"[a-z]{1,3}-?[A-Z]", text))
    if _PLACE_WITHIN.search(text) or _LIKE_A_NAME.match(text) or _name_before_initials(text.split(",")[0].rstrip(".")):
        return False
    return starts_well and len(words) > 1 and (has_small or len(words) > _SURE_TITLE)


def _is_abbreviated(text: str) -> bool:
    """Return whether all words of text are such as names of journals are shortened to: "Proc. Natl Acad."."""
    words = _WORD.findall(_BRACKETS.sub("", text))
    return bool(words) and all(word.rstrip(".") in ABBREVIATIONS for word in words)


def _is_journal(text: str) -> bool:
    """Return whether text can be the name of a journal: words in capitals, and small ones between."""
    words = _WORD.findall(_BRACKETS.sub("", text))
    if not 0 < len(words) <= _LONGEST_JOURNAL or _NO_JOURNAL.match(text) or re.search(r"[\[\];?!“”\"=]|\.\.", text):
        return False
    return (words[0] not in _CONNECTING) and all(
        word in _CONNECTING
        or (word[0].isupper() and not word[-1].isdigit())
        or bool(re.match(r"[a-z]{1,3}[A-Z]", word))
        for word in words
    )


# --- names ---


def parse_names(text: str) -> tuple[PrintedName, ...]:
    """Return the names of a list, as all usual styles have them; () where any part of it is no name with initials."""
    text = re.sub(r"[,;]?\s*\bet al\b\.*\s*\.?$|[,;]?\s*\.\.\.$", "", text.strip())
    text = re.sub(r",? (?:&|and) |; ?|, ?…,? ?", ", ", text)
    parts = [part.strip() for part in text.strip(" ,").split(",")]
    if not parts[0] or len(parts) > 2 * _MOST_NAMES:
        return ()
    for read in (_names_alike, _names_apart, _names_turned):
        if names := read(parts):
            return names
    return ()


def _names_alike(parts: list[str]) -> tuple[PrintedName, ...]:
    """Read "Laudet AB", "White W", or "A. B. Laudet", "W. White"."""
    return _all_read(_name_before_initials, parts) or _all_read(_name_after_initials, parts)


def _all_read(read: Callable[[str], PrintedName | None], parts: Sequence[str]) -> tuple[PrintedName, ...]:
    """Return the names of parts; () where one of them is none, and no part after it is looked at."""
    names: list[PrintedName] = []
    for part in parts:
        if not (name := read(part)):
            return ()
        names.append(name)
    return tuple(names)


def _names_apart(parts: list[str]) -> tuple[PrintedName, ...]:
    """Read "Laudet", "A. B.", "White", "W.", "Jr."."""
    names: list[PrintedName] = []
    left = iter(parts)
    for part in left:
        if part.rstrip(".") in _SUFFIXES and names:
            names[-1] = names[-1]._replace(suffix=part.rstrip("."))
        elif _is_family(part) and _is_initials(given := next(left, "")):
            names.append(_name(part, given))
        else:
            return ()
    return tuple(names)


def _names_turned(parts: list[str]) -> tuple[PrintedName, ...]:
    """Read "Laudet", "A. B.", "W. White": the first author alone turned round."""
    first, others = _names_apart(parts[:2]), _all_read(_name_after_initials, parts[2:])
    return (*first, *others) if len(first) == 1 and len(others) == len(parts) - 2 else ()


def _name_before_initials(text: str) -> PrintedName | None:
    words = text.split()
    suffix = words.pop().rstrip(".") if len(words) > 2 and words[-1].rstrip(".") in _SUFFIXES else None
    count = next((n for n, word in enumerate(reversed(words)) if not _is_initials(word)), len(words))
    family, given = " ".join(words[: len(words) - count]), " ".join(words[len(words) - count :])
    return _name(family, given)._replace(suffix=suffix) if _is_family(family) and _is_initials(given) else None


def _name_after_initials(text: str) -> PrintedName | None:
    words = text.split()
    count = next((n for n, word in enumerate(words) if not (_is_initials(word) and "." in word)), len(words))
    given, family = " ".join(words[:count]), " ".join(words[count:])
    return _name(family, given) if _is_family(family) and _is_initials(given) else None


def _name(family: str, given: str) -> PrintedName:
    """Return a name whose initials are written alike, however they are printed: "AB", "A.B." -> "A. B."."""
    hyphened = [re.findall(r"\w", part) for part in re.sub(r"[.\s]+-", "-", given).split("-")]
    return PrintedName(family, "-".join(". ".join(letters) + "." for letters in hyphened))


def _is_initials(text: str) -> bool:
    """Return whether text is "AB", "A.B.", "A. B.", "A B" or "A.-B."; "A. BC" may be more than initials."""
    letters = re.sub(r"[.\s-]", "", text)
    return 0 < len(letters) < 5 and letters.isalpha() and letters.isupper() and bool(_INITIALS.fullmatch(text))


def _is_family(text: str) -> bool:
    """Return whether text is a family name: words with a capital, and particles before them."""
    words = text.split()
    if not 0 < len(words) < 5 or not all(_LETTERS.fullmatch(word) for word in words):
        return False
    return words[-1] not in _PARTICLES and all(word in _PARTICLES or _has_capital(word) for word in words)


def _has_capital(word: str) -> bool:
    return len(word) > 1 and not word.isupper() and (word[0].isupper() or bool(re.match(r"[a-z]{1,2}['’][A-Z]", word)))
