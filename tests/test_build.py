"""What a whole run promises: every row accounted for, nothing replaced by something worse, the same bytes again."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, paket

from etl import gate
from etl.archive import read_log
from etl.errors import BuildBusy, EtlError
from etl.publish import current_version, rollback


def one(rows, **wanted):
    found = [row for row in rows if all(row[k] == v for k, v in wanted.items())]
    assert len(found) == 1, rows
    return found[0]


def balanced(rows):
    return all(
        int(r["masuk"]) == sum(int(r[k]) for k in ("terbit", "ditahan", "tergantikan", "bukan_data")) for r in rows
    )


def test_rows_in_are_published_held_or_superseded(make, query):
    rows = make({"a.json": [paket("1"), paket("2"), paket("2"), paket("x", nama="salah"), paket("3", nilai="1.5 M")]})
    file = one(rows, nama="a.json")
    assert (file["masuk"], file["terbit"], file["ditahan"], file["tergantikan"]) == ("5", "2", "2", "1")
    assert file["putusan"] == "sebagian"
    assert balanced(rows)
    held = query("select lokasi, kolom, aturan, pesan, message from baris_ditahan order by lokasi")
    assert [h[:3] for h in held] == [("[3]", "kd", "constraint-error"), ("[4]", "nilai", "nilai")]
    assert "1.5 M" in held[1][3] and "1.5 M" in held[1][4]


def test_held_row_shows_only_accepted_public_cells(make, query):
    make({"a.json": [paket("1"), paket("x", nip_ppk="198001012005011001", nama="Rapat")]})
    ((shown,),) = query("select baris from baris_ditahan")
    cells = json.loads(shown)
    assert cells["nama"] == "Rapat"
    assert "nip_ppk" not in cells and "kd" not in cells


def test_money_is_exact_and_rounded_values_say_so(make, query):
    make({"a.json": [paket("1", nilai="79,6 M")]})
    assert query("select nilai_sen, nilai, nilai_asli, nilai_dibulatkan from paket_uji") == [
        (7_960_000_000_000, 79_600_000_000.0, "79,6 M", 1)
    ]


def test_complement_fills_what_is_empty_or_rounded_and_says_where_from(make, query):
    rows = make(
        {
            "a.json": [paket("1", nilai="2,9 M", kd_rup="")],
            "b.csv": "tender_id,exact,kd_rup,nama\n1,2937000000.5,57,Lain\n",
        }
    )
    assert query("select nama, nilai_sen, nilai_asli, nilai_dibulatkan, kd_rup from paket_uji") == [
        ("Paket 1", 293_700_000_050, "2,9 M", 0, "57")
    ]
    sha = one(rows, nama="b.csv")["sha256"]
    assert query("select kolom, sha256, lokasi from asal where tabel='paket_uji' order by kolom") == [
        ("kd_rup", sha, "baris 2"), ("nilai_dibulatkan", sha, "baris 2"), ("nilai_sen", sha, "baris 2")
    ]  # fmt: skip
    assert one(rows, nama="b.csv")["tergantikan"] == "1"


def test_newer_row_supersedes_and_older_pull_cannot_come_back(make, query):
    make({"a.json": [paket("1", nama="baru", _event_date="2025-10-10"), paket("2")]})
    make({"b.json": [paket("1", nama="lama", _event_date="2025-10-03")]})
    assert query("select kd, nama from paket_uji order by kd") == [("1", "baru"), ("2", "Paket 2")]


def test_older_pull_never_fills_what_a_newer_one_left_empty(make, query):
    make({"a.json": [paket("1", kd_rup="77", _event_date="2025-10-03")]})
    make({"b.json": [paket("1", kd_rup="", _event_date="2025-10-10")]})
    assert query("select kd_rup from paket_uji") == [(None,)]


@pytest.mark.parametrize(("pull", "read"), [("tambahan", 0), ("penuh", 19)])
def test_a_pull_is_compared_with_what_is_published_before_it_not_with_every_earlier_pull(make, monkeypatch, pull, read):
    """Pages of packages are pulls too, tens of thousands; full pulls look at the last one of their scope only."""
    seen = []
    monkeypatch.setattr(gate, "key_tuples", lambda part, rows: seen.append(part) or list(map(str, range(rows.sum()))))
    files = {f"{n:02}.json": [paket("1", nama=f"Paket {n}")] for n in range(20)}
    rows = make({**files, "konteks.yml": f"pull: {pull}\nkd_klpd: D1\ntahun: 2025\n"})
    assert [row["terbit"] for row in rows if row["nama"] in files] == ["0"] * 19 + ["1"]
    assert len(seen) == read


@pytest.mark.faults
@pytest.mark.case("C26")
@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("<!DOCTYPE html><html><body>Login</body></html>", "halaman_html"),
        ('[{"kd": "1", "nama": "a", "nil', "json_terpotong"),
        ("<<<<<<< HEAD\n[]\n=======\n[1]\n>>>>>>> x\n", "konflik_git"),
        ("<invalid_response>token</invalid_response>", "invalid_response"),
    ],
)
def test_bad_file_is_refused_by_name_and_good_data_stays(make, query, content, code):
    make({"a.json": [paket("1")]})
    rows = make({"a.json": content})
    bad = [row for row in rows if row["putusan"] == "ditolak"]
    assert [row["alasan"].split(":")[0] for row in bad] == [code]
    assert query("select kd from paket_uji") == [("1",)]


def test_empty_list_is_refused_only_where_rows_existed(make, query):
    rows = make({"a.json": [paket("1")], "b.json": "[]", "c.json": b""})
    assert {r["nama"]: r["putusan"] for r in rows} == {
        "a.json": "terbit",
        "b.json": "tidak_dikenal",
        "c.json": "tidak_dikenal",
    }
    rows = make({"a.json": "[]"})
    assert [r["putusan"] for r in rows if r["nama"] == "a.json"] == ["terbit", "ditolak"]
    assert query("select kd from paket_uji") == [("1",)]


def test_undeclared_column_is_withheld_and_reported(make, query, tmp_path):
    make({"a.json": [paket("1", gaji_rahasia="sangatrahasia77")]})
    assert query("select kolom, terisi from kolom_baru") == [("gaji_rahasia", 1)]
    assert b"sangatrahasia77" not in (tmp_path / "out" / "current" / "opendata.db").read_bytes()


def test_declared_withheld_header_is_neither_published_nor_reported(make, query):
    make({"a.json": [paket("1", catatan_internal="x")]})
    assert query("select * from kolom_baru") == []


@pytest.mark.faults
@pytest.mark.case("C39")
def test_private_values_are_in_no_member_of_the_release(make, tmp_path):
    nip, nik, phone = "198001012005011001", "6472014512900003", "0812-3456-7890"
    make(
        {
            "a.json": [
                paket("1", nip_ppk=nip, nama=f"Honor NIK {nik} telp {phone}"),
                paket("x", nip_ppk=nip, nama=f"a {nik}"),
            ]
        }
    )
    for member in (tmp_path / "out" / "current").rglob("*"):
        if member.is_file():
            data = member.read_bytes()
            for secret in (nip, nik, phone):
                assert secret.encode() not in data, (member.name, secret)


def test_natural_person_becomes_the_same_pseudonym(make, query):
    make(
        {
            "a.json": [
                paket("1", penyedia="Budi Santoso", bentuk="Orang Perseorangan", npwp="6472014512900003"),
                paket("2", penyedia="BUDI  SANTOSO", bentuk="Orang Perseorangan"),
                paket("3", penyedia="PT. Karya Budi", npwp="0123456789012345"),
            ]
        }
    )
    rows = query("select penyedia, npwp from paket_uji order by kd")
    assert rows[0][0] == rows[1][0] and rows[0][0].startswith("Perorangan-") and rows[0][1] is None
    assert rows[2] == ("PT. Karya Budi", "0123456789012345")


def test_fanout_is_merged_genuine_repeat_stays(make, query):
    receipts = [
        {"no_kuitansi": "K1", "jumlah": 100, "rup": "1"},
        {"no_kuitansi": "K1", "jumlah": 100, "rup": "2"},
        {"no_kuitansi": "K2", "jumlah": 50, "rup": "1"},
        {"no_kuitansi": "K2", "jumlah": 50, "rup": "1"},
    ]
    rows = make({"a.json": receipts})
    assert query("select no_kuitansi, urutan, jumlah, rup from kuitansi_uji order by 1, 2") == [
        ("K1", 1, 100, "1;2"), ("K2", 1, 50, "1"), ("K2", 2, 50, "1")
    ]  # fmt: skip
    assert one(rows, nama="a.json")["tergantikan"] == "1"


def test_multi_value_codes_become_a_bridge(make, query):
    make({"a.json": [paket("1", kd_rup="10; 11;10"), paket("2", kd_rup="12")]})
    assert query("select kd, kd_rup from paket_uji_rup order by 1, 2") == [("1", "10"), ("1", "11"), ("2", "12")]


@pytest.mark.faults
@pytest.mark.case("C37")
def test_full_pull_replaces_its_scope_and_a_fall_is_refused_unless_accepted(make, query):
    full = {"konteks.yml": "pull: penuh\n"}
    make({"a.json": [paket(str(n)) for n in range(10)], **full})
    make({"b.json": [paket(str(n)) for n in range(1, 10)], **full})
    assert query("select count(*) from paket_uji") == [(9,)]
    rows = make({"c.json": [paket("1"), paket("2")], **full})
    refused = one(rows, nama="c.json")
    assert refused["putusan"] == "ditolak" and refused["ditahan"] == "2" and "sebelumnya 9" in refused["alasan"]
    assert query("select count(*) from paket_uji") == [(9,)]
    assert {r[0] for r in query("select aturan from baris_ditahan")} == {"lingkup_ditolak"}
    rows = make({"c.json": [paket("1"), paket("2")], **full}, accept=("c.json",))
    assert one(rows, nama="c.json")["putusan"] == "terbit"
    assert query("select count(*) from paket_uji") == [(2,)]


def test_full_pulls_that_come_together_follow_the_day_they_were_made(make, query, packages, tmp_path):
    """Whatever their names: the newer one is what stands, and a list of a few rows in between is left where it is."""
    konteks = {"a.json": "2026-03-01", "b.json": "2026-01-01", "c.json": "2026-02-01"}
    text = "pull: penuh\nberkas:\n" + "".join(f"  {name}: {{diambil_pada: {day}}}\n" for name, day in konteks.items())
    rows = {name: [paket("1", nama=f"dari {name}"), paket(str(ord(name[0])))] for name in konteks}
    make({"konteks.yml": text, **rows})
    assert query("select kd, nama from paket_uji order by kd") == [("1", "dari a.json"), ("97", "Paket 97")]


def test_scope_over_tolerance_is_refused_other_scopes_are_not(make, query):
    make({"a.json": [paket(str(n), nama="lama") for n in range(20)]})
    bad = [paket(str(n) if n < 14 else f"x{n}", nama="baru", _event_date="2025-11-01") for n in range(20)]
    good = [paket(str(100 + n), kd_klpd="D2") for n in range(3)]
    rows = make({"b.json": bad + good})
    file = one(rows, nama="b.json")
    assert (file["putusan"], file["terbit"], file["ditahan"]) == ("sebagian", "3", "20")
    assert query("select distinct nama from paket_uji where kd_klpd='D1'") == [("lama",)]


@pytest.mark.faults
@pytest.mark.case("C46")
def test_same_input_gives_the_same_bytes_anywhere(make, tmp_path):
    files = {"a.json": [paket(str(n), penyedia="Budi") for n in range(50)], "b.csv": "tender_id,exact\n1,5\n"}
    make(files)
    first = members(tmp_path / "out")
    make(files, out=tmp_path / "lain")
    assert members(tmp_path / "lain") == first
    assert {"opendata.db", "data/paket_uji.xlsx", "data/paket_uji.parquet", "data/paket_uji.ndjson.gz"} <= set(first)


def members(out):
    """Every file of the current release with its hash."""
    folder = (out / "current").resolve()
    files = [p for p in folder.rglob("*") if p.is_file()]
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.mark.faults
@pytest.mark.case("C46")
def test_other_locale_time_zone_and_hash_seed_give_the_same_bytes(make, packages, tmp_path):
    make({"a.json": [paket(str(n), penyedia="Budi") for n in range(50)]})
    env = {**os.environ, "TZ": "Asia/Makassar", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "77"}
    command = [sys.executable, "-m", "etl", "build", str(tmp_path / "raw"), "--out", str(tmp_path / "b")]
    subprocess.run([*command, "--datapackages", str(packages)], check=True, cwd=ROOT, env=env, capture_output=True)
    assert members(tmp_path / "b") == members(tmp_path / "out")


def test_unchanged_run_builds_nothing(make, tmp_path):
    make({"a.json": [paket("1")]})
    database = tmp_path / "out" / "current" / "opendata.db"
    before = database.stat()
    rows = make({"a.json": [paket("1")]})
    assert database.stat().st_mtime_ns == before.st_mtime_ns and database.stat().st_ino == before.st_ino
    assert one(rows, nama="a.json")["terbit"] == "1"


@pytest.mark.faults
@pytest.mark.case("C45")
def test_rollback_is_exact_and_needs_a_predecessor(make, tmp_path):
    make({"a.json": [paket("1")]})
    first = (tmp_path / "out" / "current" / "opendata.db").read_bytes()
    with pytest.raises(EtlError, match="pendahulu"):
        rollback(tmp_path / "out")
    make({"b.json": [paket("2")]})
    rollback(tmp_path / "out")
    assert (tmp_path / "out" / "current" / "opendata.db").read_bytes() == first


@pytest.mark.faults
@pytest.mark.case("C44")
def test_damaged_current_database_is_built_again(make, tmp_path):
    make({"a.json": [paket("1")]})
    database = (tmp_path / "out" / "current" / "opendata.db").resolve()
    good = database.read_bytes()
    database.write_bytes(good[:-4096])
    make({"a.json": [paket("1")]})
    assert (tmp_path / "out" / "current" / "opendata.db").read_bytes() == good


HOLD = """
import sys, time
from pathlib import Path
from etl.durable import build_lock
with build_lock(Path(sys.argv[1])):
    print("berjalan", flush=True)
    time.sleep(60)
