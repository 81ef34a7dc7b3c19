"""Addresses and names that we publish carry no secret; large files obey the same rules as small ones."""

import pytest
from conftest import paket

from etl import extract
from etl.errors import EtlError
from etl.quality import public_url


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        (
            "https://isb.lkpp.go.id/isb-2/api/3f2504e0-4f89-11d3-9a0c-0305e82c3301/json/1/X",
            "https://isb.lkpp.go.id/isb-2/api/dirahasiakan/json/1/X",
        ),
        ("https://a.go.id/x?tahun=2025&token=abc", "https://a.go.id/x?tahun=2025&token=dirahasiakan"),
        ("https://budi:rahasia@a.go.id/x", "https://a.go.id/x"),
        (
            "https://spse.inaproc.id/kaltimprov/dt/lelang?tahun=2025",
            "https://spse.inaproc.id/kaltimprov/dt/lelang?tahun=2025",
        ),
        ("", ""),
        ("surat nomor 12/2025", "surat nomor 12/2025"),
    ],
)
def test_published_address_has_no_secret(url, wanted):
    assert public_url(url) == wanted


def test_file_name_with_a_personal_number_is_masked(make, query):
    make({"KTP 6472014512900003.json": [paket("1")]})
    assert query("select nama from berkas_sumber") == [("[disamarkan].json",)]


def test_large_file_is_ordered_like_a_small_one(make, query, monkeypatch):
    rows = [paket("1"), paket("2"), paket("2"), paket("3", _event_date="2025-10-01"), paket("3", nama="baru")]
    receipts = [{"no_kuitansi": "K1", "jumlah": 100, "rup": "1"}, {"no_kuitansi": "K1", "jumlah": 100, "rup": "2"}]
    make({"a.json": rows, "b.json": receipts})
    small = query("select * from paket_uji order by kd"), query("select * from kuitansi_uji")
    monkeypatch.setattr(extract, "IN_MEMORY", 1)
    make({"a.json": [*rows], "b.json": receipts, "c.json": [paket("9")]})
    large = query("select * from paket_uji where kd <> '9' order by kd"), query("select * from kuitansi_uji")
    assert small == large


@pytest.mark.faults
@pytest.mark.case("C32")
def test_link_out_of_the_folder_is_refused(tmp_path, packages):
    from etl import build as builder

    (tmp_path / "raw").mkdir()
    (tmp_path / "lain.json").write_text("[]")
    (tmp_path / "raw" / "a.json").symlink_to(tmp_path / "lain.json")
    with pytest.raises(EtlError, match="tautan ke luar"):
        builder.build(tmp_path / "raw", tmp_path / "out", lambda text: None, (), packages)


def test_same_data_from_other_code_keeps_the_release_readable(make, tmp_path, packages):
    make({"a.json": [paket("1")]})
    before = (tmp_path / "out" / "current").readlink()
    (packages / "uji" / "datapackage.yaml").write_text(
        (packages / "uji" / "datapackage.yaml").read_text() + "\n# catatan\n"
    )
    make({"a.json": [paket("1")]})
    assert (tmp_path / "out" / "current").readlink() == before
    assert (tmp_path / "out" / "current" / "manifest.json").exists()
    assert [p.name for p in (tmp_path / "out" / "releases").iterdir()] == [before.name]
