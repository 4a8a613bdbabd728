"""A search as typed -> what it asks for: words, fields, PubMed's tags, AND, OR, NOT, parentheses.  (pure)

Words beside one another belong together; operators are read from left to right, as PubMed reads them, and what
stands side by side without one must all be found. Nothing typed is an error: what has no meaning becomes a problem.
"""

from typing import Final

from kb.queries.search.query_fields import field_of, parse_value, reason_of, words_before_value
from kb.queries.search.query_tokens import Token, read_tokens
from kb.queries.search.query_tree import Group, Node, Problem, Query, Term, both, negated

DEEPEST: Final = 20  # parentheses within parentheses
MOST_TOKENS: Final = 500  # of one search: SQLite's expressions have bounds
_QUOTES: Final = str.maketrans("“”„«»", '"""""')
_NOTHING_AFTER: Final = "nothing that can be searched stands after it; left out"
_NOTHING_BEFORE: Final = "nothing that can be searched stands before it; left out"
_NO_TAG: Final = "no tag that is known here; left out, and its words are searched anywhere"
_TWO_TAGS: Final = "one tag is enough; left out"
_NO_FIELD: Final = "no field of this name is known here; searched as words"
_NOT_CLOSED: Final = "the parenthesis is not closed; read as closed at the end"
_NO_END: Final = "the quotation mark is not closed; read as closed at the end"
_NOT_OPEN: Final = "no parenthesis is open there; left out"
_TOO_DEEP: Final = f"more than {DEEPEST} parentheses within one another; left out"
_TOO_LONG: Final = f"a search has {MOST_TOKENS:,} words and signs at most; left out from there on"


def parse_query(text: str) -> Query:
    """Return what text asks for; its problems tell what was not understood."""
    reader = _Reader(list(read_tokens(text.translate(_QUOTES))))
    node = reader.read_all()
    parts = node.parts if isinstance(node, Group) and node.kind == "and" else (node,) if node else ()
    return Query(parts, tuple(dict.fromkeys(reader.problems)))


