"""What any connection to a release may do: one set of rules for pages, readers' SQL and exports.

Judged by SQLite itself while it compiles a statement, never by reading the statement's text. Functions and PRAGMAs are
allowed by list; of tables, what SQLite builds in is closed by list, all that the release publishes is open. It needs
the standard library only, so that a process may start with it.
"""

import sqlite3
from pathlib import Path
from urllib.parse import quote

LISTED = """
    abs avg bm25 ceil ceiling char coalesce count cume_dist current_date current_time current_timestamp date datetime
    dense_rank exp first_value floor glob group_concat hex highlight ifnull iif instr json json_array
    json_array_length json_each json_extract json_group_array json_group_object json_insert json_object json_patch
    json_quote json_remove json_replace json_set json_tree json_type json_valid julianday lag last_value lead length
    like likelihood likely ln log log10 log2 lower ltrim match max min mod nth_value ntile nullif percent_rank pow power
    quote random rank replace round row_number rtrim sign snippet sqlite_version sqrt strftime substr substring sum
    time total trim trunc typeof unicode unixepoch unlikely upper -> ->>
    rupiah miliar median escape_fts
"""
FUNCTIONS = frozenset(LISTED.split())
"""Functions that a statement may call; what makes long texts of nothing (printf, zeroblob) or tells of the process
(fts3_tokenizer, sqlite_log, sqlite_compileoption_get) is not among them."""
PRAGMAS = frozenset(
    ("data_version", "foreign_key_list", "index_info", "index_list", "index_xinfo", "table_info", "table_list")
    + ("table_xinfo",)
)
PAGE_PRAGMAS = PRAGMAS | {"compile_options", "database_list", "schema_version"}
"""Datasette's own pages ask these too; ``database_list`` names the file, so readers' SQL does not get it."""
CLOSED = frozenset(
    ("sqlite_stmt", "dbstat", "sqlite_dbpage", "bytecode", "tables_used", "fts3tokenize", "sqlite_temp_master")
)
"""Tables that SQLite builds in and that tell of the file or of other statements."""
READS = frozenset((sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE))
LONGEST = 100_000
"""Bytes of one value or row in readers' SQL; the build refuses a release with longer cells."""
PAGE_LONGEST = 4_000_000
"""The same in our own SQL, which also gives lists to SQLite as JSON."""
LIMITS = {
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 200_000,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 200,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 50,
    sqlite3.SQLITE_LIMIT_COLUMN: 200,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 50,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 100_000,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 10_000,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
}
SETTINGS = ("query_only=1", "trusted_schema=0", "cell_size_check=1")


def open_release(path: str) -> sqlite3.Connection:
    """A connection to a published file that nothing can write to."""
    return sqlite3.connect(f"file:{quote(str(Path(path)))}?mode=ro&immutable=1", uri=True)


def harden(db: sqlite3.Connection, page: bool = False) -> None:
    """Put a connection under the rules; ``page`` for our own SQL, which may ask Datasette's PRAGMAs.

    Functions of our own must have been added before, and nothing is added afterwards.
    """
    for setting in SETTINGS:
        db.execute(f"pragma {setting}")
    for limit, most in LIMITS.items():
        db.setlimit(limit, most)
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, PAGE_LONGEST if page else LONGEST)
    pragmas = PAGE_PRAGMAS if page else PRAGMAS

    def allowed(action: int, one: str | None, two: str | None, database: str | None, inner: str | None) -> int:
        return sqlite3.SQLITE_OK if may(pragmas, action, one or "", two or "") else sqlite3.SQLITE_DENY

    db.set_authorizer(allowed)


def may(pragmas: frozenset[str], action: int, one: str, two: str) -> bool:
    """Whether a statement may do this.

    >>> may(PRAGMAS, sqlite3.SQLITE_FUNCTION, "", "Printf"), may(PRAGMAS, sqlite3.SQLITE_READ, "tender", "pagu")
    (False, True)
    """
    if action == sqlite3.SQLITE_READ:
        name = one.lower()
        return name not in CLOSED and (not name.startswith("pragma_") or name[7:] in pragmas)
    if action == sqlite3.SQLITE_FUNCTION:
        return two.lower() in FUNCTIONS
    if action == sqlite3.SQLITE_PRAGMA:
        return one.lower() in pragmas
    if action == sqlite3.SQLITE_UPDATE:
        # SQLite compiles, and never runs, such a statement whenever it opens a virtual table (a full-text index)
        return one == "sqlite_master"
    return action in READS
