"""The production settings with other addresses, and without the short way of clicks past the other middleware."""

from track360.settings import *  # noqa: F403
from track360.settings import MIDDLEWARE as _OURS

ROOT_URLCONF = "benchmarks.usual.urls"
MIDDLEWARE = [name for name in _OURS if name != "attribution.views.ClickMiddleware"]
