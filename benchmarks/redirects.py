"""P10: the processor time of a click's redirect, against the one that nginx spends on `return 302`."""

import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks import stage, terms
from benchmarks.measure import Measure, Reading, Skipped, alternate
from devtools.programs import dies_with_us, until

ROUNDS = 5
SECONDS = 4.0
CONFIGURATION = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log {folder}/access.log;
  client_body_temp_path {folder};
  proxy_temp_path {folder};
  fastcgi_temp_path {folder};
  uwsgi_temp_path {folder};
  scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port}; keepalive_requests 10000000; return 302 {target}; }}
}}
"""


def run(rounds: int, scale: float) -> Reading:
    """Let wrk follow one link on 8 connections and divide each server's processor time by the requests it answered."""
    for program in ("nginx", "wrk"):
        if shutil.which(program, path="/usr/sbin:/usr/bin:/usr/local/bin:/usr/local/sbin") is None:
            raise Skipped(f"{program} is not installed (Debian: apt install nginx-light wrk)")
    seconds = max(1.0, SECONDS * scale)
    with stage.web() as web, _nginx() as (nginx_port, nginx_cpu):
        address = f"http://127.0.0.1:{web.port}/c/{_link()}?sub1=summer"
        _wrk(address, 1)
        ours, limit = alternate(
            rounds or ROUNDS,
            lambda _: _microseconds(web.cpu, address, seconds),
            lambda _: _microseconds(nginx_cpu, f"http://127.0.0.1:{nginx_port}/", seconds),
        )
    note = "ours includes signing a token for every click and writing the click's row"
    return Reading(ours=ours, limit=limit, rows=0, notes=[note])


def _microseconds(cpu: Callable[[], float], address: str, seconds: float) -> float:
    before = cpu()
    requests = _wrk(address, seconds)
    time.sleep(1.2)  # clicks are written behind the answers; that is part of their price
    return 1e6 * (cpu() - before) / requests


def _wrk(address: str, seconds: float) -> int:
    command = ["wrk", "--threads", "1", "--connections", "8", "--duration", f"{max(1, round(seconds))}s", address]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    if "Non-2xx or 3xx" in done.stdout:
        raise RuntimeError(f"not every click was redirected:\n{done.stdout}")
    return int(re.search(r"(\d+) requests in", done.stdout)[1])  # type: ignore[index]


@contextmanager
def _nginx() -> Iterator[tuple[int, Callable[[], float]]]:
    port = stage.free_port()
    with tempfile.TemporaryDirectory(prefix="track360-nginx-") as folder:
        file = Path(folder) / "nginx.conf"
        file.write_text(CONFIGURATION.format(folder=folder, port=port, target="https://landing.example/welcome"))
        binary = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin") or "nginx"
        process = subprocess.Popen(
            [binary, "-e", f"{folder}/error.log", "-p", folder, "-c", file], preexec_fn=dies_with_us(15)
        )
        try:
            if not until(lambda: stage.answers(port), seconds=10):
                raise Skipped("nginx does not start")
            yield port, lambda: stage.Web(port=port, pid=process.pid).cpu()
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(5)


def _link() -> str:
    brand = stage.new_brand("click")
    stage.configure(terms.document(slug=brand.slug, affiliates=1) | {"links": [{"code": brand.slug, "affiliate": "1"}]})
    return brand.slug


P10 = Measure(
    id="P10",
    title="A click's redirect, against nginx `return 302`",
    ours="/c/{link}",
    limit="nginx return 302",
    unit="CPU µs",
    floor=30,
    aim=20,
    better="lower",
    run=run,
)
