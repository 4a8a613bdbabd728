"""The names of an NBIB record: FAU and AU, FED and ED, FIR and IR are two forms of one person.  (pure)"""

from typing import TypeVar

from harvest.pubmed.record_builder import Draft
from kb import records as rows
from kb.identifiers import normalise_orcid

_Row = TypeVar("_Row", rows.Authorship, rows.Investigator)


def add_full_name(draft: Draft, role: str, full: str) -> None:
    """Note a person by the full name; old records have the short one of an investigator before it."""
    if role == "investigator":
        found = draft.investigators
        if found and found[-1].last_name is None and found[-1].name.startswith(full.partition(", ")[0]):
            found[-1] = _with_short(_with_full(found[-1], full), found[-1].name)
        else:
            found.append(_with_full(_investigator(draft, full), full))
    else:
        draft.authorships.append(_with_full(_authorship(draft, full, role), full))


def add_short_name(draft: Draft, role: str, short: str) -> None:
    """Note the short name of the person before, where the full one stands alone; else a person by it."""
    if role == "investigator":
        people = draft.investigators
        if people and _awaits_short(people[-1]):
            people[-1] = _with_short(people[-1], short)
        else:
            people.append(_investigator(draft, short))
        return
    names = draft.authorships
    if names and names[-1].role == role and _awaits_short(names[-1]):
        names[-1] = _with_short(names[-1], short)
    else:
        names.append(_authorship(draft, short, role))


def add_group(draft: Draft, name: str) -> None:
    """Note a collective author."""
    draft.authorships.append(_authorship(draft, name, "author")._replace(collective_name=name))


def set_orcid(draft: Draft, value: str) -> bool:
    """Note the ORCID of the last author; False where it is of another kind, not well formed, or one too many."""
    kind, _, number = value.partition(":")
    orcid = normalise_orcid(number.strip()) if kind == "ORCID" else None
    names = draft.authorships
    if orcid is None or not names or names[-1].orcid is not None:
        return False
    names[-1] = names[-1]._replace(orcid=orcid)
    return True


def _authorship(draft: Draft, name: str, role: str) -> rows.Authorship:
    position = len(draft.authorships) + 1
    return rows.Authorship(
        draft.pmid, position, name, None, None, None, None, None, None, None, role
    )  # fmt: skip


def _investigator(draft: Draft, name: str) -> rows.Investigator:
    return rows.Investigator(draft.pmid, len(draft.investigators) + 1, name, None, None, None, None, None, None)


def _awaits_short(row: _Row) -> bool:
    """Return whether a person has the full name alone: until the short name arrives, ``name`` holds the full one."""
    return row.last_name is not None and row.name == _joined(row)


def _joined(row: _Row) -> str:
    return ", ".join(part for part in (row.last_name, row.fore_name) if part)


def _with_full(row: _Row, full: str) -> _Row:
    family, _, given = full.partition(", ")
    return row._replace(last_name=family, fore_name=given or None)


def _with_short(row: _Row, short: str) -> _Row:
    """Return the person with the short name, and the initials and the suffix that it shows."""
    family, given = row.last_name or "", row.fore_name
    row = row._replace(name=short)
    if given is None or not short.startswith(f"{family} "):
        return row
    initials, _, suffix = short[len(family) + 1 :].partition(" ")
    if suffix and given.endswith(f" {suffix}"):
        given = given.removesuffix(f" {suffix}")
    elif suffix:
        return row
    return row._replace(fore_name=given if given != initials else None, initials=initials, suffix=suffix or None)
