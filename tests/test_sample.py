"""The invented sample: same seed same bytes, labels that tell the truth, budgets that add up, canaries in place."""

import csv
import gzip
import hashlib
import json
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from etl.contoh.djpk import POHON, anak_langsung, lra
from etl.contoh.label import pertemuan
from etl.contoh.penyedia import luhn, nama_inti, penyedia
from etl.contoh.semua import semua_paket
from etl.descriptors import all_known, load_resources
from etl.recognise import recognise
from etl.sample import write_sample
from etl.tables import read_tables


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    out = tmp_path_factory.mktemp("contoh")
    return out, write_sample(out, seed=7, dirty=True)


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def label(out: Path, name: str) -> list[dict[str, str]]:
    with (out / "label" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows(out: Path, endpoint: str) -> Iterator[dict[str, Any]]:
    for path in sorted(out.glob(f"raw/isb/*/*/*{endpoint}.json")):
        yield from json.loads(path.read_text(encoding="utf-8"))


def good(found: Iterator[dict[str, Any]], column: str) -> list[dict[str, Any]]:
    """Rows whose money column was not broken on purpose."""
    return [row for row in found if isinstance(row[column], int | float)]


def text_of(path: Path) -> str:
    content = path.read_bytes()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            return "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8")


def test_same_seed_gives_the_same_bytes_and_refused_files_only_on_request(
    sample: tuple[Path, dict[str, int]], tmp_path: Path
) -> None:
    out, counts = sample
    again = write_sample(tmp_path, seed=7)
    assert again == {name: number for name, number in counts.items() if not name.startswith("rusak/")}
    first = hashes(out / "raw")
    assert hashes(tmp_path / "raw") == {name: found for name, found in first.items() if not name.startswith("rusak/")}
    same = ("links", "suppliers", "tanda", "errors", "canaries", "totals")
    assert [hashes(tmp_path / "label")[f"{name}.csv"] for name in same] == [
        hashes(out / "label")[f"{name}.csv"] for name in same
    ]
    assert 18_000 <= sum(again.values()) <= 36_000


def test_another_seed_makes_another_world() -> None:
    assert penyedia(1, 5).ejaan != penyedia(2, 5).ejaan or penyedia(1, 5).kota != penyedia(2, 5).kota
    assert lra(1, "Kab. Paser", 2024) != lra(2, "Kab. Paser", 2024)


def test_every_file_is_labelled_with_its_rows(sample: tuple[Path, dict[str, int]]) -> None:
    out, counts = sample
    labelled = {row["berkas"]: int(row["baris"]) for row in label(out, "files")}
    on_disk = {name for name in hashes(out / "raw") if not name.endswith("konteks.yml")}
    assert labelled == counts
    assert set(labelled) == on_disk
    for name, number in labelled.items():
        if name.startswith("isb/") and name.endswith(".json"):
            assert len(json.loads((out / "raw" / name).read_text(encoding="utf-8"))) == number, name


def test_ceilings_of_programmes_kegiatan_and_sub_kegiatan_add_up(sample: tuple[Path, dict[str, int]]) -> None:
    out, _ = sample
    total: Counter[str] = Counter()
    for level in ("Program", "Kegiatan", "SubKegiatan"):
        total[level] = sum(row[f"pagu_{level.lower()}"] for row in rows(out, f"RUP-{level}Master"))
    planted = [int(row["nilai"]) for row in label(out, "tanda") if row["tanda"] == "program_bukan_jumlah_kegiatan"]
    assert total["Program"] - sum(planted) == total["Kegiatan"] == total["SubKegiatan"]
    assert planted
    structure = sum(row["total_belanja"] or 0 for row in rows(out, "RUP-StrukturAnggaranPD"))
    assert structure == total["SubKegiatan"]


def test_plans_never_exceed_their_budget_line(sample: tuple[Path, dict[str, int]]) -> None:
    out, _ = sample
    ceiling = {row["kd_subkegiatan"]: row["pagu_subkegiatan"] for row in rows(out, "RUP-SubKegiatanMaster")}
    planned: Counter[int] = Counter()
    for endpoint in ("RUP-PaketAnggaranPenyedia", "RUP-PaketAnggaranSwakelola"):
        found = good(rows(out, endpoint), "pagu")
        assert found
        for row in found:
            planned[row["kd_subkegiatan"]] += row["pagu"]
    assert all(planned[kd] <= ceiling[kd] for kd in planned)


