"""Where a brand's systems get their access tokens."""

from collections.abc import Mapping

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables

from brands.oauth import failures, grants, tokens
from brands.oauth.errors import InvalidClient, InvalidRequest, OAuthError, TooManyFailures
from track360.lib.bodies import whole_body
from track360.lib.problems import LengthRequired, TooLarge

RETRY_AFTER_SECONDS = 5  # when the database is away


@method_decorator(csrf_exempt, name="dispatch")
class TokenEndpoint(View):
    """Grant access tokens for client credentials. Every answer is JSON in the form of RFC 6749 section 5."""

    http_method_names = ["post"]

    @method_decorator(sensitive_variables())
    def post(self, request: HttpRequest) -> JsonResponse:
        authorization = request.headers.get("Authorization", "")
        try:
            wanted = grants.read(
                content_type=request.headers.get("Content-Type", ""), body=_body(request), authorization=authorization
            )
            attempt = failures.Attempt(client_id=wanted.client_id, address=_address_of(request))
            attempt.refuse_after_too_many()
            try:
                granted = tokens.grant(request=wanted, now=timezone.now())
            except InvalidClient:
                attempt.failed()
                raise
        except TooManyFailures as error:
            return _refusal(error, {"Retry-After": str(failures.WINDOW_SECONDS)})
        except InvalidClient as error:
            return _refusal(error, {"WWW-Authenticate": 'Basic realm="track360", charset="UTF-8"'})
        except OAuthError as error:
            return _refusal(error)
        except (OperationalError, InterfaceError):
            return _answer(
                {"error": "temporarily_unavailable", "error_description": "Try again in a few seconds."},
                status=503,
                headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
            )
        return _answer(
            {
                "access_token": granted.secret,
                "token_type": "Bearer",
                "expires_in": int(granted.lifetime.total_seconds()),
                "scope": granted.scopes,
            }
        )

    def http_method_not_allowed(self, request: HttpRequest, *args: object, **kwargs: object) -> JsonResponse:
        return _answer(
            {"error": "invalid_request", "error_description": "Use POST."}, status=405, headers={"Allow": "POST"}
        )


def _body(request: HttpRequest) -> bytes:
    try:
        return whole_body(request.META, at_most=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    except LengthRequired as error:
        raise InvalidRequest("Send the request with a Content-Length.") from error
    except (TooLarge, UnreadablePostError) as error:
        raise InvalidRequest("The request is too long or ended early.") from error


def _address_of(request: HttpRequest) -> str:
    # Only a proxy we were told about may name the client, and only the entry it added itself is its own word.
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.BEHIND_PROXY else ""
    return forwarded.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))


def _refusal(error: OAuthError, headers: Mapping[str, str] | None = None) -> JsonResponse:
    return _answer({"error": error.error, "error_description": str(error)}, status=error.status, headers=headers)


def _answer(content: dict[str, object], *, status: int = 200, headers: Mapping[str, str] | None = None) -> JsonResponse:
    # Credentials in an answer must not rest in a cache on the way (RFC 6749, 5.1).
    return JsonResponse(
        content, status=status, headers={"Cache-Control": "no-store", "Pragma": "no-cache", **(headers or {})}
    )
