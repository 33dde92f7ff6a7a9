"""The virtual environment, made from hashed locks by a pinned uv, by pip where uv cannot."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from devtools.place import ROOT, Command, Refused, only_one, say

FOLDER = ROOT / ".venv"
PYTHON = FOLDER / "bin" / "python"
LOCK = ROOT / "requirements-dev.lock"
UV_LOCK = ROOT / "requirements-uv.lock"
STAMP = FOLDER / ".track360"


def ensure() -> None:
    """Make the environment hold exactly what the lock names; at once if it already does.

    Raises Refused with the installer's words when that cannot be done.
    """
    if _is_current():
        return
    with only_one("install", wait=True):
        if _is_current():
            return
        if not PYTHON.exists():
            _create()
        say("Python packages: installing from requirements-dev.lock")
        if not (_install_uv() and _uv_install()):
            say("Python packages: uv cannot, so pip does; it takes longer")
            _run([*_pip(), "install", "-q", "--require-hashes", "-r", LOCK])
        STAMP.write_text(_digest())


def site_packages() -> Path:
    """Return the folder the packages lie in."""
    found = next(iter((FOLDER / "lib").glob("python3*/site-packages")), None)
    if found is None:
        raise Refused("There is no .venv here yet; run `python3 dev.py up` or `python3 dev.py test` first.")
    return found


def _is_current() -> bool:
    return PYTHON.exists() and STAMP.exists() and STAMP.read_text() == _digest()


def _digest() -> str:
    return hashlib.sha256(LOCK.read_bytes() + UV_LOCK.read_bytes()).hexdigest()


def _create() -> None:
    python = sys.executable
    say(f"Virtual environment: creating .venv ({python})")
    # Where Python has a pip that can work for another environment, copying one into ours would only take time.
    plain = ["--without-pip"] if _has_pip(python) else []
    done = subprocess.run(
        [python, "-m", "venv", "--clear", *plain, FOLDER], capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return
    if shutil.which("uv"):  # Debian's python3 without python3-venv
        _run(["uv", "venv", "--seed", "--clear", "--python", python, FOLDER])
        return
    raise Refused(f"Python cannot create a virtual environment (on Debian: apt install python3-venv):\n{done.stdout}")


def _has_pip(python: str | Path) -> bool:
    return (
        subprocess.run(
            [python, "-m", "pip", "--python", python, "--version"], capture_output=True, check=False
        ).returncode
        == 0
    )


def _pip() -> Command:
    """Return the words that run a pip for our environment."""
    python = PYTHON if _has_pip(PYTHON) else sys.executable
    return [python, "-m", "pip", "--python", PYTHON, "--disable-pip-version-check"]


def _install_uv() -> bool:
    command: Command = [*_pip(), "install", "-q", "--require-hashes", "-r", UV_LOCK]
    return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0


def _uv_install() -> bool:
    command: Command = [FOLDER / "bin" / "uv", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", LOCK]
    return subprocess.run([*command, "--python", PYTHON], env=uv_environment(), check=False).returncode == 0


def uv_environment() -> dict[str, str]:
    """Return the environment in which uv uses the package index that pip is configured for; uv does not look there."""
    command: Command = [*_pip(), "config", "get", "global.index-url"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    index = os.environ.get("PIP_INDEX_URL") or done.stdout.strip()
    return {**({"UV_DEFAULT_INDEX": index} if index else {}), **os.environ, "VIRTUAL_ENV": str(FOLDER)}


def _run(command: Command) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
