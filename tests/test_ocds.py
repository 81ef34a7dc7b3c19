"""The OCDS edition of a release: valid against the standard, compiled as ocdskit compiles it, equal to its tables and rows.

Everything offline: schemas are those in ``tests/skema``. The sample is checked always, the real files where they are.
"""

import csv
import gzip
import hashlib
import io
import json
import sqlite3
import subprocess
import sys
import zipfile
from collections import Counter, defaultdict
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from ocds_schema import package_schema, patched, read, schema, validator
from ocdskit.combine import merge

from etl import ocds_files
from etl.descriptors import load_datasets, load_resources
from etl.ocds import read_terms
from etl.ocds_values import CENT_LIMIT, decimal, money, term
from etl.release_package import credits
from etl.standards import write_standards

DATAPACKAGES = ROOT / "datapackages"
RESOURCES = load_resources(DATAPACKAGES)
PUBLIC = {name: r for name, r in RESOURCES.items() if r.descriptor["x-privacy"] == "public"}
MONEY = {
    "releases": ("tender/value/amount", "hps_sen"),
    "awards": ("awards/0/value/amount", "pemenang_sen"),
    "contracts": ("contracts/0/value/amount", "nilai_sen"),
}
SUMS = """
  with harga as (
    select 'tender' as jalur, kd_tender as kunci, sum(case when nilai_negosiasi_sen > 0 then nilai_negosiasi_sen
      when nilai_terkoreksi_sen > 0 then nilai_terkoreksi_sen when nilai_penawaran_sen > 0 then nilai_penawaran_sen end) as sen
    from tender_nilai group by 2
    union all
    select 'non_tender', kd_nontender, case when nilai_negosiasi_sen > 0 then nilai_negosiasi_sen
      when nilai_terkoreksi_sen > 0 then nilai_terkoreksi_sen when nilai_penawaran_sen > 0 then nilai_penawaran_sen end
    from non_tender_nilai
  ), ditandai as (
    select kd_tender as kunci, sum(case when nilai_terkoreksi_sen > 0 then nilai_terkoreksi_sen else nilai_penawaran_sen end) as sen
    from peserta_tender where pemenang = 1 group by 1
  ), kontrak_proses as (
    select case when kd_tender <> '' then 'tender' else 'non_tender' end as jalur,
      case when kd_tender <> '' then kd_tender else kd_nontender end as kunci, sum(nilai_kini_sen) as sen
    from kontrak_terkini group by 1, 2
  ), surat as (
    select jalur, kunci, sum(harga_final_sen) as sen from (
      select case when kd_tender <> '' then 'tender' else 'non_tender' end as jalur,
        case when kd_tender <> '' then kd_tender else kd_nontender end as kunci, harga_final_sen,
        row_number() over (partition by kd_tender, kd_nontender, no_sppbj order by versi_addendum desc) as dari_akhir
      from sppbj) where dari_akhir = 1 group by 1, 2
  )
  select coalesce(cast(p.tahun_anggaran as text), 'tanpa-tahun') as tahun, count(*) as banyak,
    sum(p.pagu_sen) as pagu_sen, sum(p.hps_sen) as hps_sen,
    sum(case when p.jalur = 'epurchasing' then p.nilai_sen when h.kunci is not null then h.sen
      when d.kunci is not null then d.sen when k.kunci is not null then s.sen end) as pemenang_sen,
    sum(coalesce(k.sen, p.nilai_sen)) as nilai_sen
  from paket p left join harga h using (jalur, kunci) left join ditandai d on p.jalur = 'tender' and d.kunci = p.kunci
  left join kontrak_proses k on k.jalur = p.jalur and k.kunci = p.kunci
  left join surat s on s.jalur = p.jalur and s.kunci = p.kunci
  group by 1 order by 1
"""
"""Per year: the winners' list gives the award, else who is marked as winner, else the letters of signed contracts."""


@pytest.fixture(scope="session")
def sample(contoh):
    """The sample release: its folder with ``opendata.db`` and ``ocds/``."""
    return contoh / "out" / "current"


@pytest.fixture(scope="session")
def real(real_out):
    return real_out / "current"


