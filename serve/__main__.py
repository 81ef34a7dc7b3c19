"""``python -m serve OUT``: the site of ``OUT/current``, which follows ``OUT/current`` without turning a reader away."""

import argparse
import sys
from pathlib import Path

from serve.launcher import Options, run


def main() -> int:
    """Serve until told to end. 0: ended as told; 1: no site starts; 65: the release is damaged; 2: wrong use."""
    options = argparse.ArgumentParser(prog="python -m serve", description=__doc__)
    options.add_argument("out", type=Path, help="folder hasil (OUT) dengan rilis di current")
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, default=8001)
    options.add_argument("--uds", type=Path, help="soket untuk proksi, sebagai ganti host dan porta")
    options.add_argument("--drain", type=float, default=600, help="detik bagi unduhan panjang saat rilis berganti")
    options.add_argument("--ask", type=float, default=20, help="detik sampai permintaan lengkap")
    options.add_argument("--patience", type=float, default=30, help="detik pembaca boleh tidak mengambil apa pun")
    options.add_argument("--metrics", default="", help="alamat yang boleh membaca /metrik, dipisah koma")
    chosen = vars(options.parse_args())
    chosen["out"] = chosen["out"].resolve()
    return run(Options(**chosen))


if __name__ == "__main__":
    sys.exit(main())
