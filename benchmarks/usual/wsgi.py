"""What the web server runs for the usual way: Django's handler, with a garbage collector tuned like ours."""

import gc

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018
gc.collect()
gc.freeze()
gc.set_threshold(100_000, 20, 20)
