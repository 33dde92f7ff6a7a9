"""Clients that post over HTTP and writers that write to PostgreSQL, in processes of their own, begun together."""

import json
import multiprocessing
import selectors
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

    def __init__(self, port: int, requests: Sequence[bytes]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answers: list[bytes] = []
        self._requests = iter(requests)
        self._received = b""

    def send_next(self) -> bool:
        """Send the next request; return whether there was one."""
        request = next(self._requests, None)
        if request is not None:
            self.socket.sendall(request)
        return request is not None

    def receive(self) -> bool:
        """Read what has come; return whether that completes an answer. Raises Refused unless it is a 200."""
        part = self.socket.recv(1 << 18)
        if not part:
            raise Refused("the server closed the connection")
        self._received += part
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = self._received[:end].lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        if len(self._received) < end + 4 + length:
            return False
        if not head.startswith(b"http/1.1 200"):
            raise Refused(self._received[:500].decode(errors="replace"))
        self.answers.append(self._received[end + 4 :])
        self._received = b""
        return True


def converse(lines: Sequence[KeepAlive]) -> list[bytes]:
    """Keep one request under way on every connection until all are answered; return the answers."""
    with selectors.DefaultSelector() as selector:
        for line in lines:
            if line.send_next():
                selector.register(line.socket, selectors.EVENT_READ, line)
        while selector.get_map():
            for key, _ in selector.select(120):
                if key.data.receive() and not key.data.send_next():
                    selector.unregister(key.fileobj)
    return [answer for line in lines for answer in line.answers]


def post_requests(path: str, bodies: Sequence[bytes], *, token: str) -> list[bytes]:
    """Write out whole requests beforehand, so that nothing of it is timed."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nx-api-key: {token}\r\nContent-Type: application/json\r\n"
    return [f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body for body in bodies]


def send(requests: Sequence[bytes], *, port: int, processes: int = PROCESSES, connections: int = 1) -> Sent:
    """Send all requests from several processes with several connections each; requests are dealt out in turn."""

    def client(number: int) -> Callable[[], list[bytes]]:
        lanes = processes * connections
        lines = [KeepAlive(port, requests[number * connections + lane :: lanes]) for lane in range(connections)]
        return lambda: converse(lines)

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
