"""What contradicts an article forbids it, however much agrees: a person decides, or nobody."""

import pytest

from harvest.identify.agreement import CandidateArticle
from harvest.identify.printed_citation import parse_citation
from harvest.identify.record_linkage import QUEUED, Match, Matcher, decided, is_forbidden
from harvest.rehearsal.synthetic import synthetic_records
from tests.benchmarks.bench_resolve import measure_contradicted

TITLE = "A survey of the lighthouses and beacons of the northern fjords"
SURVEY = CandidateArticle(
    31, f"{TITLE}.", ("Tangen", "Bø"), 1984, ("Beacon research journal", "Beacon Res J"), "17", "112-31", "KL"
)  # fmt: skip
REPLY = SURVEY._replace(pmid=32, title=f"{TITLE}: reply.", pages="140-1")


def matched(citation: str, *subjects: CandidateArticle) -> Match:
    return Matcher(subjects or [SURVEY]).matches(citation)[0]


def is_accepted(citation: str, *subjects: CandidateArticle) -> bool:
    return decided(Matcher(subjects or [SURVEY]).matches(citation)) is not None


@pytest.mark.parametrize(
    "place",
    [
        "1984;17(2):112-31.", "1984;17:112.", "1984, 17, 112-131.", "17:112-31, 1984.", "17 (1984) 112-131.", "1984.",
        "vol. 17, no. 2, pp. 112-131, 1984.", "1985;17:112-31.", "1984;16:112-31.", "1984;17:112e31.",
    ],
)  # fmt: skip
def test_what_does_not_contradict_is_accepted_in_every_style(place: str):
    assert is_accepted(f"Tangen KL, Bø M. {TITLE}. Beacon Res J. {place}")


@pytest.mark.parametrize(
    "place",
    [
        "1983;16(1):40-62.", "1983, 16, 40-62.", "16:40-62, 1983.", "16 (1983) 40-62.", "vol. 16, pp. 40-62, 1983.",
        "1984;16:40-62.", "1984;17:40-62.", "1983;16.", "1984;16.", "1983.", "1991;17:140.", "1983;16:112-31.",
        "1984;112:17-31.", "1984;17:S112-31.", "1984; Suppl 2: S40.",
    ],
)  # fmt: skip
def test_another_volume_or_first_page_or_the_year_before_without_a_place_is_not_accepted(place: str):
    citation = f"Tangen KL, Bø M. {TITLE}. Beacon Res J. {place}"

    assert matched(citation).score >= QUEUED  # a person is asked
    assert not is_accepted(citation)


@pytest.mark.parametrize(
    "authors",
    ["Solli P", "Solli P, Tangen KL, Bø M", "Bø M, Tangen KL", "Bø M", "Solli, P.", "P. Solli", "Solli",
     "Solli P, et al", "Paula Solli and Kari L. Tangen", "World Beacon Council", "Tangen-Moe A"],
)  # fmt: skip
@pytest.mark.parametrize("title", [f"{TITLE}. ", ""], ids=["title", "no title"])
def test_another_first_author_is_not_accepted_even_alone(authors: str, title: str):
    citation = f"{authors}. {title}Beacon Res J. 1984;17:112-31."

    assert "author -" in matched(citation).parts
    assert not is_accepted(citation)


