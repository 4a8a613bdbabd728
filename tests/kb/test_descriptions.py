"""The comments of the DDL describe the columns of tables, wherever these are shown."""

import sqlite3

from kb.metadata import read_metadata
from kb.migrations.descriptions import find_descriptions

DDL = """
create table things (            -- one row is one thing
    id integer primary key,      -- Number of the thing
    kind text not null default 'a -- b'  -- a or b; what
        check (kind in ('a', 'b')),      -- nothing of the column
    long text,                   -- The first words,
                                 -- and the rest
    bare any,
    primary key (id, kind)
) strict;
create view seen as select id from things;  -- no table
"""


def test_a_comment_describes_its_column_over_several_lines():
    assert find_descriptions(DDL) == {
        "things": {
            "id": "Number of the thing",
            "kind": "a or b; what",
            "long": "The first words, and the rest",
            "bare": "",
        }
    }


def test_a_column_of_a_file_is_described_by_the_comment_that_the_file_itself_keeps(db: sqlite3.Connection):
    tables = read_metadata()["databases"]["kb"]["tables"]
    for name, sql in db.execute("select name, sql from sqlite_master where type = 'table'"):
        if name in tables:
            assert find_descriptions(sql) == {name: tables[name]["columns"]}
