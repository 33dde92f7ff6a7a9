"""The locks: every package with the hashes of its files, and no address, so that any index or mirror serves them."""

import subprocess
from pathlib import Path

from devtools import venv
from devtools.place import ROOT, Command, Refused, say

HEADER = "# Made by `python3 dev.py lock` from pyproject.toml; edit that instead.\n"
OPTIONS = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate", "--quiet"]


def renew(*, upgrade: bool) -> int:
    """Resolve pyproject.toml again; versions already locked stay unless `upgrade` is asked for."""
    _compile(ROOT / "requirements.lock", upgrade=upgrade)
    _compile(venv.LOCK, "--group", "dev", upgrade=upgrade)
    return 0


def _compile(lock: Path, *more: str, upgrade: bool) -> None:
    say(f"Resolving {lock.name}")
    command: Command = [venv.FOLDER / "bin" / "uv", "pip", "compile", "pyproject.toml", *OPTIONS, *more, "-o", lock]
    done = subprocess.run(
        [*command, *(["--upgrade"] if upgrade else [])],
        cwd=ROOT,
        env=venv.uv_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Refused(f"uv could not resolve {lock.name}:\n{done.stderr}")
    lock.write_text(HEADER + lock.read_text().removeprefix(HEADER))
