"""Shapes of what is sent and answered, as JSON Schema, with the published examples."""

from typing import Any

Schema = dict[str, Any]

CUSTOMER_EXAMPLE: Schema = {
    "customerId": "12386a7c-d843-4b12-9ad3-3ae295d49c27",
    "regtime": "2025-07-21 08:46",
    "country": "US",
    "firstName": "Alex",
    "lastName": "Taylor",
    "tracking_data": "2001_1000_abcdefg",
}
ACTIVITY_EXAMPLES: list[Schema] = [
    {
        "eventname": "Deposit",
        "eventid": "1234",
        "createtime": "2025-07-20 11:03",
        "customerid": "12386a7c-d843-4b12-9ad3-3ae295d49c27",
        "Value": "250.00",
        "Currency": "USD",
    },
    {
        "eventname": "DailyStats",
        "createtime": "2025-07-21",
        "customerid": "12386a7c-d843-4b12-9ad3-3ae295d49c27",
        "GGR": "50.00",
        "NGR": "45.00",
        "Bets": "550.00",
        "Games": "15",
        "Currency": "USD",
    },
]
RECEIPT_EXAMPLE: Schema = {
    "delivery": "01JZ3M8Q2V7W4X5Y6Z7A8B9C0D",
    "received": 2,
    "accepted": 1,
    "duplicates": 0,
    "rejected": 1,
    "results": [
        {"index": 0, "outcome": "created", "id": "1234"},
        {
            "index": 1,
            "outcome": "rejected",
            "code": "invalid_amount",
            "field": "Value",
            "message": "Write the amount as a plain number, such as 250.00.",
        },
    ],
}


def _text(description: str, **more: Any) -> Schema:
    return {"type": "string", "description": description, **more}


def _id(description: str, **more: Any) -> Schema:
    return {"type": ["string", "integer"], "description": description, "minLength": 1, **more}


def _optional(schema: Schema) -> Schema:
    types = schema["type"]
    return schema | {"type": [*([types] if isinstance(types, str) else types), "null"]}


def _maybe(description: str, **more: Any) -> Schema:
    return _optional(_text(description, **more))


def _word(description: str) -> Schema:
    return {"type": ["string", "number", "null"], "description": description, "maxLength": 500}


def _amount(description: str) -> Schema:
    return {
        "type": ["string", "number", "null"],
        "description": description + " Read from the digits as sent; at most 15 of them, 8 behind the point.",
    }


