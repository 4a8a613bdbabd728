"""Which article a printed reference means: each rule by itself, and any text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvest.identify.agreement import CandidateArticle
from harvest.identify.record_linkage import ACCEPTED, MARGIN, Match, Matcher, decided
from kb.text import fold

LAUDET = CandidateArticle(
    11, "The role of social supports, spirituality and mutual help groups in recovery", ("Laudet", "Morgen", "White"),
    2006, ("Alcoholism treatment quarterly", "Alcohol Treat Q"), "24", "33-73",
)  # fmt: skip
HUMPHREYS = CandidateArticle(
    12, "Self-help organizations for alcohol and drug problems", ("Humphreys", "Wing", "McCarty"),
    2004, ("Journal of substance abuse treatment", "J Subst Abuse Treat"), "26", "151-8; discussion 159-65",
)  # fmt: skip
FIRST = CandidateArticle(
    13, "Twelve steps and the brain: I. Theory of habits", ("Høie",), 1998, ("Brain",), "121", "1-20"
)
SECOND = CandidateArticle(
    14, "Twelve steps and the brain: II. Theory of habits", ("Høie",), 1998, ("Brain",), "121", "21-40"
)
MATCHER = Matcher([LAUDET, HUMPHREYS, FIRST, SECOND])
WHOLE = (
    "Laudet AB, Morgen K, White WL. The role of social supports, spirituality and mutual help groups in recovery. "
    "Alcohol Treat Q. 2006;24(1-2):33-73."
)


def meant(citation: str, matcher: Matcher = MATCHER) -> int | None:
    match = decided(matcher.matches(citation))
    return match.pmid if match else None


def parts(citation: str, pmid: int) -> str:
    """Return what agreed and what contradicted; "" where the article is no candidate."""
    return next((match.parts for match in MATCHER.matches(citation) if match.pmid == pmid), "")


def test_a_whole_reference_agrees_in_every_field():
    assert parts(WHOLE, 11) == "title + author + year + volume + page + journal +"
    assert meant(WHOLE) == 11


@pytest.mark.parametrize(
    "citation",
    [
        "Laudet AB, et al. Alcohol Treat Q. 2006;24:33-73.",
        "Alcohol Treat Q. 2006;24(1-2):33-73",
        "Laudet, A. B., Morgen, K., & White, W. L. (2006). The role of social supports, spirituality and mutual help "
        "groups in recovery. Alcoholism Treatment Quarterly, 24, 33-73.",
        "LAUDET AB. THE ROLE OF SOCIAL SUPPORTS SPIRITUALITY AND MUTUAL HELP GROUPS IN RECOVERY. ALCOHOL TREAT Q 2006",
        "Laudet AB. The role of social suports, spirituality and mutual help groups in recovery. 2006;24:33.",
        "The role of social supports, spirituality and mutual help groups in recovery. Alcohol Treat Q. 2006;24:33.",
    ],
    ids=["no title", "place only", "APA", "capitals", "slips", "no authors"],
)
def test_a_reference_is_found_in_every_style(citation: str):
    assert meant(citation) == 11


def test_an_accent_or_a_case_makes_no_difference():
    assert meant("HOIE M. Twelve steps and the brain: I. Theory of habits. Brain. 1998;121:1-20.") == 13


def test_another_part_of_the_same_title_is_another_article():
    assert meant("Høie M. Twelve steps and the brain: II. Theory of habits. Brain. 1998;121:21-40.") == 14
    assert meant("Høie M. Twelve steps and the brain: III. Theory of habits. Brain. 1998;121:41-60.") is None


@pytest.mark.parametrize("word", ["Erratum", "Comment", "Reply", "Correction", "Retraction"])
def test_what_is_printed_about_an_article_is_not_the_article(word: str):
    title = "The role of social supports, spirituality and mutual help groups in recovery"

    assert "title -" in parts(f"Laudet AB. {word}: {title}. Alcohol Treat Q. 2006;24:80.", 11)


def test_a_printed_title_that_is_another_one_contradicts():
    other = "Laudet AB, Morgen K. Pathways out of homelessness among young adults. Alcohol Treat Q. 2006;24:80-99."

    assert parts(other, 11).startswith("title - author +")
    assert meant(other) is None


def test_a_title_alone_is_not_enough():
    assert meant("The role of social supports, spirituality and mutual help groups in recovery") is None
    assert meant("Twelve steps and the brain") is None


@pytest.mark.parametrize(
    "first", ["Kelly JF, ", "Kelly JF, Laudet AB, ", ""], ids=["another", "before it", "the second"]
)
def test_another_first_author_than_the_articles_contradicts(first: str):
    citation = WHOLE.replace("Laudet AB, ", first)

    assert "author -" in parts(citation, 11)
    assert meant(citation) is None


def test_a_name_with_one_slip_counts_half():
    whole, slip = (MATCHER.matches(text)[0].score for text in (WHOLE, WHOLE.replace("Laudet", "Laudett")))

    assert whole - slip == 2.0


def test_the_year_before_or_after_agrees_a_little_another_contradicts():
    assert "year ~" in parts(WHOLE.replace("2006", "2007"), 11)
    assert "year -" in parts(WHOLE.replace("2006", "2009"), 11)


def test_volume_and_page_contradict_only_where_they_are_printed():
    assert parts("Laudet AB. Alcohol Treat Q. 2006;25:99-120.", 11) == "author + year + volume - page - journal +"
    assert parts("Laudet AB. Alcohol Treat Q. 2006;25.", 11) == "author + year + volume - journal +"
    assert parts("Laudet AB. Alcohol Treat Q. 2006.", 11) == "author + year + journal +"


def test_a_journal_agrees_by_any_of_its_names_or_by_words_that_begin_alike():
    for name in ("J Subst Abuse Treat", "Journal of Substance Abuse Treatment", "J. Substance Abuse Treatm."):
        assert "journal +" in parts(f"Humphreys K. {name}. 2004;26:151-8.", 12)
    assert "journal -" in parts("Humphreys K. Lancet. 2004;26:151-8.", 12)


def test_the_first_page_alone_is_compared():
    assert "page +" in parts("Humphreys K. J Subst Abuse Treat. 2004;26:151-158.", 12)


def test_two_articles_that_agree_alike_are_not_decided():
    twins = Matcher([LAUDET, LAUDET._replace(pmid=21)])

    assert [match.pmid for match in twins.matches(WHOLE)] == [11, 21]
    assert meant(WHOLE, twins) is None


def test_the_best_counts_from_a_score_on_and_only_well_ahead_of_the_second():
    best = Match(1, ACCEPTED, "author + volume + page +")

    assert decided([]) is None
    assert decided([best]) == best
    assert decided([best._replace(score=ACCEPTED - 0.1)]) is None
    assert decided([best, Match(2, ACCEPTED - MARGIN, "")]) == best
    assert decided([best, Match(2, ACCEPTED - MARGIN + 0.1, "")]) is None


def test_a_record_that_says_almost_nothing_is_nobody():
    bare = Matcher(
        [CandidateArticle(1, None, (), None, (), None, None), CandidateArticle(2, "", ("",), 2006, ("",), "", "")]
    )

    assert bare.matches(WHOLE) == []


def test_what_is_printed_beyond_a_reference_is_not_read():
    assert meant("x " * 2_000 + WHOLE) is None


@given(st.text(max_size=200))
@settings(max_examples=5 * settings.default.max_examples)
def test_any_text_is_answered_and_folding_twice_changes_nothing(text: str):
    matches = MATCHER.matches(text)

    assert matches == sorted(matches, key=lambda match: (-match.score, match.pmid))
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=60), st.text(max_size=20), st.text(max_size=10))
@settings(max_examples=3 * settings.default.max_examples)
def test_any_record_can_be_looked_for(title: str, name: str, pages: str):
    subject = CandidateArticle(1, title, (name, title), 2006, (name, title), pages, pages)

    assert all(match.pmid == 1 for match in Matcher([subject]).matches(f"{name}. {title}. 2006;{pages}:{pages}"))


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000, "1" * 100_000, "1 " * 50_000, "a1-" * 30_000, " ".join(map(str, range(20_000))), "- " * 50_000,
        "1998;" * 20_000, "A. " * 30_000, "the role of " * 10_000, "\u0301" * 50_000, "(" * 100_000,
    ],
    ids=lambda text: text[:6],
)  # fmt: skip
def test_text_made_to_be_slow_is_answered(text: str):
    assert meant(text) is None  # a pattern that goes back and forth would take hours
