"""Runs ``python -m etl`` commands in forked children, each with one fault armed; started under the shim by fault_disk.

One JSON job per line on standard input, one JSON answer per line: the imports are paid once, not once per point.
"""

import ctypes
import json
import os
import sys
import time

from etl import cli

SHIM = ctypes.CDLL(os.environ["LD_PRELOAD"])


def child(job: dict) -> None:
    """Be the command: arm the fault, then run it as a user would."""
    log = os.open(job["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_TRUNC)
    out = os.open(job["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    sys.argv = ["etl", *job["command"]]
    words = [job["op"].encode(), job["path"].encode()]
    SHIM.faults_arm(job["root"].encode(), log, job["action"], *words, job["nth"], job["error"], job["lasting"])
    if job["key"]:
        os.environ["KALTIM_KUNCI"] = job["key"]
    code = 0
    try:
        cli.main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 70
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


for line in sys.stdin:
    job = json.loads(line)
    started = time.monotonic()
    pid = os.fork()
    if not pid:
        child(job)
    _, status = os.waitpid(pid, 0)
    answer = {"code": os.waitstatus_to_exitcode(status), "seconds": time.monotonic() - started}
    sys.__stdout__.write(json.dumps(answer) + "\n")
    sys.__stdout__.flush()
