"""Configuration is applied in a world where the ECB has stated few rates: all of them are entered elsewhere."""

import pytest

from ingestion.rates import ecb
from tests.central_bank import history


@pytest.fixture(autouse=True)
def _few_rates(monkeypatch):
    monkeypatch.setattr(ecb, "bundled", lambda: history("2026-02-27", "2025-12-31"))
