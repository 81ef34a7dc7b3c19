"""Thirteen signs as a careful analyst writes them with pandas: the baseline of the case ``sign``."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from etl.bench_pandas import PROCESS, Frame, Read, read

DONE = ("Tender Sudah Selesai", "Seleksi Sudah Selesai")
OF_PRICE = ("Harga Terendah", "Harga Terendah Sistem Gugur", "Harga Terendah Ambang Batas", "Biaya Terendah")
COMMON = "kd_klpd, tahun_anggaran, pagu_sen, hps_sen"


def flag(source: Path, target: Path) -> Path:
    """Every raised sign of ``source`` into the table ``tanda`` of ``target``, figures beyond belief left out."""
    with closing(sqlite3.connect(source)) as db, closing(sqlite3.connect(target)) as out:
        table = partial(read, db)
        found = pd.concat([*of_tenders(table), *of_bids(table), *of_prices(table), *of_units(table)])
        money = table("struktur_anggaran", "kd_klpd, tahun_anggaran, total_belanja")
        budget = money.groupby(["kd_klpd", "tahun_anggaran"]).total_belanja.sum().mul(300).rename("batas").reset_index()
        found = found.merge(budget, how="left", on=["kd_klpd", "tahun_anggaran"])
        held = (found.batas > 0) & found.nilai_sen.notna() & (found.nilai_sen > found.batas)
        found[~held.fillna(False)].drop(columns="batas").to_sql("tanda", out, index=False)
    return target


def raised(name: str, table: str, rows: Frame, value: str) -> Frame:
    """Rows of ``tanda``."""
    columns = {"kunci": rows.kunci, "kd_klpd": rows.kd_klpd, "tahun_anggaran": rows.tahun_anggaran}
    return pd.DataFrame({"tanda": name, "tabel": table, **columns, "nilai_sen": rows[value]})


def tenders(table: Read) -> Frame:
    """All tenders; those that ended well are marked."""
    wanted = f"kd_tender AS kunci, {COMMON}, hps_dibulatkan, status_tender, tahap, mtd_evaluasi, mtd_kualifikasi"
    rows = table("tender", f"{wanted}, versi_tender, badge, nilai_kontrak_sen")
    rows["selesai"] = (rows.status_tender == "Selesai") | rows.tahap.isin(DONE)
    rows["tepat"] = rows.hps_sen.where((rows.hps_dibulatkan.fillna(0) == 0) & (rows.hps_sen > 0))
    return rows


def bids(table: Read) -> Frame:
    """Offers with a price."""
    rows = table(
        "peserta_tender",
        """kd_tender AS kunci, kd_klpd AS badan, kd_penyedia, kd_peserta, pemenang, alasan,
      nilai_penawaran_sen, nilai_terkoreksi_sen""",
    )
    rows["beralasan"] = rows.alasan.fillna("").str.strip() != ""
    rows["mencatat"] = rows.groupby("badan").beralasan.transform("any")
    rows = rows[(rows.nilai_penawaran_sen > 0).fillna(False)].copy()
    rows["siapa"] = rows.kd_penyedia.fillna(rows.kd_peserta)
    rows["harga_sen"] = rows.nilai_terkoreksi_sen.where(rows.nilai_terkoreksi_sen > 0, rows.nilai_penawaran_sen)
    rows["menang"] = rows.pemenang.fillna(0).astype("int64")
    return rows


def of_tenders(table: Read) -> Iterator[Frame]:
    """What the announcement alone shows."""
    rows = tenders(table)
    again = (rows.versi_tender >= 2) | rows.badge.fillna("").str.contains("Ulang", regex=False)
    yield raised("tender_ulang", "tender", rows[again.fillna(False)], "tepat")
    direct = table("non_tender", f"kd_nontender AS kunci, {COMMON}")
    for name, frame in (("tender", rows[rows.tepat.notna()]), ("non_tender", direct)):
        same = (frame.hps_sen == frame.pagu_sen) & (frame.hps_sen > 0)
        yield raised("hps_sama_pagu", name, frame[same.fillna(False)], "hps_sen")


def of_bids(table: Read) -> Iterator[Frame]:
    """What the bidders' prices show."""
    offers, rows = bids(table), tenders(table)
    done = rows[rows.selesai]
    offers = offers[offers.kunci.isin(done.kunci)]
    groups = offers.groupby("kunci")
    facts = groups.agg(
        penawar=("siapa", "size"), menang=("menang", "sum"), rendah=("harga_sen", "min"), tinggi=("harga_sen", "max"),
        mencatat=("mencatat", "any"),
    )  # fmt: skip
    won, lost = offers[offers.menang == 1], offers[offers.menang == 0]
    facts["harga_menang"] = won.groupby("kunci").harga_sen.max()
    facts["lain"] = lost.groupby("kunci").size()
    facts["gugur"] = lost.groupby("kunci").beralasan.sum()
    facts = done.merge(facts.reset_index(), on="kunci")
    sealed = facts.mtd_kualifikasi.fillna("").str.contains("Dua File|Dua Tahap")
    single = facts[(facts.penawar == 1) & (facts.mtd_evaluasi.fillna("") != "Kualitas") & ~sealed]
    yield raised("penawar_tunggal", "tender", single, "tepat")
    tight = facts[(facts.penawar >= 3) & ((facts.tinggi - facts.rendah) * 100 < facts.rendah)]
    yield raised("sebaran_rapat", "tender", tight, "rendah")
    out = (facts.menang == 1) & facts.mencatat & (facts.lain >= 2) & (facts.gugur == facts.lain)
    yield raised("lain_digugurkan", "tender", facts[out.fillna(False)], "harga_menang")
    priced = facts[facts.mtd_evaluasi.isin(OF_PRICE) & (facts.penawar >= 2) & (facts.menang == 1)]
    yield raised("terendah_kalah", "tender", priced[priced.harga_menang > priced.rendah], "harga_menang")
    firms = offers.groupby(["kunci", "nilai_penawaran_sen"]).siapa.nunique().reset_index()
    twins = firms[firms.siapa > 1].groupby("kunci").nilai_penawaran_sen.max().rename("kembar").reset_index()
    yield raised("penawaran_identik", "tender", facts.merge(twins, on="kunci"), "kembar")
    yield raised("rasio_tetap", "tender", facts[facts.kunci.isin(fixed_ratio(offers))], "tepat")
    yield raised("pasangan_penawar", "tender", facts[facts.kunci.isin(pairs(offers))], "tepat")


