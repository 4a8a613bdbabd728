"""What gives the numbers of computed tables that article pages show: the row, as the last graph run stored it."""

from collections.abc import Iterable, Mapping
from string import Formatter

from kb.migrations.computed import Shown
from kb.queries.evidence.selects import Evidence


def columns_of(sentence: str) -> list[str]:
    """Return the columns that stand in a sentence, in their order."""
    return [column for _, column, _, _ in Formatter().parse(sentence) if column]


def computed_evidence(shown: Iterable[Shown]) -> Mapping[str, Evidence]:
    """Return the evidence of each column shown, by table and column.

    Examples
    --------
    >>> computed_evidence([Shown("ages", "Age", ("{years} years",))])["ages_years"].sql
    'select * from ages where id = :id'
    """
    return {
        f"{one.table}_{column}": Evidence(f"{one.title} of this work, by the last graph run", one.sql, ("id",), column)
        for one in shown
        for sentence in one.sentences
        for column in columns_of(sentence)
    }
