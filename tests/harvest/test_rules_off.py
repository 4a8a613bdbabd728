"""Controls of the odd records: a reader without one of its rules fails the very test of that rule."""

from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

from harvest.pubmed.safe_xml import OPTIONS
from tests.harvest.files import test_nbib as nbib
from tests.harvest.pubmed import test_article as articles
from tests.harvest.pubmed import test_book as books
from tests.harvest.pubmed import test_other_elements as others
from tests.harvest.pubmed import test_pubmed_damage as damage
from tests.harvest.pubmed import test_pubmed_references as references

REPAIRING = etree.XMLParser(**{**OPTIONS, "recover": True})
RULES: list[tuple[str, object, Callable[..., None], tuple[Any, ...]]] = [
    (
        "harvest.pubmed.article._PARSER",
        REPAIRING,
        damage.test_bytes_that_an_encoding_does_not_have_cost_their_own_record_only,
        (),
    ),
    (
        "harvest.pubmed.elements._invalid_dois",
        lambda _: set(),
        articles.test_a_doi_that_the_record_calls_invalid_is_not_the_articles_wherever_else_it_stands,
        (["10.5555/wrong"], [("10.5555/wrong", "N")], None),
    ),
    (
        "harvest.pubmed.article.settle_affiliation",
        lambda _: None,
        articles.test_affiliations_stand_with_their_author_in_the_new_and_both_old_forms,
        (),
    ),
    (
        "harvest.pubmed.elements.text_of",
        lambda element: element.text,
        references.test_markup_in_a_citation_becomes_text,
        (),
    ),
    (
        "harvest.pubmed.article.note_others",
        lambda *_: None,
        others.test_an_element_that_nobody_knows_is_kept_wherever_it_stands,
        (),
    ),
    (
        "harvest.pubmed.book.settle_identifiers",
        lambda *_, **__: None,
        books.test_a_book_is_known_by_its_own_title_and_its_editors,
        (),
    ),
    (
        "harvest.files.nbib._refuse_cut_off",
        lambda *_: None,
        nbib.test_a_file_cut_off_anywhere_loses_its_last_record_alone_and_names_it,
        (),
    ),
]


@pytest.mark.parametrize(("rule", "other", "test", "given"), RULES, ids=[rule for rule, *_ in RULES])
def test_a_reader_without_a_rule_fails_the_test_of_that_rule(
    monkeypatch: pytest.MonkeyPatch, rule: str, other: object, test: Callable[..., None], given: tuple[Any, ...]
):
    test(*given)
    monkeypatch.setattr(rule, other)

    with pytest.raises(AssertionError):
        test(*given)