def test_budget_sheets_print_the_sum_of_their_deepest_accounts(sample: tuple[Path, dict[str, int]]) -> None:
    out, _ = sample
    path = out / "raw/sipd/Provinsi Kalimantan Timur/2025_MURNI_penjabaran.xlsx"
    stated = next(r for r in label(out, "totals") if r["resource"] == "anggaran MURNI" and r["tahun"] == "2025")
    deepest = printed = 0
    for sheet in openpyxl.load_workbook(path, read_only=True):
        cells = [row[:3] for row in sheet.iter_rows(min_row=7, values_only=True) if len(row) > 2]
        deepest += sum(
            amount
            for code, _, amount in cells
            if code and re.fullmatch(r"\d(\.\d+){4}\.\d{4}", str(code)) and str(code)[2:4] in ("1.", "2.", "3.", "4.")
        )
        printed += next(amount for _, text, amount in cells if text == "JUMLAH")
    assert deepest == printed == int(stated["jumlah_sen"]) // 100


def test_realisation_report_parents_are_the_sum_of_their_children() -> None:
    lines = lra(1, "Kab. Paser", 2024)
    for place, (_, name, _) in enumerate(POHON):
        children = anak_langsung(place)
        if children and not name.startswith("Pembiayaan"):
            assert lines[place][1] == sum(lines[child][1] for child in children), name


def test_stated_sums_equal_the_files(sample: tuple[Path, dict[str, int]]) -> None:
    out, _ = sample
    stated = sum(int(r["jumlah_sen"]) for r in label(out, "totals") if r["resource"] == "tender")
    assert stated == sum(row["pagu"] for row in rows(out, "SPSE-TenderPengumuman")) * 100


def test_hps_lies_below_the_ceiling_and_awards_below_the_hps(sample: tuple[Path, dict[str, int]]) -> None:
    out, _ = sample
    above = {
        r["kunci"] for r in label(out, "tanda") if r["tanda"] in ("kontrak_lebih_hps", "skala_nilai", "diskon_besar")
    }
    for row in rows(out, "SPSE-TenderSelesaiNilai"):
        assert 0 < row["hps"] <= row["pagu"]
        if str(row["kd_tender"]) not in above:
            assert 0.8 <= row["nilai_kontrak"] / row["hps"] < 1


def test_clean_tenders_carry_no_sign_of_their_own(sample: tuple[Path, dict[str, int]]) -> None:
    out, _ = sample
    clean = {r["kunci"] for r in label(out, "kontrol") if r["tabel"] == "tender"}
    tender = {row["kd_tender"]: row for row in rows(out, "SPSE-TenderPengumuman")}
    bids: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for row in good(rows(out, "SPSE-PesertaTender"), "nilai_penawaran"):
        bids[row["kd_tender"]].append((row["nilai_penawaran"], row["pemenang"]))
    seen = 0
    for kd, found in bids.items():
        if str(kd) not in clean:
            continue
        seen += 1
        prices = sorted(price for price, _ in found)
        assert len(prices) >= 3
        assert [price for price, won in found if won] == prices[:1]
        assert len(set(prices)) == len(prices)
        assert prices[0] < 0.99 * tender[kd]["hps"] < 0.99 * tender[kd]["pagu"]
        assert all(b / a > 1.005 for a, b in zip(prices, prices[1:], strict=False))
    assert seen > 20


def test_packages_alike_are_counted_together_however_their_titles_are_spaced_and_numbered() -> None:
    bought = (p for _, _, packages in semua_paket(7, 1) for p in packages if p.proses and p.menang)
    package = next(p for p in bought if p.proses[-1].tabel == "non_tender")
    titles = ("Belanja Alat Tulis Kantor 59", "Belanja  Alat Tulis Kantor 7", "12 Belanja 3 Alat  Tulis kantor")
    keys = {tuple(pertemuan(replace(package, nama=title), package.proses[-1])) for title in titles}
    other = pertemuan(replace(package, nama="Belanja Bahan Cetak"), package.proses[-1])
    assert len(keys) == 1 and len(other) == 1 and tuple(other) not in keys


