"""Rows out of SQL dumps: INSERT statements of MySQL, phpMyAdmin and SQL Server, through sqlglot's tokenizers.

Caveats: only the tokenizer is used (the full parser needs minutes for 90 thousand tuples); ``INSERT ... SELECT``
and ``INSERT ... SET`` carry no tuples and are not read. SIMDA dumps come from SQL Server: brackets, ``N'...'``, CAST.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import TokenError
from sqlglot.tokenizer_core import Token, TokenType

from etl.rows import Table, batches_of, clean_headers
from etl.sniff import Content, refuse

# Where a statement may end; if that was inside a quoted text, the piece does not tokenize and is joined to the next.
_BOUNDARY = re.compile(
    r"(?:(?<=;\n)|(?<=;\r\n))(?=\s*(?:INSERT|REPLACE|CREATE|DROP|ALTER|SET|LOCK|UNLOCK|--|/\*|#))", re.IGNORECASE
)
_REPLACE = re.compile(r"(\A|;)(\s*)REPLACE\s+INTO\b", re.IGNORECASE)  # sqlglot would swallow it as one command
_TSQL = re.compile(r"^\s*INSERT\s+(?:INTO\s+)?\[", re.IGNORECASE | re.MULTILINE)
_STRINGS = frozenset({TokenType.STRING, TokenType.NATIONAL_STRING, TokenType.RAW_STRING, TokenType.UNICODE_STRING})
_NAMES = frozenset({TokenType.VAR, TokenType.IDENTIFIER, TokenType.STRING, TokenType.NUMBER})
_NOT_A_COLUMN = frozenset(
    {"PRIMARY", "UNIQUE", "KEY", "INDEX", "CONSTRAINT", "FULLTEXT", "FOREIGN", "CHECK", "SPATIAL"}
)


@dataclass
class Collected:
    """The rows of one SQL table as they come in."""

    columns: list[str] = field(default_factory=list)
    created: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    faults: dict[int, str] = field(default_factory=dict)


def read_sql(content: Content) -> list[Table]:
    """Return one table for every SQL table that has tuples; its INSERT statements are read as one."""
    with content.open_text() as file:
        text = file.read()
    dialect = Dialect.get_or_raise("tsql" if _TSQL.search(text) else "mysql")
    tables: dict[str, Collected] = {}
    for piece, tokens in _statements(text, dialect):
        _read_tokens(piece, tokens, tables)
    found = [_table(name, collected, content) for name, collected in tables.items() if collected.rows]
    if not found:
        raise refuse("kosong", "Dump SQL tanpa baris data.", "The SQL dump holds no rows.")
    return found


def _table(name: str, collected: Collected, content: Content) -> Table:
    width = len(collected.columns) or len(collected.created) or len(collected.rows[0])
    headers = clean_headers(collected.columns or collected.created)
    names = headers or [str(position) for position in range(width)]
    rows = ((f"{name}:{at + 1}", row, collected.faults.get(at, "")) for at, row in enumerate(collected.rows))
    stored = list(batches_of(names, rows))
    return Table(name, headers, [], lambda: iter(stored), width=width, encoding=content.encoding_name)


def _statements(text: str, dialect: Dialect) -> Iterator[tuple[str, list[Token]]]:
    """Tokenize piece by piece, so that a long dump does not need memory for all its tokens at once."""
    pending, least = "", 0
    pieces = _BOUNDARY.split(text)
    for number, piece in enumerate(pieces, 1):
        pending += piece
        if len(pending) < least and number < len(pieces):
            continue  # after a failure: double the text before the next try, not one piece at a time
        pending = _REPLACE.sub(r"\1\2INSERT INTO", pending)
        try:
            tokens = dialect.tokenize(pending)
        except TokenError:
            least = 2 * len(pending)
            continue  # the boundary was inside a text or a comment: joined to the next piece
        yield pending, tokens
        pending, least = "", 0
    if pending:
        raise refuse("bukan_tabel", "Dump SQL terpotong di dalam teks.", "The SQL dump ends in the middle of a text.")


def _read_tokens(text: str, tokens: list[Token], tables: dict[str, Collected]) -> None:
    position = 0
    while position < len(tokens):
        kind = tokens[position].token_type
        if kind == TokenType.INSERT:
            position = _insert(text, tokens, position + 1, tables)
        elif kind == TokenType.CREATE:
            position = _create(tokens, position + 1, tables)
        else:
            position += 1


def _name(tokens: list[Token], position: int) -> tuple[str, int]:
    """Return the last part of a dotted name and the position after it."""
    name = tokens[position].text
    position += 1
    while position + 1 < len(tokens) and tokens[position].token_type == TokenType.DOT:
        name = tokens[position + 1].text
        position += 2
    return name, position


def _at(tokens: list[Token], position: int, *kinds: TokenType) -> bool:
    return position < len(tokens) and tokens[position].token_type in kinds


def _create(tokens: list[Token], position: int, tables: dict[str, Collected]) -> int:
    """Learn the column order from CREATE TABLE, for INSERT statements without a column list."""
    if not _at(tokens, position, TokenType.TABLE):
        return position
    position += 1
    while position < len(tokens) and tokens[position].text.upper() in {"IF", "NOT", "EXISTS"}:
        position += 1
    if position >= len(tokens):
        return position
    name, position = _name(tokens, position)
    if not _at(tokens, position, TokenType.L_PAREN):
        return position
    columns, depth, fresh = [], 1, True
    position += 1
    while position < len(tokens) and depth:
        token = tokens[position]
        depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
        if fresh and (token.token_type == TokenType.IDENTIFIER or token.text.upper().split()[0] not in _NOT_A_COLUMN):
            columns.append(token.text)
        fresh = depth == 1 and token.token_type == TokenType.COMMA
        position += 1
    tables.setdefault(name, Collected()).created = columns
    return position


def _insert(text: str, tokens: list[Token], position: int, tables: dict[str, Collected]) -> int:
    """Read one INSERT statement and return the position after its last tuple."""
    while position < len(tokens) and tokens[position].text.upper() in {"INTO", "IGNORE", "DELAYED", "LOW_PRIORITY"}:
        position += 1
    if position >= len(tokens):
        return position
    name, position = _name(tokens, position)
    columns: list[str] = []
    if _at(tokens, position, TokenType.L_PAREN):
        columns, position = _column_list(tokens, position + 1)
    if position >= len(tokens) or tokens[position].text.upper() not in {"VALUES", "VALUE"}:
        return position
    collected = tables.setdefault(name, Collected())
    order = _order(collected, columns)
    position += 1
    while _at(tokens, position, TokenType.L_PAREN):
        row, position = _tuple(text, tokens, position + 1)
        _keep(collected, row, order)
        if not _at(tokens, position, TokenType.COMMA):
            break
        position += 1
    return position


def _order(collected: Collected, columns: list[str]) -> list[int] | None:
    """Return where this statement's values belong if an earlier statement named the columns in another order."""
    columns = columns or collected.created
    if not collected.columns:
        collected.columns = columns
    if columns == collected.columns:
        return None
    fresh = [name for name in columns if name not in collected.columns]
    if fresh:
        collected.rows = [[*row, *[""] * len(fresh)] for row in collected.rows]
        collected.columns = [*collected.columns, *fresh]
    return [collected.columns.index(name) for name in columns]


