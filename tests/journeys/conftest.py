from collections.abc import Iterator

import pytest
from redis import Redis

from tests.live import Platform


@pytest.fixture
def platform(transactional_db: None, valkey: Redis, tmp_path) -> Iterator[Platform]:
    """Web, worker and beat, running, on an empty database."""
    platform = Platform(logs=tmp_path)
    try:
        platform.start()
        yield platform
    finally:
        platform.stop()