def test_every_kind_of_sign_is_planted(sample: tuple[Path, dict[str, int]]) -> None:
    out, _ = sample
    planted = Counter(row["tanda"] for row in label(out, "tanda"))
    for sign in ("penawar_tunggal", "dekat_hps", "hps_sama_pagu", "penawaran_identik", "rasio_tetap", "lain_digugurkan",
                 "sebaran_rapat", "terendah_kalah", "waktu_singkat", "tender_ulang", "pl_setelah_gagal", "pecah_paket",
                 "diumumkan_sebelum_rup", "rup_tidak_ditemukan", "rencana_tanpa_paket", "kontrak_akhir_tahun",
                 "adendum_10_persen", "kontrak_lebih_hps", "serah_terima_cepat", "bayar_tanpa_serah_terima",
                 "terlambat_tanpa_serah_terima", "pasangan_penawar", "konsentrasi", "mirip_daftar_hitam",
                 "modal_tanpa_aset", "aset_tanpa_perolehan", "terendah_digugurkan", "aset_nilai_nol", "rangka_ganda", "skala_nilai",
                 "tanah_tanpa_sertifikat", "kdp_lama", "diskon_besar"):  # fmt: skip
        assert planted[sign] > 0, sign


def test_lowest_bid_loses_only_where_price_decides(sample: tuple[Path, dict[str, int]]) -> None:
    out, _ = sample
    method = {str(row["kd_tender"]): row["mtd_evaluasi"] for row in rows(out, "SPSE-TenderPengumuman")}
    planted = {r["kunci"] for r in label(out, "tanda") if r["tanda"] == "terendah_kalah"}
    assert {method[kd] for kd in planted} == {"Harga Terendah Sistem Gugur"}


def test_budget_lines_of_a_plan_add_up_to_its_ceiling(sample: tuple[Path, dict[str, int]]) -> None:
    out, _ = sample
    for plans, lines in (
        ("RUP-PaketPenyedia-Terumumkan", "RUP-PaketAnggaranPenyedia"),
        ("RUP-PaketSwakelola-Terumumkan", "RUP-PaketAnggaranSwakelola"),
    ):
        total: Counter[int] = Counter()
        for row in good(rows(out, lines), "pagu"):
            total[row["kd_rup"]] += row["pagu"]
        ceiling = {row["kd_rup"]: row["pagu"] for row in good(rows(out, plans), "pagu") if row["kd_rup"]}
        assert ceiling
        assert dict(total) == ceiling, plans


def test_true_links_point_at_rows_that_exist(sample: tuple[Path, dict[str, int]]) -> None:
    out, _ = sample
    plans = {str(row["kd_rup"]) for row in rows(out, "RUP-PaketPenyedia-Terumumkan") if row["kd_rup"]}
    plans |= {str(row["kd_rup"]) for row in rows(out, "RUP-PaketSwakelola-Terumumkan")}
    contracts = {row["no_kontrak"] for row in rows(out, "Ekontrak-2Kontrak")}
    links = label(out, "links")
    assert {r["ke_kunci"] for r in links if r["ke_tabel"].startswith("rup_") and r["ada"] == "ya"} <= plans
    lost = {r["dari_kunci"] for r in links if r["alasan"] == "rup_tidak_ditemukan"}
    assert lost
    assert not lost & plans
    assert {r["ke_kunci"] for r in links if r["ke_tabel"] == "kontrak" and r["ada"] == "ya"} == contracts
    for row in links:
        assert (row["ada"] == "tidak") == bool(row["alasan"])


def test_revisions_lead_from_old_codes_to_plans_with_a_fork_and_a_cycle(sample: tuple[Path, dict[str, int]]) -> None:
    out, _ = sample
    edges = [(row["kd_rup_lama"], row["kd_rup_baru"]) for row in rows(out, "RUP-HistoryKajiUlang")]
    assert any((new, old) in edges for old, new in edges)
    assert max(Counter(old for old, _ in edges).values()) > 1
    plans = {row["kd_rup"] for row in rows(out, "RUP-PaketPenyedia-Terumumkan")}
    assert all(old not in plans or (new, old) in edges for old, new in edges)


def test_receipts_repeat_per_plan_code_and_add_up_at_their_grain(sample: tuple[Path, dict[str, int]]) -> None:
    out, _ = sample
    total = {row["kd_nontender_pct"]: row["total_realisasi"] or 0 for row in rows(out, "SPSE-PencatatanNonTender")}
    receipts: dict[int, dict[str, int]] = defaultdict(dict)
    fanned = 0
    for row in rows(out, "SPSE-PencatatanNonTenderRealisasi"):
        if row["no_realisasi"].endswith("X"):
            continue
        fanned += row["no_realisasi"] in receipts[row["kd_nontender_pct"]]
        receipts[row["kd_nontender_pct"]][row["no_realisasi"]] = row["nilai_realisasi"]
    assert fanned > 0
    later = (out / "raw/isb/D241/2025/csv/NON TENDER 2.csv").read_text(encoding="utf-8")
    assert all(f",{kd}," in later for kd in receipts if kd not in total)
    assert all(sum(parts.values()) == total[kd] for kd, parts in receipts.items() if kd in total)


