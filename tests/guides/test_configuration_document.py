"""The guide to the configuration document prints what the command prints."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from ingestion.rates import ecb
from tests.central_bank import history

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/guides/configuration-document.md").read_text()
DOCUMENT = (ROOT / "sandbox/documents/lucky-spin.yaml").read_text()


def brand_config(*words):
    out = StringIO()
    call_command("brand_config", *words, stdout=out)
    return out.getvalue()


@pytest.fixture
def applied(db, tmp_path, monkeypatch):
    monkeypatch.setattr(ecb, "bundled", lambda: history("2026-02-27"))
    file = tmp_path / "lucky-spin.yaml"
    file.write_text(DOCUMENT)
    brand_config("apply", str(file))
    return file


def test_the_printed_difference_is_what_diff_prints(applied):
    (printed,) = re.findall(r"^```\n(\+ .*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    changed = (
        DOCUMENT.replace("campaigns:\n", 'campaigns:\n  - {id: "2003", affiliate: "1000", name: Autumn}\n')
        .replace("email: partners@casinocompass.example", "email: partners@casinocompass.example, status: suspended")
        .replace('  - {code: NORDIC50, affiliate: "1002"}\n', "")
    )
    applied.write_text(changed)

    told = brand_config("diff", str(applied)).splitlines()

    assert sorted(told) == sorted(printed.splitlines())


def test_an_export_applied_again_says_what_the_guide_says(applied):
    applied.write_text(brand_config("export", "lucky-spin"))

    assert "`Nothing to change.`" in GUIDE
    assert brand_config("apply", str(applied)) == "Nothing to change.\n"
