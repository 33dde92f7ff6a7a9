import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import mail

from track360.accounts import MFAAdapter


def told(expression, **environment):
    """What the settings are in a process of its own with that environment."""
    script = f"import json; from django.conf import settings; print(json.dumps({expression}))"
    environment = {**os.environ, "PYTHONWARNINGS": "ignore", **environment}
    return json.loads(
        subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True).stdout
    )


def test_every_answer_carries_a_strict_policy(client):
    answer = client.get("/livez")

    policy = {directive.split()[0]: directive.split()[1:] for directive in answer["Content-Security-Policy"].split(";")}
    assert policy == {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"


def test_no_request_is_one_transaction():
    """tenant() opens the transaction, so that a 2xx is sent after the commit and never before."""
    assert settings.DATABASES["default"]["ATOMIC_REQUESTS"] is False


def test_publishing_never_waits_for_a_broker():
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS == {
        "socket_connect_timeout": 0.2,
        "socket_timeout": 0.2,
        "max_retries": 0,
        "interval_start": 0,
        "interval_step": 0,
    }


@pytest.mark.django_db
def test_nobody_signs_himself_up(client):
    client.post(
        "/accounts/signup/", {"email": "a@example.com", "password1": "long-enough-1", "password2": "long-enough-1"}
    )

    assert not get_user_model().objects.exists()


def test_second_factors_rest_encrypted():
    resting = MFAAdapter().encrypt("JBSWY3DPEHPK3PXP")

    assert "JBSWY3DPEHPK3PXP" not in resting
    assert MFAAdapter().decrypt(resting) == "JBSWY3DPEHPK3PXP"


def test_a_log_level_may_be_written_small():
    assert told("settings.LOGGING['root']['level']", LOG_LEVEL="debug") == "DEBUG"


def test_errors_are_reported_without_personal_data():
    options = (
        "(__import__('sentry_sdk').get_client().options[name] for name in ('send_default_pii', 'max_breadcrumbs'))"
    )
    sieve = "settings and __import__('sentry_sdk').get_client().options['before_send'].__name__"

    assert told(f"[{sieve}, *{options}]", SENTRY_DSN="https://key@127.0.0.1/1") == ["without_personal_data", False, 0]


@pytest.mark.parametrize(
    ("environment", "host", "backend"),
    [
        ("production", "", "track360.lib.mail.NoMail"),
        ("production", "mail.example", "django.core.mail.backends.smtp.EmailBackend"),
        ("development", "", "django.core.mail.backends.console.EmailBackend"),
    ],
)
def test_mail_is_printed_in_development_only(environment, host, backend):
    assert told("settings.EMAIL_BACKEND", ENVIRONMENT=environment, EMAIL_HOST=host) == backend


def test_mail_that_cannot_be_sent_is_a_warning_that_tells_nothing_of_it(lines, capfd):
    sent = mail.send_mail(
        "A new password", "https://track.example/canary-9c1", None, ["canary-9c1@example.com"],
        connection=mail.get_connection("track360.lib.mail.NoMail"),
    )  # fmt: skip

    (line,) = lines()
    assert sent == 0
    assert (line["event"], line["level"], line["letters"]) == ("mail_not_sent", "warning", 1)
    assert "canary-9c1" not in json.dumps(line) + "".join(capfd.readouterr())
