"""Until when the data of a table go: for judging their age where nobody recorded when their files were retrieved.

A descriptor says in ``x-freshness`` after how many days a source should have renewed a table (``days``), and which
column tells until when its rows go (``newest``; without it the fiscal year). Whether that is too long ago is for the
day on which a page is read, so nothing here knows a clock.
"""

from etl.errors import DescriptorError
from etl.fields import Json

YEARS = ("tahun_anggaran", "tahun")
LATEST = 2100
"""Years beyond it are misprints."""


def check_freshness(descriptor: Json) -> None:
    """Refuse an ``x-freshness`` without a whole number of days above zero, or with a column that is not there."""
    rule = descriptor.get("x-freshness")
    if rule is None:
        return
    names = {field["name"] for field in descriptor["schema"]["fields"]}
    days = rule.get("days") if isinstance(rule, dict) else None
    if not isinstance(days, int) or days < 1 or set(rule) - {"days", "newest"}:
        raise DescriptorError(f"{descriptor['name']}: x-freshness harus {{days: bilangan di atas 0, newest: kolom}}")
    if rule.get("newest", YEARS[0]) not in {*names, YEARS[0]}:
        raise DescriptorError(f"{descriptor['name']}: x-freshness newest {rule['newest']} bukan kolomnya")


def newest_sql(descriptor: Json, public: set[str]) -> str:
    """SQL for the newest date (ISO) or year that the rows of a table state; empty where no column says it."""
    rule = descriptor.get("x-freshness") or {}
    column = next((name for name in (rule.get("newest"), *YEARS) if name in public), None)
    if not rule or column is None:
        return ""
    sane = f"substr(\"{column}\", 1, 4) BETWEEN '1900' AND '{LATEST}'"
    return f'SELECT max("{column}") FROM "{descriptor["name"]}" WHERE {sane}'
