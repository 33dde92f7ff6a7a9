"""Addresses that are no ordinary views of Django REST framework, as the OpenAPI document describes them."""

from track360.api_docs import schemas
from track360.api_docs.schemas import Schema

SECURITY: Schema = {
    "brandToken": {
        "type": "apiKey",
        "in": "header",
        "name": "x-api-key",
        "description": "The brand's token, from its settings or `manage.py brand_token SLUG`.",
    },
    "clientInHeader": {
        "type": "http",
        "scheme": "basic",
        "description": "A client's id and secret, for `POST /oauth/token` only.",
    },
    "accessToken": {
        "type": "oauth2",
        "description": "From `POST /oauth/token`. `manage.py brand_client SLUG` makes a client.",
        "flows": {
            "clientCredentials": {
                "tokenUrl": "/oauth/token",
                "scopes": {"read": "Read what is stored and earned", "write": "Report and change"},
            }
        },
    },
}


def _header(name: str, description: str) -> Schema:
    return {"name": name, "in": "header", "description": description, "schema": {"type": "string"}}


def _answers(media_type: str, schema: Schema, by_status: dict[str, str]) -> Schema:
    return {
        status: {"description": description, "content": {media_type: {"schema": schema}}}
        for status, description in by_status.items()
    }


def _push(*, operation_id: str, name: str, summary: str, description: str, example: list[Schema]) -> Schema:
    reference = {"$ref": f"#/components/schemas/{name}"}
    batch = {"type": "array", "maxItems": 1000, "items": reference}
    receipt = _answers(
        "application/json",
        {"$ref": "#/components/schemas/Receipt"},
        {
            "200": "Every record is stored: a 2xx means committed.",
            "207": "Some records are stored, some are rejected.",
            "422": "No record is acceptable.",
        },
    )
    receipt["207"]["content"]["application/json"]["example"] = schemas.RECEIPT_EXAMPLE
    return {
        "post": {
            "operationId": operation_id,
            "tags": ["Push API"],
            "summary": summary,
            "description": description,
            "security": [{"brandToken": []}],
            "parameters": [
                _header("Idempotency-Key", "At most 255 characters: for 24 hours the same key gets the same answer."),
                _header("Prefer", "`handling=strict`: all or nothing. `return=minimal`: only rejections are listed."),
            ],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": {"oneOf": [batch, reference]}, "example": example}},
            },
            "responses": receipt
            | _answers(
                "application/problem+json",
                {"$ref": "#/components/schemas/Problem"},
                {
                    "400": "The bytes are no batch of records.",
                    "401": "No valid token.",
                    "403": "The brand is suspended.",
                    "405": "The address takes POST.",
                    "409": "The idempotency key was used for another body, or its request is still running.",
                    "411": "The body's length is not known.",
                    "413": "More than 1 MiB or 1000 records.",
                    "415": "Not application/json in UTF-8.",
                    "429": "Too many requests; `Retry-After` says when to go on.",
                    "503": "The database does not answer, or what records mean is being changed; nothing was stored.",
                },
            ),
        }
    }


PATHS: Schema = {
    "/tracking/events/customers": _push(
        operation_id="report_customers",
        name="Customer",
        summary="Report new and changed customers",
        description=(
            "Send a customer as soon as he has registered, with the tracking data that came with him, and again "
            "whenever something about him changes. Field names are matched without case, `_` and `-`; fields not "
            "listed are kept."
        ),
        example=[schemas.CUSTOMER_EXAMPLE],
    ),
    "/tracking/events/activities": _push(
        operation_id="report_activities",
        name="Activity",
        summary="Report what customers did",
        description=(
            "Single events or daily sums, at most 1000 a request. Sending the same again is recognised and changes "
            "nothing; a corrected record replaces the one it corrects. Unknown events are kept, and become live once "
            "the operator has said what they mean; activities of a customer who was not reported yet wait for him."
        ),
        example=schemas.ACTIVITY_EXAMPLES,
    ),
    "/oauth/token": {
        "post": {
            "operationId": "get_access_token",
            "tags": ["Access tokens"],
            "summary": "Get an access token",
            "description": (
                "OAuth 2.0 client credentials (RFC 6749, 4.4). The token is valid for an hour; ask for another one "
                "before it ends. Parameters in the address are ignored, each parameter is sent once, and after 20 "
                "failures in a minute a client is refused for a minute."
            ),
            "security": [{}, {"clientInHeader": []}],
            "requestBody": {
                "required": True,
                "content": {"application/x-www-form-urlencoded": {"schema": schemas.TOKEN_REQUEST}},
            },
            "responses": _answers("application/json", schemas.TOKEN, {"200": "A new access token."})
            | _answers(
                "application/json",
                schemas.TOKEN_ERROR,
                {
                    "400": "The request, the scope or the grant type cannot be.",
                    "401": "The client is unknown or the secret is wrong.",
                    "405": "The address takes POST.",
                    "429": "Too many failures.",
                    "503": "The database does not answer.",
                },
            ),
        }
    },
}
# Beside what each address of the reading API says itself.
FOR_EVERY_READER = _answers(
    "application/problem+json",
    {"$ref": "#/components/schemas/Problem"},
    {"405": "The address takes GET.", "406": "The answer is application/json."},
)
COMPONENTS: Schema = {
    "Activity": schemas.ACTIVITY,
    "Customer": schemas.CUSTOMER,
    "Problem": schemas.PROBLEM,
    "Receipt": schemas.RECEIPT,
}
