"""Clients that post over HTTP and writers that write to PostgreSQL, in processes of their own, begun together."""

import json
import multiprocessing
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe

PROCESSES = 2
Work = Callable[[int], Callable[[], list[bytes]]]


@dataclass(frozen=True, slots=True)
class Sent:
    """How long all requests took together, and what became of the records in them."""

    seconds: float
    accepted: int
    duplicates: int
    rejected: int

    def must_be(self, *, accepted: int = 0, duplicates: int = 0) -> "Sent":
        """Return itself, or raise: a measure of requests that did not do their work measures nothing."""
        if (self.accepted, self.duplicates, self.rejected) != (accepted, duplicates, 0):
            raise RuntimeError(f"expected {accepted} accepted and {duplicates} duplicates, got {self}")
        return self


class Refused(Exception):
    """The server answered something else than 200."""


class KeepAlive:
    """One HTTP/1.1 connection for any number of requests; a thin client leaves the machine to the server."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> bytes:
        """Send a whole request and return the body of its answer. Raises Refused unless that is a 200."""
        self._socket.sendall(request)
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        head = received[:end].lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        while len(received) < end + 4 + length:
            received += self._more()
        if not head.startswith(b"http/1.1 200"):
            raise Refused(received[:500].decode(errors="replace"))
        return received[end + 4 :]

    def close(self) -> None:
        """Close it."""
        self._socket.close()

    def _more(self) -> bytes:
        part = self._socket.recv(1 << 18)
        if not part:
            raise Refused("the server closed the connection")
        return part


def post_requests(path: str, bodies: Sequence[bytes], *, token: str) -> list[bytes]:
    """Write out whole requests beforehand, so that nothing of it is timed."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nx-api-key: {token}\r\nContent-Type: application/json\r\n"
    return [f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body for body in bodies]


def send(requests: Sequence[bytes], *, port: int, processes: int = PROCESSES, connections: int = 1) -> Sent:
    """Send all requests from several processes with several connections each; requests are dealt out in turn."""

    def client(number: int) -> Callable[[], list[bytes]]:
        lanes = processes * connections
        mine = [requests[number * connections + lane :: lanes] for lane in range(connections)]
        lines = [KeepAlive(port) for _ in mine]

        def work() -> list[bytes]:
            return in_threads(
                [
                    lambda line=line, todo=todo: list(map(line.send, todo))
                    for line, todo in zip(lines, mine, strict=True)
                ]
            )

        return work

    seconds, answers = together(client, processes=processes)
    counts = [json.loads(answer) for answer in answers]
    return Sent(seconds, *(sum(each[name] for each in counts) for name in ("accepted", "duplicates", "rejected")))


def together(work: Work, *, processes: int = PROCESSES) -> tuple[float, list[bytes]]:
    """Prepare `work(number)` in each process, then let all begin at once; return the time from first begin to last end.

    What the prepared work returns comes back too, from all processes. Raises RuntimeError when one of them fails.
    """
    context = multiprocessing.get_context("fork")
    start = context.Barrier(processes)
    pipes: list[Pipe] = []
    children = []
    for number in range(processes):
        here, there = context.Pipe(duplex=False)
        child = context.Process(target=_child, args=(work, number, start, there), daemon=True)
        child.start()
        there.close()
        pipes.append(here)
        children.append(child)
    spans, answers = [], []
    for pipe in pipes:
        try:
            began, ended, answered = pipe.recv()
        except EOFError:
            raise RuntimeError("a client failed; its error stands above") from None
        spans.append((began, ended))
        answers += answered
    for child in children:
        child.join()
    return max(ended for _, ended in spans) - min(began for began, _ in spans), answers


def _child(work: Work, number: int, start: threading.Barrier, result: Pipe) -> None:
    try:
        prepared = work(number)
        start.wait(60)
    except BaseException:
        start.abort()
        raise
    began = time.perf_counter()
    answered = prepared()
    result.send((began, time.perf_counter(), answered))


def in_threads(works: Sequence[Callable[[], list[bytes]]]) -> list[bytes]:
    """Do several works at once and return what they return; a failure of one is raised."""
    if len(works) == 1:
        return works[0]()
    answers: list[list[bytes]] = [[] for _ in works]
    failures: list[Exception] = []

    def run(lane: int) -> None:
        try:
            answers[lane] = works[lane]()
        except Exception as error:  # noqa: BLE001 - raised again below, in the main thread
            failures.append(error)

    threads = [threading.Thread(target=run, args=(lane,)) for lane in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return [answer for lane in answers for answer in lane]
