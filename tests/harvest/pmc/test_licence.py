"""What may be done with an article, by the address and the words of its licence."""

import pytest

from harvest.pmc.licence import narrower
from tests.harvest.pmc.jats import full_text

CC = "http://creativecommons.org/licenses"


def licence(inner: str, link: str = "") -> tuple[str | None, str | None]:
    href = f' xlink:href="{link}"' if link else ""
    meta = f"<permissions><license{href}><license-p>{inner}</license-p></license></permissions>"
    text = full_text(meta=meta)
    return text.license, text.license_url


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("by/4.0/", "CC BY"),
        ("by-sa/3.0/", "CC BY-SA"),
        ("by-nc/4.0", "CC BY-NC"),
        ("by-nc-sa/4.0/", "CC BY-NC-SA"),
        ("by-nd/4.0/", "CC BY-ND"),
        ("by-nc-nd/4.0/legalcode", "CC BY-NC-ND"),
    ],
)
def test_the_address_of_a_licence_names_it(address, name):
    assert licence("", f"{CC}/{address}") == (name, f"{CC}/{address}")


def test_the_public_domain_is_one_of_two_kinds():
    assert licence("", "https://creativecommons.org/publicdomain/zero/1.0/")[0] == "CC0"
    assert licence("", "https://creativecommons.org/publicdomain/mark/1.0/")[0] == "PDM"


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("This is distributed under the Creative Commons Attribution License, which permits use.", "CC BY"),
        ("Creative Commons Attribution-NonCommercial-NoDerivs License", "CC BY-NC-ND"),
        ("Creative Commons Attribution Non-Commercial Licence", "CC BY-NC"),
        (f"Open access ({CC}/by-nc/4.0/)", "CC BY-NC"),
        ("This file is available for text mining, and for fair use.", "TDM"),
        ("Free for personal use.", "other"),
    ],
)
def test_words_name_a_licence_that_gives_no_address(words, name):
    assert licence(words)[0] == name


def test_a_waiver_for_data_makes_the_article_no_public_domain():
    link = '<ext-link xlink:href="http://creativecommons.org/publicdomain/zero/1.0/">CC0</ext-link>'

    assert licence(f"Data: {link}", f"{CC}/by/4.0/")[0] == "CC BY"


def test_of_an_address_and_words_that_restrict_it_the_narrower_counts():
    assert licence("Creative Commons Attribution Non-Commercial License", f"{CC}/by/2.0/")[0] == "CC BY-NC"
    assert licence("For non-commercial use.", f"{CC}/by/2.0/")[0] == "other"


def test_an_article_that_states_no_licence_has_none():
    assert (full_text().license, full_text().license_url) == (None, None)


def test_old_articles_state_their_licence_in_the_copyright_line():
    statement = "Copyright 2005 Okoro. Distributed under the Creative Commons Attribution License."
    text = full_text(meta=f"<copyright-statement>{statement}</copyright-statement>")

    assert (text.license, text.copyright) == ("CC BY", statement)


def test_a_copyright_line_is_made_of_its_parts_where_it_is_not_printed():
    text = full_text(
        meta="<permissions><copyright-year>2020</copyright-year><copyright-holder>Okoro</copyright-holder></permissions>"
    )

    assert text.copyright == "© 2020 Okoro"


def test_what_a_licence_in_the_text_says_is_not_the_articles():
    body = f'<p>x <ext-link xlink:href="{CC}/by/4.0/">a licence</ext-link></p>'

    assert full_text(body).license is None


@pytest.mark.parametrize(
    ("stated", "code", "licence"),
    [
        (None, None, None),
        ("CC BY", None, "CC BY"),
        (None, "CC BY-NC-ND", "CC BY-NC-ND"),
        ("CC BY", "TDM", "TDM"),
        ("CC BY-NC", "CC BY", "CC BY-NC"),
        ("CC BY", "NO-CC CODE", "other"),
        ("other", "TDM", "TDM"),
    ],
)
def test_of_what_a_text_states_and_its_metadata_have_the_narrower_licence_counts(stated, code, licence):
    assert narrower(stated, code) == licence
