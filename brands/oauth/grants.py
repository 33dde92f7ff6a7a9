"""Reading a request for an access token: strictly, from the form and the Authorization header alone."""

import base64
import binascii
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_plus

from brands.oauth.errors import InvalidClient, InvalidRequest, UnsupportedGrantType

FORM = "application/x-www-form-urlencoded"
GRANT_TYPE = "client_credentials"
MAX_FIELDS = 50


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A well-formed request for a token. Nothing in it has been checked against anything stored."""

    client_id: str
    client_secret: str
    scopes: frozenset[str] | None


def read(*, content_type: str, body: bytes, authorization: str) -> TokenRequest:
    """Read a token request from its parts. What stands in the URL is not looked at: it ends up in access logs.

    Raises InvalidRequest, UnsupportedGrantType, or InvalidClient for credentials that cannot be read or come in two
    ways at once (RFC 6749, 2.3 and 3.2).
    """
    fields = _fields(content_type, body)
    grant_type = fields.get("grant_type")
    if grant_type is None:
        raise InvalidRequest("grant_type is missing. Send grant_type=client_credentials as a form field.")
    if grant_type != GRANT_TYPE:
        raise UnsupportedGrantType("The only grant type is client_credentials, in lower case.")
    client_id, client_secret = _credentials(fields, authorization)
    scope = fields.get("scope")
    return TokenRequest(
        client_id=client_id,
        client_secret=client_secret,
        scopes=frozenset(scope.split()) if scope is not None else None,
    )


def _fields(content_type: str, body: bytes) -> dict[str, str]:
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type != FORM and body:
        raise InvalidRequest(f"Send the parameters as {FORM}.")
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise InvalidRequest("The form cannot be read: it is not UTF-8 or has too many fields.") from error
    if len({name for name, _ in pairs}) != len(pairs):
        raise InvalidRequest("A parameter was sent twice. Send each one once.")
    return {name: value for name, value in pairs if value}


def _credentials(fields: dict[str, str], authorization: str) -> tuple[str, str]:
    in_form = "client_id" in fields or "client_secret" in fields
    if authorization:
        if in_form:
            raise InvalidClient("Authenticate once: in the form or in the Authorization header, not both.")
        return _basic(authorization)
    if "client_id" not in fields or "client_secret" not in fields:
        raise InvalidRequest("client_id and client_secret are missing. Send them as form fields, or with HTTP Basic.")
    return fields["client_id"], fields["client_secret"]


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClient("The Authorization header must use HTTP Basic.")
    try:
        identity, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError) as error:
        raise InvalidClient("The Authorization header cannot be read.") from error
    if not colon:
        raise InvalidClient("The Authorization header cannot be read.")
    return unquote_plus(identity), unquote_plus(secret)