@pytest.mark.parametrize(
    "title",
    [
        f"{TITLE}. Part 2", f"{TITLE}: part II", f"{TITLE} (part two)", f"{TITLE}. 2", f"{TITLE} III", f"{TITLE}, 1983",
        f"{TITLE}: second report", f"{TITLE} - an update", f"{TITLE}: reply", f"{TITLE} [letter]", f"{TITLE}. Erratum",
        f"Reply to: {TITLE}", f"Corrigendum: {TITLE}", f"Re: {TITLE}", f"Second report. {TITLE}",
        f"{TITLE}: their keepers, their costs and their wrecks", TITLE.replace("northern", "southern"),
        TITLE.replace("lighthouses", "lightships"), "Tides and Wharves", "Editorial", "The Keepers of the Last Lamp",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["1984;17:112-31.", "1984;17.", "1984."])
def test_another_part_a_reply_or_another_title_at_the_same_place_is_not_accepted(title: str, place: str):
    citation = f"Tangen KL, Bø M. {title}. Beacon Res J. {place}"

    assert not is_accepted(citation)
    assert all("title +" not in match.parts for match in Matcher([SURVEY]).matches(citation))


@pytest.mark.parametrize("number", ["1", "I", "First", "one"])
def test_a_part_is_the_same_part_however_its_number_is_written(number: str):
    first = SURVEY._replace(title=f"Part 1: {TITLE}")

    assert "title +" in matched(f"Tangen KL. Part {number}: {TITLE}. Beacon Res J. 1984;17:112.", first).parts


@pytest.mark.parametrize("place", ["1984;8:3-19.", "1984.", "1984;17:3-19."])
def test_the_same_title_in_another_journal_is_not_accepted(place: str):
    assert not is_accepted(f"Tangen KL, Bø M. {TITLE}. Coast Lett. {place}")


def test_a_reply_under_the_title_of_the_article_is_told_from_it():
    reply = f"Tangen KL, Bø M. {TITLE}: reply. Beacon Res J. 1984;17:140-1."

    assert decided(Matcher([SURVEY, REPLY]).matches(reply)) == matched(reply, REPLY)
    assert not is_accepted(reply)


def test_a_number_agrees_in_its_own_place_only():
    assert matched("Tangen KL. Beacon Res J. 1984;112:17-31.").parts == "author + year + volume - page - journal +"
    assert "page" not in matched("Tangen KL. Of 112 beacons and 17 lamps. Beacon Res J. 1984;17.").parts


def test_author_year_and_volume_alone_are_shared_by_other_articles():
    assert not is_accepted("Tangen KL, Bø M. Beacon Res J. 1984;17(2).")


def test_two_contradictions_forbid_where_one_is_a_slip():
    slip = Match(1, 20.0, "title + author + year + volume - page + journal +")

    assert not is_forbidden(slip)
    assert is_forbidden(slip._replace(parts="title + author + year - volume - page + journal +"))
    assert is_forbidden(slip._replace(parts="title + author + year + volume - page ~ journal +"))


@pytest.mark.parametrize(
    ("citation", "author", "place"),
    [
        ("Bø M. Beacon Res J. 1984;17(2):112-31.", ("bo",), (1984, "17", "112", "31")),
        ("Beacon Res J. 1984 Mar-Apr;17 Suppl 2:S112-31.", (), (1984, "17", "s112", "31")),
        (
            "[4] van der Vik, P. (1984). Of 3 lamps: 2 views. Beacon, 17(2), e112.",
            ("van", "der", "vik"),
            (1984, "17", "e112", ""),
        ),
        ("P. van Vik, M. Bø, Beacon Res. J. 17 (1984) 112.", ("van", "vik"), (1984, "17", "112", "")),
        (
            "Beacon Council of the North. Beacon Res J 17: 112-131, 1984.",
            ("beacon", "council", "of", "the", "north"),
            (1984, "17", "112", "131"),
        ),
        ("Bø M. The lamp. Oslo: Press; 1984.", ("bo",), (1984, "", "", "")),
    ],
)
def test_a_reference_is_taken_apart_in_many_styles(citation: str, author: tuple[str, ...], place: tuple[object, ...]):
    found = parse_citation(citation)

    assert found.author == author
    assert (found.year, found.volume, found.page, found.last_page) == place


def test_a_title_in_title_case_is_a_title():
    assert parse_citation("Bø M. Lamps, Beacons, Buoys: Diverging Ways. Beacon Res J. 1984;17:112.").has_title
    assert not parse_citation("Bø M, Vik P. Proc Natl Acad Sci U S A. 1984;17:112.").has_title


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Journal of Beacon Research", "J Beacon Res"), ("J Beacon Res", "Journal of Beacon Research"),
        ("National beacon letters", "Natl Beacon Lett"), ("Beacon (Oslo)", "Beacon"),
        ("Journal of Beacon Studies", "JBS"), ("The Beacon", "Beacon"), ("Beacon", "The Beacon"),
        ("Proc Beacon Soc U S A", "Proc. Beacon Soc. U. S. A."),
    ],
)  # fmt: skip
def test_a_journal_agrees_by_abbreviations_of_its_words_in_their_order(name: str, printed: str):
    assert "journal +" in matched(f"Tangen KL. {printed}. 1984;17:112.", SURVEY._replace(journals=(name,))).parts


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Theology", "The Beacon"), ("Theology", "Notes on the Sea"), ("Beacon", "Beacon Letters"),
        ("Journal of Beacon Research", "Res Beacon J"), ("Beacon research", "Beacon"), ("Sea", "Seafaring"),
        ("Am J Psychol", "Am J Psychopharmacol"),
    ],
)  # fmt: skip
def test_a_journal_does_not_agree_by_an_article_or_by_a_part_of_its_name(name: str, printed: str):
    assert "journal -" in matched(f"Tangen KL. {printed}. 1984;17:112.", SURVEY._replace(journals=(name,))).parts


