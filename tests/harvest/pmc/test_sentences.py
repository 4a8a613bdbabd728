"""Where sentences of scientific prose end."""

import pytest

from harvest.pmc.sentences import split_sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["Lamps burn.", "Harbours wait."],
        ["Do lamps burn?", "They do!", "So we saw."],
        ["Keepers sleep by day.³¹", "They wake at dusk."],
        ["Keepers sleep by day.³¹⁻³³,³⁵", "They wake at dusk."],
        ["Keepers sleep by day. [12, 14–16]", "They wake at dusk."],
        ["Keepers sleep by day. (Okoro, 2011)", "They wake at dusk."],
        ["Keepers sleep by day. [12].", "They wake at dusk."],
        ["Okoro et al. [12] saw lamps.", "Others did not."],
        ["Lamps were described by Okoro et al. [12].", "Others followed."],
        ["Okoro et al. (2011) saw lamps."],
        ["Lamps (vs. torches, cf. Fig. 3) burn, e.g. in fog.", "Torches do not."],
        ["See Fig. 2 and Eq. 3 for lamps.", "Torches are in Table 4."],
        ["T. Okoro and M. A. Lund kept lamps.", "Both slept."],
        ["Lamps burn in C. elegans.", "They do not in mice."],
        ["The lamp burned for 24 h.", "Then it was cleaned."],
        ["It binds vitamin D.", "Oil does not."],
        ["As lâmpadas (p. ex. no porto) queimam.", "Os navios esperam."],
        ["¿Arden las lámparas?", "¡Arden!"],
        ["Oil was added.", "p53 rose.", "mRNA fell."],
        ["Lamps differ.", "(a) Bright ones.", "(b) Dim ones."],
        ["Three reasons are known.", "(1) Fog is dense."],
        ["The harbour (which is old. It was built long ago.) is dark.", "Ships wait."],
        ["Light falls by 0.5 m.", "The p value was .03."],
        ["Labelled with [3H]oil.", "[3H]water was not used."],
    ],
)
def test_sentences_end_where_a_reader_ends_them(sentences):
    assert split(" ".join(sentences)) == sentences


def test_chinese_sentences_end_without_a_blank():
    assert split("灯亮了。[3]雾来了！船在等？“是。”⁴ 好") == ["灯亮了。", "[3]雾来了！", "船在等？", "“是。”⁴", "好"]


def test_no_character_is_lost_between_sentences():
    text = "  One ends here.[3] Two (e.g. 5 vs. 6) is open … Three ends with words"

    assert "".join("".join(split(text)).split()) == "".join(text.split())


def test_an_empty_text_has_no_sentence():
    assert split("") == split("   ") == []


def test_the_time_does_not_grow_with_the_square_of_a_text_without_an_end():
    assert len(split("(a. b " * 20_000)) == 1
