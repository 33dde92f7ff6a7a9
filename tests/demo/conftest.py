"""A platform on which the demo has been set up, and a door into it that needs no web server."""

import json
from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.test import Client

from ingestion.rates import ecb
from sandbox import demo
from tests.central_bank import history

NOW = datetime(2026, 3, 18, 9, 30, tzinfo=UTC)


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state" / "demo.json"


@pytest.fixture
def few_rates(monkeypatch):
    """The ECB's history of three days: the whole one is entered elsewhere."""
    monkeypatch.setattr(ecb, "bundled", lambda: history("2026-03-17", "2025-07-22", "2025-07-21"))


@pytest.fixture
def brands(db, state, few_rates):
    """The demo's brands, as the first seconds of `dev.py up` make them."""
    return demo.set_up(state=state, base_url="http://127.0.0.1:8000", now=NOW)


def post(token, path, records):
    answer = Client().post(path, json.dumps(records), content_type="application/json", headers={"x-api-key": token})
    return answer.status_code, answer.json()


def read(demo_brand, path, **query):
    granted = Client().post(
        "/oauth/token",
        f"grant_type=client_credentials&client_id={demo_brand.client_id}&client_secret={demo_brand.client_secret}",
        content_type="application/x-www-form-urlencoded",
    )
    answer = Client().get(path, query, headers={"Authorization": f"Bearer {granted.json()['access_token']}"})
    return answer.status_code, answer.json()


def drain():
    call_command("drain", verbosity=0)
