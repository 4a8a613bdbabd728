"""PubMed Central's bucket at Amazon S3, in its form of August 2026: listing, newest version that has an XML,
its metadata, and that XML.

Objects are PMC123.2/PMC123.2.json, .xml and others; the metadata names the XML with its MD5, and the licence.
"""

import hashlib
import json
import re
from functools import partial
from typing import Any, Final, NamedTuple

from harvest.http.client import Client
from harvest.http.response_validation import check_root, is_closed, parse_document, said_instead
from harvest.http.transport import Site
from harvest.sources.source import ATTEMPTS, Answer, Source
from kb.clock import now
from kb.errors import QuestionError, RecordError, TransientError

NAME: Final = "pmc_s3"
REQUESTS: Final = 3  # for an article that is there
_SHOWN: Final = "PubMed Central's bucket"
_XML: Final = re.compile(r"s3://[^/]+/(PMC\d+\.\d+/[\w.-]+\.xml)(?:\?md5=([0-9A-Fa-f]{32}))?", re.ASCII)


class Metadata(NamedTuple):
    """What the bucket says of a version of an article: its licence, and where its XML is; xml None: there is none."""

    license_code: str | None
    xml: str | None
    md5: str | None


class _Version(NamedTuple):
    """The key of the XML of a version, what the bucket says of it, and the XML itself."""

    key: str
    metadata: str
    xml: bytes


def fetch_text(client: Client, pmcid: str) -> Answer:
    """Return the XML of the newest version of an article that has one; where none has, its listing.

    The request says under ``key`` and ``metadata`` which version it is, and what the bucket says of that; under
    ``newest`` the number of the newest one, where that has no XML.
    """
    asked = {"list-type": "2", "prefix": f"{pmcid}.", "delimiter": "/"}
    listing, versions = client.get(_SHOWN, "", asked, partial(_versions, pmcid=pmcid))
    request = {"id": pmcid.removeprefix("PMC")}
    for version in versions:
        if found := _fetch_version(client, f"{pmcid}.{version}"):
            newest = {} if version == versions[0] else {"newest": str(versions[0])}
            return Answer("s3", {**request, "key": found.key, "metadata": found.metadata, **newest}, found.xml, now())
    return Answer("s3", request, listing, now())


def _versions(body: bytes, *, pmcid: str) -> list[int]:
    """Return the numbers of the versions that a listing has, the newest first."""
    listing = parse_document(body, "ListBucketResult")
    prefixes = (element.text or "" for element in listing.iterfind("{*}CommonPrefixes/{*}Prefix"))
    found = (re.fullmatch(rf"{pmcid}\.(\d{{1,3}})/", prefix, re.ASCII) for prefix in prefixes)
    return sorted({int(match[1]) for match in found if match}, reverse=True)


def _fetch_version(client: Client, name: str) -> _Version | None:
    """Return a version of an article; None where it has no XML of its own."""
    try:
        metadata, said = client.get(_SHOWN, f"{name}/{name}.json", {}, parse_metadata)
        if said.xml is None or said.xml.partition("/")[0] != name:
            return None
        return _Version(said.xml, metadata.decode("utf-8", "replace"), _fetch_xml(client, said.xml, said.md5))
    except QuestionError:  # no such key
        return None


def parse_metadata(body: bytes) -> Metadata:
    """Return what the metadata of a version says. Raises TransientError where it is none."""
    try:
        said: Any = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or "pmcid" not in said:
        raise TransientError(said_instead(body) or "an empty answer")
    code, url = said.get("license_code"), said.get("xml_url")
    match = _XML.fullmatch(url) if isinstance(url, str) else None
    return Metadata(code if isinstance(code, str) and code else None, *(match.groups() if match else (None, None)))


def version_of(key: str) -> int:
    """Return the version that the key of an object names: 2 of PMC1.2/PMC1.2.xml."""
    return int(key.partition("/")[0].rpartition(".")[2])


def _fetch_xml(client: Client, key: str, md5: str | None) -> bytes:
    """Return the XML that has this MD5; without one, a whole document.

    Raises RecordError where it stays another: the next articles may be right.
    """
    for _ in range(ATTEMPTS):
        body, is_right = client.get(_SHOWN, key, {}, partial(_check_xml, md5=md5))
        if is_right:
            return body
    raise RecordError(f"{_SHOWN} gives as {key} a text that is {f'not the one of MD5 {md5}' if md5 else 'cut off'}.")


def _check_xml(body: bytes, *, md5: str | None) -> bool:
    """Return whether a body is the XML with an MD5, in whatever encoding; raise where it is no article's at all."""
    if md5 and hashlib.md5(body, usedforsecurity=False).hexdigest() == md5.lower():
        return True
    check_root(body, "article")
    return md5 is None and is_closed(body, "article")


SOURCE: Final = Source(
    name=NAME,
    site=Site("pmc-oa-opendata.s3.amazonaws.com", "https://pmc-oa-opendata.s3.amazonaws.com/…"),
    address="https://pmc-oa-opendata.s3.amazonaws.com/",
    variable="LITKB_PMC_S3_URL",
    lists=(),
    rate=10,
)
