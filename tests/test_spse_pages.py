"""Pages of SPSE: parsed by header text whatever their order, refused where they are no data, and private."""

import asyncio
import json
import sqlite3
from contextlib import closing
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from conftest import ROOT, build_into, once, real
from servers import spse_pages as pages
from test_plugins import site, words
from test_questions import site_metadata

from etl.descriptors import all_known, load_resources
from etl.errors import FileRefused
from etl.html_pages import NUMBERS
from etl.recognise import recognise
from etl.tables import read_tables

FAMILY = {family: name for name, family in NUMBERS.items()}
EVERY = [(family, page) for family in pages.PAGES for page in pages.PAGES[family]]
ORANG = ("Rahmad Cahyakusuma", "Wulandari Setyaningrum", "Gunawan Prasetyohadi", "Larasati Kinantiwidya")
PRIVATE = ("rahmad.kenari@surat.example", "081299900011", "Jl. Kenari Tertutup No. 13", "6472011203850001")
KONTEKS = {"kd_klpd": "D999", "nama_klpd": "Kab. Lembah Urinda", "kd_lpse": 935, "tahun_anggaran": 2025}
LIST = [
    ["10995001000", "Cetak Formulir <span class='badge badge-warning'>Pengadaan Langsung Ulang</span>"]
    + ["Kab. Lembah Urinda", "Paket Sudah Selesai", "19,9 Jt", "Pengadaan Langsung", "Pengadaan Barang - TA 2025"]
    + ["5", "Rp. 19.500.000,00", "0", "0", "0"],
    ["10995002000", "Sewa Tenda", "Kab. Lembah Urinda", "Evaluasi", "7 Jt", "lain", "isi lain", "5"] + [None] * 4,
]


@pytest.fixture(scope="module")
def resources():
    return load_resources(ROOT / "datapackages")


def tables(tmp_path: Path, text: str, **context):
    """The tables of a page with all their rows."""
    path = tmp_path / "halaman.html"
    path.write_text(text, encoding="utf-8")
    found = read_tables(path, frozenset(), context)
    rows = [[row for batch in table.batches() for row in batch.to_pylist()] for table in found]
    return [SimpleNamespace(table=table, name=table.name, rows=r) for table, r in zip(found, rows, strict=True)]


def refusal(tmp_path: Path, text: str, **context) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        tables(tmp_path, text, **context)
    return caught.value


def row_of(kode: str) -> dict:
    """An invented row whose receipts and bids hold people, with everything about them that must stay hidden."""
    row = deepcopy(pages.CONTOH) | {"kode": kode}
    mail, phone, street, nik = PRIVATE
    person = {"nama": ORANG[0], "npwp": nik, "email": mail, "telp": phone, "alamat": street}
    other = {"nama": ORANG[1], "npwp": nik, "email": mail, "telp": phone, "alamat": street}
    row["realisasi"].append(
        {"jenis": "Kuitansi", "nilai": "250000", "tanggal": "2025-06-02", "penyedia": [person, other]}
    )
    row["peserta"].append({"nama": ORANG[2], "npwp": nik, "penawaran": "2900000000", "hasil": {"K": "gugur"}})
    row["peserta"][0] |= {"alamat": f"{street} - Samarinda (Kota) - Kalimantan Timur"}
    return row


def write_all(raw: Path) -> None:
    """Every page, the list of packages without tender, and an error page."""
    raw.mkdir(parents=True)
    berkas = {}
    for number, (family, page) in enumerate(EVERY):
        kode = str(10990001000 + 1000 * list(pages.PAGES).index(family))
        name = f"{number:02d}-{family}-{page}.html"
        row = row_of(kode)
        if (family, page) == ("nontender", "pemenangberkontrak"):
            row["peserta"][0] |= {"nama": ORANG[3], "kontrak": "2730000000"}
        (raw / name).write_text(pages.PAGES[family][page](row), encoding="utf-8")
        berkas[name] = {FAMILY[family]: kode, "halaman": page}
    (raw / "daftar-pl.json").write_text(json.dumps({"draw": "1", "recordsTotal": 2147483647, "data": LIST}))
    (raw / "galat.html").write_text(pages.galat())
    konteks = {"pull": "tambahan", **KONTEKS, "berkas": berkas}
    (raw / "konteks.yml").write_text(yaml.safe_dump(konteks, allow_unicode=True))


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """All invented pages through a whole run."""

    def make(folder: Path) -> None:
        write_all(folder / "raw")
        build_into(folder)

    return once(tmp_path_factory, "halaman-spse", make) / "out"


