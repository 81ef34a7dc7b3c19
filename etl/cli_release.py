"""Commands on releases that are there already: withdraw one, walk a delta, bring a CKAN portal up to date."""

import os
from pathlib import Path

import click

from etl.ckan import Portal, push
from etl.cli_options import out_option, packages_option
from etl.delta import apply_delta
from etl.descriptors import load_datasets
from etl.durable import build_lock
from etl.rebuild import rebuild
from etl.retention import withdraw


@click.command("ckan")
@click.argument("address")
@click.option("--site", required=True, help="Alamat situs ini; tautan rilis menuju ke sana.")
@click.option("--organisation", required=True, help="Nama organisasi pemilik di portal.")
@click.option("--prefix", default="kaltim-terbuka", show_default=True, help="Awal nama setiap dataset di portal.")
@click.option("--upload", is_flag=True, help="Kirim berkasnya; tanpa ini portal menautkan alamat rilis di situs.")
@out_option
@packages_option
def ckan_command(
    address: str, site: str, organisation: str, prefix: str, upload: bool, out: Path, datapackages: Path
) -> None:
    """Mutakhirkan portal CKAN di ADDRESS dari rilis yang disajikan; token dari variabel lingkungan CKAN_TOKEN."""
    portal = Portal(address, organisation, site.rstrip("/"), prefix, upload)
    titles = {dataset["name"]: dataset for dataset in load_datasets(datapackages)}
    release = (out / "current").resolve()
    writes = push(release, portal, os.environ.get("CKAN_TOKEN", ""), click.echo, titles)
    click.echo(f"{writes} tulisan di portal")


@click.command("withdraw")
@click.argument("version")
@click.option("--reason", required=True, help="Alasan yang dibaca pembaca di halaman rilis itu.")
@out_option
def withdraw_command(version: str, reason: str, out: Path) -> None:
    """Tarik berkas satu rilis lama, misalnya karena memuat terlalu banyak; sidik dan alasannya tetap terbaca."""
    with build_lock(out):
        withdraw(out, version, reason)
    click.echo(f"rilis {version}: berkasnya ditarik")


@click.command("apply-delta")
@click.argument("release", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("delta", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("target", type=click.Path(path_type=Path, file_okay=False))
def apply_delta_command(release: Path, delta: Path, target: Path) -> None:
    """Susun CSV rilis berikutnya di TARGET dari folder RELEASE dan DELTA; setiap tabel diperiksa sidiknya."""
    done = apply_delta(release, delta, target)
    click.echo(f"{list(done.values()).count('berubah')} tabel berubah, {list(done.values()).count('sama')} sama")


@click.command("rebuild")
@click.argument("version")
@click.argument("target", type=click.Path(path_type=Path, file_okay=False))
@out_option
@packages_option
def rebuild_command(version: str, target: Path, out: Path, datapackages: Path) -> None:
    """Bangun ulang rilis VERSION di folder baru TARGET dari arsip, tanpa jaringan; setiap berkas dibandingkan.

    Contoh: python -m etl rebuild 880b48d663e79703 /tmp/ulang --out build
    """
    rebuild(out, version, target, datapackages, lambda text: click.echo(text, err=True))
