"""Access tokens: exchanging a client's secret for one, and finding out whose one is."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from oauth2_provider.models import get_access_token_model, set_token_value
from oauth2_provider.settings import oauth2_settings

from brands.models import Application, Brand
from brands.oauth.errors import InvalidClient, InvalidScope, UnauthorizedClient
from brands.oauth.grants import TokenRequest
from track360.lib.credentials import ACCESS_TOKEN_MARK

LONGEST_CREDENTIAL = 255  # a longer one cannot be stored, and hashing it would cost more than refusing it
EXPIRED_TOKENS_ARE_KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Granted:
    """A new access token. The secret is in here and nowhere else."""

    secret: str
    scopes: str
    lifetime: timedelta


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whoever sent a valid access token: a brand's system and what it may do."""

    brand: Brand
    client_id: str
    token_id: int
    scopes: frozenset[str]
    is_authenticated: bool = True


def grant(*, request: TokenRequest, now: datetime) -> Granted:
    """Exchange a client's credentials for an access token.

    Raises InvalidClient for an unknown client and a wrong secret alike, UnauthorizedClient when the brand is
    suspended, InvalidScope when more is asked for than the client has. Without a scope it gets all it has.
    """
    application = _authenticated(request)
    if application.brand.is_suspended:
        raise UnauthorizedClient("The brand is suspended.")
    allowed = application.scopes.split()
    if request.scopes is not None and not request.scopes <= set(allowed):
        raise InvalidScope(f"This client may ask for: {application.scopes}.")
    scopes = " ".join(scope for scope in allowed if request.scopes is None or scope in request.scopes)
    lifetime = timedelta(seconds=oauth2_settings.ACCESS_TOKEN_EXPIRE_SECONDS)
    tokens = get_access_token_model().objects
    secret = ACCESS_TOKEN_MARK + secrets.token_urlsafe(32)
    with transaction.atomic():
        tokens.filter(application=application, expires__lt=now - EXPIRED_TOKENS_ARE_KEPT_FOR).delete()
        token = tokens.model(application=application, expires=now + lifetime, scope=scopes)
        set_token_value(token, secret)
        token.save()
    return Granted(secret=secret, scopes=scopes, lifetime=lifetime)


def bearer_of(*, secret: str, now: datetime) -> Bearer | None:
    """Return whose access token this is, or None when it is unknown, expired or revoked.

    Asked of the database each time, so that a revoked token is refused at once.
    """
    token = (
        get_access_token_model()
        .objects.select_related("application__brand")
        .filter(token_checksum=hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest(), expires__gt=now)
        .first()
    )
    if token is None or token.application is None:
        return None
    return Bearer(
        brand=token.application.brand,
        client_id=token.application.client_id,
        token_id=token.id,
        scopes=frozenset(token.scope.split()),
    )


def _authenticated(request: TokenRequest) -> Application:
    application = _find(request.client_id)
    # A wrong client id costs the same hash as a wrong secret, so that time does not tell which clients exist.
    stored = application.client_secret if application else _nobodys_secret()
    fits = len(request.client_secret) <= LONGEST_CREDENTIAL and "\0" not in request.client_secret
    if not (fits and check_password(request.client_secret, stored)) or application is None:
        raise InvalidClient("The client id or the client secret is wrong.")
    if application.authorization_grant_type != Application.GRANT_CLIENT_CREDENTIALS:
        raise UnauthorizedClient("This client may not use client_credentials.")
    return application


def _find(client_id: str) -> Application | None:
    if len(client_id) > LONGEST_CREDENTIAL or not (client_id.isascii() and client_id.isprintable()):
        return None
    found: Application | None = Application.objects.select_related("brand").filter(client_id=client_id).first()
    return found


@cache
def _nobodys_secret() -> str:
    return make_password(secrets.token_urlsafe(32), hasher=oauth2_settings.CLIENT_SECRET_HASHER)
