"""Publish: what ``staging.db`` holds, or any part of a lake; and add the new release to a lake."""

from pathlib import Path

import click

from etl import build as builder
from etl import lake as lakes
from etl.cli_lake import told
from etl.cli_options import (
    bodies_option,
    engine_options,
    instances_option,
    lake_option,
    listed,
    name_option,
    out_option,
    packages_option,
)  # fmt: skip
from etl.descriptors import load_datasets, load_resources
from etl.durable import build_lock
from etl.engine import Choice
from etl.history import record
from etl.lake_publish import publish_from_lake
from etl.privacy import pseudonym_key
from etl.publish import current_version
from etl.publish import publish as publish_release


def add_to_lake(out: Path, lake: str, name: str) -> None:
    """Add the current release of ``out`` to a lake, where one is named."""
    if lake:
        click.echo(told(lakes.add(lake, (out / "current").resolve(), name), name))


def check_lake(lake: str, name: str) -> None:
    """Refuse a lake without the instance's name before anything is built."""
    if bool(lake) != bool(name):
        raise click.UsageError("--lake dan --name dipakai bersama: danau, dan nama instansi ini di sana")
    if lake:
        lakes.check_name(name)


@click.command("publish")
@click.option("--from-lake", metavar="DANAU", default="", help="Terbitkan dari danau ini, bukan dari OUT/staging.db.")
@instances_option
@bodies_option
@click.option("--summary", is_flag=True, help="Ringkasan: tanpa baris tabel dari berkas; danau.json menyebutnya.")
@lake_option
@name_option
@engine_options
@out_option
@packages_option
def publish_command(
    from_lake: str, instances: str, bodies: str, summary: bool, lake: str, name: str, choice: Choice, out: Path,
    datapackages: Path,
) -> None:  # fmt: skip
    """Terbitkan OUT/staging.db, atau bagian dari sebuah danau, sebagai rilis baru; OUT/current dialihkan paling akhir.

    Contoh: python -m etl publish --from-lake /data/danau --bodies D241 --out build/provinsi
    """
    check_lake(lake, name)
    if from_lake:
        say = lambda text: click.echo(text, err=True)  # noqa: E731
        release = publish_from_lake(
            from_lake, listed(instances), listed(bodies), summary, out, datapackages, say, choice
        )
    elif instances or bodies or summary:
        raise click.UsageError("--instances, --bodies, dan --summary menyertai --from-lake")
    else:
        release = publish_staging(out, datapackages)
    click.echo(f"rilis {release}")
    add_to_lake(out, lake, name)


def publish_staging(out: Path, datapackages: Path) -> str:
    """Publish what ``staging.db`` holds; return the version."""
    with build_lock(out):
        made = builder.made_of(out, datapackages, pseudonym_key())
        resources, before = load_resources(datapackages), current_version(out)
        release = publish_release(out, resources, load_datasets(datapackages), made)
        record(out, resources, before or release, release)
    return release
