"""What EFetch db=pmc and the bucket of PubMed Central would answer, with made-up texts of a shelf.  (pure)"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Final

from harvest.rehearsal.collection import IndexedRecord, Shelf
from harvest.rehearsal.faults import Reply
from harvest.rehearsal.full_text import is_absent, is_front_only, is_in_bucket, licence_code, made_up_text

_VERSIONS: Final = (1, 2)
_NO_KEY: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>"
)


def answer_texts(shelf: Shelf, parameters: Mapping[str, list[str]]) -> Reply:
    """Return the texts of the ids asked for; those that are not there are silently absent."""
    asked = [f"PMC{digits}" for part in parameters.get("id", ()) for digits in part.split(",")]
    found = [record for pmcid in asked if (record := shelf.of_pmcid(pmcid)) and not is_absent(record.pmid)]
    texts = b"".join(made_up_text(record, front_only=is_front_only(record.pmid)) for record in found)
    return Reply(b'<?xml version="1.0"?><pmc-articleset>' + texts + b"</pmc-articleset>")


def answer_s3(shelf: Shelf, parameters: Mapping[str, list[str]]) -> Reply:
    """Return a listing of versions, the metadata of one, or its XML."""
    [key] = parameters["key"]
    name = key or next(iter(parameters.get("prefix", ())), "")
    record = shelf.of_pmcid(name.partition(".")[0])
    there = record if record and is_in_bucket(record.pmid) else None
    if not key:
        return _listing(name, there)
    found = re.fullmatch(r"PMC\d+\.(\d)\.(json|xml)", key, re.ASCII)
    if there is None or found is None or int(found[1]) not in _VERSIONS:
        return Reply(_NO_KEY.encode(), 404, "application/xml")
    if found[2] == "json":
        return Reply(json.dumps(_metadata(there, int(found[1]))).encode(), content_type="application/json")
    return Reply(made_up_text(there))


def _listing(prefix: str, record: IndexedRecord | None) -> Reply:
    numbers = _VERSIONS if record else ()
    found = "".join(f"<CommonPrefixes><Prefix>{prefix}{number}/</Prefix></CommonPrefixes>" for number in numbers)
    return Reply(
        (
            '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<Name>pmc-oa-opendata</Name><Prefix>{prefix}</Prefix>{found}</ListBucketResult>"
        ).encode()
    )


def _metadata(record: IndexedRecord, version: int) -> dict[str, object]:
    name = f"{record.pmcid}.{version}"
    md5 = hashlib.md5(made_up_text(record), usedforsecurity=False).hexdigest()
    return {
        "pmcid": record.pmcid, "version": version, "pmid": record.pmid, "license_code": licence_code(record.pmid),
        "xml_url": f"s3://pmc-oa-opendata/{name}/{name}.xml?md5={md5}",
    }  # fmt: skip


ANSWERS: Final = {"efetch_pmc": answer_texts, "s3": answer_s3}
