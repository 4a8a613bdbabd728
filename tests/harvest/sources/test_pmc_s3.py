"""PubMed Central's bucket: which version is the newest, and what its metadata says."""

import hashlib
import json
from functools import partial

import pytest

from harvest.sources.pmc_s3 import Metadata, fetch_text, parse_metadata, version_of
from kb.errors import RecordError, TransientError

XML = b"<article/>"


class Bucket:
    """Answers like a client of the bucket, from objects by path; "" is the listing."""

    def __init__(self, objects):
        self.objects = objects
        self.asked = []

    def get(self, _name, path, _parameters, check):
        self.asked.append(path)
        return self.objects[path], check(self.objects[path])


def listing(*prefixes: str) -> bytes:
    found = "".join(f"<CommonPrefixes><Prefix>{prefix}</Prefix></CommonPrefixes>" for prefix in prefixes)
    return f'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{found}</ListBucketResult>'.encode()


def metadata(url: object, code: object = "CC BY") -> bytes:
    return json.dumps({"pmcid": "PMC5", "license_code": code, "xml_url": url}).encode()


def test_the_newest_version_is_taken_by_its_number_and_not_by_its_spelling():
    url = "s3://pmc-oa-opendata/PMC5.10/PMC5.10.xml"
    objects = {
        "": listing("PMC5.2/", "PMC5.10/", "PMC5.9/", "PMC55.11/"),
        "PMC5.10/PMC5.10.json": metadata(url),
        "PMC5.10/PMC5.10.xml": XML,
    }
    answer = fetch_text(Bucket(objects), "PMC5")  # type: ignore[arg-type]

    assert (answer.body, answer.request["key"], version_of(answer.request["key"])) == (XML, "PMC5.10/PMC5.10.xml", 10)
    assert "newest" not in answer.request


def test_of_older_versions_the_newest_with_an_xml_is_taken_under_its_own_licence():
    objects = {
        "": listing("PMC5.1/", "PMC5.2/", "PMC5.3/", "PMC5.4/"),
        "PMC5.4/PMC5.4.json": metadata(None, "CC0"),
        "PMC5.3/PMC5.3.json": metadata("s3://x/PMC5.1/PMC5.1.xml", "CC0"),
        "PMC5.2/PMC5.2.json": metadata("s3://x/PMC5.2/PMC5.2.xml", "CC BY-NC"),
        "PMC5.2/PMC5.2.xml": XML,
    }
    answer = fetch_text(Bucket(objects), "PMC5")  # type: ignore[arg-type]

    assert (answer.body, answer.request["key"], answer.request["newest"]) == (XML, "PMC5.2/PMC5.2.xml", "4")
    assert parse_metadata(answer.request["metadata"].encode()).license_code == "CC BY-NC"


@pytest.mark.parametrize(
    "url",
    [
        None,
        7,
        "https://example.org/PMC5.1/PMC5.1.xml",
        "s3://x/PMC6.1/PMC6.1.xml",
        "s3://x/PMC5.1/../a.xml",
        "s3://x/PMC5.1/a\r\n.xml",
        "s3://x/PMC5.1/a b.xml",
        "s3://x/PMC5.1/a#.xml",
    ],
)
def test_a_version_without_an_xml_of_its_own_gives_its_listing(url):
    bucket = Bucket({"": listing("PMC5.1/"), "PMC5.1/PMC5.1.json": metadata(url)})
    answer = fetch_text(bucket, "PMC5")  # type: ignore[arg-type]

    assert (answer.body, "key" in answer.request, len(bucket.asked)) == (listing("PMC5.1/"), False, 2)


def test_metadata_without_a_code_has_no_licence():
    read = partial(metadata, "s3://b/PMC5.1/PMC5.1.xml")

    assert [parse_metadata(read(code)).license_code for code in (None, "", 3, "TDM")] == [None, None, None, "TDM"]
    assert parse_metadata(metadata(None)) == Metadata("CC BY", None, None)


@pytest.mark.parametrize(
    "body", [b"", b"<html/>", b"[]", b"{}", b"null", b'{"pmcid": "PMC5"', '{"pmcid": "PMC5"}'.encode("utf-16")]
)
def test_what_is_no_metadata_is_asked_for_again(body):
    with pytest.raises(TransientError):
        parse_metadata(body)


def bucket_with_md5(md5: str) -> Bucket:
    url = f"s3://x/PMC5.1/PMC5.1.xml?md5={md5}"
    return Bucket({"": listing("PMC5.1/"), "PMC5.1/PMC5.1.json": metadata(url), "PMC5.1/PMC5.1.xml": XML})


def test_an_md5_in_capitals_is_the_same():
    md5 = hashlib.md5(XML, usedforsecurity=False).hexdigest().upper()

    assert fetch_text(bucket_with_md5(md5), "PMC5").body == XML  # type: ignore[arg-type]


def test_a_text_that_stays_another_than_its_metadata_names_is_a_fault_of_this_article_alone():
    bucket = bucket_with_md5("0" * 32)
    with pytest.raises(RecordError, match=r"PMC5\.1/PMC5\.1\.xml a text that is not the one of MD5 0{32}\.$"):
        fetch_text(bucket, "PMC5")  # type: ignore[arg-type]

    assert bucket.asked.count("PMC5.1/PMC5.1.xml") == 3


def test_a_text_of_its_md5_is_taken_as_it_is_whatever_its_encoding():
    xml = '<?xml version="1.0" encoding="UTF-16"?><article/>'.encode("utf-16")
    url = f"s3://x/PMC5.1/PMC5.1.xml?md5={hashlib.md5(xml, usedforsecurity=False).hexdigest()}"
    bucket = Bucket({"": listing("PMC5.1/"), "PMC5.1/PMC5.1.json": metadata(url), "PMC5.1/PMC5.1.xml": xml})

    assert fetch_text(bucket, "PMC5").body == xml  # type: ignore[arg-type]


def test_a_text_without_an_md5_that_stays_cut_off_is_a_fault_of_this_article_alone():
    objects = {"": listing("PMC5.1/"), "PMC5.1/PMC5.1.json": metadata("s3://x/PMC5.1/PMC5.1.xml")}
    with pytest.raises(RecordError, match=r"cut off\.$"):
        fetch_text(Bucket(objects | {"PMC5.1/PMC5.1.xml": b"<article><front>"}), "PMC5")  # type: ignore[arg-type]