class _Reader:
    """Reads tokens one after the other, and notes what it does not understand."""

    def __init__(self, tokens: list[Token]) -> None:
        self.problems: list[Problem] = []
        if len(tokens) > MOST_TOKENS:
            self._miss(tokens[MOST_TOKENS].typed, _TOO_LONG)
        self._tokens = tokens[:MOST_TOKENS]
        self._at = 0
        self._depth = 0

    def read_all(self) -> Node | None:
        """Return what all tokens ask for."""
        found: list[Node] = []
        while self._at < len(self._tokens):
            if (node := self._sequence()) is not None:
                found.append(node)
            if (closed := self._take("close")) is not None:
                self._miss(closed.typed, _NOT_OPEN)
        return both("and", *found) if found else None

    def _take(self, *kinds: str) -> Token | None:
        """Return the next token where it is of one of these kinds, and go on behind it."""
        if self._at == len(self._tokens) or self._tokens[self._at].kind not in kinds:
            return None
        token = self._tokens[self._at]
        self._at += 1
        if token.kind == "phrase" and (token.typed == '"' or not token.typed.endswith('"')):
            self._miss('"', _NO_END)
        return token

    def _miss(self, part: str, reason: str) -> None:
        self.problems.append(Problem(part.strip(), reason))

    def _sequence(self) -> Node | None:
        """Return what stands up to a closing parenthesis or the end, operators read from left to right."""
        found: Node | None = None
        while self._at < len(self._tokens) and self._tokens[self._at].kind != "close":
            operators = self._operators(is_first=found is None)
            node = self._item() if self._at < len(self._tokens) else None
            if node is None:
                for operator in operators:
                    self._miss(operator, _NOTHING_AFTER)
                continue
            node = negated(node) if operators.count("NOT") % 2 else node
            kind = "or" if "OR" in operators else "and"
            found = node if found is None else both(kind, found, node)
        return found

    def _operators(self, *, is_first: bool) -> list[str]:
        """Return the operators before something: AND or OR, and NOT; any other is noted."""
        found: list[str] = []
        while (operator := self._take("operator")) is not None:
            if operator.text == "NOT":
                found.append("NOT")
            elif is_first or found:
                self._miss(operator.typed, _NOTHING_BEFORE)
            else:
                found.append(operator.text)
        return found

    def _item(self) -> Node | None:
        """Return the next thing that is asked for, with its field or tag; None where it is nothing."""
        if self._take("minus"):
            node = self._item_without_run()
            return negated(node) if node else None
        return self._run() if self._tokens[self._at].kind == "word" else self._item_without_run()

    def _run(self) -> Node | None:
        """Return what words beside one another ask for; a tag after them is of all."""
        words = []
        while (token := self._take("word")) is not None:
            words.append(token.text)
        field, tagged = self._tag(), None
        if field is not None:
            before = words_before_value(field, words)
            tagged = self._tagged(field, " ".join(words[before:]), is_quoted=False)
            words = words[:before]
        terms = [node for word in words if (node := self._value("", word, word, is_quoted=False))]
        terms += [tagged] if tagged else []
        return both("and", *terms) if terms else None

    def _item_without_run(self) -> Node | None:
        """Return one thing that is asked for: a group, a phrase, a word, or a field with its value."""
        if (token := self._take("phrase", "word")) is not None:
            field = self._tag()
            return self._tagged(field or "", token.text, is_quoted=token.kind == "phrase", typed=token.typed)
        if self._take("open"):
            node, field = self._group(), self._tag()
            return self._in_field(node, field) if node and field else node
        if (token := self._take("field")) is not None:
            return self._field(token)
        if (token := self._take("unknown")) is not None:
            self._miss(token.typed, _NO_FIELD)
            return self._value("", token.text, token.typed, is_quoted=True)
        if (token := self._take("tag", "value", "operator", "minus")) is not None:
            self._miss(token.typed, _NOTHING_BEFORE if token.kind == "tag" else _NOTHING_AFTER)
        return None

    def _group(self) -> Node | None:
        if self._depth == DEEPEST:
            self._miss("(", _TOO_DEEP)
            return None
        self._depth += 1
        node = self._sequence()
        self._depth -= 1
        if not self._take("close"):
            self._miss("(", _NOT_CLOSED)
        return node

    def _field(self, token: Token) -> Node | None:
        field = field_of(token.text) or ""
        if (value := self._take("value", "phrase")) is not None:
            return self._value(field, value.text, token.typed + value.typed, is_quoted=value.kind == "phrase")
        if self._take("open"):
            node = self._group()
            return self._in_field(node, field) if node else None
        self._miss(token.typed, _NOTHING_AFTER)
        return None

    def _tag(self) -> str | None:
        """Return the field of the tags that follow; None where there is none that is known."""
        found: str | None = None
        while (tag := self._take("tag")) is not None:
            field = field_of(tag.text)
            if field is None or found is not None:
                self._miss(tag.typed, _NO_TAG if field is None else _TWO_TAGS)
            found = field if found is None else found
        return found

    def _tagged(self, field: str, text: str, *, is_quoted: bool, typed: str | None = None) -> Node | None:
        if field == "date":
            text += self._end_of_range()
        return self._value(field, text, typed if typed and not field else text, is_quoted=is_quoted)

    def _end_of_range(self) -> str:
        """Return what follows a date as in "2001"[dp] : "2003"[dp]; "" where nothing does."""
        if self._at == len(self._tokens) or not self._tokens[self._at].text.startswith(":"):
            return ""
        text = self._tokens[self._at].text
        self._at += 1
        if text == ":" and (last := self._take("word", "phrase")) is not None:
            text += last.text
        self._tag()
        return text

    def _in_field(self, node: Node, field: str) -> Node | None:
        """Return a group with a field for all its words that have none."""
        if isinstance(node, Group):
            parts = [found for part in node.parts if (found := self._in_field(part, field))]
            return (negated(parts[0]) if node.kind == "not" else both(node.kind, *parts)) if parts else None
        if isinstance(node, Term) and node.column is None:
            text = node.text + "*" * node.is_prefix
            return self._value(field, text, text, is_quoted=node.is_phrase)
        return node

    def _value(self, field: str, text: str, typed: str, *, is_quoted: bool) -> Node | None:
        node = parse_value(field, text, is_quoted=is_quoted)
        if node is None:
            self._miss(typed or '""', reason_of(field, text))
        return node
