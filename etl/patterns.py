"""Patterns that RE2 may judge: a subset in which an RE2 match of the whole text implies Python's ``^pattern$`` match.

Left out on purpose, because the two engines differ or Frictionless's ``^…$`` changes the meaning: alternatives outside
a group (``a|b`` becomes ``^a|b$``), ``\\w``, ``\\s``, ``\\b``, look-around, back references, negated classes, flags,
lazy and possessive quantifiers, repeated groups that may be empty. ``\\d`` is narrowed to ASCII digits.
"""

import re

import pyarrow as pa
import pyarrow.compute as pc

LITERAL = r"[A-Za-z0-9 _/:;,@#%&=~<>!'\"-]|\\[.\\+*?()\[\]{}|^$/-]"
MEMBER = r"[A-Za-z]-[A-Za-z]|[0-9]-[0-9]|[A-Za-z0-9 _.,:;/+*()&']|\\[.\\\[\]/-]|\\d"
TOKEN = re.compile(
    rf"(?P<class>\[-?(?:{MEMBER})+-?\])|(?P<open>\((?:\?:)?)(?!\?)|(?P<close>\))|(?P<bar>\|)|(?P<digit>\\d)|(?P<dot>\.)"
    rf"|(?P<times>(?:[?*+]|\{{\d{{1,3}}(?:,\d{{0,3}})?\}})(?![?*+{{]))|(?P<literal>{LITERAL})"
)
MAYBE_NONE = ("?", "*", "{0")


def re2_pattern(pattern: str) -> str | None:
    """Return the RE2 pattern of a whole text, or None if the pattern is outside the subset."""
    tokens = tokenize(pattern.removeprefix("^"))
    if tokens is None or not well_grouped(tokens):
        return None
    body = "".join({"digit": "[0-9]", "class": text.replace(r"\d", "0-9")}.get(kind, text) for kind, text in tokens)
    return rf"^(?:{body})\z" if compiles(rf"^(?:{body})\z") else None


def compiles(pattern: str) -> bool:
    """Whether RE2 takes the pattern; it refuses large repetitions."""
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid:
        return False
    return True


def tokenize(pattern: str) -> list[tuple[str, str]] | None:
    """Split a pattern into tokens of the subset, or return None."""
    tokens: list[tuple[str, str]] = []
    place = 0
    while place < len(pattern):
        if pattern[place:] == "$":
            break
        found = TOKEN.match(pattern, place)
        if found is None or found.lastgroup is None:
            return None
        tokens.append((found.lastgroup, found.group()))
        place = found.end()
    return tokens


def well_grouped(tokens: list[tuple[str, str]]) -> bool:
    """Whether groups are closed, alternatives are inside groups and not empty, and no repeated group may be empty."""
    maybe_none = [False]
    before = "open"
    for place, (kind, text) in enumerate(tokens):
        if kind in ("bar", "close", "times") and before in ("open", "bar"):
            return False
        if kind == "open":
            maybe_none.append(False)
        elif kind == "bar" and len(maybe_none) == 1:
            return False
        elif kind == "times" and text.startswith(MAYBE_NONE):
            maybe_none[-1] = True
        elif kind == "close":
            if len(maybe_none) == 1:
                return False
            inner = maybe_none.pop()
            maybe_none[-1] |= inner
            if inner and place + 1 < len(tokens) and tokens[place + 1][0] == "times":
                return False
        before = kind
    return len(maybe_none) == 1
