"""DJPK's portal: regions as JSON, reports named csv that are SpreadsheetML, errors as pages with status 200."""

import re
from urllib.parse import parse_qs, urlsplit

from servers.base import Reply, Seen, Server, html_reply, json_reply

NOTHING = """<!DOCTYPE html><html lang="id"><head><title>Portal Data SIKD</title></head><body><div class="content">
<h2>Whoops, looks like something went wrong.</h2><p>Trying to get property of non-object</p></div></body></html>"""
SHEET = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<?mso-application progid="Excel.Sheet"?>\n'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">\n<Worksheet ss:Name="Data APBD">\n<Table>\n'
)
Line = tuple[str, int | float, int | float]
"""Label with the blanks before it, budget, realisation; rupiah."""


class Djpk(Server):
    """A portal with ``reports[year, month, pemda]`` for the regions of one province; months add up."""

    def __init__(self, regions: dict[str, str], reports: dict[tuple[int, int, str], list[Line]], provinsi="17"):
        """``regions`` are pemda number -> name, as the portal gives them (``00`` is the province itself)."""
        super().__init__()
        self.regions, self.reports, self.provinsi = regions, reports, provinsi

    def answer(self, seen: Seen) -> Reply:
        """Regions of a year, or one report."""
        parts = urlsplit(seen.path)
        if seen.method != "GET":
            return html_reply("<h1>Method Not Allowed</h1>", 405)
        if found := re.fullmatch(r"/portal/pemda/([0-9]{2})/([0-9]{4})", parts.path):
            return json_reply(self.listed(found[1], int(found[2])))
        if parts.path == "/portal/csv_apbd":
            return self.report({name: values[0] for name, values in parse_qs(parts.query).items()})
        return html_reply("<h1>404</h1>", 404)

    def listed(self, provinsi: str, year: int) -> dict[str, str]:
        """Regions with a report in that year, behind the line that the portal's list begins with."""
        known = {pemda for tahun, _, pemda in self.reports if tahun == year}
        own = {number: name for number, name in self.regions.items() if number in known and provinsi == self.provinsi}
        return {"--": "-- Pilih Pemda --", **own}

    def report(self, asked: dict[str, str]) -> Reply:
        """The sheet of one region, or the page that stands for every error."""
        wanted = (asked.get("type"), asked.get("provinsi")) == ("apbd", self.provinsi)
        key = (int(asked.get("tahun", 0)), int(asked.get("periode", 0)), asked.get("pemda", ""))
        if not wanted or key not in self.reports:
            return html_reply(NOTHING)
        return Reply(200, sheet(self.reports[key]).encode(), {
            "Content-Type": "text/csv; charset=UTF-8",
            "Content-Disposition": f'attachment; filename="apbd_{key[0]}_{key[2]}.csv"',
        })  # fmt: skip

    def changed(self, seen: Seen, reply: Reply) -> Reply:
        """Another word above the first column."""
        return reply._replace(body=reply.body.replace(b">Akun<", b">Uraian<"))

    def without_year(self, seen: Seen, reply: Reply) -> Reply:
        """The regions are a list with nothing to choose, a report is the page of errors."""
        if seen.path.startswith("/portal/pemda/"):
            return json_reply({"--": "-- Pilih Pemda --"})
        return html_reply(NOTHING)


def sheet(lines: list[Line]) -> str:
    """SpreadsheetML of one report; amounts are plain rupiah, the hierarchy is in the blanks before a label."""
    rows = [row("Akun", "Anggaran", "Realisasi", "Persentase")]
    for label, budget, spent in lines:
        rows.append(row(label, budget, spent, f"{spent * 100 / budget:.2f}" if budget else "0"))
    return f"{SHEET}{''.join(rows)}</Table>\n</Worksheet>\n</Workbook>\n"


def row(*cells: object) -> str:
    """One row of the sheet."""
    kinds = ("String" if isinstance(cell, str) and not cell.replace(".", "").isdigit() else "Number" for cell in cells)
    made = (f'<Cell><Data ss:Type="{kind}">{cell}</Data></Cell>' for kind, cell in zip(kinds, cells, strict=True))
    return f"<Row>{''.join(made)}</Row>\n"
