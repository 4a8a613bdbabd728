"""Languages: NLM's three letters, their English name, and the tag of BCP 47.  (pure)"""

from typing import Final

UNDETERMINED: Final = "und"
_NAMES: Final = {
    "afr": "Afrikaans", "alb": "Albanian", "ara": "Arabic", "arm": "Armenian", "aze": "Azerbaijani", "baq": "Basque",
    "bel": "Belarusian", "ben": "Bengali", "bos": "Bosnian", "bul": "Bulgarian", "cat": "Catalan", "chi": "Chinese",
    "cze": "Czech", "dan": "Danish", "dut": "Dutch", "eng": "English", "est": "Estonian", "fin": "Finnish",
    "fre": "French", "geo": "Georgian", "ger": "German", "gle": "Irish", "glg": "Galician", "gre": "Greek",
    "heb": "Hebrew", "hin": "Hindi", "hrv": "Croatian", "hun": "Hungarian", "ice": "Icelandic", "ind": "Indonesian",
    "ita": "Italian", "jpn": "Japanese", "kaz": "Kazakh", "kor": "Korean", "lat": "Latin", "lav": "Latvian",
    "lit": "Lithuanian", "mac": "Macedonian", "may": "Malay", "mul": "several languages", "nor": "Norwegian",
    "per": "Persian", "pol": "Polish", "por": "Portuguese", "rum": "Romanian", "rus": "Russian", "scc": "Serbian",
    "scr": "Croatian", "slo": "Slovak", "slv": "Slovenian", "spa": "Spanish", "srp": "Serbian", "swa": "Swahili",
    "swe": "Swedish", "tam": "Tamil", "tel": "Telugu", "tha": "Thai", "tur": "Turkish", "ukr": "Ukrainian",
    UNDETERMINED: "not stated", "urd": "Urdu", "uzb": "Uzbek", "vie": "Vietnamese", "wel": "Welsh",
}  # fmt: skip
_CODES: Final = {name.lower(): code for code, name in reversed(_NAMES.items())}
LANGUAGE_TAGS: Final = {  # MARC's three letters, as NLM writes languages: BCP 47's two, as web pages do
    "eng": "en", "ger": "de", "fre": "fr", "spa": "es", "ita": "it", "por": "pt", "rus": "ru", "chi": "zh",
    "jpn": "ja", "kor": "ko", "pol": "pl", "dut": "nl", "swe": "sv", "nor": "no", "dan": "da", "fin": "fi",
    "ice": "is", "cze": "cs", "slo": "sk", "hun": "hu", "rum": "ro", "bul": "bg", "scr": "hr", "hrv": "hr",
    "scc": "sr", "srp": "sr", "slv": "sl", "mac": "mk", "alb": "sq", "bos": "bs", "gre": "el", "tur": "tr",
    "heb": "he", "ara": "ar", "per": "fa", "ukr": "uk", "bel": "be", "est": "et", "lav": "lv", "lit": "lt",
    "geo": "ka", "arm": "hy", "aze": "az", "kaz": "kk", "uzb": "uz", "hin": "hi", "ben": "bn", "urd": "ur",
    "tam": "ta", "tel": "te", "tha": "th", "vie": "vi", "ind": "id", "may": "ms", "cat": "ca", "glg": "gl",
    "baq": "eu", "gle": "ga", "wel": "cy", "afr": "af", "swa": "sw", "lat": "la",
}  # fmt: skip


def language_name(code: str) -> str:
    """Return the name of one of NLM's three-letter languages; the letters themselves where it is none of ours."""
    return _NAMES.get(code, code)


def language_tag(code: str) -> str | None:
    """Return the tag of BCP 47, "en" for "eng"; the code itself where it has no shorter one, None for undetermined."""
    return None if code == UNDETERMINED else LANGUAGE_TAGS.get(code, code)


def parse_language(text: str) -> str | None:
    """Return the three letters of a language given by them or by its English name; None for anything else."""
    given = text.strip().lower()
    if given in _CODES:
        return _CODES[given]
    return given if len(given) == 3 and given.isascii() and given.isalpha() else None
