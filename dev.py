#!/usr/bin/env python3
"""The only door: everything one does with Track360 on his own machine. Needs nothing but python3.

  up      PostgreSQL, Valkey, web, worker, beat and demo data; Ctrl-C stops them all
  test    all tests on throw-away servers; further words go to pytest (--deep: the long runs too)
  lint    style, types, templates, the architecture's arrows, migrations (--fix: mend what can be mended)
  bench   the benchmarks, all or those named (P1 P6 …)
  manage  a Django management command, also beside a running `up`
  reset   forget what `up` keeps in .state/
  lock    resolve pyproject.toml into the hashed locks again (--upgrade: take newer versions)

PORT is where the web listens (8000). DATABASE_URL with DATABASE_OWNER_URL, and REDIS_URL, name servers to use instead
of our own. TRACK360_POSTGRES=system, or --system-postgres after up, test or bench, takes the machine's PostgreSQL.
"""

import os
import shutil
import sys

OLDEST = (3, 11)
if sys.version_info < OLDEST:
    newer = next(filter(None, map(shutil.which, ("python3.14", "python3.13", "python3.12", "python3.11"))), None)
    if newer is None:
        sys.exit("Track360 needs Python 3.11 or newer; this is " + sys.version.split()[0] + ".")
    os.execv(newer, [newer, *sys.argv])

from devtools import commands, lock, up, venv  # noqa: E402 - an older Python could not read these
from devtools.place import Refused, note  # noqa: E402
from devtools.programs import Stopped, stoppable  # noqa: E402

COMMANDS = ("up", "test", "lint", "bench", "manage", "reset", "lock")


def main(command: str, words: list[str]) -> int:
    """Do what the command line asks and return the exit status."""
    if command in ("up", "test", "bench") and "--system-postgres" in words:
        words.remove("--system-postgres")
        os.environ["TRACK360_POSTGRES"] = "system"  # for programs that start further servers, too
    system_postgres = os.environ.get("TRACK360_POSTGRES") == "system"
    port = os.environ.get("PORT", "8000")
    if not port.isdigit():
        raise Refused(f"PORT is {port!r}, which is no number.")
    if command == "reset":
        return commands.reset()
    venv.ensure()
    if command == "up":
        return up.up(port=int(port), system_postgres=system_postgres)
    if command == "test":
        return commands.test(words, system_postgres=system_postgres)
    if command == "bench":
        return commands.bench(words, system_postgres=system_postgres)
    if command == "manage":
        return commands.manage(words, port=int(port), system_postgres=system_postgres)
    if command == "lint":
        return commands.lint(fix="--fix" in words)
    return lock.renew(upgrade="--upgrade" in words)


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        print(__doc__)
        sys.exit(0 if sys.argv[1:2] in ([], ["-h"], ["--help"]) else 2)
    try:
        with stoppable():
            status = main(sys.argv[1], sys.argv[2:])
    except Refused as refused:
        note(str(refused))
        status = 1
    except Stopped as stopped:
        status = 0 if sys.argv[1] == "up" else 128 + stopped.signum
    sys.exit(status)