def fixed_ratio(offers: Frame) -> set[str]:
    """Tenders where every three neighbouring prices are a geometric row."""
    rows = offers.sort_values(["kunci", "harga_sen", "siapa"])
    price = rows.harga_sen.astype(float)
    b, a = price.groupby(rows.kunci).shift(1), price.groupby(rows.kunci).shift(2)
    fits = (a < b) & (b < price) & ((b * b - a * price).abs() * 1_000_000 <= b * b)
    threes = pd.DataFrame({"kunci": rows.kunci, "cocok": fits})[a.notna()]
    every = threes.groupby("kunci").cocok.all()
    return set(every[every].index)


def pairs(offers: Frame) -> set[str]:
    """Tenders of bidders that meet often and win in turn."""
    once = offers.groupby(["kunci", "siapa"]).menang.max().reset_index()
    met = once.merge(once, on="kunci")
    met = met[met.siapa_x < met.siapa_y]
    both = ["siapa_x", "siapa_y"]
    often = (
        met.groupby(both).agg(temu=("kunci", "size"), satu=("menang_x", "sum"), dua=("menang_y", "sum")).reset_index()
    )
    enough = (often.temu >= 6) & (often.satu >= 1) & (often.dua >= 1)
    often = often[enough & ((often.satu + often.dua) * 100 >= often.temu * 80)]
    return set(met.merge(often[both], on=both).kunci)


