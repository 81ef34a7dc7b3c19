"""Options that several commands share."""

from pathlib import Path

import click

from etl import build as builder

out_option = click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path("build"), show_default=True,
    help="Folder arsip, hasil kerja dan rilis.",
)  # fmt: skip
packages_option = click.option(
    "--datapackages", type=click.Path(path_type=Path, exists=True, file_okay=False), default=builder.DATAPACKAGES,
    help="Folder deskriptor (datapackages/).",
)  # fmt: skip
