"""Where things lie: the checkout, its `.state/`, private folders for sockets, and one lock per command."""

import fcntl
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".state"
BEGAN = time.monotonic()

Command = list[str | Path]

# A socket's address holds 108 bytes on Linux and 104 on macOS; PostgreSQL adds ".s.PGSQL.5432".
LONGEST_SOCKET_FOLDER = 85


class Refused(Exception):
    """dev.py cannot do what it was asked; its text tells the reader why and what helps."""


def say(text: str) -> None:
    """Tell the reader what happens now, and when, in seconds since the start."""
    print(f"[{time.monotonic() - BEGAN:6.1f} s] {text}", flush=True)


def note(text: str) -> None:
    """Say what is no step but worth knowing."""
    print(f"{'':11}{text}", file=sys.stderr, flush=True)


def socket_folder(state: Path) -> Path:
    """Return a folder that only this user may enter, with a path short enough for sockets in it."""
    folder = state / "run"
    if len(os.fsencode(folder)) > LONGEST_SOCKET_FOLDER:
        digest = hashlib.sha256(os.fsencode(state)).hexdigest()[:12]
        runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
        folder = runtime / f"track360-{os.getuid()}-{digest}"
        if len(os.fsencode(folder)) > LONGEST_SOCKET_FOLDER:
            folder = Path("/tmp") / folder.name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise Refused(f"{folder} belongs to another user; remove it or set XDG_RUNTIME_DIR to a folder of yours.")
    return folder


@contextmanager
def only_one(command: str, *, wait: bool = False) -> Iterator[None]:
    """Hold this checkout's lock for a command.

    Raises Refused when another process holds it, unless told to wait for it.
    """
    STATE.mkdir(exist_ok=True)
    with (STATE / f"{command}.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "?"
            if not wait:
                raise Refused(f"`dev.py {command}` already runs in this checkout (process {holder}).") from None
            say(f"Waiting for process {holder}, which holds {file.name}")
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def is_held(command: str) -> bool:
    """Tell whether a process of this checkout runs the command now."""
    try:
        with only_one(command):
            return False
    except Refused:
        return True