def of_prices(table: Read) -> Iterator[Frame]:
    """Contract and winning price beside the estimate, and late contracts."""
    rows = tenders(table)
    process = rows[rows.selesai].assign(tabel="tender", kd_tender=rows.kunci, kd_nontender="")
    direct = table("non_tender", f"kd_nontender AS kunci, {COMMON}, status_nontender")
    direct = direct[direct.status_nontender == "Selesai"]
    direct = direct.assign(tabel="non_tender", kd_tender="", kd_nontender=direct.kunci, tepat=direct.hps_sen)
    process = pd.concat([process, direct])
    contracts = table(
        "kontrak",
        """kd_tender, kd_nontender, kd_klpd, tahun_anggaran, versi_addendum, tgl_kontrak,
      nilai_kontrak_sen AS awal_sen""",
    )
    first = contracts[contracts.versi_addendum.fillna(0) == 0].groupby(PROCESS)
    start = first.agg(
        kontrak=("awal_sen", "size"), awal_sen=("awal_sen", "max"), kd_klpd=("kd_klpd", "max"),
        tahun_anggaran=("tahun_anggaran", "max"), tgl=("tgl_kontrak", "max"),
    ).reset_index()  # fmt: skip
    late = start[
        (start.tgl.str[:4] == start.tahun_anggaran.astype("Int64").astype("string")) & (start.tgl.str[5:10] > "12-15")
    ]
    for name, some in late.groupby(late.kd_tender != ""):
        frame = some.assign(kunci=some.kd_tender + some.kd_nontender)
        yield raised("kontrak_akhir_tahun", "tender" if name else "non_tender", frame, "awal_sen")
    prices = process.merge(start[[*PROCESS, "kontrak", "awal_sen"]], how="left", on=PROCESS)
    prices = prices.merge(winners(table), how="left", on=PROCESS)
    prices = prices[(prices.tepat > 0).fillna(False) & (prices.kontrak.fillna(0) <= 1)]
    value = prices.awal_sen.where(prices.awal_sen > 0).fillna(prices.menang_sen)
    value = value.fillna(prices.nilai_kontrak_sen.where(prices.nilai_kontrak_sen > 0))
    prices = prices.assign(nilai=value)
    near = (value.astype("float64") * 100 >= prices.hps_sen.astype("float64") * 99) & (prices.pemenang.fillna(0) <= 1)
    over = (prices.awal_sen > prices.hps_sen).fillna(False)
    for name in ("tender", "non_tender"):
        here = prices.tabel == name
        yield raised("dekat_hps", name, prices[near & here], "nilai")
        yield raised("kontrak_lebih_hps", name, prices[over & here], "awal_sen")


def winners(table: Read) -> Frame:
    """Winning price of every process; a lower contract in the award file counts instead."""
    offers = "nilai_negosiasi_sen, nilai_terkoreksi_sen, nilai_penawaran_sen, nilai_kontrak_sen"
    tender = table("tender_nilai", f"kd_tender, '' AS kd_nontender, {offers}")
    rows = pd.concat([tender, table("non_tender_nilai", f"'' AS kd_tender, kd_nontender, {offers}")])
    rows = rows.assign(harga=won_price(rows), kontrak=rows.nilai_kontrak_sen.where(rows.nilai_kontrak_sen != 0))
    won = rows.groupby(PROCESS).agg(pemenang=("harga", "size"), harga=("harga", "max"), kontrak=("kontrak", "max"))
    won["menang_sen"] = won[["harga", "kontrak"]].min(axis=1)
    return won.drop(columns=["harga", "kontrak"]).reset_index()


def won_price(rows: Frame) -> Any:
    """The negotiated, else corrected, else offered price that is not zero."""
    price = rows.nilai_negosiasi_sen.where(rows.nilai_negosiasi_sen != 0)
    price = price.fillna(rows.nilai_terkoreksi_sen.where(rows.nilai_terkoreksi_sen != 0))
    return price.fillna(rows.nilai_penawaran_sen.where(rows.nilai_penawaran_sen != 0))


def of_units(table: Read) -> Iterator[Frame]:
    """Units of which one supplier has nearly all."""
    wanted = """kd_klpd, tahun_anggaran, kd_satker_str, kd_penyedia, nama_penyedia, nilai_negosiasi_sen,
      nilai_terkoreksi_sen, nilai_penawaran_sen"""
    tender = table("tender_nilai", wanted).assign(jalur="tender")
    direct = table("non_tender_nilai", f"{wanted}, status_nontender").assign(jalur="non_tender")
    direct = direct[direct.status_nontender.isna() | (direct.status_nontender == "Selesai")]
    rows = pd.concat([tender, direct])
    rows = rows.assign(siapa=rows.kd_penyedia.fillna(rows.nama_penyedia), nilai_sen=won_price(rows))
    rows = rows[rows.siapa.notna() & (rows.nilai_sen > 0).fillna(False)]
    unit = ["jalur", "kd_klpd", "tahun_anggaran", "kd_satker_str"]
    firms = rows.groupby([*unit, "siapa"]).nilai_sen.agg(["size", "sum"]).reset_index()
    units = firms.groupby(unit).agg(paket=("size", "sum"), satu=("sum", "max"), semua=("sum", "sum")).reset_index()
    much = units[(units.paket >= 4) & (units.satu.astype("float64") * 100 >= units.semua.astype("float64") * 80)]
    year = much.tahun_anggaran.astype("Int64").astype("string")
    key = much.kd_klpd + "|" + much.kd_satker_str + "|" + much.jalur + "|" + year
    yield raised("konsentrasi", "satker_tahun", much.assign(kunci=key), "satu")
