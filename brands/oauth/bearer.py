"""What every view of the REST API stands on: a bearer token, its scope, and how many requests it may send."""

from typing import Any, cast

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from brands.authentication import BrandSuspended
from brands.models import Brand
from brands.oauth import tokens
from brands.oauth.tokens import Bearer
from brands.rate_limits import Allowance, limiter
from track360.lib.problems import Forbidden, Unauthorized

REQUESTS_PER_MINUTE = 1000  # per access token, as published
REALM = 'Bearer realm="track360"'
LONGEST_TOKEN = 200
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class InvalidToken(Unauthorized):
    """Send a valid access token from POST /oauth/token: `Authorization: Bearer …`."""

    code = "invalid_token"

    def __init__(self, *, was_sent: bool) -> None:
        # Without any token the challenge names no error (RFC 6750, 3.1).
        super().__init__(headers={"WWW-Authenticate": f'{REALM}, error="invalid_token"' if was_sent else REALM})


class InsufficientScope(Forbidden):
    """The access token was not granted the scope that this needs."""

    code = "insufficient_scope"

    def __init__(self, scope: str) -> None:
        super().__init__(
            f"This needs the scope {scope}. Ask for it when getting the token.",
            headers={"WWW-Authenticate": f'{REALM}, error="insufficient_scope", scope="{scope}"'},
        )


class BearerAuthentication(BaseAuthentication):
    """Lets a brand's system in by its access token; `request.user` is the Bearer."""

    def authenticate(self, request: Request) -> tuple[Bearer, None]:
        """Return the Bearer, of a suspended brand too. Raises InvalidToken, the same for every reason."""
        sent = request.META.get("HTTP_AUTHORIZATION", "")
        scheme, _, secret = sent.partition(" ")
        if scheme.lower() != "bearer" or not 0 < len(secret) <= LONGEST_TOKEN:
            raise InvalidToken(was_sent=bool(sent))
        bearer = tokens.bearer_of(secret=secret, now=timezone.now())
        if bearer is None:
            raise InvalidToken(was_sent=True)
        return bearer, None

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge of a 401."""
        return REALM


class BearerView(APIView):
    """A view for a brand's systems. Reading needs the scope `read`, everything else `write`."""

    authentication_classes = [BearerAuthentication]
    allowance: Allowance | None = None

    @property
    def brand(self) -> Brand:
        """Return the brand whose credential was shown; nothing of another one is ever visible."""
        return cast(Bearer, self.request.user).brand

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        bearer = cast(Bearer, request.user)
        # Before anything else is refused: every answer to a known credential says how many requests are left.
        self.allowance = limiter.count(credential=f"access:{bearer.token_id}", limit=REQUESTS_PER_MINUTE)
        if bearer.brand.is_suspended:
            raise BrandSuspended
        super().initial(request, *args, **kwargs)
        scope = "read" if request.method in SAFE_METHODS else "write"
        if scope not in bearer.scopes:
            raise InsufficientScope(scope)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        answer = super().finalize_response(request, response, *args, **kwargs)
        if self.allowance is not None:
            for name, value in self.allowance.headers.items():
                answer[name] = value
        answer["Cache-Control"] = "no-store"
        return answer
