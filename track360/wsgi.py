"""What the web server runs: `granian --interface wsgi track360.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from track360.checks import refuse_unsafe_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "track360.settings")

application = get_wsgi_application()
refuse_unsafe_start()
get_resolver().url_patterns  # noqa: B018 - load all views now: a fault shows at the start, and no first request is slow
