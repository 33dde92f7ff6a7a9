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
import sys

from devtools import commands, lock, up, venv
from devtools.place import Refused, note
from devtools.programs import Stopped, stoppable

COMMANDS = ("up", "test", "lint", "bench", "manage", "reset", "lock")


def main(command: str, words: list[str]) -> int:
    """Do what the command line asks and return the exit status."""
    if command in ("up", "test", "bench") and "--system-postgres" in words:
        words.remove("--system-postgres")
        os.environ["TRACK360_POSTGRES"] = "system"  # for programs that start further servers, too
    system_postgres = os.environ.get("TRACK360_POSTGRES") == "system"
    port = int(os.environ.get("PORT", "8000"))
    if command != "reset":
        venv.ensure()
    match command:
        case "up":
            return up.up(port=port, system_postgres=system_postgres)
        case "test":
            return commands.test(words, system_postgres=system_postgres)
        case "bench":
            return commands.bench(words, system_postgres=system_postgres)
        case "manage":
            return commands.manage(words, port=port, system_postgres=system_postgres)
        case "lint":
            return commands.lint(fix="--fix" in words)
        case "lock":
            return lock.renew(upgrade="--upgrade" in words)
        case _:
            return commands.reset()


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
