"""What goes wrong at the token endpoint, in the words of RFC 6749 section 5.2."""

from typing import ClassVar


class OAuthError(Exception):
    """A request for a token that is not granted. The message is for the client's developer, never what was sent."""

    error: ClassVar[str] = "invalid_request"
    status: ClassVar[int] = 400


class InvalidRequest(OAuthError):
    """The request is missing something, says something twice or is no form."""


class InvalidClient(OAuthError):
    """Unknown client, wrong secret, or a way of authenticating that is not accepted."""

    error = "invalid_client"
    status = 401


class UnauthorizedClient(OAuthError):
    """The client is known and may not have a token."""

    error = "unauthorized_client"


class UnsupportedGrantType(OAuthError):
    """Only client_credentials is granted."""

    error = "unsupported_grant_type"


class InvalidScope(OAuthError):
    """More was asked for than the client has."""

    error = "invalid_scope"


class TooManyFailures(OAuthError):
    """So many attempts failed that the next one is not looked at."""

    error = "rate_limited"
    status = 429
