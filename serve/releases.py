"""Which release ``OUT/current`` names, and which of its files were replaced since."""

from dataclasses import dataclass
from pathlib import Path

HISTORY = "riwayat.db"


@dataclass(frozen=True)
class Release:
    """What a site process serves; ``stamp`` differs when any of its files was replaced."""

    folder: Path
    history: Path | None
    stamp: tuple[tuple[int, int, int], ...] = ()


def current(out: Path) -> Release | None:
    """The release that ``OUT/current`` names, as its files are now; none before the first."""
    try:
        folder = out / "releases" / (out / "current").readlink().name
        history = kept_history(out)
        named = [folder / name for name in ("manifest.json", "SHA256SUMS", "opendata.db")] + ([history] * bool(history))
        return Release(folder, history, tuple(stamp(path) for path in named if path))
    except OSError:
        return None


def kept_history(out: Path) -> Path | None:
    """The history under the name that stays when a build replaces it; where it has none, its own."""
    if not (out / HISTORY).exists():
        return None
    same = [path for path in (out / "riwayat").glob("*.db") if path.samefile(out / HISTORY)]
    return same[0] if same else out / HISTORY


def stamp(path: Path) -> tuple[int, int, int]:
    """What changes when a file is replaced."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns
