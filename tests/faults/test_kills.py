"""What was answered 2xx is stored, whatever is killed without warning (I4), and is followed up once (I5)."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from devtools.programs import until
from devtools.servers import APPLICATION, OWNER, PostgreSQL
from ingestion.models import Activity
from tests.faults.senders import Senders
from tests.live import Platform, eventually
from track360.lib.tenancy import tenant

ROOT = Path(__file__).parents[2]


def kill(program):
    """End a part and everything it has started, as a power cut would."""
    os.killpg(program.pid, signal.SIGKILL)
    until(lambda: program.status is not None, seconds=10)


def test_what_a_killed_web_server_has_acknowledged_is_stored(scene):
    with Senders(scene.platform, scene.token) as senders:
        for _ in range(2):
            before = len(senders.acknowledged)
            eventually(lambda before=before: len(senders.acknowledged) > before + 50)
            kill(scene.platform.programs["web"])
            scene.platform.start("web")
        eventually(lambda: len(senders.acknowledged) > before + 50)

    with tenant(scene.brand.id):
        stored = set(Activity.objects.values_list("event_id", flat=True))
    assert senders.unexpected == []
    assert senders.acknowledged - stored == set()
    assert len(stored) > 150


class Machine:
    """A whole installation of its own: PostgreSQL, Valkey, web, worker, beat. Any of it may be killed."""

    def __init__(self, folder: Path, valkey) -> None:
        self.postgresql = PostgreSQL(state=folder, sockets=folder, durable=True)
        self.postgresql.start()
        self.valkey = valkey
        urls = {"database_url": self.postgresql.url(APPLICATION), "redis_url": valkey.url}
        self.platform = Platform(logs=folder / "logs", **urls)
        self.manage("migrate", "--verbosity", "0", DATABASE_URL=self.postgresql.url(OWNER))

    def manage(self, *words: str, **environment: str) -> str:
        command = [sys.executable, "manage.py", *words]
        surroundings = self.platform.environment | environment
        return subprocess.run(
            command, cwd=ROOT, env=surroundings, check=True, capture_output=True, text=True, timeout=120
        ).stdout

    def kill_something(self, dice: random.Random) -> str:
        """Kill one part without warning and start it again."""
        name = dice.choice(["web", "worker", "beat", "valkey", "postgresql"])
        match name:
            case "valkey":
                os.kill(self.valkey.pid, signal.SIGKILL)
                time.sleep(dice.random())
                self.valkey.start()
            case "postgresql":
                os.kill(self.postgresql.pid, signal.SIGKILL)
                time.sleep(dice.random())
                self.postgresql.start()
            case _:
                kill(self.platform.programs[name])
                self.platform.programs[name].start()
        return name

    def keep_running(self) -> None:
        """Start again what has ended by itself, as whatever supervises it does."""
        for program in self.platform.programs.values():
            if program.status is not None:
                program.start()

    def stop(self) -> None:
        self.platform.stop()
        self.postgresql.stop()


@pytest.mark.deep
def test_whatever_is_killed_nothing_acknowledged_is_lost_and_all_is_followed_up(own_valkey, short_folder, request):
    seed = int(time.time())
    print(f"seed {seed}")
    dice = random.Random(seed)
    machine = Machine(short_folder, own_valkey)
    request.addfinalizer(machine.stop)
    document = short_folder / "brand.yaml"
    document.write_text("brand: {slug: luckyspin, name: Lucky Spin, vertical: igaming, default_currency: EUR}\n")
    machine.manage("brand_config", "apply", str(document))
    token = json.loads(machine.manage("brand_token", "luckyspin"))["token"]
    machine.platform.start()

    killed = []
    with Senders(machine.platform, token) as senders:
        machine.platform.push("customers", [{"customerId": "c1", "regtime": "2026-03-01"}], token=token)
        end = time.monotonic() + 90
        while time.monotonic() < end:
            time.sleep(dice.uniform(0.5, 4))
            killed.append(machine.kill_something(dice))
            machine.keep_running()
        eventually(machine.platform.is_answering, seconds=60)
        before = len(senders.acknowledged)
        eventually(lambda: len(senders.acknowledged) > before, seconds=60)

    with psycopg.connect(machine.postgresql.url(OWNER), autocommit=True) as owner:
        stored = {event_id for (event_id,) in owner.execute("SELECT event_id FROM ingestion_activity")}
        eventually(lambda: owner.execute("SELECT count(*) FROM ingestion_outbox").fetchone() == (0,), seconds=60)
        summed = owner.execute("SELECT sum(amount) FROM attribution_customerday WHERE kpi = 'Deposit'").fetchone()
    assert senders.unexpected == []
    assert senders.acknowledged - stored == set()
    assert summed == (len(stored),)
    assert {"web", "worker", "valkey", "postgresql"} <= set(killed)
    machine.manage("drain")
    machine.manage("verify", "luckyspin")
