"""Commands on a lake: add a release, list what it holds, verify its parts."""

from collections import Counter
from pathlib import Path

import click

from etl import lake as lakes
from etl.cli_options import bodies_option, engine_options, instances_option, listed, packages_option
from etl.engine import Choice
from etl.errors import ReleaseBroken
from etl.fields import Json
from etl.lake_link import link_lake
from etl.lake_store import open_store


@click.group("lake")
def lake_group() -> None:
    """Danau: rilis banyak instansi sebagai Parquet per tabel, badan, dan tahun, di folder atau s3://ember/awalan."""


@lake_group.command("add")
@click.argument("release", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("lake")
@click.option("--name", required=True, metavar="INSTANSI", help="Nama instansi pemilik rilis ini, misalnya kaltim.")
def add_command(release: Path, lake: str, name: str) -> None:
    """Masukkan RELEASE ke danau LAKE sebagai rilis instansi itu; hanya bagian yang berubah yang ditulis.

    Contoh: python -m etl lake add build/current /data/danau --name kaltim
    """
    click.echo(told(lakes.add(lake, release, name), name))


def told(done: Json, name: str) -> str:
    """What an addition did, in one line."""
    return (
        f"{name}: {done['parts']} bagian, {done['written']} ditulis, {done['kept']} tetap, {done['gone']} diganti; "
        f"danau {done['hash']}"
    )


@lake_group.command("list")
@click.argument("lake")
@click.option("--tabel", is_flag=True, help="Satu baris per tabel, bukan per badan dan tahun.")
def list_command(lake: str, tabel: bool) -> None:
    """Sebutkan instansi di danau LAKE, lalu baris dan bita tiap badan dan tahun (atau tiap tabel)."""
    manifest = lakes.read_manifest(open_store(lake))
    for name, instance in manifest["instances"].items():
        sample = " CONTOH" if instance["sample"] else ""
        click.echo(f"instansi {name}: rilis {instance['release']}{sample}")
    for place, counts in sums(manifest["parts"], ("instance", "table") if tabel else ("instance", "body", "year")):
        click.echo(f"{' '.join(place)}: {counts['rows']} baris, {counts['bytes']} bita, {counts['parts']} bagian")
    click.echo(f"danau {manifest['hash']}")


def sums(parts: list[Json], names: tuple[str, ...]) -> list[tuple[tuple[str, ...], Counter[str]]]:
    """Rows, bytes and parts by the values of these settings, in the order of the alphabet."""
    found: dict[tuple[str, ...], Counter[str]] = {}
    for part in parts:
        place = found.setdefault(tuple(part[name] for name in names), Counter())
        place.update(rows=part["rows"], bytes=part["bytes"], parts=1)
    return sorted(found.items())


@lake_group.command("link")
@click.argument("lake")
@instances_option
@bodies_option
@engine_options
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder hasil.")
@packages_option
def link_command(lake: str, instances: str, bodies: str, choice: Choice, out: Path, datapackages: Path) -> None:
    """Tulis tabel turunan dan tanda seluruh danau LAKE (atau sebagian) sebagai Parquet di folder baru di OUT.

    Barisnya tidak lewat satu proses dan tidak menjadi SQLite: mesin membaca bagian danau dan menulis hasilnya sendiri.

    Contoh: python -m etl lake link /bersama/danau --out /bersama/taut --engine spark --master spark://induk:7077
    """
    say = lambda text: click.echo(text, err=True)  # noqa: E731
    click.echo(link_lake(lake, listed(instances), listed(bodies), out, datapackages, say, choice))


@lake_group.command("verify")
@click.argument("lake")
def verify_command(lake: str) -> None:
    """Periksa setiap berkas danau LAKE: besarnya, SHA-256-nya, dan barisnya."""
    files, problems = lakes.verify(lake)
    bad = 0
    for problem in problems:
        bad += 1
        click.echo(problem, err=True)
    if bad:
        raise ReleaseBroken(f"{lake}: {bad} dari {files} berkas hilang atau berubah")
    click.echo(f"{files} berkas utuh")
