"""`GET /c/{link}`: from an affiliate's page to the brand's, with a token that says who sent the visitor.

A redirect costs a dictionary's look-up, a signature and a few strings: it waits for no database once its link is known
(`KnownLinks`), and the visit is written down later (`ClickBuffer`).
"""

from collections.abc import Callable
from urllib.parse import quote

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from affiliates.rules.landing import SUB_IDS, addressed, safe_landing
from attribution.queries.targets import Target, links
from attribution.rules import tokens, visits
from attribution.services import ClickBuffer, Visit
from track360.lib.problems import read_only

CLICK_PATH = "/c/"

clicks = ClickBuffer()


@read_only
def click(request: HttpRequest, code: str) -> HttpResponse:
    """Redirect a visitor to the link's landing page, or answer 404 when there is no such link."""
    response = redirected(request, code)
    if response is None:
        raise Http404
    return response


def redirected(request: HttpRequest, code: str) -> HttpResponse | None:
    """Return the redirect of a visit, which is counted if it is a person's; None when the link leads nowhere."""
    target = links.get(code)
    if target is None:
        return None
    asked = visits.asked(request.META.get("QUERY_STRING", ""))
    if target.keys is None:
        return _found(addressed(address=target.landing, token=None))
    now = timezone.now()
    token = tokens.mint(keys=target.keys, link=target.link, clicked_at=now, nonce=tokens.new_nonce())
    if visits.counts(request.META):
        clicks.add(Visit(target.brand, target.affiliate, target.campaign, target.link, token, now, asked.subs))
    return _found(_address(target, token, asked))


class ClickMiddleware:
    """Answer known links before every other middleware.

    A redirect has no session, user, message, policy or template, and a popular link is visited more often than all
    pages together. Everything but a visit of a link that leads somewhere goes its usual way, the 404 page too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if path.startswith(CLICK_PATH) and request.method in ("GET", "HEAD"):
            try:
                response = redirected(request, path[len(CLICK_PATH) :].rstrip("/"))
            except (OperationalError, InterfaceError):  # the link was never known here, and now nobody can be asked
                return HttpResponse(status=503, headers={"Retry-After": "5", "Cache-Control": "no-store"})
            if response is not None:
                return response
        return self.get_response(request)


def _address(target: Target, token: str, asked: visits.Asked) -> str:
    deep_link = None if asked.deep_link is None else safe_landing(asked.deep_link, hosts=target.hosts)
    subs = [(name, value) for name, value in zip(SUB_IDS, asked.subs, strict=True) if value]
    if deep_link is not None or target.around_token is None:
        return addressed(address=deep_link or target.landing, token=token, subs=subs)
    before, after = target.around_token
    return before + token + "".join(f"&{name}={quote(value, safe='')}" for name, value in subs) + after


def _found(location: str) -> HttpResponse:
    return HttpResponse(
        status=302,
        headers={
            "Location": location,
            # A redirect that is kept anywhere would hand one visitor's token to the next.
            "Cache-Control": "no-store",
            "Content-Length": "0",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex, nofollow",
        },
    )