NAMES = (
    "Names are understood in other spellings too (`customer_id`, `CUSTOMERID`), one spelling of each in a record. A "
    "field that is null is left out."
)
CUSTOMER: Schema = {
    "type": "object",
    "required": ["customerId"],
    "additionalProperties": True,
    "description": NAMES,
    "properties": {
        "customerId": _id(
            "Your id of the customer, unique in your brand. Sending it again updates him. The number 7 is the id `7`.",
            maxLength=200,
        ),
        "regtime": _maybe("When he registered: `YYYY-MM-DD HH:mm` in the brand's time zone, or RFC 3339."),
        "country": _word("Preferably ISO 3166-1 alpha-2.") | {"maxLength": 100},
        "firstName": _word("Personal data, kept apart from all that commissions need."),
        "lastName": _word("Personal data, kept apart from all that commissions need."),
        "email": _word("Personal data, kept apart from all that commissions need."),
        "tracking_data": _maybe("The value that came with the visitor, unchanged.", maxLength=50),
        "click_id": _word("Further evidence of who sent him."),
        "affiliate_id": _word("Further evidence of who sent him."),
        "campaign_id": _word("Further evidence of who sent him."),
        "promo_code": _word("The promo code he typed."),
        "salesStatus": _word("Your own word."),
        "kycStatus": _word("Your own word."),
        "last_modified_date": {
            "description": (
                "When you changed him last. A record older than the stored one is ignored (`duplicate`, code `stale`); "
                "what cannot be read as a time is kept and has no effect."
            )
        },
    },
}
ACTIVITY: Schema = {
    "type": "object",
    "required": ["eventname", "customerid"],
    "additionalProperties": True,
    "properties": {
        "eventname": _id("A KPI (`Deposit`, `GGR`), an agreed event, or `DailyStats`.", maxLength=128),
        "eventid": _optional(
            _id("Your id of the event. With it, a re-send is recognised whatever else it says.", maxLength=200)
        ),
        "createtime": _maybe("A date for a daily sum, else a time; without one, the time of receipt."),
        "customerid": _id("The customer's id as sent to the Customer API.", maxLength=200),
        "Value": _amount("The amount, when the event's name is a KPI."),
        "Currency": _maybe("ISO 4217, in capitals.", pattern="^[A-Z]{3}$"),
        "amount_usd": _amount("The amount in US dollars, if you have converted it: it counts in place of `Value`."),
        "product": _maybe("The product line: Casino, Sports, Poker, Bingo; FX, CFD, Metals, Crypto.", maxLength=128),
        "status": _maybe("pending, approved, reversed or rejected; approved without one.", maxLength=128),
    },
    "description": "Every other field whose name is a KPI (`NGR`, `Bets`, `Lots`) is an amount of that KPI. " + NAMES,
}
RECEIPT: Schema = {
    "type": "object",
    "required": ["delivery", "received", "accepted", "duplicates", "rejected", "results"],
    "properties": {
        "delivery": _text("Under this id the request is kept, byte for byte."),
        "received": {"type": "integer"},
        "accepted": {"type": "integer", "description": "Created, updated or parked."},
        "duplicates": {"type": "integer"},
        "rejected": {"type": "integer"},
        "results": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["index", "outcome"],
                "properties": {
                    "index": {"type": "integer"},
                    "outcome": {"enum": ["created", "updated", "duplicate", "parked", "rejected"]},
                    "id": _text("The record's id, if it has one."),
                    "code": _text("Why it is parked or rejected; stable for programs."),
                    "field": _text(
                        "The field it is about: a field of ours by its name here, any other as you sent it. Left out "
                        "where it is the record as a whole."
                    ),
                    "message": _text("What to do."),
                },
            },
        },
    },
}
PROBLEM: Schema = {
    "type": "object",
    "description": "RFC 9457.",
    "required": ["type", "title", "status", "code", "detail", "request_id"],
    "properties": {
        "type": _text("about:blank"),
        "title": _text("The status in words."),
        "status": {"type": "integer"},
        "code": _text("Stable for programs."),
        "detail": _text("What to do."),
        "request_id": _text("Finds the request in our logs."),
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}
TOKEN_REQUEST: Schema = {
    "type": "object",
    "required": ["grant_type"],
    "properties": {
        "grant_type": {"const": "client_credentials"},
        "client_id": _text("Id and secret stand here, or in the header `Authorization` (HTTP Basic), not in both."),
        "client_secret": {"type": "string", "format": "password"},
        "scope": _text("`read`, `write` or both; without it, all the client has.", examples=["read write"]),
    },
}
TOKEN: Schema = {
    "type": "object",
    "required": ["access_token", "token_type", "expires_in", "scope"],
    "properties": {
        "access_token": {"type": "string"},
        "token_type": {"const": "Bearer"},
        "expires_in": {"type": "integer", "examples": [3600]},
        "scope": {"type": "string", "examples": ["read write"]},
    },
}
TOKEN_ERROR: Schema = {
    "type": "object",
    "description": "RFC 6749, 5.2.",
    "required": ["error"],
    "properties": {
        "error": {
            "enum": [
                "invalid_request",
                "invalid_client",
                "unauthorized_client",
                "unsupported_grant_type",
                "invalid_scope",
                "rate_limited",
                "temporarily_unavailable",
            ]
        },
        "error_description": {"type": "string"},
    },
}
