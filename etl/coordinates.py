"""Parsers for places on the earth: latitude and longitude in decimal degrees, however asset cards write them.

A cell holds one of the two or both ("-0.5021, 117.1536", latitude first): each parser reads its own, so that one column
can feed two fields. Degrees written as decimals stay exactly as written; minutes and seconds are turned into degrees of
seven decimals (a centimetre), in integers. What lies outside Indonesia is refused: it is swapped, in other units or
wrong.
"""

import re
from fractions import Fraction

from etl.texts import refused, tidy

LATITUDES = (Fraction(-115, 10), Fraction(65, 10))
LONGITUDES = (Fraction(945, 10), Fraction(1415, 10))
SOUTH_NORTH = {"S": -1, "LS": -1, "N": 1, "U": 1, "LU": 1}
EAST = {"E": 1, "T": 1, "BT": 1}
PLACES = 7

_DECIMAL = r"(?:[.,][0-9]{1,15})?"
_LETTER = "LS|LU|BT|[SNUET]"
_ANGLE = (
    rf"(?:(?:{_LETTER}) ?)?-?[0-9]{{1,3}}{_DECIMAL}(?: ?[°º˚]"
    rf"(?: ?[0-9]{{1,2}}{_DECIMAL} ?['’′´](?: ?[0-9]{{1,2}}{_DECIMAL} ?(?:[\"”″]|''|’’|′′))?)?)?(?: ?(?:{_LETTER}))?"
)
ANGLE = re.compile(
    rf"(?P<before>{_LETTER})? ?(?P<minus>-?)(?P<degrees>[0-9]{{1,3}}{_DECIMAL})(?: ?[°º˚]"
    rf"(?: ?(?P<minutes>[0-9]{{1,2}}{_DECIMAL}) ?['’′´]"
    rf"(?: ?(?P<seconds>[0-9]{{1,2}}{_DECIMAL}) ?(?:[\"”″]|''|’’|′′))?)?)? ?(?P<after>{_LETTER})?"
)
PAIR = re.compile(rf"({_ANGLE})(?: ?[;/|] ?|, | )({_ANGLE})")
DOTTED = re.compile(r"(-?[0-9]{1,3}\.[0-9]{1,15}),(-?[0-9]{1,3}\.[0-9]{1,15})")
"""A comma alone parts two numbers only where both have a dot: "-0,502,117,15" could be anything."""


def lintang(text: str) -> str:
    """Latitude in decimal degrees, south negative; of a cell with both, the first.

    Decimals with dot or comma, or degrees, minutes and seconds with LS/LU (S/N). Source: coordinates in exports of
    asset cards. Raises ``ValueRefused`` outside Indonesia (-11.5 to 6.5), for a sign beside a letter, for minutes or
    seconds of 60 and more, and for cells that do not say where one number ends.

    >>> lintang("-0,5021"), lintang("0°30'7.56\\" LS"), lintang("-0.5021, 117.1536")
    ('-0.5021', '-0.5021', '-0.5021')
    """
    return degrees(text, 0, SOUTH_NORTH, LATITUDES)


def bujur(text: str) -> str:
    """Longitude in decimal degrees east; of a cell with both, the second.

    Decimals with dot or comma, or degrees, minutes and seconds with BT (E). Source: coordinates in exports of asset
    cards. Raises ``ValueRefused`` outside Indonesia (94.5 to 141.5) and for what ``lintang`` refuses.

    >>> bujur("117,1536"), bujur("117° 9' 12.96\\" BT"), bujur("-0.5021, 117.1536")
    ('117.1536', '117.1536', '117.1536')
    """
    return degrees(text, 1, EAST, LONGITUDES)


def degrees(text: str, place: int, letters: dict[str, int], bounds: tuple[Fraction, Fraction]) -> str:
    """The latitude (``place`` 0) or longitude (1) of a cell as canonical decimal degrees."""
    own = re.sub(" +", " ", tidy(text))
    pair = DOTTED.fullmatch(own) or (None if ANGLE.fullmatch(own) else PAIR.fullmatch(own))
    value = angle(pair[place + 1] if pair else own, letters)
    if value is None or not bounds[0] <= Fraction(value) <= bounds[1]:
        name, title = (("lintang", "a latitude"), ("bujur", "a longitude"))[place]
        low, high = (f"{float(bound):g}" for bound in bounds)
        example = ("-0.5021, -0,5021, 0°30'7,6\" LS", "117.1536, 117,1536, 117°9'13\" BT")[place]
        raise refused(text, f"{name} {low} sampai {high}, mis. {example}", f"{title} {low} to {high}, e.g. {example}")
    return value


def angle(text: str, letters: dict[str, int]) -> str | None:
    """One angle in canonical decimal degrees; ``None`` where the grammar does not allow it."""
    found = ANGLE.fullmatch(text)
    if found is None:
        return None
    letter = found["before"] or found["after"]
    if (found["before"] and found["after"]) or (letter and (found["minus"] or letter not in letters)):
        return None
    parts = [part.replace(",", ".") for part in found.group("degrees", "minutes", "seconds") if part]
    if any("." in part for part in parts[:-1]) or any(Fraction(part) >= 60 for part in parts[1:]):
        return None
    negative = bool(found["minus"]) or (letter is not None and letters[letter] < 0)
    return written(parts, negative)


def written(parts: list[str], negative: bool) -> str:
    """Degrees, or degrees, minutes and seconds, as plain digits with a dot.

    >>> written(["0", "30", "7.56"], True), written(["117.150"], False)
    ('-0.5021', '117.15')
    """
    whole, _, decimals = parts[0].partition(".")
    if len(parts) > 1:
        exact = sum((Fraction(part) / 60**power for power, part in enumerate(parts)), Fraction(0))
        digits = f"{round(exact * 10**PLACES):0{PLACES + 1}d}"
        whole, decimals = digits[:-PLACES], digits[-PLACES:]
    decimals = decimals.rstrip("0")
    value = f"{int(whole)}.{decimals}" if decimals else str(int(whole))
    return f"-{value}" if negative and value != "0" else value
