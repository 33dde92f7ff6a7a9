"""Programs that run beside dev.py: started in their own group, watched, and always ended with it."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import IO

from devtools.place import ROOT, say


class Stopped(BaseException):
    """Somebody asked dev.py to stop, by Ctrl-C or a signal."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signum = signum


@contextmanager
def stoppable() -> Iterator[None]:
    """Turn the signals that end a program into Stopped, once; what comes after must not break the cleaning up."""

    def stop(signum: int, _: FrameType | None) -> None:
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(signum)

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {each: signal.signal(each, stop) for each in signals}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def dies_with_us(signum: int) -> Callable[[], None] | None:
    """Return what a child calls so that Linux sends it the signal when dev.py is gone, `kill -9` included."""
    if sys.platform != "linux":
        return None
    set_death_signal = ctypes.CDLL(None).prctl

    def prepare() -> None:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_DFL)
        set_death_signal(1, signum)

    return prepare


class Program:
    """One program in its own process group, its output in a file or, without one, on this terminal."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str],
        log: Path | None,
        stop_with: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self.log = log
        self.stop_with = stop_with
        self._command = [str(word) for word in command]
        self._environment = dict(environment)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, again if need be; its output is added to its log."""
        self._kill_group()  # what an earlier start left behind, when only its first process ended
        with self._output() as output:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output and subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=dies_with_us(self.stop_with),
            )

    @contextmanager
    def _output(self) -> Iterator[IO[bytes] | None]:
        if self.log is None:
            yield None
            return
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            yield output

    @property
    def status(self) -> int | None:
        """Its exit status, None while it runs."""
        return self._process.poll() if self._process else None

    @property
    def pid(self) -> int:
        """Its process id, 0 before it was started."""
        return self._process.pid if self._process else 0

    def ask_to_stop(self) -> None:
        """Send the signal that ends it in good order."""
        if self._process and self._process.poll() is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(self.stop_with)

    def stop(self, *, within: float) -> None:
        """End it and all it started, in good order if that takes no longer than `within` seconds."""
        if self._process is None:
            return
        self.ask_to_stop()
        try:
            self._process.wait(within)
        except subprocess.TimeoutExpired:
            say(f"{self.name} did not stop within {within:.0f} s and is killed")
        self._kill_group()
        self._process.wait()

    def _kill_group(self) -> None:
        if self._process:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def last_words(self, lines: int = 12) -> str:
        """Return the end of its log."""
        if self.log and self.log.exists():
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        return ""


def run_in_front(command: Sequence[str | Path], *, environment: Mapping[str, str]) -> int:
    """Run a program on this terminal and return its exit status. When dev.py is stopped, so is the program."""
    # A terminal's Ctrl-C reaches the program as well, and what it means there is the program's decision.
    on_interrupt = signal.getsignal(signal.SIGINT)
    if sys.stdin.isatty():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    process = subprocess.Popen(
        [str(word) for word in command], cwd=ROOT, env=dict(environment), preexec_fn=dies_with_us(signal.SIGTERM)
    )
    try:
        status = process.wait()
    except Stopped as stopped:
        process.send_signal(stopped.signum)
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
        process.kill()
        process.wait()
        raise
    signal.signal(signal.SIGINT, on_interrupt)
    return status


def is_alive(pid: int) -> bool:
    """Tell whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def until(ready: Callable[[], bool], *, seconds: float, step: float = 0.05) -> bool:
    """Wait until something is so; return whether it came to be within the time."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            return False
        time.sleep(step)
    return True
