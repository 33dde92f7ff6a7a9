"""The production settings with other addresses, and without our short way past Django's middleware."""

from track360.settings import *  # noqa: F403
from track360.settings import MIDDLEWARE as _OURS

ROOT_URLCONF = "benchmarks.usual.urls"
_SHORT_CUTS = {"attribution.views.ClickMiddleware", "track360.middleware.ShortWay"}
MIDDLEWARE = [name for name in _OURS if name not in _SHORT_CUTS]
