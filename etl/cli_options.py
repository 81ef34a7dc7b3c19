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
lake_option = click.option(
    "--lake", default="", metavar="DANAU", help="Masukkan rilis baru ke danau ini juga: folder, atau s3://ember/awalan."
)
name_option = click.option("--name", default="", metavar="INSTANSI", help="Nama instansi ini di danau, misal kaltim.")
