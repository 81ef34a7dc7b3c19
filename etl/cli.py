"""``python -m etl``: one command per stage.

Exit codes: 0 everything recognised was published; 1 a file or scope was refused (the last good data stays);
2 wrong use; 74 disk fault; 75 no permission, or another build is running.
"""

import sys
from collections import Counter
from pathlib import Path

import click

from etl import build as builder
from etl.archive import import_folder, read_log, verify
from etl.cli_faults import FAULTS, stop
from etl.cli_lake import lake_group
from etl.cli_options import engine_options, lake_option, name_option, out_option, packages_option
from etl.cli_publish import add_to_lake, check_lake, publish_command
from etl.cli_release import apply_delta_command, ckan_command, rebuild_command, withdraw_command
from etl.delta import verify_deltas
from etl.descriptors import load_resources
from etl.durable import build_lock
from etl.engine import Choice
from etl.errors import EtlError, ReleaseBroken
from etl.extract import extract_pull, load_extractions
from etl.fetch import Answer, fetch, read_plan
from etl.flag import flag as flag_tables
from etl.history_file import verify_history
from etl.link import link as link_tables
from etl.load import load as load_staging
from etl.metadata import write_metadata
from etl.privacy import pseudonym_key
from etl.publish import rollback as roll_back
from etl.quality import refused
from etl.release_check import verify_releases
from etl.validate import validate_part

NAMED = 12
"""Parts that the last line of a run names; the report has them all."""


@click.group(help=__doc__)
def cli() -> None:
    """Group of all commands."""


for command in (ckan_command, withdraw_command, apply_delta_command, rebuild_command, publish_command, lake_group):
    cli.add_command(command)


accept_option = click.option(
    "--terima", multiple=True, metavar="DAFTAR", help="Terima daftar ini walau jauh lebih pendek dari yang terakhir."
)


