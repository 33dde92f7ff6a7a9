"""What the web server runs: `granian --interface wsgi track360.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "track360.settings")

application = get_wsgi_application()
