"""The descriptor file of a made-up MeSH tree, in NLM's form: topics, and their terms below them."""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from harvest.rehearsal.vocabulary import COMMON_TERMS, TOPICS
from kb.records import MeshPlace


def synthetic_places() -> Iterator[MeshPlace]:
    """Yield the places of all made-up descriptors, and of the two branches that hold them."""
    yield MeshPlace("S01", "SYN0000", "Imaginary Sciences")
    for topic, (name, terms) in enumerate(TOPICS):
        yield MeshPlace(f"S01.{topic + 1:03}", f"SYN{topic * 5 + 1:04}", name)
        for n, term in enumerate(terms[1:], start=1):
            yield MeshPlace(f"S01.{topic + 1:03}.{n:03}", f"SYN{topic * 5 + n + 1:04}", term)
    yield MeshPlace("S02", "SYN0899", "Pretended Methods")
    for n, term in enumerate(COMMON_TERMS):
        yield MeshPlace(f"S02.{n + 1:03}", f"SYN{900 + n:04}", term)


def format_mesh(places: Iterator[MeshPlace]) -> Iterator[bytes]:
    """Yield a descriptor file as NLM writes it, one record a place."""
    yield b'<?xml version="1.0"?>\n<DescriptorRecordSet LanguageCode="eng">\n'
    for number, ui, name in places:
        yield (
            f'<DescriptorRecord DescriptorClass="1"><DescriptorUI>{escape(ui)}</DescriptorUI><DescriptorName><String>'
            f"{escape(name)}</String></DescriptorName><TreeNumberList><TreeNumber>{escape(number)}</TreeNumber>"
            "</TreeNumberList></DescriptorRecord>\n"
        ).encode()
    yield b"</DescriptorRecordSet>\n"
