"""How long the files of old releases are kept: ``rilis: {simpan: n}`` in ``datapackages/site.yml``.

The newest releases keep every file. An older one keeps what proves and cites it: the manifest with all hashes,
``SHA256SUMS``, the descriptors, ``CITATION.cff``, and why its files are gone (``ditarik.json``). The served release and
the one before it, to which ``rollback`` leads, are never touched.
"""

import json
from contextlib import closing
from pathlib import Path

from etl.delta import FOLDER
from etl.descriptors import read_yaml
from etl.durable import remove, sync, write_whole
from etl.errors import ReleaseBroken
from etl.history_file import NAME
from etl.publish import current_version, previous_of, read_only
from etl.release_check import KEPT, RETIRED

AGED = "masa simpan berkas rilis ini sudah lewat"


def prune(out: Path, datapackages: Path) -> list[str]:
    """Retire releases beyond the number that the site keeps; return their versions. Without a number all are kept.

    What a run that died in the middle began is finished first.
    """
    for marker in sorted((out / "releases").glob(f"*/{RETIRED}")):
        remove_files(marker.parent)
    site = datapackages / "site.yml"
    keep = int((read_yaml(site).get("rilis") or {}).get("simpan") or 0) if site.exists() else 0
    old = [v for v in newest_first(out)[keep:] if not retired(out, v)] if keep else []
    safe = {current_version(out), previous_of(out, current_version(out))}
    gone = [version for version in old if version not in safe]
    for version in gone:
        retire(out, version, AGED)
    return gone


def newest_first(out: Path) -> list[str]:
    """Kept and retired releases, the one published last first."""
    with closing(read_only(out / NAME)) as db:
        sql = "SELECT versi FROM rilis GROUP BY versi ORDER BY max(urutan) DESC"
        return [row[0] for row in db.execute(sql) if (out / "releases" / row[0]).is_dir()]


def retired(out: Path, version: str) -> bool:
    """Whether the files of a release are gone."""
    return (out / "releases" / version / RETIRED).exists()


def withdraw(out: Path, version: str, reason: str) -> None:
    """Take the files of one release, and the deltas from and to it, out of reach; its hashes and the reason stay.

    Raises ``ReleaseBroken`` for the served release or an unknown one.
    """
    if version == current_version(out):
        raise ReleaseBroken(f"rilis {version} sedang disajikan; terbitkan rilis pengganti atau rollback lebih dulu")
    if not (out / "releases" / version).is_dir():
        raise ReleaseBroken(f"{out}: tidak ada rilis {version}")
    for path in sorted((out / FOLDER).glob("*.ndjson.gz")):
        if version in path.name.split(".")[0].split("-"):
            path.unlink()
    retire(out, version, reason)


def retire(out: Path, version: str, reason: str) -> None:
    """Leave the reason, then remove the files: a reader meets either the whole release or the reason."""
    folder = out / "releases" / version
    said = {"rilis": version, "alasan": reason}
    write_whole(folder / RETIRED, (json.dumps(said, ensure_ascii=False, indent=2) + "\n").encode())
    remove_files(folder)


def remove_files(folder: Path) -> None:
    """Remove the files of a release that has its reason."""
    gone = [path for path in sorted(folder.iterdir()) if path.name not in (*KEPT, RETIRED)]
    for path in gone:
        remove(path)
    if gone:
        sync(folder)
