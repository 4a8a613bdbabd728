"""Full texts of real articles: the figures of docs/fulltext.md; run with -s to see them."""

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest
from lxml import etree

from harvest.pmc.article import parse_full_texts, split_full_texts
from harvest.pmc.sentences import split_sentences
from kb.errors import RecordError
from kb.full_texts import BODY, FullText
from kb.text import fold
from tests.real.printed_numbers import read_printed_numbers

pytestmark = pytest.mark.real

_CITATIONS = frozenset({"mixed-citation", "element-citation", "citation", "nlm-citation", "citation-alternatives"})
_LOST_SEPARATORS = ("PMC11253739", "PMC11751929")  # what is printed cannot be told apart: "213136"
_READ_BY_A_PERSON = {  # how often the second reading errs: article, number: times too often, or too seldom
    "PMC5791776": {2: 1},  # km²
    "PMC3694465": {21: 1},  # a confidence interval
    "metabo4040932": {1: 7},  # t[1], to[1]: components
    "PMC4690660": {2: -1},  # a mark "[a]" of reference 2
    "PMC10291370": {26: -1, 27: -1},  # marks that print nothing
    "PMC10582156": {9: -1, 11: -1},  # raised numbers after numbers
    "pcbi.1004113": {5: -2},  # intervals that the publisher tagged as marks
    "PMC11922098": {32: -1},  # likewise
}


@pytest.fixture(scope="module")
def documents() -> dict[str, bytes]:
    """All JATS documents of the collection, unpacked, by name."""
    from tests.conftest import SHARED_DATA

    return {
        path.name: gzip.decompress(path.read_bytes()) for path in sorted((SHARED_DATA / "pmc-jats").glob("*.xml.gz"))
    }


@pytest.fixture(scope="module")
def articles(documents: dict[str, bytes]) -> dict[str, FullText]:
    """What litkb reads in each of them."""
    read = {name: list(parse_full_texts(xml)) for name, xml in documents.items()}
    assert not [item for items in read.values() for item in items if isinstance(item, RecordError)]
    return {name: item.full_text for name, items in read.items() for item in items if not isinstance(item, RecordError)}


def tree(xml: bytes) -> etree._Element:
    """Return a document with local names, parsed otherwise than by litkb."""
    root = etree.fromstring(
        xml, etree.XMLParser(resolve_entities=False, load_dtd=False, remove_comments=True, remove_pis=True)
    )
    for element in root.iter("{*}*"):
        element.tag = etree.QName(element).localname
    return root


def words(text: str) -> str:
    """Return the letters and digits of a text."""
    return re.sub(r"[\W_]+", "", fold(text))


def test_every_file_is_read_and_each_piece_of_one_is_refused_in_words(documents, articles):
    assert len(articles) == len(documents) == 78
    for xml in documents.values():
        for part in range(1, 20):
            items = list(parse_full_texts(xml[: len(xml) * part // 20]))
            assert isinstance(items[-1], RecordError)


def test_every_reference_is_found_with_its_parts_and_all_of_its_identifiers(documents, articles):
    given = kept = 0
    for name, xml in documents.items():
        for position, ref in enumerate(tree(xml).iter("ref"), start=1):
            parts = [one for one in articles[name].references if one.position == position]
            citations = [child for child in ref if child.tag in _CITATIONS]
            assert len(parts) == max(1, len(citations))
            for part, citation in zip(parts, citations, strict=False):
                ids = " ".join(map(str, (part.doi, part.cited_pmid, part.cited_pmcid, part.other_ids))).lower()
                for pub_id in citation.iter("pub-id"):
                    value = " ".join("".join(pub_id.itertext()).split()).lower()
                    given += bool(value)
                    kept += bool(value) and value.removeprefix("https://doi.org/").removesuffix(".") in ids
    print(f"identifiers of references: {kept:,} of {given:,} kept")
    assert kept == given


def test_no_word_of_a_citation_is_lost(documents, articles):
    told = 0
    for name, xml in documents.items():
        for position, ref in enumerate(tree(xml).iter("ref"), start=1):
            parts = [words(part.citation or "") for part in articles[name].references if part.position == position]
            citations = [child for child in ref if child.tag in _CITATIONS]
            for printed, citation in zip(parts, citations, strict=False):
                for word in _words_of(citation):
                    told += 1
                    assert words(word) in printed, (name, position, word)
    print(f"words of citations: {told:,}, none lost")


def _words_of(citation: etree._Element) -> Iterator[str]:
    """Yield the words of each piece of text of a citation, but of labels, code and identifiers beside it."""
    for element in citation.iter():
        if element.tag not in ("pub-id", "object-id", "label", "tex-math", "etal"):
            yield from (element.text or "").split()
        if element is not citation:
            yield from (element.tail or "").split()


def test_most_references_of_hard_files_are_reached(articles):
    tagged = [text for text in articles.values() if text.outcome == BODY and text.references]
    listed = sum(len({one.position for one in text.references}) for text in tagged)
    reached = sum(len({link.position for link in text.links}) for text in tagged)
    print(f"references with at least one mark: {reached:,} of {listed:,} = {reached / listed:.2%}")
    assert reached / listed >= 0.975


def test_numbers_are_linked_as_a_reader_of_the_printed_text_links_them(documents, articles):
    both = ours = theirs = files = 0
    for name, text in articles.items():
        numbers = {one.position: one.label_number or one.position for one in text.references if one.scope == 0}
        known = frozenset(numbers.values())
        if len(known) < len(numbers) or any(one in name for one in _LOST_SEPARATORS):
            continue
        inside = {one.sentence for one in text.sentences if one.place != "sub-article"}
        mentioned = {one.mention for one in text.mentions if one.sentence in inside}
        links = Counter(
            numbers[position]
            for (mention, position), _ in groupby(text.links, key=lambda link: (link.mention, link.position))
            if mention in mentioned and position in numbers
        )
        printed = read_printed_numbers(documents[name], known)
        if len(printed.numbers) < len(known) / 2:  # cited by names
            continue
        files += 1
        erred = next((erred for article, erred in _READ_BY_A_PERSON.items() if article in name), {})
        printed.numbers.subtract(erred)
        both += (links & printed.numbers).total()
        ours += (links - printed.numbers).total()
        theirs += (printed.numbers - links).total()
        if links != printed.numbers:
            print(
                name,
                printed.style,
                "only litkb",
                dict(links - printed.numbers),
                "only printed",
                dict(printed.numbers - links),
            )
    print(f"numbered links: {both:,} in both, {ours} only litkb's, {theirs} only printed, {files} articles")
    assert both / (both + ours) >= 0.998
    assert both / (both + theirs) >= 0.998


def test_names_and_years_agree_with_the_reference_that_is_linked(articles):
    agreed = told = 0
    for name, text in articles.items():
        citations = {}
        for one in text.references:
            citations[one.position] = f"{citations.get(one.position, '')} {fold(one.citation or '')}"
        rids = Counter(link.mention for link in text.links if link.how == "rid" and not link.contradicts)
        for mention in text.mentions:
            match = re.fullmatch(r"[\[(]?([A-Z][\w'’-]+)[^\d]*?((?:1[89]|20)\d\d)[a-z]?[\])]?", mention.marker)
            if match and rids[mention.mention] == 1:
                [position] = {link.position for link in text.links if link.mention == mention.mention}
                told += 1
                agrees = match[2] in citations[position] or fold(match[1]) in citations[position]
                agreed += agrees
                if not agrees:
                    print(name, mention.marker, citations[position][:80])
    print(f"names and years: {agreed:,} of {told:,} agree = {agreed / told:.2%}")
    assert agreed / told >= 0.997


# --- sentences ---


def gold(shared_data: Path, name: str) -> Iterator[dict[str, object]]:
    with gzip.open(shared_data / "pmc-jats" / name, "rt") as file:
        yield from map(json.loads, file)


def test_sentences_of_marks_are_those_that_people_marked_in_craft(shared_data, articles):
    texts = {article["pmid"]: article for article in gold(shared_data, "craft-sentences.jsonl.gz")}
    right = told = 0
    for mention in gold(shared_data, "craft-mentions.jsonl.gz"):
        start, end = int(str(mention["start"])), int(str(mention["end"]))
        text = str(texts[mention["pmid"]]["text"])
        begin = text.rfind("\n", 0, start) + 1
        stop = text.find("\n", end)
        line = text[begin : stop if stop >= 0 else len(text)]
        told += 1
        is_right = (start - begin, end - begin) in split_sentences(line)
        right += is_right
        if not is_right:
            print(mention["pmid"], mention["sentence"])
    print(f"sentences of marks: {right:,} of {told:,} exact = {right / told:.2%}")
    assert right / told >= 0.996  # 13 of the 18 others stand in two sentences that CRAFT divides as no others


def test_sentences_of_the_articles_themselves_are_those_of_craft(shared_data, articles):
    by_article = {text.pmid: text for text in articles.values()}
    right = told = 0
    for pmid, mentions in groupby(gold(shared_data, "craft-mentions.jsonl.gz"), key=lambda one: str(one["pmid"])):
        text = by_article.get(int(pmid))
        if text is None:
            continue
        sentences = {words(sentence.text) for sentence in text.sentences}
        for mention in mentions:
            told += 1
            right += words(str(mention["sentence"])) in sentences
    print(f"sentences of marks in whole articles: {right:,} of {told:,} = {right / told:.2%}")
    assert right / told >= 0.98  # the two texts differ in formulas and raised letters, too


def test_no_legend_cell_or_formula_is_inside_a_sentence_and_no_word_is_lost(documents, articles):
    told = 0
    for name, xml in documents.items():
        lines = {words(line) for line in _lines(tree(xml))}
        for sentence in articles[name].sentences:
            told += 1
            said = words(sentence.text)
            assert any(said in line for line in lines), (name, sentence.text)
    print(f"sentences: {told:,} stand in one line of their article each")


def _lines(root: etree._Element) -> Iterator[str]:
    """Yield the lines of an article: of each block what stands in it, without the blocks inside it."""
    cut = {
        "fig", "table-wrap", "disp-formula", "list", "disp-quote", "boxed-text", "fn", "def-list", "p", "title",
        "supplementary-material", "statement", "table", "caption", "tex-math", "td", "th", "tr", "media",
    }  # fmt: skip

    def said(element: etree._Element) -> str:
        parts = [element.text or ""]
        for child in element:
            is_words = isinstance(child.tag, str) and child.tag not in cut
            parts += [said(child) if is_words else " ", child.tail or ""]
        return "".join(parts)

    for element in root.iter("p", "title", "td", "th", "term", "article-title", "attrib", "label"):
        yield said(element)


def test_a_mark_stands_in_its_sentence_where_it_is_said_to_stand(articles):
    for name, text in articles.items():
        sentences = {sentence.sentence: sentence.text for sentence in text.sentences}
        for mention in text.mentions:
            printed = sentences[mention.sentence][mention.start :][: mention.length]
            assert words(printed) in ("", words(mention.marker)), (name, mention)


def test_an_author_manuscript_as_efetch_gives_it_is_read_whole(shared_data):
    xml = gzip.decompress((shared_data / "citations-api-2" / "pmc" / "efetch-pmc3040717.xml.gz").read_bytes())
    [article] = parse_full_texts(xml)
    assert not isinstance(article, RecordError)
    text = article.full_text

    assert (text.pmid, text.outcome, text.license) == (20516115, BODY, "TDM")
    assert (len(text.references), len(text.mentions), len(text.links)) == (53, 96, 123)


def test_an_article_that_is_kept_by_itself_reads_as_in_the_document_it_came_in(documents):
    for name, xml in documents.items():
        whole = [one.full_text for one in parse_full_texts(xml) if not isinstance(one, RecordError)]
        alone = [parsed.full_text for part in split_full_texts(xml) for parsed in parse_full_texts(part.xml)]  # type: ignore[union-attr]
        assert alone == whole, name
