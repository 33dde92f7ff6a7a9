"""What a visitor's request says: which visits count, and what it asks the redirect to do."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from affiliates.rules.landing import SUB_IDS

MAX_SUB_ID = 200
MAX_PARAMETERS = 100

# Crawlers and link previews that say so. One that does not cannot be told from a visitor, and costs a count only.
_ROBOT = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|preview|facebookexternalhit|whatsapp|telegram|skypeuri|embedly|quora link"
    r"|pinterest/|google-read-aloud|mediapartners|lighthouse|monitor|uptime|validator|archiver",
    re.IGNORECASE,
)
# What browsers send with a request for a page that nobody looks at yet.
_PURPOSES = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of a visit that mean something to us."""

    subs: tuple[str, str, str, str, str]
    deep_link: str | None


NOTHING = Asked(("", "", "", "", ""), None)


def counts(environ: Mapping[str, str]) -> bool:
    """Tell whether a visit is a person's, from the names that CGI gives to method and headers."""
    if environ.get("REQUEST_METHOD") != "GET" or _ROBOT.search(environ.get("HTTP_USER_AGENT", "")):
        return False
    return not any("pre" in environ[name].lower() for name in _PURPOSES if name in environ)


def asked(query: str) -> Asked:
    """Read a visit's query: sub ids, cut to 200 characters, and the deep link. Of several values the first counts.

    Whatever cannot be read is as if it had not been sent: a redirect never fails.
    """
    if not query:
        return NOTHING
    try:
        sent = parse_qsl(query, max_num_fields=MAX_PARAMETERS)
    except ValueError:
        return NOTHING
    values: dict[str, str] = {}
    for name, value in sent:
        values.setdefault(name, value)
    # PostgreSQL stores no NUL.
    first, second, third, fourth, fifth = (values.get(name, "").replace("\0", "")[:MAX_SUB_ID] for name in SUB_IDS)
    return Asked((first, second, third, fourth, fifth), values.get("dl"))