def _keep(collected: Collected, row: list[str], order: list[int] | None) -> None:
    """Add a row, its values moved to the table's order of columns."""
    if order is None:
        collected.rows.append(row)
        return
    if len(row) != len(order):
        collected.faults[len(collected.rows)] = f"{len(row)} sel, {len(order)} kolom"
    placed = [""] * len(collected.columns)
    for value, position in zip(row, order, strict=False):
        placed[position] = value
    collected.rows.append(placed)


def _column_list(tokens: list[Token], position: int) -> tuple[list[str], int]:
    columns = []
    while position < len(tokens) and tokens[position].token_type != TokenType.R_PAREN:
        if tokens[position].token_type != TokenType.COMMA:
            columns.append(tokens[position].text)
        position += 1
    return columns, position + 1


def _tuple(text: str, tokens: list[Token], position: int) -> tuple[list[str], int]:
    """Return the values up to the closing parenthesis and the position after it."""
    values, start, depth = [], position, 0
    while position < len(tokens):
        kind = tokens[position].token_type
        if depth == 0 and kind in (TokenType.COMMA, TokenType.R_PAREN):
            values.append(_value(text, tokens[start:position]))
            start = position + 1
            if kind == TokenType.R_PAREN:
                return values, position + 1
        depth += (kind == TokenType.L_PAREN) - (kind == TokenType.R_PAREN)
        position += 1
    raise refuse("bukan_tabel", "Dump SQL terpotong di dalam baris.", "The SQL dump ends in the middle of a row.")


def _value(text: str, tokens: list[Token]) -> str:
    """Return one SQL value as text; an expression that is not a literal stays as written."""
    if len(tokens) == 1:
        return _literal(tokens[0])
    if not tokens:
        return ""
    first, second = tokens[0], tokens[1]
    if len(tokens) == 2:
        if first.token_type == TokenType.DASH and second.token_type == TokenType.NUMBER:
            return f"-{second.text}"
        if first.token_type == TokenType.DOT and second.token_type == TokenType.NUMBER:
            return f"0.{second.text}"
        if first.token_type == TokenType.INTRODUCER:
            return _literal(second)
    if first.text.upper() == "CAST" and second.token_type == TokenType.L_PAREN:
        cut = next((at for at, token in enumerate(tokens) if token.token_type == TokenType.ALIAS), len(tokens) - 1)
        return _value(text, tokens[2:cut])
    return text[first.start : tokens[-1].end + 1]


def _literal(token: Token) -> str:
    match token.token_type:
        case TokenType.NULL:
            return ""
        case TokenType.TRUE | TokenType.FALSE:
            return token.text.lower()
        case TokenType.HEX_STRING:
            return f"0x{token.text}"
    return token.text
