"""Suppliers: spellings join as the truth says, people never do, reviews bind, money counts once."""

import random
import sqlite3
from collections import Counter
from contextlib import closing

import pyarrow as pa
import pytest
from conftest import ROOT, UNSEEN
from test_privacy import both_ways

from etl.blacklist import nama_mirip_daftar_hitam
from etl.contoh.penyedia import penyedia
from etl.descriptors import load_resources
from etl.engine import open_engine
from etl.errors import EtlError
from etl.link import SQL
from etl.names import alike, canonical_npwp, normalise_name, tax_payer
from etl.suppliers import penyedia_alias

PARTS = ("nama_penyedia", "npwp_penyedia", "npwp_16_penyedia", "kd_penyedia", "kab_kota_penyedia", "bentuk_usaha")
REVIEW = ("tindakan", "nama_a", "npwp_a", "nama_b", "npwp_b", "alasan")
A, B = "010000008999000", "020000048999000"
"""Two tax numbers of the tax office 999, which does not exist."""


def table(names, rows):
    return pa.table({name: pa.array([row[n] for row in rows], pa.string()) for n, name in enumerate(names)})


def link(*rows, review=()):
    """Link rows of (name, npwp, npwp16, number, place, stated form), shorter ones filled with nothing."""
    full = [tuple(row) + (None,) * (len(PARTS) - len(row)) for row in rows]
    tables = {"kontrak": table(PARTS, full), "tinjauan_penyedia": table(REVIEW, review)}
    with open_engine(ROOT) as engine:
        return penyedia_alias(tables, engine).to_pylist()


def groups(*rows, review=()):
    """Linked names as a sorted list of sorted lists."""
    found = {}
    for row in link(*rows, review=review):
        found.setdefault(row["id_penyedia"], []).append(row["nama"])
    return sorted(sorted(names) for names in found.values())


