"""Web, worker and beat themselves refuse an unsafe start: the checks are tested elsewhere, here that they are asked."""

import os
import subprocess
import sys
from urllib.parse import quote

import pytest
from django.db import connection

STARTS = {
    "web": [sys.executable, "-c", "import track360.wsgi"],
    "worker": [sys.executable, "-m", "celery", "--app", "track360", "worker", "--pool", "solo"],
    "beat": [sys.executable, "-m", "celery", "--app", "track360", "beat", "--pidfile="],
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("part", STARTS)
def test_a_start_without_synchronous_commit_is_refused(part):
    to = connection.settings_dict
    password = f":{quote(to['PASSWORD'])}" if to["PASSWORD"] else ""
    # By ?host= a socket's folder and a name alike.
    url = (
        f"postgresql://{to['USER']}{password}@/{to['NAME']}?host={quote(to['HOST'])}&options=-csynchronous_commit%3Doff"
    )
    environment = {**os.environ, "DATABASE_URL": url, "ENVIRONMENT": "development"}
    if to["PORT"]:
        environment["PGPORT"] = str(to["PORT"])

    done = subprocess.run(STARTS[part], env=environment, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 1
    assert "Track360 does not start:\n  * synchronous_commit is off" in done.stderr
