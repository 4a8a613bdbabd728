"""A search as typed -> its tokens: words, phrases, fields with their values, tags, operators, parentheses.  (pure)"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from kb.queries.search.query_fields import field_of

_OPERATOR: Final = re.compile(r'(?:AND|OR|NOT)(?=[\s()"]|$)')
_FIELD: Final = re.compile(r"([A-Za-z0-9]+):")
_TAG: Final = re.compile(r"\[([^\][]*)\]")
_MINUS: Final = re.compile(r"(?<![^\s(])-(?=[^\s)-])")
_PHRASE: Final = re.compile(r'"([^"]*)"?')


class Token(NamedTuple):
    """A piece of a search: kind is word, phrase, field, value, unknown (a field), tag, operator, minus, open, close."""

    kind: str
    text: str
    typed: str  # as it stands in the search


def read_tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a search in their order; all but white space is in one of them."""
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        tokens = _next(text, at)
        yield from tokens
        at += sum(len(token.typed) for token in tokens)


def _next(text: str, at: int) -> list[Token]:
    """Return the token that begins there, a field with its value."""
    if text[at] in "()":
        return [Token("open" if text[at] == "(" else "close", text[at], text[at])]
    if match := _OPERATOR.match(text, at) or _MINUS.match(text, at):
        return [Token("minus" if match[0] == "-" else "operator", match[0], match[0])]
    if match := _PHRASE.match(text, at):
        return [Token("phrase", match[1], match[0])]
    if (match := _TAG.match(text, at)) and _is_tag(text, match):
        return [Token("tag", match[1], match[0])]
    word = _word(text, at)
    if match := _FIELD.match(text, at):
        if field_of(match[1]) is not None:
            return _field(text, match)
        if match[1].isalpha() and match[0] != word:
            return [Token("unknown", word, word)]
    return [Token("word", word, word)]


def _field(text: str, match: re.Match[str]) -> list[Token]:
    start = match.end() + len(text[match.end() :]) - len(text[match.end() :].lstrip())
    field = Token("field", match[1], text[match.start() : start])
    if start == len(text) or text[start] in '"()':
        return [field]
    value = _word(text, start)
    return [field, Token("value", value, value)]


def _is_tag(text: str, match: re.Match[str]) -> bool:
    """Return whether brackets are a tag: known, or where tags stand; "[11C]raclopride" is a word."""
    is_at_end = match.end() == len(text) or text[match.end()] in " \t\r\n)"
    is_glued = match.start() > 0 and not text[match.start() - 1].isspace()
    return field_of(match[1]) is not None or (is_at_end and is_glued)


def _word(text: str, at: int) -> str:
    """Return the word that begins there: up to white space, a quote, a tag, or a parenthesis that it did not open."""
    depth, end = 0, at
    while end < len(text) and not text[end].isspace() and text[end] != '"':
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        if depth < 0 or (end > at and text[end] == "[" and _TAG.match(text, end)):
            break
        end += 1
    return text[at : max(end, at + 1)]