def pair_rates(pairs):
    """Precision and recall over pairs of (truth, found)."""
    both = lambda counts: sum(n * (n - 1) // 2 for n in counts.values())  # noqa: E731
    right = both(Counter(pairs))
    return right / both(Counter(f for _, f in pairs)), right / both(Counter(t for t, _ in pairs))


def spellings(seed, firms, known=0.5):
    """Every spelling of invented firms; a share of the spellings loses its numbers, none of a firm's all."""
    chance = random.Random(seed)
    for number in range(firms):
        firm = penyedia(seed, number)
        if firm.perorangan:
            continue
        for order, text in enumerate(firm.ejaan):
            shown = order == 0 or chance.random() < known
            npwp = (firm.npwp15, firm.npwp16)[order % 2] if shown else None
            yield firm.id, (text, npwp, None, str(firm.kd_penyedia) if shown and order % 3 == 0 else None)


@pytest.mark.parametrize("text, form, key", [
    ("PT. MAJU BERSAMA", "PT", "MAJUBERSAMA"),
    ("P.T. Maju  Bersama", "PT", "MAJUBERSAMA"),
    ("P T Maju Bersama", "PT", "MAJUBERSAMA"),
    ("Maju Bersama, PT.", "PT", "MAJUBERSAMA"),
    ("PT Maju Bersama (Persero) Tbk.", "PT", "MAJUBERSAMA"),
    ("MAJU BERSAMA TBK PT", "PT", "MAJUBERSAMA"),
    ("Perseroan Terbatas Maju Bersama", "PT", "MAJUBERSAMA"),
    ("CV.MAJU", "CV", "MAJU"),
    ("C.V.MAJU & KAWAN", "CV", "MAJUDANKAWAN"),
    ("Toko “Maju”", "TOKO", "MAJU"),
    ("Koperasi Unit Maju", "KOPERASI", "UNITMAJU"),
    ("PT Maju - PT Mundur KSO", "KSO", "MAJUPTMUNDURKSO"),
    ("KSO Maju-Mundur", "KSO", "KSOMAJUMUNDUR"),
    ("PT", "", "PT"),
    ("CV.", "", "CV"),
    ("- ", "", ""),
    ("Tidak Ada", "", ""),
    ("Ptolemeus Jaya", "", "PTOLEMEUSJAYA"),
    ("Café Ça", "", "CAFECA"),
    ("UD. 99", "UD", "99"),
    ("ＰＴ Maju", "PT", "MAJU"),
])  # fmt: skip
def test_names_lose_their_spelling(text, form, key):
    name = normalise_name(text)
    assert (name.form, name.key) == (form, key)


@pytest.mark.parametrize("text, canonical, payer", [
    (A, A, A[:9]), ("0" + A, A, A[:9]), ("01.000.000.8-999.000", A, A[:9]), ("01.000.000.8-9990", "", A[:9]),
    ("010.000.8-9990", "", A[:9]), ("01.0000.8-9990", "", A[:9]), ("0100.8-9990", "", A[:9]), ("010.000.9-9990", "", ""),
    ("010000009999000", "", ""), ("6471010101900001", "", ""), ("000000000000000", "", ""), ("1" * 15, "", ""),
    ("001234567999000", "", ""), ("**.***.874.*-*11.***", "", ""), ("", "", ""), ("01000000899900", "", ""),
])  # fmt: skip
def test_tax_numbers_are_checked(text, canonical, payer):
    assert (canonical_npwp(text), tax_payer(text)) == (canonical, payer)


@pytest.mark.parametrize("one, other, joined", [
    ("CV Zanesiskara Persada", "CV Zanesiiskara Persada", True),
    ("CV Vipenta Jaya", "CV Viventa Jaya", True),
    ("CV Velunandara", "CV Velnuandara", True),
    ("CV Velulandara Jaya", "CV Velumandara Jaya", False),
    ("CV Zanesiskara Persada", "PT Zanesiiskara Persada", False),
    ("CV Zanesiskara 2", "CV Zanesiskara 3", False),
    ("CV Karya Raya", "CV Karya Jaya", False),
    ("CV Velunandara Karya", "CV Velunandara Karya Perkasa", False),
    ("Zanesiskara Persada", "Zanesiiskara Persada", True),
])  # fmt: skip
def test_one_typing_slip_is_alike_and_another_name_is_not(one, other, joined):
    assert (alike(normalise_name(one), normalise_name(other)) > 0) is joined


def test_fifteen_and_sixteen_digits_and_branches_are_one_firm():
    assert len(groups(("PT Maju", A), ("PT. MAJU", None, "0" + A), ("MAJU PT", A[:9] + "123001"))) == 1


def test_portal_number_joins_but_not_against_the_tax_number():
    assert len(groups(("PT Maju", A, None, "41"), ("PT Maju Terus", None, None, "41"))) == 1
    assert len(groups(("PT Maju", A, None, "41"), ("PT Mundur", B, None, "41"))) == 2
    assert len(groups(("PT Maju", None, None, "0"), ("PT Mundur", None, None, "0"))) == 2


def test_names_join_only_what_nothing_tells_apart():
    assert len(groups(("CV Maju Jaya", A), ("Maju Jaya, CV",))) == 1
    assert len(groups(("CV Maju Jaya", A), ("PT Maju Jaya",))) == 2
    assert len(groups(("CV Maju Jaya", A), ("CV MAJU JAYA", B))) == 2
    assert len(groups(("CV Maju Jaya", A), ("CV MAJU JAYA", B), ("cv. maju jaya",))) == 3
    assert len(groups(("CV Maju Jaya", A, None, "1"), ("CV MAJU JAYA", None, None, "2"))) == 2
    assert len(groups(("CV Maju Jaya", None, None, None, "Paser"), ("CV MAJU JAYA", None, None, None, "Berau"))) == 2
    placed = (("CV Maju Jaya", A, None, None, "Paser"), ("CV MAJU JAYA", B, None, None, "Berau"))
    assert ["CV MAJU JAYA", "cv. maju jaya"] in groups(*placed, ("cv. maju jaya", None, None, None, "Berau"))
    assert len(groups(("CV Maju Jaya",), ("cv maju jaya",), ("CV. MAJU JAYA",))) == 1


def test_name_without_form_joins_the_only_firm_of_that_name():
    assert len(groups(("CV Maju Sejahtera", A), ("Maju Sejahtera", None, None, "7"))) == 1
    assert len(groups(("CV Maju Sejahtera", A), ("PT Maju Sejahtera", B), ("Maju Sejahtera", None, None, "7"))) == 3
    assert len(groups(("CV Maju", A), ("Maju", None, None, "7"))) == 2


def test_slips_join_one_candidate_only_and_say_so():
    rows = link(("CV Zanesiskara Persada", A), ("CV Zanesiiskara Persada",))
    assert len({row["id_penyedia"] for row in rows}) == 1
    slip = next(row for row in rows if row["metode"] == "kecocokan")
    assert 0.9 <= slip["skor"] < 1 and "ZANESISKARA" in slip["alasan"] and slip["nama"] == "CV Zanesiiskara Persada"
    assert len(groups(("CV Zanesiskara Persada", A), ("CV Zanesiiskara Persada", B))) == 2
    assert len(groups(("CV Zanesiskara Jaya", A), ("CV Zanesiskare Jaya", B), ("CV Zanesiskaru Jaya",))) == 3


def test_a_number_typed_on_a_wholly_other_name_is_not_used():
    rows = link(("CV Salamander Biru", A, None, "41"), ("PD Muda Mandiri", A))
    assert len({row["id_penyedia"] for row in rows}) == 2
    assert any("tidak dipakai" in row["alasan"] and not row["npwp"] for row in rows)


def test_people_are_never_joined_and_show_no_number():
    person = "Perorangan-0123456789"
    rows = link((person, None, None, "41"), ("CV Budi Santoso", None, None, "41"), (person, None, None, "42"),
                ("PERORANGAN-0123abcd", None, None, "41"), ("Perorangan-0123456788", None, None, "41"))  # fmt: skip
    assert len({row["id_penyedia"] for row in rows}) == 4
    people = [row for row in rows if row["perorangan"]]
    assert len(people) == 4 and not any(row["kd_penyedia"] or row["npwp"] for row in people)


def test_no_portal_number_leads_to_a_pseudonym():
    person = "Perorangan-0123456789"
    rows = link((person, None, None, "nomor-0123456789"), (None, None, None, "41"))
    assert len({row["id_penyedia"] for row in rows}) == 2


def test_a_bare_personal_name_is_left_out():
    assert groups(("Budi Santoso",), ("CV Budi Santoso",)) == [["CV Budi Santoso"]]


def test_tax_number_shows_for_legal_entities_only_and_stays_out_of_other_ids():
    rows = {row["nama"]: row for row in link(("CV Maju", B), ("UD Mundur", A))}
    assert rows["CV Maju"]["npwp"] == B and rows["UD Mundur"]["npwp"] == ""
    again = {row["nama"]: row for row in link(("UD Mundur", "030000064999000"))}
    assert again["UD Mundur"]["id_penyedia"] == rows["UD Mundur"]["id_penyedia"]


def test_review_joins_parts_and_rejects():
    two = (("CV Maju Jaya", A), ("CV Mundur Jaya", B))
    said = lambda what, a="CV. MAJU JAYA", b="cv mundur jaya": (what, a, "", b, "", "surat perubahan nama")  # noqa: E731
    assert len(groups(*two, review=[said("gabung")])) == 1
    assert {row["metode"] for row in link(*two, review=[said("gabung")])} >= {"tinjauan"}
    slip = (("CV Zanesiskara Persada", A), ("CV Zanesiiskara Persada",))
    no = said("tolak", "CV Zanesiskara Persada", "CV Zanesiiskara Persada")
    assert len(groups(*slip, review=[no])) == 2
    same = (("CV Maju Jaya", A), ("CV Majuu Jaya", A))
    assert len(groups(*same, review=[said("tolak", "CV Maju Jaya", "CV Majuu Jaya")])) == 1
    assert len(groups(*same, review=[said("pisah", "CV Maju Jaya", "CV Majuu Jaya")])) == 2
    assert len(groups(*two, review=[said("gabung", "CV Tidak Dikenal")])) == 2
    with pytest.raises(EtlError, match="sekaligus dipisah"):
        link(*two, review=[said("gabung"), said("pisah")])


@pytest.mark.parametrize("seed", [7, 4711, 90210])
def test_invented_firms_with_half_their_numbers_missing(seed):
    truth = list(spellings(seed, 1200))
    found = {row["kunci_asal"]: row for row in link(*(row for _, row in truth))}
    pairs = []
    for identity, (text, npwp, _, number) in truth:
        row = found["|".join((text, npwp or "", "", number or "", "", ""))]
        pairs.append((identity, row["id_penyedia"]))
    precision, recall = pair_rates(pairs)
    assert precision >= 0.99 and recall >= 0.95, (precision, recall)
    assert {row["metode"] for row in found.values()} >= {"npwp", "nama", "kecocokan"}


def test_order_of_rows_changes_nothing():
    rows = [row for _, row in spellings(3, 400, 0.3)]
    first = link(*rows)
    random.Random(1).shuffle(rows)
    assert link(*rows) == first
    assert link(*rows, *rows[:50])[0].keys() == first[0].keys()


def test_like_names_on_the_blacklist_are_listed_beside_the_sanction():
    rows = link(("CV Zanesiskara Persada", A), ("Perorangan-0123456789",), ("PT Lain Sekali", B))
    columns = (
        "kd_daftar_hitam",
        "nama_penyedia",
        "provinsi",
        "kab_kota",
        "tanggal_berlaku",
        "tanggal_selesai",
        "status_daftar_hitam",
    )
    hitam = [("1", "CV ZANESISKARA PERSADA", "P", "K", "2023-01-02", "2024-01-01", "EXPIRED"), ("2", "CV Zanesiiskara Persada", "P", "K", "2023-01-02", "2024-01-01", "EXPIRED"),
             ("3", "Perorangan-0123456789", "P", "K", "2023-01-02", None, "PUBLISHED"), ("4", "PT Zanesiskara Persada", "P", "K", "2023-01-02", None, "PUBLISHED")]  # fmt: skip
    tables = {"penyedia_alias": pa.Table.from_pylist(rows), "daftar_hitam": table(columns, hitam)}
    with open_engine(ROOT) as engine:
        found = nama_mirip_daftar_hitam(tables, engine).to_pylist()
    assert [(row["kd_daftar_hitam"], row["skor"] == 1) for row in found] == [("1", True), ("2", False)]
    assert all(row["kab_kota"] == "K" and row["status_daftar_hitam"] == "EXPIRED" for row in found)


def ask(folder, sql, database="staging.db"):
    with closing(sqlite3.connect(folder / "out" / database)) as db:
        return db.execute(sql).fetchall()


def truth_of(seed=UNSEEN, firms=400):
    """Known supplier of every number of the invented world."""
    found = {}
    for number in range(firms):
        firm = penyedia(seed, number)
        found |= dict.fromkeys((firm.npwp15, firm.npwp16, str(firm.kd_penyedia), firm.kd_v6), firm.id)
        found |= {" ".join(text.split()): firm.id for text in firm.ejaan}
    return found


@pytest.mark.slow
def test_sample_pairs_are_right(unseen):
    truth = truth_of()
    pairs = []
    for key, identity in ask(unseen, "SELECT kunci_asal, id_penyedia FROM penyedia_alias WHERE perorangan = 0"):
        name, npwp, npwp16, code, catalogue, _ = key.split("|")
        known = [truth[v] for v in (npwp, npwp16, code, catalogue, " ".join(name.split())) if v in truth]
        pairs.append((known[0], identity))
    precision, recall = pair_rates(pairs)
    assert len(pairs) > 500 and precision >= 0.99 and recall >= 0.95, (precision, recall)


SUMS = {
    "pemenang": "SELECT SUM(COALESCE(nilai_kontrak_sen, nilai_negosiasi_sen, nilai_terkoreksi_sen, nilai_penawaran_sen)) FROM (SELECT nilai_kontrak_sen, nilai_negosiasi_sen, nilai_terkoreksi_sen, nilai_penawaran_sen FROM tender_nilai UNION ALL SELECT nilai_kontrak_sen, nilai_negosiasi_sen, nilai_terkoreksi_sen, nilai_penawaran_sen FROM non_tender_nilai)",
    "penyedia_kontrak": "SELECT SUM(nilai_kontrak_sen) FROM kontrak AS k WHERE versi_addendum = (SELECT MAX(versi_addendum) FROM kontrak AS l WHERE l.kd_tender = k.kd_tender AND l.kd_nontender = k.kd_nontender AND l.no_kontrak = k.no_kontrak)",
    "penyedia_realisasi": "SELECT SUM(nilai_realisasi_sen) FROM pencatatan_non_tender_realisasi",
    "penyedia_pesanan": "SELECT SUM(total_harga_sen) FROM epurchasing WHERE status_pkt NOT LIKE 'CANCELLED%'",
}


@pytest.mark.slow
@pytest.mark.parametrize("role", SUMS)
def test_sum_over_suppliers_is_the_sum_of_the_source_to_the_sen(unseen, role):
    [(expected,)] = ask(unseen, SUMS[role])
    [(got,)] = ask(
        unseen, f"SELECT SUM(nilai_sen) FROM partisipasi WHERE peran = '{role}' AND sumber <> 'peserta_tender'"
    )
    assert expected == got > 0


@pytest.mark.slow
def test_summary_adds_up_to_the_participation(unseen):
    [sums] = ask(unseen, "SELECT SUM(nilai_menang_sen), SUM(nilai_kontrak_sen) FROM penyedia_ringkas")
    expected = ask(
        unseen,
        "SELECT SUM(nilai_sen) FROM partisipasi WHERE peran IN ('pemenang', 'penyedia_kontrak') GROUP BY peran ORDER BY peran",
    )
    assert sums == tuple(value for (value,) in expected)


@pytest.mark.slow
def test_consortium_members_share_the_value_and_never_repeat_it(unseen):
    members = ask(
        unseen,
        "SELECT proses_tabel, proses_kunci, nilai_sen, nilai_bersama_sen, bagian FROM partisipasi WHERE peran = 'anggota_kso'",
    )
    assert members
    leads = {
        row[:2]: row[2:]
        for row in ask(
            unseen,
            "SELECT proses_tabel, proses_kunci, nilai_sen, nilai_bersama_sen, bagian FROM partisipasi WHERE peran = 'penyedia_kontrak'",
        )
    }
    for table_name, key, value, shared, part in members:
        assert value is None and part == 1
        assert leads[table_name, key] == (shared, shared, 1)


@pytest.mark.slow
def test_private_join_key_and_people_stay_out_of_the_release(unseen):
    columns = {
        name for (name,) in ask(unseen, "SELECT name FROM pragma_table_info('penyedia_alias')", "current/opendata.db")
    }
    assert "kunci_asal" not in columns and "nama" in columns
    people = ask(
        unseen, "SELECT nama, npwp, kd_penyedia FROM penyedia_alias WHERE perorangan = 1", "current/opendata.db"
    )
    assert people and all(name.startswith("Perorangan-") and not npwp and not code for name, npwp, code in people)
    with closing(sqlite3.connect(unseen / "out" / "current" / "opendata.db")) as db:
        assert both_ways(db) == []


@pytest.mark.slow
def test_sqlite_and_duckdb_give_the_same_rows(unseen):
    resources = load_resources(ROOT / "datapackages")
    for name in ("penyedia", "partisipasi", "penyedia_ringkas", "pasangan"):
        sql = (SQL / resources[name].get("x-sql")).read_text(encoding="utf-8")
        columns = [field.name for field in resources[name].fields]
        here = ask(unseen, f"SELECT {', '.join(columns)} FROM ({sql.rstrip().rstrip(';')})")
        stored = ask(unseen, f"SELECT {', '.join(columns)} FROM {name}")
        clean = lambda rows: sorted(tuple("" if v is None else str(v) for v in row) for row in rows)  # noqa: E731
        assert clean(here) == clean(stored), name
