import pytest
from django.conf import settings
from django.contrib.auth import get_user_model

from track360.accounts import MFAAdapter


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