@cli.command("fetch")
@click.argument("plan", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@accept_option
@out_option
def fetch_command(plan: Path, terima: tuple[str, ...], out: Path) -> None:
    """Tarik yang disebut PLAN (fetch.yml) ke arsip; putaran yang terputus dilanjutkan dari tempatnya.

    Contoh: python -m etl fetch fetch.yml --out build/kaltim
    """
    failures(pull_all(plan, out, terima))


@cli.command()
@click.argument("plan", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@accept_option
@out_option
@packages_option
def refresh(plan: Path, terima: tuple[str, ...], out: Path, datapackages: Path) -> None:
    """Tarik menurut PLAN, lalu terbitkan; bagian yang gagal disebut dan data baiknya yang terakhir tetap terbit."""
    failed = pull_all(plan, out, terima)
    if not read_log(out):
        failures(failed)
        raise EtlError(f"{out}: arsip masih kosong, tidak ada yang dapat diterbitkan")
    report(builder.build(None, out, lambda text: click.echo(text, err=True), (), datapackages))
    failures(failed)


def pull_all(path: Path, out: Path, accept: tuple[str, ...]) -> list[Answer]:
    """Fetch a plan into the archive; return the parts whose data may be old now."""
    plan = read_plan(path)
    with build_lock(out):
        return [answer for answer in fetch(plan, out, click.echo, accept=accept) if answer.failed]


def failures(answers: list[Answer]) -> None:
    """Raise ``EtlError`` naming what could not be fetched; parts that only waited for another one's host come last."""
    if answers:
        counts = Counter(answer.putusan for answer in answers)
        named = [f"{a.nama} ({a.putusan})" for a in sorted(answers, key=lambda a: a.putusan == "ditunda")]
        more = f" dan {len(named) - NAMED} lagi, lihat arsip/laporan" if len(named) > NAMED else ""
        raise EtlError(
            f"{len(answers)} bagian gagal ditarik, data baiknya yang terakhir tetap "
            f"({', '.join(f'{verdict} {count}' for verdict, count in counts.most_common())}): "
            f"{', '.join(named[:NAMED])}{more}"
        )


@cli.command("import")
@click.argument("raw", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--terima", multiple=True, metavar="BERKAS", help="Terima berkas ini (nama atau sha256) walau lingkupnya ditolak."
)
@out_option
def import_command(raw: Path, terima: tuple[str, ...], out: Path) -> None:
    """Salin berkas mentah RAW ke arsip; isinya tidak diubah.

    Contoh: python -m etl import data-mentah --out build
    """
    with build_lock(out):
        fresh = import_folder(raw, out, terima)
    click.echo(f"{len(fresh)} berkas baru, {len(read_log(out))} di arsip {out / 'arsip'}")


@cli.command()
@out_option
@packages_option
def extract(out: Path, datapackages: Path) -> None:
    """Kenali setiap berkas di arsip menurut isinya dan tulis tabel kanonik ke OUT/kerja."""
    resources = load_resources(datapackages)
    key = pseudonym_key()
    with build_lock(out):
        for pull in read_log(out):
            for item in extract_pull(pull, out, resources, key):
                click.echo(f"{pull.nama}: {item.resource or item.alasan} {item.baris} baris")


@cli.command()
@out_option
@packages_option
def validate(out: Path, datapackages: Path) -> None:
    """Periksa tabel kanonik dengan Frictionless dan aturan kami; baris yang salah ditahan dengan alasannya."""
    resources = load_resources(datapackages)
    with build_lock(out):
        for pull in read_log(out):
            for item in load_extractions(out, pull.seq):
                if item.resource:
                    held = validate_part(out, item, resources[item.resource])
                    click.echo(f"{pull.nama}: {item.resource} {item.baris} baris, {len(held)} ditahan")


@cli.command()
@out_option
@packages_option
def load(out: Path, datapackages: Path) -> None:
    """Gabungkan baris sah semua berkas menurut kunci, lingkup dan kebaruan ke OUT/staging.db (tertutup)."""
    with build_lock(out):
        report(load_staging(out, read_log(out), load_resources(datapackages)))


@cli.command()
@engine_options
@out_option
@packages_option
def link(choice: Choice, out: Path, datapackages: Path) -> None:
    """Bangun tabel turunan (etl/sql/*.sql) di OUT/staging.db."""
    with build_lock(out):
        for name, rows in link_tables(out, load_resources(datapackages), choice).items():
            click.echo(f"{name}: {rows} baris")


@cli.command()
@engine_options
@out_option
@packages_option
def flag(choice: Choice, out: Path, datapackages: Path) -> None:
    """Hitung tanda yang perlu dicek (etl/tanda/*) di OUT/staging.db."""
    with build_lock(out):
        for name, rows in flag_tables(out, load_resources(datapackages), choice=choice).items():
            click.echo(f"{name}: {rows} baris")


@cli.command()
@click.argument("raw", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--terima", multiple=True, metavar="BERKAS", help="Terima berkas ini (nama atau sha256) walau lingkupnya ditolak."
)
@click.option("--rinci/--ringkas", default=True, help="Cetak satu baris per berkas, atau hanya ringkasan.")
@lake_option
@name_option
@engine_options
@out_option
@packages_option
def build(
    raw: Path, terima: tuple[str, ...], rinci: bool, lake: str, name: str, choice: Choice, out: Path, datapackages: Path
) -> None:
    """Semua tahap: dari folder RAW sampai rilis di OUT/current.

    Contoh: python -m etl build data-mentah --out build
    """
    check_lake(lake, name)
    rows = builder.build(raw, out, lambda text: click.echo(text, err=True), terima, datapackages, choice)
    add_to_lake(out, lake, name)
    report(rows, rinci)


@cli.command()
@out_option
def rollback(out: Path) -> None:
    """Kembalikan OUT/current ke rilis sebelumnya; isinya tidak berubah sedikit pun."""
    with build_lock(out):
        click.echo(f"OUT/current kini rilis {roll_back(out)}")


@cli.command("verify")
@out_option
def verify_command(out: Path) -> None:
    """Periksa arsip, setiap rilis yang disimpan (sidik SHA-256 setiap berkas dan manifestnya), riwayat, dan delta."""
    problems = [*verify(read_log(out), out), *verify_releases(out), *verify_history(out), *verify_deltas(out)]
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        raise ReleaseBroken(f"{len(problems)} berkas hilang atau berubah")
    click.echo("arsip, rilis, riwayat, dan delta utuh")


@cli.command()
@click.option("--check", is_flag=True, help="Hanya periksa apakah berkasnya masih sesuai deskriptor.")
@click.option("--file", "path", type=click.Path(path_type=Path), default=builder.ROOT / "metadata.yml")
@packages_option
def metadata(check: bool, path: Path, datapackages: Path) -> None:
    """Buat metadata.yml untuk Datasette dari deskriptor."""
    if not write_metadata(path, datapackages, check):
        raise EtlError(f"{path.name} tidak sesuai datapackages/; jalankan: make metadata.yml")
    click.echo(f"{path.name} sesuai")


@cli.command()
@click.argument("target", type=click.Path(path_type=Path, file_okay=False))
@click.option("--seed", default=2026, show_default=True, help="Benih acak; benih sama, berkas sama.")
@click.option("--scale", default=1, show_default=True, help="Kelipatan banyaknya baris (1 sekitar 20 ribu).")
@click.option("--dirty", is_flag=True, help="Sertakan berkas rusak yang harus ditolak.")
def sample(target: Path, seed: int, scale: int, dirty: bool) -> None:
    """Tulis contoh: Kalimantan Timur rekaan dalam bentuk berkas sumber yang sebenarnya, dengan kunci jawaban."""
    from etl.sample import write_sample  # only this command needs the invented world

    files = write_sample(target, seed=seed, scale=scale, dirty=dirty)
    click.echo(f"{len(files)} berkas, {sum(files.values())} baris di {target}")


def report(rows: list[dict[str, str]], detail: bool = True) -> None:
    """Print one line per file and resource and the totals; exit 1 when something was refused."""
    if detail:
        for row in rows:
            counts = " ".join(f"{k}={row[k]}" for k in ("masuk", "terbit", "ditahan", "tergantikan", "bukan_data"))
            click.echo(
                f"{row['putusan']:13} {row['resource'] or '-':24} {counts}  {row['nama']}  {row['alasan']}".rstrip()
            )
    names = ("terbit", "sebagian", "tidak_dikenal", "ditolak")
    verdicts = {name: sum(row["putusan"] == name for row in rows) for name in names}
    totals = {k: sum(int(row[k]) for row in rows) for k in ("masuk", "terbit", "ditahan", "tergantikan", "bukan_data")}
    click.echo("ringkasan: " + ", ".join(f"{v} {k}" for k, v in verdicts.items()))
    click.echo("baris: " + ", ".join(f"{v} {k}" for k, v in totals.items()))
    bad = list(refused(rows))
    for row in bad:
        click.echo(f"DITOLAK {row['nama']} {row['resource']}: {row['alasan']}", err=True)
    if bad:
        raise EtlError(f"{len(bad)} berkas atau lingkup ditolak; data baik yang terakhir tetap terbit")


def main() -> None:
    """Run the command line with our exit codes."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except EtlError as error:
        click.echo(f"galat: {error}", err=True)
        sys.exit(error.exit_code)
    except FAULTS as error:
        stop(error)
