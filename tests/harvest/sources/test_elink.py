"""ELink answers: who cites whom, what is similar, what is not known, what is refused."""

import pytest

from harvest.sources.elink import check_links, parse_links
from kb.errors import PermanentError, RecordError, TransientError
from kb.records import LinkList


def link_set(ids: list[int], **links: list[tuple[int, int | None]]) -> str:
    """Return a LinkSet; a list is given by its link name without "pubmed_"."""
    parts = "".join(
        f"<LinkSetDb><DbTo>pubmed</DbTo><LinkName>pubmed_{name}</LinkName>"
        + "".join(
            f"<Link><Id>{other}</Id>" + (f"<Score>{score}</Score>" if score is not None else "") + "</Link>"
            for other, score in entries
        )
        + "</LinkSetDb>"
        for name, entries in links.items()
    )
    named = "".join(f"<Id>{pmid}</Id>" for pmid in ids)
    return f"<LinkSet><DbFrom>pubmed</DbFrom><IdList>{named}</IdList>{parts}</LinkSet>"


def answer(*parts: str) -> bytes:
    return ('<?xml version="1.0" encoding="UTF-8" ?>\n<eLinkResult>' + "".join(parts) + "</eLinkResult>\n").encode()


def test_who_cites_an_article_is_kept_in_the_order_given():
    body = answer(link_set([1], pubmed_citedin=[(30, None), (20, None), (25, None)]))

    assert parse_links(body, asked=[1], list_name="cited_by") == [
        LinkList(1, "cited_by", "elink_citedin", ((30, None), (20, None), (25, None)))
    ]


def test_similar_articles_keep_rank_and_score_and_leave_out_the_article_itself():
    body = answer(link_set([1], pubmed=[(1, 2147483647), (9, 500), (4, 600), (9, 400)]))

    assert parse_links(body, asked=[1], list_name="similar") == [
        LinkList(1, "similar", "elink_similar", ((9, 500), (4, 600)))
    ]


def test_the_score_of_references_is_no_score():
    body = answer(link_set([1], pubmed_refs=[(9, 9)]))

    assert parse_links(body, asked=[1], list_name="references") == [
        LinkList(1, "references", "elink_refs", ((9, None),))
    ]


def test_no_links_means_no_data_and_only_itself_means_none():
    body = answer(link_set([1]), link_set([2], pubmed=[(2, 5)]))

    assert parse_links(body, asked=[1, 2], list_name="similar") == [
        LinkList(1, "similar", "elink_similar", None),
        LinkList(2, "similar", "elink_similar", ()),
    ]


def test_links_of_another_name_are_not_mistaken_for_the_list():
    body = answer(link_set([1], pubmed_reviews=[(8, None)], pubmed_citedin=[(7, None)], pubmed_five=[(6, None)]))

    [links] = parse_links(body, asked=[1], list_name="cited_by")

    assert links.entries == ((7, None),)


def test_links_pooled_of_several_articles_are_refused():
    body = answer(link_set([1, 2], pubmed_citedin=[(30, None)]))

    with pytest.raises(RecordError, match=r"The links of 2 articles came pooled.*who cites whom is lost"):
        parse_links(body, asked=[1, 2], list_name="cited_by")


def test_what_was_not_asked_is_left_out_and_what_is_not_answered_is_missing():
    body = answer(link_set([1]), link_set([99], pubmed_citedin=[(30, None)]))

    lists = parse_links(body, asked=[1, 2, 3], list_name="cited_by")

    assert [links.pmid for links in lists] == [1]
    assert [links.pmid for links in lists] == [1]


def test_an_error_in_one_of_several_link_sets_leaves_its_article_missing():
    failed = "<LinkSet><DbFrom>pubmed</DbFrom><IdList><Id>2</Id></IdList><ERROR>failed</ERROR></LinkSet>"
    body = answer(link_set([1], pubmed_citedin=[(30, None)]), failed)

    lists = parse_links(body, asked=[1, 2], list_name="cited_by")

    assert [links.pmid for links in lists] == [1]


@pytest.mark.parametrize(
    "parts",
    [
        ["<ERROR>Couldn't resolve #exLinkSrv2, the address table is empty.</ERROR>"],
        [link_set([1]), "<ERROR>Couldn't resolve #exLinkSrv2, the address table is empty.</ERROR>"],
        ["<LinkSet><ERROR>Couldn't resolve #exLinkSrv2, the address table is empty.</ERROR></LinkSet>"],
    ],
)
def test_an_answer_that_failed_as_a_whole_is_asked_again(parts):
    with pytest.raises(TransientError, match="the address table is empty"):
        check_links(answer(*parts))


def test_a_command_that_elink_does_not_know_is_not_asked_again():
    with pytest.raises(PermanentError, match="Exception: llinkslib command not supported"):
        check_links(answer("<LinkSet><ERROR>Exception:\nllinkslib command not supported</ERROR></LinkSet>"))


@pytest.mark.parametrize("body", [b"", b"<eLinkResult><LinkSet>", answer("<LinkSet><IdList></LinkSet>"), b"<x></x>"])
def test_a_broken_document_is_asked_again(body):
    with pytest.raises(TransientError):
        check_links(body)


@pytest.mark.parametrize(
    ("note", "source"),
    [
        ('<?litkb source="demonstration"?>', "demonstration"),
        ('<?litkb source="synthetic"?>', "synthetic"),
        ('<?litkb source="pubmed"?>', "elink_citedin"),
        ('<?other source="synthetic"?>', "elink_citedin"),
    ],
)
def test_links_of_a_rehearsal_say_what_they_are(note, source):
    [links] = parse_links(answer(note, link_set([1])), asked=[1], list_name="cited_by")

    assert links.source == source


def test_entities_are_not_expanded_and_no_file_is_read():
    body = (
        b'<!DOCTYPE eLinkResult [<!ENTITY x SYSTEM "file:///etc/passwd">]><eLinkResult><ERROR>&x;</ERROR></eLinkResult>'
    )

    with pytest.raises(TransientError) as caught:
        check_links(body)

    assert "root" not in str(caught.value)
