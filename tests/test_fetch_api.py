"""SiRUP, ISB, INAPROC and Satu Data eProc from servers on loopback: whole lists, codes by name, tokens that never show."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT
from servers.api_rows import Rows, live_plans
from servers.base import Reply, Seen
from servers.inaproc import RESOURCES, InaprocServer
from servers.isb import IsbServer
from servers.satudata import SatuDataServer
from servers.sirup import SirupServer

from etl.archive import read_log
from etl.build import DATAPACKAGES
from etl.canonical import canonical_path, read_columns
from etl.descriptors import Resource, load_resources
from etl.errors import PlanWrong
from etl.extract import extract_pull
from etl.fetch import all_parts, fetch, read_plan
from etl.licences import brought

AGENT = "KaltimTerbuka-uji (https://contoh.invalid/kontak)"
ISB_TOKEN = "0f1e2d3c-4b5a-4687-9a8b-c0ffee15b001"
INAPROC_TOKEN = "eyJhbGciOiJ.uji+kaltim/terbuka=c0ffee.tandatangan"
KALTIM = {"nama": "Provinsi Kalimantan Timur", "slug": "kaltimprov", "kd_lpse": 35}
SAMARINDA = {"nama": "Pemerintah Daerah Kota Samarinda", "slug": "samarindakota", "kd_lpse": 596}
PLANS, TENDERS, SATKER = "RUP-PaketPenyedia-Terumumkan", "SPSE-TenderPengumuman", "RUP-MasterSatker"
NUMBERS = {
    PLANS: 5352,
    TENDERS: 5350,
    SATKER: 5356,
    "SPSE-TenderEkontrak-BAPBAST": 5978,
    "RUP-PaketAnggaranPenyedia": 5355,
}


class Services:
    """The four servers, the plan that names them, and one run after another over the same archive."""

    def __init__(self, raw: Path, folder: Path, stack: ExitStack) -> None:
        """Start all servers."""
        self.rows, self.folder, self.out = Rows(raw), folder, folder / "out"
        self.sirup = stack.enter_context(SirupServer(raw))
        self.isb = stack.enter_context(IsbServer(raw, {"": ISB_TOKEN}, NUMBERS))
        self.inaproc = stack.enter_context(InaprocServer(raw, INAPROC_TOKEN))
        self.satudata = stack.enter_context(SatuDataServer(raw))
        self.waited: list[float] = []
        self.bodies: list[dict[str, Any]] = [KALTIM]
        self.years = [2025]

    def plan(self, **sources: dict[str, Any]) -> Path:
        """Write a plan with these sources; Satu Data is always there, for the codes."""
        addresses = {name: {"alamat": getattr(self, name).alamat} for name in {"satudata", *sources}}
        blocks = {name: addresses[name] | sources.get(name, {}) for name in sorted(addresses)}
        plan = {"pengenal": AGENT, "jeda_detik": 0, "jaringan_lokal": True, "tahun": self.years}
        path = self.folder / "fetch.yml"
        path.write_text(yaml.safe_dump({**plan, "badan": self.bodies, "sumber": blocks}), encoding="utf-8")
        return path

    def run(self, accept: tuple[str, ...] = (), **sources: dict[str, Any]) -> dict[str, tuple[str, str]]:
        """Fetch; returns verdict and reason per part."""
        answers = fetch(read_plan(self.plan(**sources)), self.out, lambda text: None, self.waited.append, accept)
        return {answer.nama: (answer.putusan, answer.alasan) for answer in answers}

    def pulled(self, start: str = "") -> dict[str, list[Any]]:
        """Rows of every pull whose name begins so."""
        found = {}
        for pull in read_log(self.out):
            if pull.nama.startswith(start):
                content = json.loads(pull.path(self.out).read_bytes())
                found[pull.nama] = content if isinstance(content, list) else content.get("data", content.get("aaData"))
        return found

    def again(self) -> None:
        """Forget when parts were done, so that the next run asks for all of them."""
        path = self.out / "arsip" / "permintaan.jsonl"
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        kept = [line for line in lines if "nama" in line or line.get("bagian", "").endswith("#")]
        path.write_text("".join(json.dumps(line) + "\n" for line in kept), encoding="utf-8")


@pytest.fixture
def services(contoh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """All four services, with the tokens in the environment."""
    monkeypatch.setenv("KALTIM_ISB_TOKEN", ISB_TOKEN)
    monkeypatch.setenv("KALTIM_INAPROC_TOKEN", INAPROC_TOKEN)
    with ExitStack() as stack:
        yield Services(contoh / "raw", tmp_path, stack)


def test_a_year_of_all_services_is_fetched_whole_and_not_asked_again(services: Services) -> None:
    services.inaproc.page, services.sirup.page = 40, 9
    sources = {"isb": {"nomor": NUMBERS}, "inaproc": {}, "sirup": {}, "satudata": {"tender": True}}
    answers = services.run(**sources)
    assert {verdict for verdict, _ in answers.values()} == {"selesai"}
    for name in NUMBERS:
        expected = services.rows.of(name, "D241", "2025")
        assert services.pulled(f"isb/kaltimprov/2025/{name}") == (
            {f"isb/kaltimprov/2025/{name}.json": expected} if expected else {}
        )
    for resource, dataset in RESOURCES.items():
        pages = services.pulled(f"inaproc/kaltimprov/2025/{resource}/") or services.pulled(
            f"inaproc/kaltimprov/2025/{resource}.json"
        )
        expected = services.rows.of(dataset, "D241", "2025")
        assert sum(map(len, pages.values())) == len(expected)
        assert len(pages) == (-(-len(expected) // 40) if resource != "rup/struktur-anggaran-pd" else 1)
    plans = live_plans(services.rows.of(PLANS, "D241", "2025"))
    found = [row for page in services.pulled("sirup/kaltimprov/2025/cari").values() for row in page]
    assert sorted(row["id"] for row in found) == sorted(row["kd_rup"] for row in plans) and len(plans) > 2 * 9
    own = live_plans(services.rows.of("RUP-PaketSwakelola-Terumumkan", "D241", "2025"))
    assert len([row for page in services.pulled("sirup/kaltimprov/2025/swakelola").values() for row in page]) == len(
        own
    )
    (tenders,) = services.pulled("satudata/35/2025/").values()
    assert len(tenders) == len(services.rows.of(TENDERS, "D241", "2025")) > 0
    servers = (services.isb, services.inaproc, services.sirup, services.satudata)
    asked = [len(server.seen) for server in servers]
    assert set(services.run(**sources).values()) == {("belum_waktunya", "")}
    assert [len(server.seen) for server in servers] == asked


def test_lists_carry_the_context_that_their_rows_lack(services: Services) -> None:
    services.run(
        isb={"nomor": {PLANS: 5352, TENDERS: 5350}},
        sirup={"daftar": ["swakelola"]},
        inaproc={"layanan": ["rup/program-master"]},
    )
    contexts = {pull.nama: pull.konteks for pull in read_log(services.out)}
    body = {"kd_klpd": "D241", "nama_klpd": "Provinsi Kalimantan Timur"}
    year = {"tahun_anggaran": "2025", "pull": "penuh"}
    assert (
        contexts[f"isb/kaltimprov/2025/{TENDERS}.json"].items()
        >= ({"kd_lpse": "35", "sumber": "isb", "lingkup": f"isb/kaltimprov/2025/{TENDERS}"} | year).items()
    )
    assert "kd_klpd" not in contexts[f"isb/kaltimprov/2025/{TENDERS}.json"]
    assert contexts["sirup/kaltimprov/2025/swakelola/0001.json"].items() >= ({"sumber": "sirup"} | body | year).items()
    programs = contexts["inaproc/kaltimprov/2025/rup/program-master/0001.json"]
    assert programs.items() >= ({"sumber": "inaproc"} | body | year).items()
    assert all("{rahasia}" in konteks["url"] for nama, konteks in contexts.items() if nama.startswith("isb/"))


def test_parameters_follow_the_grammar_of_each_service(services: Services) -> None:
    services.years = [2026]
    services.run(isb={"nomor": {SATKER: 5356, PLANS: 5352, TENDERS: 5350}})
    assert [seen.path.split("/json/")[1] for seen in services.isb.asked("/isb-2")] == [
        "5356/RUP-MasterSatker/tipe/12:12/parameter/D241:2026",
        "5352/RUP-PaketPenyedia-Terumumkan/tipe/4:12/parameter/2026:D241",
        "5350/SPSE-TenderPengumuman/tipe/4:4/parameter/2026:35",
    ]
    assert services.pulled(f"isb/kaltimprov/2026/{SATKER}")


def test_a_service_with_its_own_token_is_asked_with_it(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    services.isb.tokens = {"": ISB_TOKEN, PLANS: "11111111-2222-4333-8444-c0ffee15b002"}
    monkeypatch.setenv("KALTIM_ISB_TOKEN_RUP_PAKETPENYEDIA_TERUMUMKAN", services.isb.tokens[PLANS])
    services.isb.numbers = {PLANS: 5352, TENDERS: 5350}
    assert {v for v, _ in services.run(isb={"nomor": {PLANS: 5352, TENDERS: 5350}}).values()} == {"selesai"}
    tokens = [seen.path.split("/")[3] for seen in services.isb.asked("/isb-2")]
    assert tokens == [services.isb.tokens[PLANS], ISB_TOKEN]


def test_nothing_is_a_valid_answer_until_there_was_something(services: Services) -> None:
    services.years = [2019]
    sources = {"isb": {"nomor": {PLANS: 5352}}, "inaproc": {"layanan": ["tender/pengumuman", "rup/struktur-anggaran-pd"]},
               "sirup": {"daftar": ["swakelola"]}, "satudata": {"tender": True}}  # fmt: skip
    answers = services.run(**sources)
    assert len(answers) == 5 and {v for v, _ in answers.values()} == {"selesai"} and not read_log(services.out)
    services.years = [2025]
    assert {v for v, _ in services.run(**sources).values()} == {"selesai"}
    before = [pull.__dict__ for pull in read_log(services.out)]
    services.again()
    for server in (services.isb, services.inaproc, services.sirup):
        server.misbehave = {"/": "gone_year"}
    services.satudata.misbehave = {"/isb-2/api/satudata/Tender": "gone_year"}
    assert {v for v, _ in services.run(**sources).values()} == {"hilang"}
    assert [pull.__dict__ for pull in read_log(services.out)] == before


@pytest.mark.parametrize(
    "nama", ["Provinsi Kalimantan Timur", "Pemerintah Provinsi Kalimantan Timur", "PROV. KALIMANTAN  TIMUR"]
)
def test_the_code_of_a_body_is_found_by_its_name(services: Services, nama: str) -> None:
    services.bodies = [{"nama": nama, "slug": "kaltimprov", "kd_lpse": 35}, SAMARINDA]
    answers = services.run(sirup={"daftar": ["penyedia"]})
    assert {v for v, _ in answers.values()} == {"selesai"}
    codes = [seen.path.partition("idKldi=")[2][:4] for seen in services.sirup.asked("/sirup/datatablectr")]
    assert list(dict.fromkeys(codes)) == ["D241", "D250"]
    assert len(services.satudata.asked("/isb-2/api/satudata/MasterKLPD")) == 1


def test_an_unknown_or_doubled_name_is_named_and_never_guessed(services: Services) -> None:
    services.bodies = [KALTIM, {"nama": "Kabupaten Kutai", "slug": "kutai"}, SAMARINDA]
    services.satudata.bodies += [body for body in services.satudata.bodies if body.kd_klpd == "D241"]
    answers = services.run(sirup={"daftar": ["penyedia"]})
    assert [answers[f"sirup/{slug}/2025/penyedia"][0] for slug in ("kaltimprov", "kutai", "samarindakota")] == [
        "tidak_dikenal", "tidak_dikenal", "selesai",
    ]  # fmt: skip
    assert "'Kabupaten Kutai'" in answers["sirup/kutai/2025/penyedia"][1]
    assert "2 K/L/PD" in answers["sirup/kaltimprov/2025/penyedia"][1]


def test_a_code_in_the_plan_wins(services: Services) -> None:
    services.bodies = [{**KALTIM, "kd_klpd": "D244"}]
    services.run(sirup={"daftar": ["penyedia"]})
    assert not services.satudata.seen and "idKldi=D244" in services.sirup.asked("/sirup/data")[0].path


def test_bodies_without_a_source_of_codes_are_an_incident(services: Services) -> None:
    path = services.plan(sirup={"daftar": ["penyedia"]})
    plan = yaml.safe_load(path.read_text(encoding="utf-8"))
    del plan["sumber"]["satudata"]
    path.write_text(yaml.safe_dump(plan), encoding="utf-8")
    (answer,) = fetch(read_plan(path), services.out, lambda text: None)
    assert answer.failed and "satudata" in answer.alasan


@pytest.mark.parametrize(
    "sources",
    [
        {"isb": {"nomor": {"RUP-Rahasia": 1}}},
        {"inaproc": {"layanan": ["rup/rahasia"]}},
        {"sirup": {"daftar": ["semua"]}},
        {"inaproc": {"badan": ["balikpapankota"]}},
        {"sirup": {"alamat": ""}},
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused(services: Services, sources: dict[str, Any]) -> None:
    with pytest.raises(PlanWrong, match="tidak dikenal|alamat"):
        services.run(**sources)


def test_without_tokens_the_rest_is_fetched(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KALTIM_ISB_TOKEN")
    monkeypatch.delenv("KALTIM_INAPROC_TOKEN")
    answers = services.run(
        isb={"nomor": {PLANS: 1}}, inaproc={"layanan": ["rup/master-satker"]}, sirup={"daftar": ["swakelola"]}
    )
    verdicts = {nama.split("/")[0]: verdict for nama, (verdict, _) in answers.items()}
    assert verdicts == {"isb": "tanpa_kredensial", "inaproc": "tanpa_kredensial", "sirup": "selesai"}
    assert not services.isb.seen and not services.inaproc.seen


def test_a_token_is_used_for_the_bodies_it_is_for(services: Services) -> None:
    services.bodies = [KALTIM, SAMARINDA]
    assert list(services.run(inaproc={"layanan": ["rup/program-master"]})) == [
        "inaproc/kaltimprov/2025/rup/program-master"
    ]
    both = services.run(inaproc={"layanan": ["rup/program-master"], "badan": ["samarindakota"]})
    assert both == {"inaproc/samarindakota/2025/rup/program-master": ("selesai", "")}


def test_a_resource_outside_the_token_does_not_stop_the_others(services: Services) -> None:
    services.inaproc.denied = frozenset({"rup/program-master"})
    answers = services.run(inaproc={"layanan": ["rup/program-master", "tender/pengumuman"]})
    assert [v for v, _ in answers.values()] == ["ditolak", "selesai"]
    assert all(seen.header("Authorization") == f"Bearer {INAPROC_TOKEN}" for seen in services.inaproc.asked("/api"))


def test_a_wrong_token_and_a_wrong_number_are_named(services: Services) -> None:
    services.inaproc.token = services.isb.tokens[""] = "lain"
    answers = services.run(
        inaproc={"layanan": ["rup/program-master", "tender/pengumuman"]}, isb={"nomor": {PLANS: 5352}}
    )
    assert [v for v, _ in answers.values()] == ["ditolak", "ditunda", "isi_tidak_sah"] and not read_log(services.out)
    assert len(services.inaproc.asked("/api")) == 1


def test_a_used_up_quota_is_waited_for(services: Services) -> None:
    services.inaproc.page, services.inaproc.quota, services.inaproc.wait = 10, 2, 7
    answers = services.run(inaproc={"layanan": ["tender/pengumuman"]})
    assert answers == {"inaproc/kaltimprov/2025/tender/pengumuman": ("selesai", "")}
    assert any(7 <= wait <= 7 * 1.25 for wait in services.waited)
    assert sum(map(len, services.pulled("inaproc").values())) == len(services.rows.of(TENDERS, "D241", "2025"))


class Tricky(InaprocServer):
    """A gateway whose second page answers as the test says."""

    meta: dict[str, Any] = {}  # noqa: RUF012 (set by the test)

    def answer(self, seen: Seen) -> Reply:
        """Change ``meta`` of every page but the first."""
        reply = super().answer(seen)
        if "cursor=" not in seen.path or reply.status != 200:
            return reply
        content = json.loads(reply.body)
        for given in self.cursors.values():
            given.setdefault("SAMA", 10)
        return reply._replace(body=json.dumps(content | {"meta": content["meta"] | self.meta}).encode())


@pytest.mark.parametrize(
    ("meta", "reason"),
    [
        ({"cursor": "SAMA", "has_more": True}, "kursor berulang"),
        ({"cursor": None, "has_more": True}, "kursor kosong"),
        ({"cursor": None, "has_more": False, "total": 99}, "berhenti pada 20 dari 99"),
    ],
)
def test_a_cursor_that_leads_nowhere_makes_no_pull(services: Services, meta: dict[str, Any], reason: str) -> None:
    with Tricky(services.rows.raw, INAPROC_TOKEN) as server:
        server.page, server.meta = 10, meta
        services.inaproc = server
        ((verdict, why),) = services.run(inaproc={"layanan": ["tender/pengumuman"]}).values()
    assert verdict in ("bentuk_berubah", "terpotong") and reason in why and not read_log(services.out)


def test_a_run_taken_up_with_old_cursors_fails_once_and_then_heals(services: Services) -> None:
    services.inaproc.page = 10
    services.inaproc.misbehave = {"/api/v1/tender/pengumuman?kode_klpd=D241&tahun=2025&limit=1000&cursor": "500"}
    assert next(iter(services.run(inaproc={"layanan": ["tender/pengumuman"]}).values()))[0] == "status"
    services.inaproc.expire()
    services.inaproc.misbehave = {}
    assert next(iter(services.run(inaproc={"layanan": ["tender/pengumuman"]}).values()))[0] == "selesai"


def test_a_search_that_ignores_the_body_is_not_taken_for_its_list(services: Services) -> None:
    services.sirup.filters = False
    ((verdict, why),) = services.run(sirup={"daftar": ["cari"]}).values()
    assert verdict == "bentuk_berubah" and "D241" in why and not read_log(services.out)


def test_the_number_of_a_body_is_read_from_its_packages_or_the_plan(services: Services) -> None:
    services.years = [2019, 2025]
    assert {v for v, _ in services.run(sirup={"daftar": ["cari"]}).values()} == {"selesai"}
    lists = [seen.path for seen in services.sirup.seen if "kldi=561" in seen.path]
    assert len(lists) >= 2 and services.pulled("sirup/kaltimprov/2025/cari")
    services.bodies = [{"nama": "Kab. Berau", "slug": "berau"}, {**SAMARINDA, "sirup_kldi": 568}]
    answers = services.run(sirup={"daftar": ["cari"]})
    assert (
        answers["sirup/berau/2025/cari"][0] == "tidak_dikenal" and "sirup_kldi" in answers["sirup/berau/2025/cari"][1]
    )
    assert answers["sirup/samarindakota/2025/cari"][0] == "selesai"


class Short(SirupServer):
    """Lists that end before the total they tell, or show one page again and again."""

    repeats = False

    def answer(self, seen: Seen) -> Reply:
        """Nothing behind the first rows, or the first rows again."""
        if "iDisplayStart=0" in seen.path:
            return super().answer(seen)
        if self.repeats:
            return super().answer(seen._replace(path=seen.path.replace("iDisplayStart=", "iDisplayStart=0&x=")))
        content = json.loads(super().answer(seen).body)
        return Reply(200, json.dumps(content | {"aaData": []}).encode(), {"Content-Type": "application/json"})


@pytest.mark.parametrize(("repeats", "expected"), [(False, "terpotong"), (True, "bentuk_berubah")])
def test_a_list_that_does_not_bring_what_it_counts_makes_no_pull(
    services: Services, repeats: bool, expected: str
) -> None:
    with Short(services.rows.raw) as server:
        server.page, server.repeats = 10, repeats
        services.sirup = server
        ((verdict, _),) = services.run(sirup={"daftar": ["penyedia"]}).values()
    assert verdict == expected and not read_log(services.out)


def test_an_unknown_lpse_gets_no_tenders(services: Services) -> None:
    services.bodies = [{**KALTIM, "kd_lpse": 999}]
    assert [v for v, _ in services.run(satudata={"tender": True}).values()] == ["tidak_dikenal"]
    services.bodies = [KALTIM]
    services.satudata.misbehave = {"/isb-2/api/satudata/Tender": "error200"}
    assert [v for v, _ in services.run(satudata={"tender": True}).values()] == ["halaman_galat"]


@pytest.fixture(scope="module")
def resources() -> dict[str, Resource]:
    """All tables that are published."""
    return load_resources(DATAPACKAGES)


TABLES = {
    "sirup/kaltimprov/2025/cari": "rup_penyedia", "sirup/kaltimprov/2025/penyedia": "rup_penyedia",
    "sirup/kaltimprov/2025/swakelola": "rup_swakelola", "satudata/35/2025/TenderUmumPublik": "tender",
    "isb/kaltimprov/2025/RUP-PaketPenyedia-Terumumkan": "rup_penyedia",
    "inaproc/kaltimprov/2025/rup/paket-anggaran-penyedia": "rup_anggaran",
    "inaproc/kaltimprov/2025/rup/paket-swakelola-terumumkan": "rup_swakelola",
    "inaproc/kaltimprov/2025/rup/program-master": "program",
    "inaproc/kaltimprov/2025/rup/history-kaji-ulang": "rup_revisi",
    "inaproc/kaltimprov/2025/rup/struktur-anggaran-pd": "struktur_anggaran",
    "inaproc/kaltimprov/2025/tender/pengumuman": "tender",
    "inaproc/kaltimprov/2025/tender/tender-ekontrak": "sppbj",
    "inaproc/kaltimprov/2025/tender/non-tender-ekontrak-kontrak": "kontrak",
    "inaproc/kaltimprov/2025/tender/pencatatan-swakelola-realisasi": "pencatatan_swakelola_realisasi",
    "inaproc/kaltimprov/2025/ekatalog/paket-e-purchasing": "epurchasing",
}  # fmt: skip


def test_every_list_is_known_by_its_content_and_loses_no_row(
    services: Services, resources: dict[str, Resource]
) -> None:
    services.run(
        isb={"nomor": NUMBERS},
        inaproc={},
        satudata={"tender": True},
        sirup={"daftar": ["cari", "penyedia", "swakelola"]},
    )
    found: dict[str, set[str]] = {}
    for pull in read_log(services.out):
        for item in extract_pull(pull, services.out, resources, b"k" * 32):
            assert item.resource and not item.kolom_baru, (pull.nama, item.alasan, item.kolom_baru)
            assert item.baris + item.tergantikan + item.bukan_data == item.masuk > 0
            found.setdefault(item.resource, set()).add(pull.nama)
        # Two lists of a body and year may feed one table: each is complete for itself.
        assert pull.konteks["lingkup"] in (pull.nama.removesuffix(".json"), pull.nama.rpartition("/")[0])
    for start, table in TABLES.items():
        assert [nama for nama in found[table] if nama.startswith(start)], (start, table)


def test_rows_of_lists_by_position_and_of_satu_data_are_read_as_the_sample_wrote_them(
    services: Services, resources: dict[str, Resource]
) -> None:
    services.run(sirup={"daftar": ["penyedia", "swakelola"]}, satudata={"tender": True})
    read: dict[str, dict[str, dict[str, str]]] = {}
    for pull in read_log(services.out):
        (item,) = extract_pull(pull, services.out, resources, b"k" * 32)
        rows = read_columns(canonical_path(services.out, pull.seq, item.resource)).to_pylist()
        read.setdefault(item.resource, {}).update({row[resources[item.resource].key[0]]: row for row in rows})
    same = {
        "rup_penyedia": ("nama_paket", "pagu", "metode_pengadaan", "tahun_anggaran", "kd_klpd", "tgl_awal_pemilihan"),
        "rup_swakelola": ("nama_paket", "pagu", "tahun_anggaran", "kd_klpd", "tgl_awal_pelaksanaan_kontrak"),
        "tender": ("nama_paket", "kd_rup", "kd_lpse", "mtd_evaluasi", "sumber_dana", "lokasi_pekerjaan"),
    }
    dataset = {"rup_penyedia": PLANS, "rup_swakelola": "RUP-PaketSwakelola-Terumumkan", "tender": TENDERS}
    for table, fields in same.items():
        rows = services.rows.of(dataset[table], "D241", "2025")
        rows = live_plans(rows) if table != "tender" else rows
        assert len(read[table]) == len(rows) > 0
        for row in rows:
            shown = read[table][str(row["kd_rup" if table != "tender" else "kd_tender"])]
            expected = {f: " ".join(str("" if row[f] is None else row[f]).split()) for f in fields}
            if not expected.get("pagu", "0").isdigit():
                expected["pagu"] = ""  # the sample makes mistakes on purpose
            if table == "tender":
                assert (shown["pagu_sen"], shown["hps_sen"]) == tuple(
                    str(int(Decimal(str(row[money])) * 100)) for money in ("pagu", "hps")
                )
            assert {f: shown[f] for f in fields} == expected


FIVE = (r"\d{4}-\d\d-\d\d", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.]0{6}Z",
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.]0{6}Z", r"[A-Z][a-z]{2} \d+, \d{4}, 12:00:00AM")  # fmt: skip


def test_dates_written_in_five_ways_are_read_without_a_shift(
    services: Services, resources: dict[str, Resource]
) -> None:
    numbers = {PLANS: 5352, "SPSE-NonTenderPengumuman": 5346, "SPSE-NonTenderEkontrak-BAPBAST": 6805}
    services.isb.numbers = numbers
    services.run(isb={"nomor": numbers})
    seen = set()
    for pull in read_log(services.out):
        (item,) = extract_pull(pull, services.out, resources, b"k" * 32)
        shown = read_columns(canonical_path(services.out, pull.seq, item.resource)).to_pylist()
        by_place = {row["asal_lokasi"]: row for row in shown}
        for number, row in enumerate(json.loads(pull.path(services.out).read_bytes())):
            for field in resources[item.resource].order:
                text, value = row.get(field), by_place.get(f"[{number}]", {}).get(field)
                way = next((way for way in FIVE if isinstance(text, str) and re.fullmatch(way, text)), None)
                if way and value:
                    seen.add(way)
                    day = datetime.strptime(text[:12].rstrip(","), "%b %d, %Y").date() if way == FIVE[4] else text[:10]
                    assert value[:10] == str(day)
    assert seen == set(FIVE)


def test_the_terms_of_satu_data_reach_its_tables(services: Services, resources: dict[str, Resource]) -> None:
    services.run(satudata={"tender": True})
    (pull,) = read_log(services.out)
    sentence = "Layanan ini menggunakan API Satu Data eProc (TenderUmumPublik dan 2026-01-16)"
    assert pull.konteks["atribusi"] == sentence
    found = brought([pull], [{"tarikan": pull.seq, "resource": "tender", "terbit": 1}], resources)
    assert {"tender", "tender_rup", "paket"} <= found.keys() and "kib_b" not in found
    assert found["tender"] == {
        "licenses": [{"name": "CC-BY-NC-SA-4.0", "path": "https://creativecommons.org/licenses/by-nc-sa/4.0/"}],
        "sources": [{"title": sentence}],
    }


BROKEN = {
    "429_seconds": "dibatasi", "429_date": "dibatasi", "503": "status", "500": "status", "403": "ditolak",
    "truncate": "terpotong", "wrong_length": "terpotong", "short_length": "bukan_jenisnya", "reset": "sambungan",
    "loop": "pengalihan", "private": "host_asing", "foreign": "host_asing", "challenge": "halaman_tantangan",
    "challenge200": "halaman_tantangan", "login": "halaman_masuk", "error200": "halaman_galat",
    "headers": "bentuk_berubah", "gone_year": "hilang",
}  # fmt: skip


@pytest.mark.parametrize("source", ["sirup", "isb", "inaproc", "satudata"])
def test_whatever_a_service_does_wrong_leaves_the_last_good_list(services: Services, source: str) -> None:
    sources = {
        "sirup": {"daftar": ["cari"]}, "isb": {"nomor": {TENDERS: 5350}},
        "inaproc": {"layanan": ["tender/pengumuman"]}, "satudata": {"tender": True},
    }  # fmt: skip
    server, beginning = {
        "sirup": (services.sirup, "/sirup/caripaketctr/search?tahunAnggaran=2025&jenisPengadaan=&metodePengadaan=&minPagu=&maxPagu=&bulan=&lokasi=&pdn=&ukm=&kldi=561"),
        "isb": (services.isb, "/isb-2/api"),
        "inaproc": (services.inaproc, "/api/v1"),
        "satudata": (services.satudata, "/isb-2/api/satudata/Tender"),
    }[source]  # fmt: skip
    server.wait = 0
    assert {v for v, _ in services.run(**{source: sources[source]}).values()} == {"selesai"}
    before = services.pulled()
    assert before
    kinds = BROKEN if source == "inaproc" else {kind: BROKEN[kind] for kind in ("truncate", "headers", "gone_year")}
    for kind, verdict in kinds.items():
        services.again()
        server.misbehave = {beginning: kind}
        ((found, why),) = services.run(**{source: sources[source]}).values()
        assert (kind, found) == (kind, verdict) and why
        assert services.pulled() == before, kind


def test_the_shipped_plan_asks_for_every_body_and_names_no_part_twice() -> None:
    plan = read_plan(ROOT / "fetch.yml")
    parts = list(all_parts(plan))
    names = [part.nama for part in parts]
    assert len(set(names)) == len(names)
    plans = {nama.split("/")[1] for nama in names if nama.startswith("sirup/")}
    assert plans == {body["slug"] for body in plan.bodies} and len(plans) == 11
    secrets = {part.nama.split("/")[0]: part.rahasia for part in parts if part.rahasia}
    assert secrets == {"isb": "KALTIM_ISB_TOKEN", "inaproc": "KALTIM_INAPROC_TOKEN"}
    assert not any(nama.startswith("satudata/") for nama in names)  # its terms reach every table that it feeds
