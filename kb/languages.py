"""The languages of NLM's records: three letters and their English names.  (pure)"""

from typing import Final

LANGUAGES: Final = {
    "eng": "English", "ger": "German", "fre": "French", "spa": "Spanish", "por": "Portuguese", "ita": "Italian",
    "rus": "Russian", "jpn": "Japanese", "chi": "Chinese", "pol": "Polish", "nor": "Norwegian", "dan": "Danish",
    "swe": "Swedish", "fin": "Finnish", "dut": "Dutch", "cze": "Czech", "hun": "Hungarian", "tur": "Turkish",
    "kor": "Korean", "ara": "Arabic", "heb": "Hebrew", "per": "Persian", "gre": "Greek", "hrv": "Croatian",
    "srp": "Serbian", "rum": "Romanian", "ukr": "Ukrainian", "ice": "Icelandic", "und": "not stated",
    "mul": "several languages",
}  # fmt: skip
_CODES: Final = {name.lower(): code for code, name in LANGUAGES.items()}


def parse_language(text: str) -> str | None:
    """Return the three letters of a language given by them or by its English name; None for anything else."""
    given = text.strip().lower()
    if given in _CODES:
        return _CODES[given]
    return given if len(given) == 3 and given.isascii() and given.isalpha() else None
