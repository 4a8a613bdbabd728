"""CSL-JSON, litkb's own JSON Lines, objects of JSON with PMIDs, DOIs or titles, lists of these -> seeds.  (pure)"""

import json
from collections.abc import Iterator
from typing import Any, Final

from harvest.files.reference_lists.entry import Printed, Said, build_seed, find_addressed, find_labelled
from harvest.files.reference_lists.names import kind_of
from harvest.identify.seed import Seed, seed_of
from kb.errors import UsageError
from kb.identifiers import Identifier, parse_identifier

_LITKB: Final = {"id", "record_type", "source"}  # in each line of litkb's export; the id of an article is its PMID


def is_json(text: str) -> bool:
    """Return whether text can be nothing but JSON."""
    return text.lstrip()[:1] in ("[", "{")


def read_json(name: str, text: str) -> Iterator[Seed]:
    """Yield a seed for each item of a list, of an object that has items, or for each line that is an object itself."""
    for place, item in _items(name, text):
        if isinstance(item, dict):
            yield _seed(place, item)
        elif isinstance(item, Identifier):
            yield seed_of(item)._replace(place=place)
        else:
            yield Seed(place, fault="The entry is no object of JSON." if item is None else f"The entry is {item}.")


def _items(name: str, text: str) -> Iterator[tuple[str, Any]]:
    """Yield (place, object); what is no object is None or says in words what it is."""
    lines = text.strip().split("\n")
    if len(lines) > 1 and _is_object(lines[0]):
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                yield f"{name} line {number}", _object(line)
        return
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name} is not JSON that can be read: {error}.") from error
    if isinstance(found, dict):
        found = found.get("items", [found])
    for number, item in enumerate(found if isinstance(found, list) else [], 1):
        yield f"{name} entry {number}", item if isinstance(item, dict) else _identifier(item)


def _identifier(item: Any) -> Identifier | str | None:
    """Return the identifier that a number or a text is; what is wrong with it, or None for anything else."""
    if isinstance(item, bool) or not isinstance(item, str | int):
        return None
    try:
        return parse_identifier(str(item))
    except UsageError:
        return f"{str(item)[:80]!r}, which is no PMID, DOI or PMCID"


def _object(line: str) -> Any:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        return f"not JSON that can be read: {error}"
    return found if isinstance(found, dict) else None


def _is_object(line: str) -> bool:
    return isinstance(_object(line), dict)


def _seed(place: str, item: dict[str, Any]) -> Seed:
    kinds = [(key, kind, _words(value)) for key, value in item.items() if (kind := kind_of(key))]
    custom = item.get("custom")
    if isinstance(custom, dict):
        kinds += [(key, kind, _words(value)) for key, value in custom.items() if (kind := kind_of(key))]
    said = [Said(key, kind, text) for key, kind, text in kinds if kind in ("pmid", "doi", "pmcid")]
    if item.keys() >= _LITKB and isinstance(item["id"], int) and item["id"] > 0:
        said.append(Said("id", "pmid", str(item["id"])))
    if _words(item.get("archive")).lower() in ("pubmed", "medline"):
        said.append(Said("archive_location", "pmid", _words(item.get("archive_location"))))
    texts = {kind: [text for _, other, text in kinds if other == kind] for kind in ("note", "address")}
    hints = [*find_labelled(texts["note"]), *find_addressed(texts["address"])]
    title = _words(_first(next((value for key, value in item.items() if value and kind_of(key) == "title"), "")))
    where = [_words(item.get(key)) for key in ("volume", "page")]
    return build_seed(place, said, hints, Printed(title, _year(item), _author(item), *where))


def _words(value: Any) -> str:
    """Return a text or a number as text, several with a comma between; "" for anything else."""
    if isinstance(value, list):
        return ", ".join(_words(one) for one in value if not isinstance(one, list))
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _year(item: dict[str, Any]) -> str:
    issued = item.get("issued", item.get("year"))
    if isinstance(issued, dict):
        parts = issued.get("date-parts")
        issued = _first(parts) or issued.get("raw", issued.get("literal"))
    return _words(issued)


def _author(item: dict[str, Any]) -> str:
    first = _first(next((item[key] for key in ("author", "authors", "names") if item.get(key)), None))
    return _words(first.get("family") or first.get("literal")) if isinstance(first, dict) else _words(first)
