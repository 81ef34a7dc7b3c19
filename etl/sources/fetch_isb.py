"""ISB ("Inaproc Service Bus") of LKPP: one whole list per service and year, the token in the path.

``isb_dataset.yml`` says how each service takes its parameters. Token and number are per body and per service: the
number stands in the plan (``nomor``), the token in ``KALTIM_ISB_TOKEN_<SERVICE>`` or, where one token serves all, in
``KALTIM_ISB_TOKEN``. Nothing is a body of zero bytes; anything wrong is ``<invalid_response>`` with status 200.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from etl.descriptors import read_yaml
from etl.errors import BadAnswer, PlanWrong
from etl.fetch_plan import Plan
from etl.fetch_session import Ask, Part, Session
from etl.sources.klpd import address, judged, klpd, objects, served

KEYS = {"alamat", "tiap_hari", "badan", "nomor"}
DATASETS = Path(__file__).with_name("isb_dataset.yml")
TOKEN = "KALTIM_ISB_TOKEN"  # noqa: S105 (the name of a variable, not a secret)


@dataclass(frozen=True)
class Service:
    """One service as a body's token opens it: its address up to the name, and what ``isb_dataset.yml`` says of it."""

    url: str
    rahasia: str
    tipe: str
    parameter: list[str]
    wajib: list[str]


def parts(block: dict[str, Any], plan: Plan) -> Iterator[Part]:
    """One part per body, service and year; services without a number in the plan are not asked for."""
    datasets = read_yaml(DATASETS)
    numbers = block.get("nomor") or {}
    unknown = sorted(set(numbers) - set(datasets))
    if unknown:
        raise PlanWrong(f"sumber.isb.nomor: layanan tidak dikenal {unknown}; ada: {sorted(datasets)}")
    alamat, every = address(block, "isb"), float(block.get("tiap_hari", 1))
    if not numbers:
        yield Part("isb", without_numbers, every, rahasia=TOKEN)
    for badan in served(block, plan):
        for name in (name for name in datasets if name in numbers):
            if "kd_lpse" in datasets[name]["parameter"] and not badan.get("kd_lpse"):
                raise PlanWrong(f"badan '{badan['nama']}': kd_lpse belum ditulis di fetch.yml")
            url = f"{alamat}/{{rahasia}}/json/{numbers[name]}/{name}"
            service = Service(url, variable(name), **datasets[name])
            for tahun in plan.years:
                nama = f"isb/{badan.get('slug') or badan['nama']}/{tahun}/{name}"
                run = partial(fetch, service=service, badan=badan, tahun=tahun, nama=nama)
                yield Part(nama, run, every, rahasia=service.rahasia)


def without_numbers(session: Session) -> None:
    """Say what the plan lacks where a token is there already."""
    raise BadAnswer("tidak_dikenal", "sumber.isb.nomor kosong di fetch.yml: tulis nomor layanan dari LKPP")


def fetch(session: Session, service: Service, badan: dict[str, Any], tahun: int, nama: str) -> None:
    """Ask for one list and make a pull of it."""
    of_lpse = "kd_lpse" in service.parameter
    kode = {"kd_lpse": str(badan["kd_lpse"])} if of_lpse else {"kd_klpd": klpd(session, badan).kode}
    values = {"tahun": str(tahun), **kode}
    parameter = ":".join(values[key] for key in service.parameter)
    ask = Ask(
        f"{nama}.json",
        f"{service.url}/tipe/{service.tipe}/parameter/{parameter}",
        kind="json",
        empty=True,
        rahasia=service.rahasia,
        konteks={"sumber": "isb", "tahun_anggaran": str(tahun), "lingkup": nama, **kode},
    )
    with session.whole(nama) as batch:
        page = batch.fetch(ask)
        with judged(batch, page):
            rows = [] if page.empty else objects(page.json(), service.wajib)
        if not rows:
            batch.drop(page)
        batch.count(len(rows))


def variable(name: str) -> str:
    """Name of the environment variable that holds a service's token: its own where that is set, else the common one."""
    own = f"{TOKEN}_{re.sub('[^A-Z0-9]+', '_', name.upper())}"
    return own if os.environ.get(own) else TOKEN
