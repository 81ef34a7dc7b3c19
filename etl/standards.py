"""A release in the standards of others: procurement as OCDS, the budget as a Fiscal Data Package."""

from pathlib import Path

from etl.descriptors import Resource
from etl.fields import Json
from etl.fiscal import write_fiscal
from etl.ocds import write_ocds


def write_standards(
    folder: Path, resources: dict[str, Resource], credit: dict[str, Json], version: str, sample: bool
) -> None:
    """Write ``ocds/`` and ``fiskal/`` into a release folder that holds a checked ``opendata.db``.

    ``credit`` has the licences and sources of every table, also those that its files bring.
    """
    write_ocds(folder, resources, credit, version, sample)
    write_fiscal(folder, resources, credit, version, sample)
