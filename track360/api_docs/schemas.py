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


def _amount(description: str) -> Schema:
    return {
        "type": ["string", "number"],
        "description": description + " Read from the digits as sent; at most 15 of them, 8 behind the point.",
    }


CUSTOMER: Schema = {
    "type": "object",
    "required": ["customerId"],
    "additionalProperties": True,
    "properties": {
        "customerId": _text(
            "Your id of the customer, unique in your brand. Sending it again updates him.", maxLength=200
        ),
        "regtime": _text("When he registered: `YYYY-MM-DD HH:mm` in the brand's time zone, or RFC 3339."),
        "country": _text("Preferably ISO 3166-1 alpha-2."),
        "firstName": _text("Personal data, kept apart from all that commissions need.", maxLength=500),
        "lastName": _text("Personal data, kept apart from all that commissions need.", maxLength=500),
        "tracking_data": _text("The value that came with the visitor, unchanged.", maxLength=50),
        "promo_code": _text("The promo code he typed.", maxLength=500),
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
        "eventname": _text("A KPI (`Deposit`, `GGR`), an agreed event, or `DailyStats`.", maxLength=500),
        "eventid": _text(
            "Your id of the event. With it, a re-send is recognised whatever else it says.", maxLength=200
        ),
        "createtime": _text("A date for a daily sum, else a time; without one, the time of receipt."),
        "customerid": _text("The customer's id as sent to the Customer API.", maxLength=200),
        "Value": _amount("The amount, when the event's name is a KPI."),
        "Currency": _text("ISO 4217, in capitals."),
        "product": _text("The product line: Casino, Sports, Poker, Bingo; FX, CFD, Metals, Crypto."),
        "status": _text("pending, approved, reversed or rejected; approved without one."),
    },
    "description": "Every other field whose name is a KPI (`NGR`, `Bets`, `Lots`) is an amount of that KPI.",
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
                    "field": _text("The field it is about, as you sent it."),
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
    "required": ["grant_type", "client_id", "client_secret"],
    "properties": {
        "grant_type": {"const": "client_credentials"},
        "client_id": _text("Or send id and secret with HTTP Basic instead."),
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
            ]
        },
        "error_description": {"type": "string"},
    },
}
