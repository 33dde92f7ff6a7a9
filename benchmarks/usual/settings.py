"""The production settings with other addresses."""

from track360.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.usual.urls"
