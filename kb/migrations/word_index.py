"""Indexes of the words of texts: they keep no text, which a view has as it stands; their words are folded."""

from typing import Final, NamedTuple

_TOKENS: Final = "tokenize = 'unicode61 remove_diacritics 0'"


class WordIndex(NamedTuple):
    """A full-text table, the view with its texts, the column with the number of each, and those with texts."""

    table: str
    view: str
    key: str
    columns: tuple[str, ...]

    @property
    def names(self) -> str:
        """The columns, with commas between."""
        return ", ".join(self.columns)

    @property
    def ddl(self) -> str:
        """The full-text table."""
        return f"create virtual table {self.table} using fts5 ({self.names}, content = '', {_TOKENS});"

    @property
    def folded(self) -> str:
        """A select of numbers and folded texts; fold() is a function of litkb's connections."""
        return f"select {self.key}, {', '.join(f'fold({column})' for column in self.columns)} from {self.view}"

    @property
    def add(self) -> str:
        """A statement that adds texts, up to where it says which."""
        return f"insert into {self.table} (rowid, {self.names}) {self.folded}"

    def remove(self, which: str) -> str:
        """Return a statement that removes texts that are there still; which: a where clause."""
        return f"""insert into {self.table} ({self.table}, rowid, {self.names})
            select 'delete', * from ({self.folded} {which})"""

    @property
    def compared(self) -> tuple[str, ...]:
        """Statements for a table temp.compared: the same index beside a view that folds, so that SQLite can compare."""
        return (
            f"create temp view folded ({self.key}, {self.names}) as {self.folded}",
            f"""create virtual table temp.compared using fts5 ({self.names}, content = 'folded',
                content_rowid = '{self.key}', {_TOKENS})""",
            *(
                statement
                for part in ("data", "idx", "docsize")
                for statement in (
                    f"delete from temp.compared_{part}",
                    f"insert into temp.compared_{part} select * from main.{self.table}_{part}",
                )
            ),
        )


ARTICLES: Final = WordIndex(
    "article_search", "article_texts", "pmid", ("title", "abstract", "keywords", "mesh", "authors")
)
SENTENCES: Final = WordIndex("sentence_search", "sentence_texts", "id", ("text",))
WORD_INDEXES: Final = {"articles": ARTICLES, "citing sentences": SENTENCES}  # by what their texts are of