def test_canaries_are_in_the_raw_files(sample: tuple[Path, dict[str, int]]) -> None:
    out, _ = sample
    everything = "\n".join(text_of(p) for p in sorted((out / "raw").rglob("*")) if p.is_file())
    canaries = label(out, "canaries")
    assert {"nik", "nip", "telepon", "surel", "rekening", "nama_perorangan", "kolom_baru"} <= {
        r["jenis"] for r in canaries
    }
    searched = [r["nilai"] for r in canaries if r["jenis"] not in ("npwp_perorangan", "nama_perorangan")]
    assert [value for value in searched if value not in everything] == []


def test_invented_persons_have_identity_numbers_of_a_region_that_does_not_exist(
    sample: tuple[Path, dict[str, int]],
) -> None:
    out, _ = sample
    persons = [r for r in label(out, "suppliers") if r["perorangan"] == "ya"]
    assert persons
    assert all(re.fullmatch(r"99\d{14}", r["npwp16"]) for r in persons)


def test_suppliers_have_valid_check_digits_distinct_names_and_several_spellings(
    sample: tuple[Path, dict[str, int]],
) -> None:
    out, _ = sample
    suppliers = label(out, "suppliers")
    assert all(luhn(r["npwp15"][:8]) == int(r["npwp15"][8]) and r["npwp15"][9:12] == "999" for r in suppliers)
    spellings = Counter(r["id_penyedia"] for r in suppliers)
    assert max(spellings.values()) > 3
    assert len({(r["nama"], r["npwp15"]) for r in suppliers}) == len(spellings)
    names = [nama_inti(number) for number in range(30_000) if number % 8 != 6]
    assert len(set(names)) == len(names)


def test_broken_rows_stand_where_the_labels_say_and_are_few(sample: tuple[Path, dict[str, int]]) -> None:
    out, counts = sample
    errors = label(out, "errors")
    for row in errors:
        if row["berkas"].endswith(".xlsx"):
            continue  # coordinates that cannot be: test_points_of_the_sample_are_those_of_its_files
        record = json.loads((out / "raw" / row["berkas"]).read_text(encoding="utf-8"))[int(row["lokasi"][1:-1])]
        assert not isinstance(record[row["kolom"]], float)
        assert row["kolom"] in record
    held = Counter(row["berkas"] for row in errors)
    assert held
    assert all(number / counts[name] < 0.02 for name, number in held.items())


def test_refused_files_are_what_they_claim(sample: tuple[Path, dict[str, int]]) -> None:
    out, _ = sample
    folder = out / "raw/rusak"
    verdict = {r["berkas"].split("/")[1]: r["putusan"] for r in label(out, "files") if r["berkas"].startswith("rusak/")}
    assert set(verdict) == {p.name for p in folder.iterdir()}
    with pytest.raises(json.JSONDecodeError):
        json.loads((folder / "json_terpotong.json").read_text(encoding="utf-8"))
    assert (folder / "halaman_html.json").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert json.loads((folder / "kosong.json").read_text(encoding="utf-8")) == []


def test_scale_doubles_packages_in_more_units_not_busier_ones() -> None:
    def packages(scale: int) -> list[tuple[str, str]]:
        return [(p.baris.kunci, p.satker.kode) for _, _, found in semua_paket(7, scale) for p in found]

    once, twice = packages(1), packages(2)
    assert len(twice) == 2 * len(once)
    assert {line for line, _ in twice} == {line for line, _ in once}
    busy, busy_twice = Counter(unit for _, unit in once), Counter(unit for _, unit in twice)
    assert {unit: busy_twice[unit] for unit in busy} == busy


def test_descriptors_recognise_every_kind_of_file(sample: tuple[Path, dict[str, int]]) -> None:
    out, _ = sample
    resources = load_resources(Path(__file__).parent.parent / "datapackages")
    known = all_known(resources)
    kinds = {row["berkas"].rpartition("/")[2]: row for row in label(out, "files") if row["resource"]}
    for row in kinds.values():
        tables = read_tables(out / "raw" / row["berkas"], known)
        found = {match.resource.name for table in tables for match in recognise(table, resources)}
        assert found == set(row["resource"].split(";")), row["berkas"]


def test_supplier_is_a_function_of_seed_and_number() -> None:
    assert penyedia(1, 5) == penyedia(1, 5)
    assert penyedia(1, 6).perorangan
