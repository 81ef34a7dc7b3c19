"""The dirt: rows that must be held, private numbers in free text, files that must be refused."""

import json
from typing import Any

from etl.contoh.dunia import acak
from etl.contoh.keluar import BerkasJson, Keluaran, Row, labeli, tulis_json

GALAT: dict[str, tuple[str, str, Any, str]] = {
    "rup_penyedia": ("kd_rup", "pagu", "1.5 M", "nilai"),
    "rup_anggaran": ("kd_rup", "pagu", "12.34.56", "nilai"),
    "rup_lokasi": ("kd_rup", "kd_rup", None, "constraint-error"),
    "peserta_tender": ("kd_peserta", "nilai_penawaran", "1,234,567.00", "nilai"),
    "jadwal_tender": ("kd_tahapan", "tgl_awal", "2025-02-31 09:00:00", "nilai"),
    "non_tender": ("kd_nontender", "hps", 9_000_000_000_000_000_000, "nilai"),
    "non_tender_nilai": ("kd_nontender", "nilai_penawaran", "tidak ada", "nilai"),
    "pencatatan_non_tender_realisasi": ("no_realisasi", "tgl_realisasi", "32 Januari 2025", "nilai"),
    "epurchasing": ("kd_paket", "total_harga", -5_000_000, "constraint-error"),
}
"""Resource -> key to change, column to break, broken value, rule that must catch it."""
SETIAP = 70
"""One broken row after so many good ones: under 2 %."""


def tambah_galat(keluar: Keluaran, berkas: BerkasJson, resource: str, row: Row) -> None:
    """Now and then add a broken copy of a row under a key of its own; it belongs to no package."""
    if resource not in GALAT or berkas.baris % SETIAP:
        return
    kunci, kolom, nilai, aturan = GALAT[resource]
    lama = row[kunci]
    geser = 4 if kunci == "kd_rup" else 40
    rusak = row | {kunci: lama + geser if isinstance(lama, int) else f"{lama}X"} | {kolom: nilai}
    lokasi = tulis_json(berkas, rusak)
    berkas.ditahan += 1
    labeli(keluar, "errors", berkas.nama, lokasi, resource, kolom, aturan)


def kenari(keluar: Keluaran, berkas: str, kolom: str, nomor: int) -> str:
    """A sentence with an invented private number, for free text; "" for most packages."""
    if nomor % 23:
        return ""
    chance = acak("kenari", kolom, nomor)
    ekor = f"{chance.randint(0, 9999):04d}"
    pilihan = {
        "nik": f"99{nomor % 10_000:04d}{chance.randint(1, 28):02d}{chance.randint(1, 12):02d}75{ekor}",
        "nip": f"1940{chance.randint(1, 12):02d}{chance.randint(1, 28):02d}194101{chance.randint(1, 2)}{ekor[:3]}",
        "telepon": f"0899{nomor % 10_000:04d}{ekor}",
        "surel": f"orang{nomor}@contoh.invalid",
        "rekening": f"9998{nomor % 10_000:04d}{ekor}",
    }
    jenis = list(pilihan)[nomor // 23 % len(pilihan)]
    nilai = pilihan[jenis]
    labeli(keluar, "canaries", jenis, nilai, berkas, kolom)
    sebutan = {"nik": "NIK", "nip": "NIP", "telepon": "HP", "surel": "email", "rekening": "No. Rekening"}[jenis]
    return f" ({sebutan} {nilai})"


def tulis_rusak(keluar: Keluaran) -> dict[str, str]:
    """Files that must be refused or are not ours, and the verdict expected of each."""
    folder = keluar.raw / "rusak"
    folder.mkdir(parents=True, exist_ok=True)
    baris = [{"kd_tender": 1, "nama_paket": "Paket contoh", "pagu": 1000}]
    utuh = json.dumps(baris * 40, indent=4)
    isi = {
        "halaman_html.json": "<!DOCTYPE html>\n<html><head><title>Terjadi Kesalahan</title></head>\n"
        "<body><h1>Maaf, terjadi error pada aplikasi SPSE.</h1><p>Kode Error: contoh</p></body></html>\n",
        "invalid_response.json": "<invalid_response>URL-NOT-DEFINED</invalid_response>",
        "kosong.json": "[]",
        "nol_bait.json": "",
        "konflik_git.csv": "kd_tender,nama_paket\n<<<<<<< HEAD\n1,Paket A\n=======\n1,Paket B\n>>>>>>> cabang\n",
        "json_terpotong.json": utuh[: len(utuh) // 2],
        "daftar_rapat.csv": "hari,agenda,ruang\nSenin,Rapat rutin,Ruang contoh\nSelasa,Rapat anggaran,Ruang contoh\n",
        "kasus_dbd.csv": "umur,jenis_kelamin,desa,tanggal_sakit\n7,P,Desa Contoh,2025-02-01\n31,L,Andai,2025-02-03\n",
    }
    for nama, teks in isi.items():
        (folder / nama).write_text(teks, encoding="utf-8", newline="")
    return {
        "halaman_html.json": "halaman_html", "invalid_response.json": "invalid_response", "kosong.json": "kosong",
        "nol_bait.json": "kosong", "konflik_git.csv": "konflik_git", "json_terpotong.json": "json_terpotong",
        "daftar_rapat.csv": "tidak_dikenal", "kasus_dbd.csv": "daftar_orang",
    }  # fmt: skip
