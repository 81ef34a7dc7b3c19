"""Counters of one site process, as Prometheus reads them, and what processes hold of memory."""

import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds until an answer begins, upper bounds of the histogram."""
PAGE = os.sysconf("SC_PAGE_SIZE")
HELP = {
    "kaltim_permintaan_total": ("counter", "Jawaban menurut jenis halaman dan status"),
    "kaltim_bita_total": ("counter", "Bita yang dikirim"),
    "kaltim_jawaban_detik": ("histogram", "Detik sampai jawaban mulai, menurut jenis halaman"),
    "kaltim_rilis": ("gauge", "Rilis yang disajikan"),
    "kaltim_memori_bita": ("gauge", "Memori (RSS) proses situs"),
    "kaltim_memori_tumpukan_bita": ("gauge", "Memori (RSS) semua proses situs bersama"),
    "kaltim_memori_sendiri_bita": ("gauge", "Yang sama tanpa halaman berkas, yang dapat diambil kembali oleh kernel"),
    "kaltim_mulai_detik": ("gauge", "Waktu Unix proses situs mulai"),
    "kaltim_rilis_terbit_detik": ("gauge", "Waktu Unix rilis yang disajikan ditulis"),
    "kaltim_ekspor_total": ("counter", "Unduhan yang dibuat"),
    "kaltim_ekspor_ditolak_total": ("counter", "Unduhan yang ditolak karena tempat penuh"),
    "kaltim_ekspor_berjalan": ("gauge", "Proses unduhan yang berjalan"),
    "kaltim_ekspor_pembaca": ("gauge", "Pembaca yang sedang menerima unduhan"),
    "kaltim_ekspor_bita": ("gauge", "Bita unduhan yang menunggu pembacanya di cakram"),
    "kaltim_sql_total": ("counter", "Perintah SQL pembaca yang dijalankan"),
    "kaltim_sql_ditolak_total": ("counter", "Perintah SQL pembaca yang ditolak karena tempat penuh"),
    "kaltim_sql_diganti_total": ("counter", "Proses SQL yang diganti (melewati waktu atau memori)"),
    "kaltim_sql_berjalan": ("gauge", "Perintah SQL pembaca yang berjalan"),
    "kaltim_sql_antre": ("gauge", "Perintah SQL pembaca yang menunggu tempat"),
    "kaltim_rilis_tertinggal": ("gauge", "1 bila OUT/current menunjuk rilis lain (sedang berganti, atau ditolak)"),
}


class Figures:
    """Answers by kind and status, their bytes, and how long they took to begin."""

    def __init__(self) -> None:
        self.answers: Counter[tuple[str, int]] = Counter()
        self.sent = 0
        self.within: dict[str, list[int]] = {}
        self.seconds: dict[str, float] = {}

    def count(self, kind: str, status: int, seconds: float, sent: int) -> None:
        """One answer."""
        self.answers[kind, status] += 1
        self.sent += sent
        slots = self.within.setdefault(kind, [0] * (len(BOUNDS) + 1))
        slots[next((place for place, bound in enumerate(BOUNDS) if seconds <= bound), len(BOUNDS))] += 1
        self.seconds[kind] = self.seconds.get(kind, 0.0) + seconds

    def text(self, values: Mapping[str, float], release: Mapping[str, str]) -> str:
        """All figures; ``values`` are those of the moment."""
        lines: list[str] = []
        head(lines, "kaltim_permintaan_total")
        for (kind, status), number in sorted(self.answers.items()):
            lines.append(sample("kaltim_permintaan_total", number, jenis=kind, status=str(status)))
        head(lines, "kaltim_bita_total")
        lines.append(sample("kaltim_bita_total", self.sent))
        head(lines, "kaltim_jawaban_detik")
        for kind, slots in sorted(self.within.items()):
            total = 0
            for bound, number in zip((*map(str, BOUNDS), "+Inf"), slots, strict=True):
                total += number
                lines.append(sample("kaltim_jawaban_detik_bucket", total, jenis=kind, le=bound))
            lines.append(sample("kaltim_jawaban_detik_sum", self.seconds[kind], jenis=kind))
            lines.append(sample("kaltim_jawaban_detik_count", total, jenis=kind))
        head(lines, "kaltim_rilis")
        lines.append(sample("kaltim_rilis", 1, **release))
        for name, value in sorted(values.items()):
            head(lines, name)
            lines.append(sample(name, value))
        return "\n".join(lines) + "\n"


def head(lines: list[str], name: str) -> None:
    """What a figure means."""
    kind, text = HELP.get(name, ("counter" if name.endswith("_total") else "gauge", name))
    lines += [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]


def sample(name: str, value: float, **labels: str) -> str:
    """One line.

    >>> sample("a", 2, jenis="paket"), sample("b", 0.5)
    ('a{jenis="paket"} 2', 'b 0.5')
    """
    inner = ",".join(f'{key}="{text}"' for key, text in labels.items())
    shown = str(int(value)) if value == int(value) else repr(value)
    return f"{name}{{{inner}}} {shown}" if inner else f"{name} {shown}"


def memory(process: int, own: bool = False) -> int:
    """Bytes of memory that a process holds (RSS); ``own`` leaves out pages of files, which the kernel can take back.

    None when the process has ended.
    """
    try:
        pages = [int(number) for number in Path(f"/proc/{process}/statm").read_text().split()]
        return (pages[1] - pages[2] * own) * PAGE
    except (OSError, IndexError):
        return 0


def stack_memory(first: int, own: bool = False) -> int:
    """The same of a process and all that it, or what it started, has started."""
    return sum(memory(process, own) for process in family(first))


def family(first: int) -> list[int]:
    """A process and all that it, or what it started, has started and that still run."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            after = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended since
        parents.setdefault(int(after[1]), []).append(int(path.parent.name))
    found = [first]
    for process in found:
        found += parents.get(process, [])
    return found
