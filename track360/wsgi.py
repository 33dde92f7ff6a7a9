"""What the web server runs: `granian --interface wsgi track360.wsgi:application`."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from track360.checks import refuse_unsafe_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "track360.settings")

django = get_wsgi_application()
refuse_unsafe_start()

# These need Django to be set up.
from brands.rate_limits import limiter  # noqa: E402
from track360.celery import app as celery  # noqa: E402
from track360.entrance import Entrance  # noqa: E402
from track360.lib.postgresql.base import wait_at_most  # noqa: E402

# Seconds. A request that PostgreSQL lets wait for longer is answered 503. As with any lost answer, sending it again is
# safe: what was stored after all is then a duplicate.
wait_at_most(15)

# Load now what requests need: a fault shows at the start, and no first request is slow.
get_resolver().url_patterns  # noqa: B018
limiter.prepare()
celery.backend  # noqa: B018

application = Entrance(django)

# What is loaded now stays: the garbage collector need not look at it again. A batch makes tens of thousands of small
# objects that reference counting frees at its end; collecting while it runs costs it a third more and finds nothing.
gc.collect()
gc.freeze()
gc.set_threshold(100_000, 20, 20)
