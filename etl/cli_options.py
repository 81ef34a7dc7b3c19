"""Options that several commands share."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from etl import build as builder
from etl.engine import ENGINES, Choice

out_option = click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path("build"), show_default=True,
    help="Folder arsip, hasil kerja dan rilis.",
)  # fmt: skip
packages_option = click.option(
    "--datapackages", type=click.Path(path_type=Path, exists=True, file_okay=False), default=builder.DATAPACKAGES,
    help="Folder deskriptor (datapackages/).",
)  # fmt: skip
lake_option = click.option(
    "--lake", default="", metavar="DANAU", help="Masukkan rilis baru ke danau ini juga: folder, atau s3://ember/awalan."
)
name_option = click.option("--name", default="", metavar="INSTANSI", help="Nama instansi ini di danau, misal kaltim.")

instances_option = click.option("--instances", default="", metavar="A,B", help="Hanya instansi ini dari danau.")
bodies_option = click.option(
    "--bodies", default="", metavar="D190,D191", help="Hanya badan ini dari danau (dan yang tanpa badan)."
)


def listed(text: str) -> tuple[str, ...]:
    """Values between commas."""
    return tuple(filter(None, (part.strip() for part in text.split(","))))


def engine_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Which engine runs the SQL, given to the command as ``choice``."""

    @click.option("--engine", type=click.Choice(ENGINES), default="duckdb", show_default=True, help="Mesin SQL.")
    @click.option("--master", default="", help="Alamat induk Spark: spark://…, sc://… (Spark Connect), atau local[2].")
    @wraps(command)
    def chosen(*args: Any, engine: str, master: str, **options: Any) -> Any:
        return command(*args, choice=Choice(engine, master), **options)

    return chosen