@pytest.fixture(scope="module")
def db(out):
    with closing(sqlite3.connect(f"file:{out / 'current' / 'opendata.db'}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


def one(db, sql, *values):
    found = db.execute(sql, values).fetchall()
    assert len(found) == 1, (sql, len(found))
    return dict(found[0])


@pytest.mark.parametrize("name", ["nonspk_pengumuman", "swakelola_pelaksana", "darurat_pengumuman"])
def test_real_pages_are_read_completely(name, resources):
    """Every header of the real pages is declared, every filled cell stands in a row, and each feeds its table."""
    path = real(f"spse_halaman/{name}.html")
    found = read_tables(path, all_known(resources), {})
    feeds = {match.resource.name for table in found for match in recognise(table, resources)}
    wanted = {
        "nonspk_pengumuman": {"pencatatan_non_tender"},
        "swakelola_pelaksana": {"pencatatan_swakelola", "realisasi_spse"},
        "darurat_pengumuman": {"darurat"},
    }
    assert feeds == wanted[name]
    text = " ".join(path.read_text(encoding="utf-8").split())
    cells = {v for t in found for b in t.batches() for r in b.to_pylist() for k, v in r.items() if k[:1] != "_" and v}
    assert len(cells) >= 9
    assert [cell for cell in cells if cell not in text and "spse" not in cell and " realisasi" not in cell] in (
        [],
        [name.partition("_")[0] + " pengumuman"],
        ["pencatatan pengumuman"],
    )


def test_real_swakelola_page_has_its_receipt(resources):
    found = {table.name: table for table in read_tables(real("spse_halaman/swakelola_pelaksana.html"), frozenset())}
    (receipt,) = [row for batch in found["spse swakelola bukti"].batches() for row in batch.to_pylist()]
    assert receipt["kode_halaman"] == "10336514000"
    assert (receipt["Nilai Realisasi"], receipt["Tanggal Realisasi"]) == ("Rp. 800.000,00", "08-04-2026")
    assert receipt["Nama Pelaksana"].startswith("SEKRETARIAT KEMENTERIAN/")
    assert receipt["_lokasi"] == "tabel 2 baris 1"


@pytest.mark.parametrize(("family", "page"), EVERY)
def test_every_kind_of_page_is_recognised(family, page, tmp_path, resources):
    context = {FAMILY[family]: "10990001000", "halaman": page}
    found = tables(tmp_path, pages.PAGES[family][page](pages.CONTOH), **context)
    assert found
    for item in found:
        (match,) = recognise(item.table, resources)
        unknown = {h.casefold() for h in item.table.headers} - match.resource.known
        assert unknown == set(), (item.name, match.resource.name)


def test_order_of_headers_does_not_matter(tmp_path):
    changed = ("PK", "Alasan", "P", "SA", "T", "ST", "P", "K", "A", "H", "PT", "HN")
    row = deepcopy(pages.CONTOH)
    row["peserta"][0]["hasil"] |= {"ST": "81.5", "SA": "90,25"}
    (usual,) = tables(tmp_path, pages.hasil_lelang(row))
    (other,) = tables(tmp_path, pages.hasil_lelang(row, columns=changed))
    same = {"K", "A", "T", "H", "P", "P (2)", "PT", "HN", "PK", "Alasan", "Nama Peserta"}
    assert [{k: r[k] for k in same} for r in usual.rows] == [{k: r[k] for k in same} for r in other.rows]
    assert other.rows[0]["SA"] == "90,25" and other.rows[0]["P (2)"] == "star.gif"


def test_old_words_are_the_present_ones(tmp_path):
    text = pages.pemenang_lelang(pages.CONTOH)
    old = {"K/L/PD/Instansi Lainnya": "Instansi", "Satuan Kerja": "Satker", "Hasil Negosiasi": "Harga Negosiasi"}
    for present, past in old.items():
        text = text.replace(present, past)
    (before,) = tables(tmp_path, pages.pemenang_lelang(pages.CONTOH))
    (after,) = tables(tmp_path, text)
    assert after.rows == before.rows


def test_a_new_header_is_withheld_and_named(tmp_path, make_page):
    text = pages.pengumuman_lelang(pages.CONTOH).replace("Kualifikasi Usaha", "Kelas Baru Usaha")
    columns, shown = make_page(text)
    assert columns == [("tender", "Kelas Baru Usaha", 1)]
    assert shown[0] is None


@pytest.fixture
def make_page(tmp_path, resources):
    """Extract one page of a tender: the new columns it reports and what its row holds."""
    from etl.archive import Pull
    from etl.extract import extract_tables

    def run(text):
        path = tmp_path / "a.html"
        path.write_text(text)
        found = extract_tables(
            Pull(1, "a.html", "0" * 64, dict(KONTEKS), False), tmp_path, read_tables(path, frozenset()), resources, b"k"
        )
        lines = (tmp_path / "tender" / "kanonik.csv").read_text().splitlines()
        cells = dict(zip(lines[0].split(","), lines[1].split(","), strict=False))
        columns = [(item.resource, name, count) for item in found for name, count in item.kolom_baru.items()]
        return columns, (cells.get("kualifikasi_paket") or None,)

    return run


def test_broken_markup_is_laid_out_as_browsers_do(tmp_path):
    """Unclosed cells and rows, a stray end tag, attributes without quotes: the same rows."""
    text = pages.peserta_lelang(pages.CONTOH)
    broken = text.replace("</td>", "").replace("</tr>", "").replace("<tbody>", "</p>").replace("</tbody>", "")
    assert tables(tmp_path, broken)[0].rows == tables(tmp_path, text)[0].rows


def test_a_row_of_another_width_is_marked(tmp_path):
    text = pages.peserta_lelang(pages.CONTOH).replace("<td>30*3**3****55**4</td>", "")
    assert [row["_baris_rusak"] for row in tables(tmp_path, text)[0].rows] == ["", "", "4 sel, 5 kolom"]


def test_winner_page_without_winner_has_no_rows(tmp_path):
    row = pages.CONTOH | {"peserta": []}
    (found,) = tables(tmp_path, pages.pemenang_lelang(row))
    assert found.name == "spse lelang pemenang" and found.rows == []


def test_participants_that_the_portal_still_hides_are_no_data(tmp_path):
    from etl.sources import spse

    (found,) = tables(tmp_path, pages.peserta_lelang(pages.CONTOH | {"peserta": [{"nama": "Peserta 1"}]}))
    (record,) = spse.peserta_spse(iter(found.rows))
    assert record["_bukan_data"]


def test_pages_that_are_no_data_are_refused(tmp_path):
    for text in (pages.galat(), pages.tidak_ditemukan(), pages.halaman_masuk(), pages.tantangan()):
        assert refusal(tmp_path, text).code == "halaman_html"
    assert "Halaman yang dituju tidak ditemukan" in refusal(tmp_path, pages.tidak_ditemukan()).pesan
    footless = pages.peserta_lelang(pages.CONTOH).replace("Aplikasi SPSE", "Aplikasi")
    assert refusal(tmp_path, footless).code == "halaman_html"
    under = pages.peserta_lelang(pages.CONTOH).replace('<div class="content">', "<h4>Terjadi Kesalahan</h4><div>")
    assert refusal(tmp_path, under).code == "halaman_html"


def test_the_words_of_an_error_inside_a_table_are_a_reason(tmp_path):
    row = deepcopy(pages.CONTOH)
    row["peserta"][1]["alasan"] = "Terjadi kesalahan aritmatik pada penawaran"
    assert tables(tmp_path, pages.hasil_lelang(row))[0].rows[1]["Alasan"].startswith("Terjadi kesalahan")


def test_the_page_of_another_package_is_refused(tmp_path):
    other = refusal(tmp_path, pages.peserta_lelang(pages.CONTOH), kd_tender="10990009000")
    assert other.code == "paket_lain" and "10990001000" in other.pesan and "10990009000" in other.pesan


def test_deep_nesting_ends_in_a_refusal(tmp_path):
    text = pages.shell("x", "<table><tr><td>" * 3000 + "Nama Paket", "x")
    assert refusal(tmp_path, text).code == "halaman_html"


def test_every_page_is_published_and_balanced(db):
    rows = [dict(r) for r in db.execute("select * from berkas_sumber where nama <> 'galat.html'")]
    assert {r["putusan"] for r in rows} == {"terbit"}, [r for r in rows if r["putusan"] != "terbit"]
    assert all(r["masuk"] == r["terbit"] + r["ditahan"] + r["tergantikan"] + r["bukan_data"] for r in rows)
    assert db.execute("select * from kolom_baru").fetchall() == []
    refused = one(db, "select putusan, alasan from berkas_sumber where nama = 'galat.html'")
    assert refused["alasan"].startswith("halaman_html: Halaman galat SPSE (Terjadi Kesalahan)")


def test_a_tender_page_says_what_the_table_says(db):
    row = one(db, "select * from tender where kd_tender = '10990001000'")
    wanted = {
        "kd_klpd": "D999",
        "kd_lpse": "935",
        "tahun_anggaran": 2025,
        "nama_paket": "Rehabilitasi Jembatan Lembah Urinda",
        "badge": "Tender Ulang",
        "kd_rup": "59900001",
        "pagu_sen": 293976000000,
        "hps_sen": 252999999890,
        "hps_dibulatkan": 0,
        "mtd_kualifikasi": "Pascakualifikasi Satu File",
        "mtd_evaluasi": "Harga Terendah Sistem Gugur",
        "tgl_buat_paket": "2025-01-15T00:00:00",
        "jumlah_peserta": 4,
        "reverse_auction": 0,
        "lokasi_pekerjaan": "Lembah Urinda - Samarinda (Kota)",
    }
    assert {k: row[k] for k in wanted} == wanted
    assert one(db, "select kd_rup from tender_rup where kd_tender = '10990001000'") == {"kd_rup": "59900001"}


def test_winner_of_two_pages_is_one_row(db):
    row = one(db, "select * from tender_nilai where kd_tender = '10990001000'")
    assert (row["nilai_negosiasi_sen"], row["nilai_kontrak_sen"]) == (273140999999, 273100000000)
    assert (row["kab_kota_penyedia"], row["provinsi_penyedia"]) == ("Samarinda (Kota)", "Kalimantan Timur")


def test_another_winner_fills_no_gap(db):
    """The contracted winner is somebody else: the prices of the first are not written beside the second's name."""
    row = one(db, "select * from non_tender_nilai where kd_nontender = '10990002000'")
    assert row["nama_penyedia"].startswith("Perorangan-")
    assert (row["nilai_kontrak_sen"], row["nilai_penawaran_sen"]) == (273000000000, None)


def test_participants_and_results_are_one_row_each(db):
    rows = db.execute(
        "select nama_penyedia, nilai_penawaran_sen bid, evaluasi_teknis t, evaluasi_harga h, pemenang, alasan"
        " from peserta_spse where kd_tender = '10990001000' order by bid is null, bid"
    ).fetchall()
    assert [tuple(r)[1:] for r in rows] == [
        (273141000000, "lulus", "lulus", 1, None),
        (280000000000, "gugur", "tidak dinilai", 0, "Personel manajerial tidak sesuai syarat"),
        (290000000000, None, None, 0, None),
        (None, None, None, None, None),
    ]
    assert rows[2]["nama_penyedia"].startswith("Perorangan-")


def test_a_package_page_shows_what_only_the_public_pages_say(out, db):
    """Bidders, schedule and receipts of a body whose ISB access nobody has."""
    pages = site((out / "current").resolve(), site_metadata())
    text = words(asyncio.run(pages.client.get("/paket/tender/10990001000")))
    assert "Peserta tercatat 3 penawar dengan harga" in text and "Personel manajerial tidak sesuai syarat" in text
    assert "1 hanya mendaftar, tanpa harga" in text
    assert "Pengumuman Pascakualifikasi 15 Januari 2025, 08.00" in text
    assert "Peserta tercatat" in words(asyncio.run(pages.client.get("/paket/non_tender/10990002000")))
    assert one(db, "select jumlah_penawar from paket where kunci = '10990001000'") == {"jumlah_penawar": 3}
    for channel, column in (("darurat", "kd_darurat"), ("pencatatan_swakelola", "kd_swakelola_pct")):
        (key, count) = db.execute(f"select {column}, count(*) from realisasi_spse where {column} <> ''").fetchone()
        shown = asyncio.run(pages.client.get(f"/paket/{channel}/{key}.json")).json()
        (paid,) = (step for step in shown["langkah"] if step["langkah"] == "pemenang")
        assert [len(group["baris"]) for group in paid["data"] if group["tabel"] == "realisasi_spse"] == [count]


def test_schedule_tells_how_often_it_changed(db):
    for number in ("kd_tender = '10990001000'", "kd_nontender = '10990002000'"):
        rows = db.execute(f"select * from jadwal_spse where {number} order by no_urut").fetchall()
        assert [r["jumlah_perubahan"] for r in rows] == [0, 2]
        assert rows[1]["tgl_akhir"] == "2025-01-24T10:00:00"


@pytest.mark.parametrize(
    ("table", "column", "kode"),
    [
        ("pencatatan_non_tender", "kd_nontender_pct", "10990003000"),
        ("pencatatan_swakelola", "kd_swakelola_pct", "10990004000"),
        ("darurat", "kd_darurat", "10990005000"),
    ],
)
def test_recorded_packages_join_both_pages_and_keep_each_receipt_once(db, table, column, kode):
    row = one(db, f"select * from {table} where {column} = ?", kode)
    assert (row["total_realisasi_sen"], row["pagu_sen"]) == (80000000, 293976000000)
    assert (row["tgl_buat_paket"], row["tgl_selesai_paket"]) == ("2025-01-15T00:00:00", "2025-12-31")
    receipts = db.execute(f"select * from realisasi_spse where {column} = ? order by no_urut", (kode,)).fetchall()
    assert [r["nilai_realisasi_sen"] for r in receipts] == [30000050, 49999950, 25000000]
    assert [r["tgl_realisasi"] for r in receipts] == ["2025-04-08", "2025-05-09", "2025-06-02"]
    assert receipts[0]["nama_penyedia"] == "Toko Urinda Contoh"
    assert receipts[2]["nama_penyedia"].startswith("Perorangan-")
    assert receipts[2]["penyedia_lain"].startswith("Perorangan-") and ";" not in receipts[2]["penyedia_lain"]


def test_list_without_tender_takes_only_what_reads_as_such(db):
    first = one(db, "select * from non_tender where kd_nontender = '10995001000'")
    assert (first["nama_paket"], first["badge"]) == ("Cetak Formulir", "Pengadaan Langsung Ulang")
    assert (first["tahap"], first["mtd_pemilihan"]) == ("Paket Sudah Selesai", "Pengadaan Langsung")
    assert (first["jenis_pengadaan"], first["tahun_anggaran"], first["hps_sen"]) == ("Pengadaan Barang", 2025, None)
    second = one(db, "select * from non_tender where kd_nontender = '10995002000'")
    assert (second["mtd_pemilihan"], second["jenis_pengadaan"], second["tahun_anggaran"]) == (None, None, None)


def test_nothing_private_leaves_a_page(out):
    """Neither names of people nor their addresses, in no file of the release, in whatever column they stood."""
    files = [path for path in (out / "current").resolve().rglob("*") if path.is_file()]
    assert any(path.name == "opendata.db" for path in files)
    for path in files:
        content = path.read_bytes()
        for text in (*PRIVATE, *ORANG, "Jl. Kenari", "10*1**1****35**2"):
            assert text.encode() not in content, (path.name, text)
