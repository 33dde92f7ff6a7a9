from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from brands.models import Brand
from brands.services import create_brand, issue_token
from devtools.servers import Valkey
from tests.live import Platform
from track360.lib.tenancy import tenant


class Scene:
    """A running platform with a Valkey of its own, which may be ended or stopped, and a brand that sends to it."""

    def __init__(self, platform: Platform, valkey: Valkey, brand: Brand, token: str) -> None:
        self.platform = platform
        self.valkey = valkey
        self.brand = brand
        self.token = token


@pytest.fixture
def short_folder(tmp_path_factory) -> Path:
    """A folder whose name leaves room for a socket's."""
    return Path(tmp_path_factory.mktemp("f"))


@pytest.fixture
def own_valkey(short_folder: Path) -> Iterator[Valkey]:
    """A Valkey for this test alone."""
    valkey = Valkey(state=short_folder, sockets=short_folder)
    valkey.start()
    yield valkey
    valkey.stop()


@pytest.fixture
def scene(transactional_db: None, own_valkey: Valkey, tmp_path: Path) -> Iterator[Scene]:
    """Everything running, and a brand with a token."""
    now = timezone.now()
    brand = create_brand(
        slug="luckyspin", name="Lucky Spin", vertical="igaming", by="test", now=now, default_currency="EUR"
    )
    with tenant(brand.id):
        token = issue_token(brand=brand, by="test", now=now).secret
    platform = Platform(logs=tmp_path, redis_url=own_valkey.url)
    try:
        platform.start()
        yield Scene(platform, own_valkey, brand, token)
    finally:
        platform.stop()
