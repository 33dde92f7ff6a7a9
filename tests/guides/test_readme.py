"""The README and all other pages keep their word: commands, links, pictures, and the first request."""

import json
import re
import shlex
from pathlib import Path

import pytest
from django.utils import timezone

from brands.services import create_brand, issue_token
from track360.lib.tenancy import tenant

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
LARGEST_PICTURE = 200_000


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page):
    targets = [target for target in LINK.findall(page.read_text()) if "://" not in target]

    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_pictures_are_small():
    sizes = {picture.name: picture.stat().st_size for picture in (ROOT / "docs/images").iterdir()}

    assert {name: size for name, size in sizes.items() if size > LARGEST_PICTURE} == {}


def test_the_readme_names_the_two_commands():
    assert "python3 dev.py up" in README
    assert "python3 dev.py test" in README


@pytest.mark.django_db(transaction=True)
def test_the_first_requests_are_accepted_as_printed(client):
    now = timezone.now()
    brand = create_brand(slug="readme", name="Readme", vertical="igaming", by="test", now=now)
    with tenant(brand.id):
        token = issue_token(brand=brand, by="test", now=now).secret
    commands = re.findall(r"^curl .*?'\n.*?'$", README, re.MULTILINE | re.DOTALL)
    assert len(commands) == 2

    for command in commands:
        words = shlex.split(command)
        address, body = words[2], words[words.index("-d") + 1]
        path = address.partition("127.0.0.1:8000")[2]
        outcomes = [
            [result["outcome"] for result in answer.json()["results"]]
            for answer in (
                client.post(path, body, content_type="application/json", headers={"x-api-key": token}) for _ in "12"
            )
        ]
        records = len(json.loads(body))
        assert outcomes == [["created"] * records, ["duplicate"] * records]
