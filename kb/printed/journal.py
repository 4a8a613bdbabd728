"""Journals and titles in printed references: where one ends and the other begins.  (pure)"""

import re
from functools import lru_cache
from typing import Final

from kb.printed.names import lower_words, name_before_initials, parse_names
from kb.printed.words import SENTENCE_ENDS
from kb.text import MONTHS, YEAR

_WORD: Final = re.compile(r"[^\s,:&/()-]+")
_BRACKETS: Final = re.compile(r" ?\([^()]{1,40}\)")
_NO_JOURNAL: Final = re.compile(r"(?:In|Editors?|Volume|Vol|Chapter|Abstract|Presented|Part|Supplement)\b")
_PLACE_WITHIN: Final = re.compile(rf"{YEAR} ?; ?\d|\d\): ?\d")  # of another reference before
_LIKE_A_NAME: Final = re.compile(r"[A-Z]\. ?-?[A-Z][\w. ]|[A-Z]\.,")
_CONNECTING: Final = frozenset(  # small words of journals' names
    {"a", "an", "and", "at", "by", "da", "das", "de", "del", "der", "des", "di", "die", "do", "e", "ed", "el", "en",
     "et", "for", "from", "für", "i", "in", "la", "le", "les", "of", "og", "on", "the", "to", "und", "with", "y"}
)  # fmt: skip
_ALL_MONTHS: Final = (
    *MONTHS, "January", "February", "March", "April", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_AT_END: Final = re.compile(  # a city, a month or a year between a journal and its volume
    rf"(?:[.,]? (?:\([^()]{{1,40}}\)|(?:{'|'.join(_ALL_MONTHS)})|{YEAR}[a-z]?))+$"
)
_NO_END_OF_JOURNAL: Final = re.compile(r"\b(?:Press|Publish\w+|Publications?|Books|Verlag|and|from|in|of|de)$")
_NO_END: Final = " .,("
_ENDINGS: Final = (")", *_ALL_MONTHS)
_NEAR: Final = 110  # characters before a place in which the journal is looked for
_LONG_WORD: Final = 8  # letters: a longer one before a journal is an abbreviation that is known, or a title
_SHORT_NAME: Final = 2  # words
_PARTLY_SHORTENED: Final = 3  # words before single ones: "BMC Health Serv. Res."
_LONGEST_JOURNAL: Final = 14  # words
_SURE_TITLE: Final = 3  # words that no name of a journal precedes
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
_ABBREVIATIONS: Final = frozenset(_SHORTENED.split())  # words that names of journals are shortened to
_CUT: Final = _ABBREVIATIONS - {"Arthritis", "Spine", "Steroid", "USA"}  # words with which no title ends
_PARTS: Final = re.compile(  # also "Lamps (LED) Annu. Rev. Light", where a full stop is missing
    rf"{SENTENCE_ENDS.pattern}|(?<=\w\))\s+(?=(?:{'|'.join(sorted(_CUT))})\.\s[A-Z])"
)
_PARTS_NEAR: Final = re.compile(  # the same, three times as fast, but for quotation marks, which stay
    r"\s(?:(?<=[.?!]\s)|(?<=[.?!][\"”’]\s)|(?<=,[\"”’]\s)(?=\s*[A-Z])"
    rf"|(?<=\w\)\s)(?=(?:{'|'.join(sorted(_CUT))})\.\s[A-Z]))\s*"
)


def title_and_journal(body: str) -> tuple[str | None, str | None]:
    """Return the title and the journal of "Title. Journal", the journal None where it is not certain where it begins.

    A journal alone has a title of None.
    """
    pieces = _PARTS.split(body.strip())
    first = len(pieces) - 1
    while first > 0 and is_abbreviated(pieces[first - 1]):
        first -= 1
    title, journal = " ".join(pieces[:first]), " ".join(pieces[first:])
    if not is_journal(journal):
        return None, None
    if not title:
        return None, journal if is_abbreviated(journal) or len(journal.split()) == 1 else None
    is_certain = is_title(pieces[first - 1]) and is_title(title) and not _is_cut(title)
    return (title.removesuffix("."), journal) if is_certain else (None, None)


def is_title(text: str) -> bool:
    """Return whether text is surely a title, and no part of the name of a journal or of the authors' names."""
    words = [word for word in text.split() if word[0].isalnum() or word[0] in "“\"'‘[("]
    has_small = any(len(word) > 2 and word not in _CONNECTING for word in lower_words(text))
    starts_well = not text[:1].islower() or bool(re.match(r"[a-z]{1,3}-?[A-Z]", text))
    if _PLACE_WITHIN.search(text) or _LIKE_A_NAME.match(text) or name_before_initials(text.split(",")[0].rstrip(".")):
        return False
    return starts_well and len(words) > 1 and (has_small or len(words) > _SURE_TITLE)


def is_abbreviated(text: str) -> bool:
    """Return whether all words of text are such as names of journals are shortened to: "Proc. Natl Acad."."""
    if text.endswith(".") and text[:-1].rpartition(" ")[2] not in _ABBREVIATIONS:  # most titles
        return False
    words = _WORD.findall(_BRACKETS.sub("", text))
    return bool(words) and all(word.rstrip(".") in _ABBREVIATIONS for word in words)


def is_journal(text: str) -> bool:
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


def is_journal_alone(text: str) -> bool:
    """Return whether text is a journal and nothing else: "Biochem J" is one, "Laudet A" may be an author."""
    is_one = len(_PARTS.split(text)) == 1 or is_abbreviated(text)
    has_abbreviation = any(word.rstrip(".") in _ABBREVIATIONS for word in text.split()[:-1])
    return is_one and is_journal(text) and (has_abbreviation or not parse_names(text.rstrip(".")))


def journal_before(text: str) -> tuple[str, bool]:
    """Return the journal that text ends with, and whether it is certain where it begins; "" where none is seen.

    Of "Lamps. Evolution" it is not certain: it may be a title and a journal. Points and a city are left out.
    """
    text = text[-_NEAR:].rstrip(_NO_END)
    if text[-1:].isdigit() or text.endswith(_ENDINGS):
        text = _AT_END.sub("", text).rstrip(_NO_END)
    pieces = _PARTS_NEAR.split(text)
    first, is_certain = len(pieces) - 1, True
    while first > 0 and (is_abbreviated(pieces[first - 1]) or _may_belong(pieces[:first], pieces[first:])):
        first -= 1
        is_certain = is_certain and is_abbreviated(pieces[first])
    journal = " ".join(pieces[first:]).replace(".", "")
    if not _is_name(journal):
        return "", False
    return journal, is_certain and first > 0 and ":" not in journal and not _is_cut(pieces[first - 1])


@lru_cache(4_096)  # names come again and again
def _is_name(text: str) -> bool:
    return text[:1].isalpha() and len(text) > 1 and is_journal(text) and not _NO_END_OF_JOURNAL.search(text)


def _may_belong(pieces: list[str], rest: list[str]) -> bool:
    """Return whether the last of these sentences may be the beginning of a journal's name: "Alcohol. Treat. Q."."""
    last = pieces[-1]
    words = last.removesuffix(".").split()
    is_short = len(words) <= _SHORT_NAME and all(len(word) <= _LONG_WORD for word in words)
    is_before_one = len(words) <= _PARTLY_SHORTENED and not any(" " in piece for piece in rest)
    if not (is_short or is_before_one or words[-1] in _CUT) or not last.endswith(".") or "," in last:
        return False
    return is_journal(last) and not parse_names(" ".join(pieces))


def _is_cut(text: str) -> bool:
    """Return whether text before a journal ends with a part of its name: "… lung cancer NSCLC Ann."."""
    word = text.rpartition(" ")[2].removesuffix(".")
    return word in _CUT or ".-" in word