def test_a_later_author_is_no_first_author():
    far = "Solli P, Vik P, Moe A, Tangen K, Bø M. The Keepers of the Last Lamp. Notes on the Sea. 1984;3:9-20."

    assert Matcher([SURVEY._replace(journals=("Theology",))]).matches(far) == []


def test_names_that_share_a_word_are_told_apart():
    people = [SURVEY._replace(pmid=n, surnames=(f"Keeper {n:04}",), pages=f"{n}12-31") for n in range(1, 300)]

    found = decided(Matcher(people).matches(f"Keeper 0007, Bø M. {TITLE}. Beacon Res J. 1984;17:712-31."))
    assert found is not None
    assert found.pmid == 7


def test_the_work_of_one_reference_has_a_limit(monkeypatch: pytest.MonkeyPatch):
    compared = []
    monkeypatch.setattr(
        "harvest.identify.record_linkage._match", lambda known, _: compared.append(known.pmid) or Match(1, 0.0, "")
    )
    alike = [SURVEY._replace(pmid=n, volume=str(n)) for n in range(1, 2_000)]

    Matcher(alike).matches(f"Tangen KL. {TITLE}. Beacon Res J. 1984;17:112-31.")

    assert 17 in compared
    assert len(compared) <= 20


def test_nothing_made_to_be_contradicted_is_accepted():
    assert measure_contradicted(list(synthetic_records(300))) == []


@pytest.mark.parametrize(
    "notice",
    ["Erratum in: Beacon Res J. 1984;17:300.", "[Erratum in Beacon Res J 17: 300, 1984].",
     "Comment in: Tide. 1985;3:1-2.", "(Retracted in Beacon Res J 1990;23:4)"],
)  # fmt: skip
def test_the_place_of_a_notice_is_not_the_place_of_the_article(notice: str):
    assert is_accepted(f"Tangen KL, Bø M. {TITLE}. Beacon Res J. 1984;17:112-31. {notice}")
    assert not is_accepted(f"Tangen KL, Bø M. {TITLE}. Beacon Res J. 1984;16:40-62. {notice}")


def test_a_notice_in_brackets_after_the_title_is_no_part_of_it():
    notice = "[published correction appears in Beacon Res J. 1985;18:9]"

    assert is_accepted(f"Tangen KL, Bø M. {TITLE} {notice}. Beacon Res J. 1984;17:112-31.")


def test_of_one_text_in_two_journals_neither_is_accepted_by_the_place_of_the_other():
    again = SURVEY._replace(pmid=33, journals=("Tide letters", "Tide Lett"), volume="88", pages="401-20")

    assert is_accepted(f"Tangen KL, Bø M. {TITLE}. Tide Lett. 1984;88:401-20.", SURVEY, again)
    assert not is_accepted(f"Tangen KL, Bø M. {TITLE}. Beacon Res J. 1984;88:401-20.", SURVEY, again)