def database(folder):
    db = sqlite3.connect(f"file:{(folder / 'opendata.db').resolve()}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    return closing(db)


def packages(folder, kind):
    return {path.name: read(path) for path in sorted((folder / "ocds").glob(f"{kind}-*.json.gz"))}


def releases(folder):
    return [release for package in packages(folder, "rilis").values() for release in package["releases"]]


def records(folder):
    return [record for package in packages(folder, "rekaman").values() for record in package["records"]]


def table(folder, name):
    """Year -> rows of one flat table."""
    found = {}
    for path in sorted((folder / "ocds").glob("tabel-*.zip")):
        with zipfile.ZipFile(path) as archive:
            (member,) = [n for n in archive.namelist() if n.removeprefix(ocds_files.SAMPLE_NAME) == f"{name}.csv"]
            text = archive.read(member).decode()
        found[path.stem.removeprefix("tabel-")] = list(csv.DictReader(io.StringIO(text, newline="")))
    return found


def total(values):
    return sum((Decimal(value) for value in values if value not in (None, "")), Decimal(0))


def exactly(sen):
    return Decimal(sen or 0) / 100


# --- the standard -----------------------------------------------------------------------------------------------------


def all_valid(folder):
    whole = {kind: validator(package_schema(kind)) for kind in ("releases", "records")}
    count = 0
    for kind, name in (("releases", "rilis"), ("records", "rekaman")):
        for file, package in packages(folder, name).items():
            errors = [(list(e.instance_path), e.message) for e in whole[kind].iter_errors(package)]
            assert errors == [], (file, errors[:3])
            count += len(package[kind])
    return count


def all_closed_codes_standard(folder):
    """Every value of a closed codelist is one of the standard's; the schemas carry the codes as ``enum``."""
    seen = Counter()

    def walk(value, part):
        part = resolve(part)
        if isinstance(value, list):
            for item in value:
                walk(item, {**part.get("items", {}), **{k: part[k] for k in ("codelist",) if k in part}})
        elif isinstance(value, dict):
            for name, item in value.items():
                assert name in part.get("properties", {}), (name, "is not a field of the standard or its extensions")
                walk(item, part["properties"][name])
        elif part.get("codelist") and part.get("enum"):
            assert value in part["enum"], (part["codelist"], value)
            seen[part["codelist"]] += 1

    whole = patched()

    def resolve(part):
        while "$ref" in part:
            part = {
                **whole["definitions"][part["$ref"].rsplit("/", 1)[1]],
                **{k: v for k, v in part.items() if k != "$ref"},
            }
        return part

    for release in releases(folder):
        walk(release, whole)
    return seen


def test_every_release_and_record_of_the_sample_is_valid(sample):
    with database(sample) as db:
        (count,) = db.execute("select count(*) from paket").fetchone()
    assert all_valid(sample) == 2 * count


def test_a_second_validator_agrees_on_every_twentieth_release(sample):
    judge = jsonschema.Draft4Validator(patched(), format_checker=jsonschema.FormatChecker())
    chosen = releases(sample)[::20]
    assert len(chosen) > 50
    for release in chosen:
        assert [error.message for error in judge.iter_errors(release)] == [], release["ocid"]


def test_the_validator_refuses_what_the_standard_and_the_extensions_refuse(sample):
    judge = validator(patched())
    good = next(
        r
        for r in releases(sample)
        if r.get("bids", {}).get("details") and r["planning"]["budget"].get("budgetBreakdown")
    )
    assert judge.is_valid(good)
    spoiled = json.dumps(good)
    for old, new in (
        ('"initiationType": "tender"', '"initiationType": "lelang"'), (f'"id": "{good["id"]}", ', ""),
        ('"status": "valid"', '"status": "menang"'), ('"measure": "bids", ', ""), (good["date"], "kemarin"),
        (json.dumps(good["planning"]["budget"]["budgetBreakdown"]), "[]"),
        ('"procurementMethod": "open"', '"procurementMethod": "tender"'), ('"currency": "IDR"', '"currency": "Rp"'),
    ):  # fmt: skip
        assert old in spoiled, old
        assert not judge.is_valid(json.loads(spoiled.replace(old, new))), old
    record = validator(package_schema("records"))
    package = next(iter(packages(sample, "rekaman").values()))
    assert record.is_valid(package)
    package["records"][0]["compiledRelease"].pop("tag")
    assert not record.is_valid(package)


def test_only_fields_of_the_standard_and_only_its_closed_codes(sample):
    seen = all_closed_codes_standard(sample)
    wanted = {
        "method.csv",
        "tenderStatus.csv",
        "procurementCategory.csv",
        "awardStatus.csv",
        "contractStatus.csv",
        "bidStatus.csv",
        "milestoneStatus.csv",
        "currency.csv",
    }
    assert wanted <= seen.keys()


def test_the_vendored_schemas_are_those_noted_with_hash_and_licence():
    notes = (ROOT / "tests" / "skema" / "README.md").read_text(encoding="utf-8")
    files = sorted((ROOT / "tests" / "skema").glob("*.json"))
    assert files
    for path in files:
        assert f"`{path.name}`" in notes
        assert hashlib.sha256(path.read_bytes()).hexdigest() in notes, path.name


def references_hold(folder):
    """Every reference names a party of its release with that role, every contract an award, and ids are unique."""
    for r in releases(folder):
        roles = {p["id"]: set(p["roles"]) for p in r.get("parties", [])}
        assert len(roles) == len(r.get("parties", []))
        used = [(r.get("buyer"), "buyer"), (r["tender"].get("procuringEntity"), "procuringEntity")]
        used += [(t, "tenderer") for t in r["tender"].get("tenderers", [])]
        bids = r.get("bids", {}).get("details", [])
        used += [(t, "tenderer") for bid in bids for t in bid.get("tenderers", [])]
        awards, contracts = r.get("awards", []), r.get("contracts", [])
        used += [(s, "supplier") for award in awards for s in award.get("suppliers", [])]
        paid = [t for c in contracts for t in c.get("implementation", {}).get("transactions", [])]
        used += [(t.get(side), side) for t in paid for side in ("payer", "payee")]
        for reference, role in used:
            assert not reference or role in roles[reference["id"]], (r["ocid"], reference, role)
        assert {c["awardID"] for c in contracts} <= {a["id"] for a in awards}, r["ocid"]
        assert {a["relatedBid"] for a in awards if "relatedBid" in a} <= {b["id"] for b in bids}
        lists = [awards, contracts, bids, r.get("planning", {}).get("budget", {}).get("budgetBreakdown", [])]
        for contract in contracts:
            lists += [contract.get("amendments", []), *contract.get("implementation", {}).values()]
        for items in lists:
            assert len({i["id"] for i in items}) == len(items), (r["ocid"], items)


def test_references_roles_and_ids_hold(sample):
    references_hold(sample)
    found = releases(sample)
    assert len({r["ocid"] for r in found}) == len(found)
    assert all(r["ocid"].startswith("ocds-contoh-") for r in found)


# --- ocdskit ----------------------------------------------------------------------------------------------------------


def compiled_equal(folder):
    """ocdskit's compiled release of each process is the one in our record; the record links to its release."""
    whole, ours, count = patched(), {r["ocid"]: r for r in records(folder)}, 0
    for package in packages(folder, "rilis").values():
        for compiled in merge([{**package, "extensions": []}], schema=whole):
            assert compiled == ours[compiled["ocid"]]["compiledRelease"], compiled["ocid"]
            count += 1
        for release in package["releases"]:
            (link,) = ours[release["ocid"]]["releases"]
            assert link == {"url": f"{package['uri']}#{release['id']}", "date": release["date"], "tag": release["tag"]}
    return count


def test_our_records_are_what_ocdskit_compiles(sample):
    assert compiled_equal(sample) == len(records(sample))


def ocdskit(*arguments, text=""):
    tool = Path(sys.executable).with_name("ocdskit")
    done = subprocess.run([tool, *arguments], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    return done.stdout


def test_ocdskit_knows_the_formats_and_finds_nothing_to_upgrade(sample, tmp_path):
    for kind, said in (("rilis", "release package"), ("rekaman", "record package")):
        name, package = next(iter(packages(sample, kind).items()))
        path = tmp_path / name.removesuffix(".gz")
        path.write_text(json.dumps(package), encoding="utf-8")
        assert said in ocdskit("detect-format", str(path))
        assert json.loads(ocdskit("upgrade", "1.0:1.1", text=json.dumps(package))) == package
    lines = "\n".join(json.dumps(r) for r in package_of(sample)["releases"])
    packed = json.loads(
        ocdskit("package-releases", "--uri", "urn:x", "--published-date", "2026-01-01T00:00:00Z", text=lines)
    )
    assert packed["releases"] == package_of(sample)["releases"]


def package_of(folder):
    return next(iter(packages(folder, "rilis").values()))


# --- the rows behind it -----------------------------------------------------------------------------------------------


def equal_to_rows(folder):
    """Per year, count and exact sums of the JSON and of the flat tables equal the tables of the release."""
    with database(folder) as db:
        expected = {row["tahun"]: row for row in db.execute(SUMS)}
        amended = dict(
            db.execute(
                "select coalesce(cast(tahun_anggaran as text), ''), sum(jumlah_adendum) from kontrak_terkini group by 1"
            )
        )
        paid = db.execute(
            "select (select coalesce(sum(besar_pembayaran_sen), 0) from serah_terima where kd_tender <> '' or kd_nontender <> '') + (select coalesce(sum(nilai_realisasi_sen), 0) from pencatatan_non_tender_realisasi) + (select coalesce(sum(nilai_realisasi_sen), 0) from pencatatan_swakelola_realisasi)"
        ).fetchone()[0]
        bids = db.execute(
            "select count(*), sum(case when nilai_terkoreksi_sen > 0 then nilai_terkoreksi_sen else nilai_penawaran_sen end) from peserta_tender where nilai_penawaran_sen > 0 or nilai_terkoreksi_sen > 0"
        ).fetchone()
    json_sums, flat = from_json(folder), {name: table(folder, name) for name in ocds_files.TABLES}
    assert json_sums.keys() == expected.keys() == flat["releases"].keys()
    for year, row in expected.items():
        assert len(flat["releases"][year]) == json_sums[year]["banyak"] == row["banyak"]
        budget = total(r["planning/budget/amount/amount"] for r in flat["releases"][year])
        assert budget == json_sums[year]["pagu_sen"] == exactly(row["pagu_sen"])
        for name, (path, column) in MONEY.items():
            assert total(r[path] for r in flat[name][year]) == json_sums[year][column] == exactly(row[column]), (
                year,
                name,
            )
    every = lambda name: [row for rows in flat[name].values() for row in rows]  # noqa: E731
    assert len(every("amendments")) == sum(amended.values())
    assert total(r["contracts/0/implementation/transactions/0/value/amount"] for r in every("transactions")) == exactly(
        paid
    )
    assert (len(every("bids")), total(r["bids/details/0/value/amount"] for r in every("bids"))) == (
        bids[0],
        exactly(bids[1]),
    )
    return flat


def from_json(folder):
    """Year of the file -> counts and sums, read with Decimal so that no digit is lost."""
    sums = {}
    for path in sorted((folder / "ocds").glob("rilis-*.json.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            package = json.load(file, parse_float=Decimal)
        found = sums.setdefault(path.name.removeprefix("rilis-").removesuffix(".json.gz"), defaultdict(Decimal))
        for r in package["releases"]:
            found["banyak"] += 1
            found["pagu_sen"] += r.get("planning", {}).get("budget", {}).get("amount", {}).get("amount", 0)
            found["hps_sen"] += r["tender"].get("value", {}).get("amount", 0)
            found["pemenang_sen"] += sum(a.get("value", {}).get("amount", 0) for a in r.get("awards", []))
            found["nilai_sen"] += sum(c.get("value", {}).get("amount", 0) for c in r.get("contracts", []))
    return sums


def test_json_and_flat_tables_equal_the_rows_of_the_release(sample):
    flat = equal_to_rows(sample)
    assert all(any(rows for rows in years.values()) for years in flat.values()), (
        "every flat table has rows in the sample"
    )


def test_flat_tables_count_what_the_json_holds(sample):
    counted = Counter()
    for r in releases(sample):
        counted["parties"] += len(r["parties"])
        counted["tenderers"] += len(r["tender"].get("tenderers", []))
        counted["awards"] += len(r.get("awards", []))
        counted["award_suppliers"] += sum(len(a.get("suppliers", [])) for a in r.get("awards", []))
        counted["contracts"] += len(r.get("contracts", []))
        counted["milestones"] += sum(
            len(c.get("implementation", {}).get("milestones", [])) for c in r.get("contracts", [])
        )
    for name, count in counted.items():
        assert sum(len(rows) for rows in table(sample, name).values()) == count > 0, name


def test_registrants_are_tenderers_and_only_priced_offers_are_bids(sample):
    with database(sample) as db:
        (kd,) = db.execute(
            "select kd_tender from peserta_tender group by 1 having sum(nilai_penawaran_sen > 0) between 2 and count(*) - 2 order by 1"
        ).fetchone()
        rows = db.execute("select * from peserta_tender where kd_tender = ?", [kd]).fetchall()
    (release,) = [r for r in releases(sample) if r["ocid"] == f"ocds-contoh-tender-{kd}"]
    assert release["tender"]["numberOfTenderers"] == len(rows) == len(release["tender"]["tenderers"])
    priced = {
        row["kd_peserta"]: row["nilai_terkoreksi_sen"] or row["nilai_penawaran_sen"]
        for row in rows
        if row["nilai_penawaran_sen"]
    }
    assert {b["id"]: round(Decimal(str(b["value"]["amount"])) * 100) for b in release["bids"]["details"]} == priced
    assert release["bids"]["statistics"] == [{"id": "bids", "measure": "bids", "value": len(priced)}]


def test_suppliers_are_those_of_the_release_and_persons_stay_pseudonyms(sample):
    parties = [p for r in releases(sample) for p in r["parties"] if {"supplier", "tenderer", "payee"} & set(p["roles"])]
    with database(sample) as db:
        known = {f"penyedia:{row['id_penyedia']}": row for row in db.execute("select * from penyedia")}
    persons = 0
    for party in parties:
        if party["id"].startswith("tertulis:"):
            assert "identifier" not in party
            continue
        row = known[party["id"]]
        assert party["name"] == row["nama"]
        assert party.get("identifier", {}).get("id") == (None if row["perorangan"] else row["npwp"])
        if row["perorangan"]:
            persons += 1
            assert party["name"].lower().startswith("perorangan-") and "address" not in party
    assert persons
    as_written = {
        r["ocid"].split("-")[2] for r in releases(sample) for p in r["parties"] if p["id"].startswith("tertulis:")
    }
    assert as_written == {"pencatatan_swakelola"}, "only who carries out a body's own work is not among the suppliers"


def test_a_body_is_known_by_its_own_code_and_not_by_that_of_the_portal(sample):
    """The portal of the province lists packages of regencies, and one body is written in two ways."""
    found = {r["ocid"]: r["buyer"] for r in releases(sample)}
    names = defaultdict(set)
    for body in found.values():
        names[body["id"]].add(body["name"])
    assert all(len(spelled) == 1 for identity, spelled in names.items() if identity.startswith("ID-KLPD-"))
    with database(sample) as db:
        (kukar,) = db.execute(
            "select kunci from paket where jalur = 'darurat' and nama_klpd = 'Kab. Kutai Kartanegara'"
        ).fetchone()
        (berau,) = db.execute("select kunci from paket where jalur = 'darurat' and nama_klpd = 'Kab. Berau'").fetchone()
    assert found[f"ocds-contoh-darurat-{kukar}"] == {"id": "ID-KLPD-D244", "name": "Kab. Kutai Kartanegara"}
    assert found[f"ocds-contoh-darurat-{berau}"] == {"id": "badan:kab. berau", "name": "Kab. Berau"}
    assert names["ID-KLPD-D241"] == {"Provinsi Kalimantan Timur"} and "Pemerintah Daerah Kota Samarinda" not in {
        b["name"] for b in found.values()
    }


def test_a_budget_line_is_named_where_the_plan_was_linked_to_it(sample):
    with database(sample) as db:
        row = db.execute(
            "select h.ke_tabel, h.ke_kunci, a.kd_rup, a.mak, a.urutan, a.pagu, g.dari_kunci from hubungan h"
            " join rup_anggaran a on a.kd_rup = h.dari_kunci and a.jenis_paket = 'Penyedia'"
            " join hubungan g on g.jenis = 'anggaran_rup' and g.ke_kunci = a.kd_rup and g.dicari = a.mak and g.tersambung = 1"
            " where h.jenis = 'rup_paket' and h.tersambung = 1 and h.ke_tabel = 'non_tender' order by 2 limit 1"
        ).fetchone()
    (release,) = [r for r in releases(sample) if r["ocid"] == f"ocds-contoh-{row['ke_tabel']}-{row['ke_kunci']}"]
    lines = {line["id"]: line for line in release["planning"]["budget"]["budgetBreakdown"]}
    line = lines[f"{row['kd_rup']}/{row['mak']}/{row['urutan']}"]
    assert line["amount"] == {"amount": row["pagu"], "currency": "IDR"}
    assert f"baris anggaran {row['dari_kunci']}" in line["description"]


# --- values, terms, files ---------------------------------------------------------------------------------------------


@given(st.integers(-CENT_LIMIT + 1, CENT_LIMIT - 1))
def test_money_is_written_exactly(sen):
    written = json.dumps(money(sen)["amount"])
    assert Decimal(written) * 100 == sen
    assert "e" not in written.lower() and Decimal(decimal(sen)) == Decimal(written)


def test_money_that_cannot_be_written_exactly_is_refused():
    assert money(CENT_LIMIT * 1000)["amount"] == CENT_LIMIT * 10
    with pytest.raises(OverflowError):
        money(CENT_LIMIT * 1000 + 1)


def test_a_method_has_the_code_of_its_time():
    terms = read_terms(DATAPACKAGES / "ocds.yaml")
    assert term(terms, "metode", "Lelang Umum", "2015-03-01")["dasar"] == "Perpres 54/2010"
    assert term(terms, "metode", " tender ", "2025-01-01")["kode"] == "open"
    assert term(terms, "metode", "Dikecualikan", "2025-01-01") == {}
    dated = {"metode": {"x": [{"kode": "limited", "sampai": "2018-06-30"}, {"kode": "open", "sejak": "2018-07-01"}]}}
    assert [term(dated, "metode", "X", day)["kode"] for day in ("2018-06-30", "2018-07-01", "")] == [
        "limited",
        "open",
        "limited",
    ]
    closed = {
        "metode": patched()["definitions"]["Tender"]["properties"]["procurementMethod"]["enum"],
        "jenis": patched()["definitions"]["Tender"]["properties"]["mainProcurementCategory"]["enum"],
        "kontrak": patched()["definitions"]["Contract"]["properties"]["status"]["enum"],
    }
    for kind, codes in closed.items():
        assert {entry["kode"] for entries in terms[kind].values() for entry in entries} <= set(codes)


def write(folder, target, brought=None):
    """Write the edition of a release's database into a new folder; return its files."""
    target.mkdir()
    (target / "opendata.db").symlink_to((folder / "opendata.db").resolve())
    credit = credits(PUBLIC, load_datasets(DATAPACKAGES), brought or {})
    write_standards(target, PUBLIC, credit, "0123456789abcdef", True)
    return {
        p.relative_to(target).as_posix(): p.read_bytes()
        for p in sorted(target.rglob("*"))
        if p.is_file() and p.suffix != ".db"
    }


def test_two_editions_of_one_database_are_equal_to_the_byte_and_large_years_are_cut(sample, tmp_path, monkeypatch):
    first = write(sample, tmp_path / "a")
    assert first == write(sample, tmp_path / "b")
    monkeypatch.setattr(ocds_files, "PART", 150)
    write(sample, tmp_path / "c")
    whole, parts = releases(sample), packages(tmp_path / "c", "rilis")
    assert {"rilis-2025-1.json.gz", "rilis-2025-3.json.gz", "rilis-2018.json.gz"} <= parts.keys()
    assert sorted(r["id"] for p in parts.values() for r in p["releases"]) == sorted(r["id"] for r in whole)
    assert max(len(p["releases"]) for p in parts.values()) == 150
    assert all_valid(tmp_path / "c") == 2 * len(whole)


def test_every_file_of_a_sample_says_so_and_the_prefix_is_not_registered(sample):
    files = json.loads((sample / "manifest.json").read_text())["files"]
    assert {
        "ocds/BACA.md",
        "ocds/rilis-2025.json.gz",
        "ocds/rekaman-2025.json.gz",
        "ocds/tabel-2025.zip",
    } <= files.keys()
    for package in [*packages(sample, "rilis").values(), *packages(sample, "rekaman").values()]:
        assert (
            "DATA CONTOH" in package["publisher"]["name"]
            and "ocds-contoh belum terdaftar" in package["publisher"]["name"]
        )
    notes = (sample / "ocds" / "BACA.md").read_text(encoding="utf-8")
    assert "DATA CONTOH" in notes and "BELUM terdaftar" in notes
    with zipfile.ZipFile(sample / "ocds" / "tabel-2025.zip") as archive:
        assert archive.read("BACA.md").decode() == notes
        assert all("DATA-CONTOH" in name or name == "BACA.md" for name in archive.namelist())


def test_a_table_under_another_licence_has_files_of_its_own(sample, tmp_path):
    terms = {"name": "CC-BY-NC-SA-4.0", "path": "https://creativecommons.org/licenses/by-nc-sa/4.0/"}
    sentence = "Layanan ini menggunakan API Satu Data eProc (Ecat-PaketEPurchasing 1 Maret 2026)"
    write(sample, tmp_path / "nc", {"epurchasing": {"licenses": [terms], "sources": [{"title": sentence}]}})
    found = packages(tmp_path / "nc", "rilis")
    bound = {name for name in found if name.endswith("-cc-by-nc-sa-4.0-notspecified.json.gz")}
    assert bound and "rilis-2025-notspecified.json.gz" in found
    for name, package in found.items():
        assert package.get("license") == (terms["path"] if name in bound else None)
        assert all(r["ocid"].startswith("ocds-contoh-epurchasing-") == (name in bound) for r in package["releases"])
    assert sum(len(package["releases"]) for package in found.values()) == len(releases(sample))
    notes = (tmp_path / "nc" / "ocds" / "BACA.md").read_text(encoding="utf-8")
    assert "CC-BY-NC-SA-4.0" in notes and sentence in notes


# --- the real files ---------------------------------------------------------------------------------------------------


@pytest.mark.real
@pytest.mark.slow
def test_the_real_release_is_valid_compiles_and_equals_its_rows(real):
    with database(real) as db:
        (count,) = db.execute("select count(*) from paket").fetchone()
    assert count > 10_000
    assert all_valid(real) == 2 * count
    all_closed_codes_standard(real)
    references_hold(real)
    assert compiled_equal(real) == count
    equal_to_rows(real)


# --- Fiscal Data Package ----------------------------------------------------------------------------------------------


def fiscal(folder):
    package = json.loads((folder / "fiskal" / "datapackage.json").read_text(encoding="utf-8"))
    return package, {
        r["name"]: list(csv.DictReader((folder / "fiskal" / r["path"]).open(encoding="utf-8", newline="")))
        for r in package["resources"]
    }


def test_stock_frictionless_accepts_the_budget(sample):
    tool = Path(sys.executable).with_name("frictionless")
    done = subprocess.run(
        [tool, "validate", str(sample / "fiskal" / "datapackage.json"), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-1000:]
    assert json.loads(done.stdout)["stats"] == {
        "tasks": 2,
        "errors": 0,
        "warnings": 0,
        "seconds": json.loads(done.stdout)["stats"]["seconds"],
    }


def test_every_column_type_is_one_of_the_standards_vocabulary(sample):
    known = schema("fiskal-os-types.json")
    package, _ = fiscal(sample)
    assert package["countryCode"] == "ID" and package["fiscalPeriod"] == {"start": "2023-01-01", "end": "2026-12-31"}
    assert "DATA CONTOH" in package["title"] and all("DATA-CONTOH" in r["path"] for r in package["resources"])
    for resource in package["resources"]:
        typed = {f["columnType"]: f for f in resource["schema"]["fields"] if "columnType" in f}
        assert {"value", "date:fiscal-year", "phase:id", "budget-line-id"} <= typed.keys()
        assert len(typed) == sum("columnType" in f for f in resource["schema"]["fields"]), "a ColumnType stands once"
        for name, field in typed.items():
            assert known[name]["dataType"] == field["type"], name
            assert known[name].get("labelfor", name) in typed, name
            assert known[name].get("parent", name) in typed, name


def test_the_budget_equals_its_tables(sample):
    _, rows = fiscal(sample)
    with database(sample) as db:
        budget = db.execute("select tahapan, count(*), sum(nilai_sen) from anggaran group by 1 order by 1").fetchall()
        spent = db.execute(
            "select count(anggaran_sen), sum(anggaran_sen), count(realisasi_sen), sum(realisasi_sen) from lra"
        ).fetchone()
    for stage, count, sen in budget:
        found = [r for r in rows["anggaran"] if r["tahapan"] == stage]
        assert (len(found), total(r["nilai"] for r in found)) == (count, exactly(sen))
    for phase, count, sen in (("approved", *spent[:2]), ("executed", *spent[2:])):
        found = [r for r in rows["lra"] if r["fase"] == phase]
        assert (len(found), total(r["nilai"] for r in found)) == (count, exactly(sen))
    assert {r["fase"] for r in rows["anggaran"]} == {"approved", "adjusted"}
    assert {r["arah"] for r in rows["anggaran"]} == {"expenditure"}
