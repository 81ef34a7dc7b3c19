"""What is true about one package: plan, process, bidders, contract, handover and asset."""

import datetime as dt
from dataclasses import dataclass, field

from etl.contoh.anggaran import Baris
from etl.contoh.dunia import Skpd
from etl.contoh.penyedia import Penyedia


@dataclass
class Rup:
    """One announced plan."""

    kd_rup: int
    bagian: list[tuple[Baris, int]]
    diumumkan: dt.date

    @property
    def pagu(self) -> int:
        """Ceiling in rupiah."""
        return sum(nilai for _, nilai in self.bagian)


@dataclass
class Penawar:
    """A participant; without a price it only registered."""

    penyedia: Penyedia
    ejaan: str
    harga: int | None
    """Bid in sen."""
    menang: bool = False
    alasan: str | None = None


@dataclass
class Versi:
    """A contract as signed (0) or as changed by an addendum."""

    nomor: int
    nilai: int
    tanggal: dt.date
    akhir: dt.date
    alasan: str | None = None


@dataclass
class SerahTerima:
    """A handover or payment certificate."""

    no_bast: str | None
    tgl_bast: dt.date | None
    no_bap: str
    tgl_bap: dt.date
    bayar: int
    progres: int


@dataclass
class Kontrak:
    """A recorded contract with all that follows it."""

    no_sppbj: str
    tgl_sppbj: dt.date
    no_kontrak: str
    versi: list[Versi]
    jenis: str
    sppbj_tercatat: bool = True
    kso: list[Penyedia] = field(default_factory=list)
    no_spmk: str | None = None
    tgl_spmk: dt.date | None = None
    serah: list[SerahTerima] = field(default_factory=list)

    @property
    def tanggal(self) -> dt.date:
        """Day of signature."""
        return self.versi[0].tanggal

    @property
    def nilai(self) -> int:
        """Current value in sen."""
        return self.versi[-1].nilai

    @property
    def bast(self) -> SerahTerima | None:
        """The handover, if it was recorded."""
        return next((s for s in self.serah if s.no_bast), None)


@dataclass
class Receipt:
    """A payment record of a package that was only recorded."""

    jenis: str
    nomor: str
    tanggal: dt.date
    nilai: int
    penyedia: Penyedia | None
    ejaan: str | None
    keterangan: str


@dataclass
class Aset:
    """An asset bought by a package."""

    nama: str
    nilai: int
    tahun: int
    tanggal: dt.date
    keterangan: str
    cara: str
    """How a reader can find the contract: ``nomor_kontrak``, ``nomor_bast`` or ``kecocokan``."""


@dataclass
class Proses:
    """A procurement process in one of the systems."""

    kunci: int
    tabel: str
    kd_rup: str
    metode: str
    dibuat: dt.date
    diumumkan: dt.date
    status: str
    versi: int = 1
    batas: dt.date | None = None
    ditetapkan: dt.date | None = None
    penawar: list[Penawar] = field(default_factory=list)
    ulang: bool = False


@dataclass
class Paket:
    """A package with the whole truth about it."""

    no: int
    baris: Baris
    satker: Skpd
    cara: str
    jenis: str
    nama: str
    hps: int
    rup: list[Rup]
    mak: str
    lokasi: str
    kab: dict[str, str]
    sumber_dana: str
    kasus_rup: str
    proses: list[Proses] = field(default_factory=list)
    menang: Penawar | None = None
    kontrak: Kontrak | None = None
    receipt: list[Receipt] = field(default_factory=list)
    aset: list[Aset] = field(default_factory=list)
    revisi: list[tuple[int, int]] = field(default_factory=list)
    rup_benar: list[int] = field(default_factory=list)
    tanda: dict[str, str] = field(default_factory=dict)
    """Planted signs with the numbers behind them."""
    total: int = 0
    """Order or recorded total in sen, for e-purchasing and recorded packages."""

    @property
    def pagu(self) -> int:
        """Ceiling of all plans, in rupiah."""
        return sum(r.pagu for r in self.rup)
