"""What is kept while a release is served: one turn of a thread for a page, and nothing that would open a closed table."""

import asyncio
import json
from urllib.parse import quote

import pytest
import yaml
from sample_site import asker
from test_plugins import ROOT, metadata, site, write_release


def counted(ds, path):
    """How often a page goes to a thread for the release, after it was seen in the other language."""
    database = ds.get_database("opendata")
    plain, turns = database.execute_fn, []

    def counting(work):
        turns.append(work)
        return plain(work)

    async def look():
        await ds.client.get(f"/en{path}")
        database.execute_fn = counting
        page = await ds.client.get(path)
        del database.execute_fn
        return page

    page = asyncio.run(look())
    assert page.status_code == 200, path
    return len(turns)


def test_an_entity_page_takes_one_turn_of_a_thread(contoh):
    release = (contoh / "out" / "current").resolve()
    ask, ds = asker(release), site(release, yaml.safe_load((ROOT / "metadata.yml").read_text(encoding="utf-8")))
    (package,) = ask("select jalur, kunci from paket where jalur = 'tender' order by kunci limit 1")
    (supplier,) = ask("select id_penyedia from penyedia order by 1 limit 1")
    (unit,) = ask("select id_satker from satker order by 1 limit 1")
    for path in (
        f"/paket/{package['jalur']}/{quote(package['kunci'], safe='')}",
        f"/penyedia/{supplier['id_penyedia']}",
        f"/satuan-kerja/{quote(unit['id_satker'], safe='')}",
    ):
        assert counted(ds, path) == 1, path
    assert counted(ds, "/opendata/tender") <= 15
    (plan,) = ask("select kd_rup from rup_penyedia where kd_rup in (select kd_rup from tender_rup) limit 1")
    assert counted(ds, f"/opendata/rup_penyedia/{plan['kd_rup']}") <= 8


def test_a_row_counts_the_rows_of_its_code_elsewhere(contoh):
    release = (contoh / "out" / "current").resolve()
    ask, ds = asker(release), site(release, yaml.safe_load((ROOT / "metadata.yml").read_text(encoding="utf-8")))
    plans = ask(
        "select kd_rup as k, count(*) as n from tender_rup group by 1 having k in (select kd_rup from rup_penyedia) order by n desc, k limit 2"
    )
    for plan in plans:
        page = asyncio.run(ds.client.get(f"/opendata/rup_penyedia/{plan['k']}")).text
        link = page.partition(f"/opendata/tender_rup?kd_rup={plan['k']}")[2]
        assert str(plan["n"]) in link.partition("</li>")[0], plan


def test_a_database_that_comes_later_is_known(tmp_path):
    """The look at schemas is spared only while nothing has come."""
    ds = site(write_release(tmp_path / "rilis"))

    async def known() -> set[str]:
        await ds.refresh_schemas()
        return {row[0] for row in await ds.get_database("_internal").execute("select database_name from databases")}

    async def run() -> None:
        await ds.client.get("/opendata/tender")
        assert "nanti" not in await known()
        ds.add_memory_database("nanti")
        assert "nanti" in await known()

    asyncio.run(run())


@pytest.mark.parametrize("closed", [False, True])
def test_a_table_closed_by_the_metadata_stays_closed(tmp_path, closed):
    content = metadata()
    if closed:
        tables = content.setdefault("databases", {}).setdefault("opendata", {}).setdefault("tables", {})
        tables.setdefault("tender", {})["allow"] = {"id": "root"}
    ds = site(write_release(tmp_path / "rilis"), content)
    assert [asyncio.run(ds.client.get("/opendata/tender")).status_code for _ in range(2)] == [
        403 if closed else 200
    ] * 2
    assert asyncio.run(ds.client.get("/opendata/berkas_sumber")).status_code == 200


def test_json_of_a_table_has_what_the_page_has_and_unknown_tables_are_not_found(tmp_path):
    ds = site(write_release(tmp_path / "rilis"))
    rows = json.loads(asyncio.run(ds.client.get("/opendata/tender.json?_shape=array")).text)
    page = asyncio.run(ds.client.get("/opendata/tender")).text
    assert rows and all(row["kd_tender"] in page for row in rows)
    for _ in range(2):
        assert asyncio.run(ds.client.get("/opendata/tidak_ada")).status_code == 404
