"""``make audit``: all locks against known security advisories, with pip-audit; every package must be judged.

Exit codes: 0 every package was judged and none has an advisory; 1 an advisory, or a package that could not be judged;
2 no source of advisories answers here, so nothing was judged. ``AUDIT_OSV`` names another server that speaks OSV's API.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from etl.sbom import LOCKS, ROOT, read_lock

OSV = "https://api.osv.dev/v1/query"
KNOWN = {"package": {"name": "jinja2", "ecosystem": "PyPI"}, "version": "2.4.1"}
"""A package with advisories for certain: a server that knows none for it is no source."""
SPARK = ROOT / "requirements" / "spark.txt"
"""The extra for a cluster: in no release's bill of materials, since a release is made without it."""
TIMEOUT = httpx.Timeout(20.0)


def main() -> int:
    """Audit all locks and say what was found."""
    server = os.environ.get("AUDIT_OSV", OSV)
    reason = unreachable(server)
    if reason:
        sys.stdout.write(f"audit tidak dijalankan: sumber peringatan keamanan {server} tidak menjawab ({reason})\n")
        return 2
    problems = [problem for lock in (*LOCKS.values(), SPARK) for problem in audit(lock, server)]
    sys.stdout.write("".join(f"{problem}\n" for problem in dict.fromkeys(problems)))
    if not problems:
        sys.stdout.write("setiap paket di semua kunci diperiksa: tidak ada peringatan keamanan\n")
    return 1 if problems else 0


def unreachable(server: str) -> str:
    """Why a server is no source of advisories; empty when it is one."""
    try:
        answer = httpx.post(server, json=KNOWN, timeout=TIMEOUT)
        found = answer.json().get("vulns") if answer.is_success else None
    except httpx.HTTPError as error:
        return type(error).__name__
    except ValueError:
        return "jawabannya bukan JSON"
    return "" if found else f"status {answer.status_code}, tanpa peringatan untuk paket yang pasti punya"


def audit(lock: Path, server: str) -> list[str]:
    """A sentence for every advisory and for every package of a lock that pip-audit did not judge."""
    command = [sys.executable, "-m", "pip_audit", "--strict", "--disable-pip", "--require-hashes", "-r", str(lock)]
    command += ["-s", "osv", "--osv-url", server, "-f", "json", "--progress-spinner", "off"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        judged: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        said = done.stderr.strip().splitlines()
        return [f"{lock.name}: pip-audit gagal: {said[-1] if said else done.returncode}"]
    return list(verdicts(lock, judged))


def verdicts(lock: Path, judged: list[dict[str, Any]]) -> list[str]:
    """What pip-audit's answer says of a lock; a package that it left out or skipped is a fault."""
    found = [
        f"{lock.name}: {item['name']} {item['version']}: {v['id']}, diperbaiki di {', '.join(v['fix_versions']) or '-'}"
        for item in judged
        for v in item.get("vulns", [])
    ]
    known = {(item["name"], item.get("version")) for item in judged if "skip_reason" not in item}
    missing = [p for p in read_lock(lock) if (p.name, p.version) not in known and p.needed]
    return [*found, *(f"{lock.name}: {p.name} {p.version} tidak diperiksa" for p in missing)]


if __name__ == "__main__":
    sys.exit(main())
