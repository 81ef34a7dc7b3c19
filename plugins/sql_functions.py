"""Functions that readers' SQL may use beside SQLite's own: ``rupiah``, ``miliar`` and the aggregate ``median``."""

import re
import statistics

import pluggy

hookimpl = pluggy.HookimplMarker("datasette")
"""Datasette's own mark, without the import of Datasette: export processes start with this file."""
MOST = 1_000_000
"""Values that one ``median`` keeps in memory."""


class Median:
    """The middle of the numbers that are there; the mean of the two middle ones for an even count; NULL for none."""

    def __init__(self):
        self.values = []

    def step(self, value):
        """Take one value; what is not a number does not count."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            self.values.append(value)
            if len(self.values) > MOST:
                raise ValueError("median: too many values")

    def finalize(self):
        """The median."""
        return statistics.median(self.values) if self.values else None


def rupiah(value):
    """A number of rupiah as readers write it: ``Rp1.234.567``; sen only where there are any.

    Its text is data, in CSV and JSON too, so its minus is the hyphen of data.

    >>> rupiah(1234567), rupiah(-1500.5), rupiah(None)
    ('Rp1.234.567', '-Rp1.500,50', None)
    """
    if not isinstance(value, int | float):
        return None
    sen = round(value * 100)
    whole, rest = divmod(abs(sen), 100)
    shown = f"{whole:,}".replace(",", ".") + (f",{rest:02d}" if rest else "")
    return ("-" if sen < 0 else "") + f"Rp{shown}"


def miliar(value):
    """Rupiah in miliar with one decimal: ``144,6``.

    >>> miliar(144_610_151_759), miliar("x")
    ('144,6', None)
    """
    if not isinstance(value, int | float):
        return None
    return f"{value / 1_000_000_000:,.1f}".translate(str.maketrans(",.", ".,"))


def search_words(text):
    """The words of a search box for MATCH, each quoted; Datasette gives pages the same under the name ``escape_fts``.

    >>> search_words('jalan "kota baru" x-y')
    '"jalan" "kota baru" "x-y"'
    """
    even = str(text) + '"' * (str(text).count('"') % 2)
    parts = [part for part in re.split(r'\s+|(".*?")', even) if part and part != '""']
    return " ".join(part if part.startswith('"') else f'"{part}"' for part in parts)


@hookimpl
def prepare_connection(conn):
    """Give every connection the functions."""
    conn.create_function("rupiah", 1, rupiah, deterministic=True)
    conn.create_function("miliar", 1, miliar, deterministic=True)
    conn.create_aggregate("median", 1, Median)