"""


@pytest.mark.faults
@pytest.mark.case("C42")
def test_second_build_waits_its_turn_and_a_dead_lock_is_taken_over(make, tmp_path):
    with subprocess.Popen([sys.executable, "-c", HOLD, tmp_path / "out"], cwd=ROOT, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        with pytest.raises(BuildBusy, match=f"sedang berjalan .proses {other.pid}") as busy:
            make({"a.json": [paket("1")]})
        assert busy.value.exit_code == 75
        other.kill()
    (tmp_path / "out" / "releases").mkdir()
    (tmp_path / "out" / "releases" / f".baru-{other.pid}").mkdir()
    make({"a.json": [paket("1")]})
    assert current_version(tmp_path / "out")
    assert not list((tmp_path / "out" / "releases").glob(".*"))


@pytest.mark.faults
@pytest.mark.case("C42")
def test_number_of_a_dead_owner_that_another_process_has_now_locks_nothing(make, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".kunci-bangun").write_text(str(os.getppid()))
    make({"a.json": [paket("1")]})
    assert current_version(tmp_path / "out")


def test_context_comes_from_konteks_and_is_recorded(make, query):
    row = paket("1")
    del row["tahun"]
    make(
        {
            "x/a.json": [row],
            "x/konteks.yml": "url: https://contoh.go.id/a\ndiambil_pada: 2025-10-03\nberkas:\n  a.json: {tahun: 2024}\n",
        }
    )
    assert query("select tahun from paket_uji") == [(2024,)]
    assert query("select url, diambil_pada from berkas_sumber") == [("https://contoh.go.id/a", "2025-10-03")]


def test_archive_keeps_every_byte(make, tmp_path):
    make({"a.json": [paket("1")], "rusak.json": "{"})
    for pull in read_log(tmp_path / "out"):
        data = pull.path(tmp_path / "out").read_bytes()
        assert hashlib.sha256(data).hexdigest() == pull.sha256
    assert {p.nama for p in read_log(tmp_path / "out")} == {"a.json", "rusak.json"}


def run_cli(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "etl", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.faults
@pytest.mark.case("C41")
def test_exit_codes_tell_refused_wrong_use_and_disk(tmp_path: Path, packages: Path):
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "a.json").write_text("<html><body>masuk</body></html>")
    build = ["build", str(raw), "--datapackages", str(packages)]
    refused = run_cli(*build, "--out", str(tmp_path / "o"))
    assert refused.returncode == 1 and "DITOLAK a.json" in refused.stderr and "Traceback" not in refused.stderr
    assert run_cli("build").returncode == 2
    assert run_cli("tidakada").returncode == 2
    not_a_folder = run_cli(*build, "--out", "/dev/null/x")
    assert not_a_folder.returncode == 2 and "Traceback" not in not_a_folder.stderr
    forbidden = run_cli(*build, "--out", "/sys/kaltim")
    assert forbidden.returncode == 75 and "Traceback" not in forbidden.stderr


@pytest.mark.faults
@pytest.mark.case("C41")
@pytest.mark.slow
@pytest.mark.parametrize("size", ["64k", "400k", "900k", "2m"])
def test_full_disk_keeps_the_last_release_and_exits_74(make, packages, tmp_path, size):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)], check=False).returncode:
        pytest.skip("diska kecil (tmpfs) tidak boleh dipasang di mesin ini")
    try:
        raw = tmp_path / "raw"
        raw.mkdir()
        (raw / "a.json").write_text(json.dumps([paket(str(n)) for n in range(8000)]))
        done = run_cli("build", str(raw), "--out", str(disk / "out"), "--datapackages", str(packages))
        assert done.returncode == 74, done.stderr[-800:]
        assert "Traceback" not in done.stderr
        assert not (disk / "out" / "current").exists()
    finally:
        subprocess.run(["umount", str(disk)], check=True)
