import re

import jsonschema_rs
import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import resolve

from tests.ingestion.conftest import sender
from track360.api_docs import schemas
from track360.api_docs.document import document

OPERATIONS = [
    ("post", "/tracking/events/customers"),
    ("post", "/tracking/events/activities"),
    ("post", "/oauth/token"),
    ("get", "/api/v1/commissions/lines"),
    ("get", "/api/v1/commissions/lines/{key}/explain"),
    ("get", "/api/v1/commissions/entries"),
]


def references(node):
    if isinstance(node, dict):
        yield from ([node["$ref"]] if isinstance(node.get("$ref"), str) else [])
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_the_document_lists_every_address_of_brands_systems():
    found = [(method, path) for path, item in document()["paths"].items() for method in item]

    assert sorted(found) == sorted(OPERATIONS)
    assert document()["openapi"].startswith("3.1")


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_what_is_documented_exists_and_is_described(method, path):
    operation = document()["paths"][path][method]

    assert resolve(path.replace("{key}", "0" * 32))
    assert operation["summary"]
    assert len(operation["description"]) > 40
    assert all("description" in parameter for parameter in operation.get("parameters", []))


def test_every_reference_leads_somewhere():
    known = {f"#/components/schemas/{name}" for name in document()["components"]["schemas"]}

    assert set(references(document()["paths"])) <= known


@pytest.mark.parametrize(
    ("schema", "example"),
    [
        (schemas.CUSTOMER, schemas.CUSTOMER_EXAMPLE),
        *((schemas.ACTIVITY, example) for example in schemas.ACTIVITY_EXAMPLES),
        (schemas.RECEIPT, schemas.RECEIPT_EXAMPLE),
    ],
)
def test_examples_are_what_they_are_examples_of(schema, example):
    jsonschema_rs.validate(schema, example)


C, A = {"customerId": "c1"}, {"eventname": "Deposit", "customerid": "c1", "Value": "5", "Currency": "USD"}


@pytest.mark.parametrize(
    ("entity", "schema", "record"),
    [
        *(
            ("customers", schemas.CUSTOMER, C | fields)
            for fields in (
                {"customerId": 7},
                {"customerId": None},
                {"customerId": True},
                {"customerId": ""},
                {"customerId": "x" * 201},
                {"VIP-Level": 3, "Country_Code": "DE"},
                dict.fromkeys(set(schemas.CUSTOMER["properties"]) - {"customerId"}),
                {"promo_code": 2024, "affiliate_id": 1000, "firstName": 5},
                {"promo_code": [], "note": []},
                {"tracking_data": 5},
                {"tracking_data": "x" * 51},
                {"country": "x" * 101},
                {"email": "x" * 501},
                {"regtime": 1753087560},
                {"last_modified_date": 1753087560},
            )
        ),
        *(
            ("activities", schemas.ACTIVITY, A | fields)
            for fields in (
                {"customerid": 7, "eventid": 8},
                {"customerid": None},
                {"eventid": 1.5},
                {"eventid": ""},
                {"eventname": "x" * 128},
                {"eventname": "x" * 129},
                {"eventid": None, "createtime": None, "product": None, "status": None, "amount_usd": None},
                {"eventname": "DailyStats", "Value": None, "Currency": None},
                {"Value": 5.25, "Amount-USD": 5.25},
                {"Value": True},
                {"Currency": "usd"},
                {"Currency": 840},
                {"product": 5},
                {"status": "x" * 129},
                {"createtime": 1753087560},
            )
        ),
    ],
)
def test_a_record_is_taken_if_it_is_as_described(db, entity, schema, record):
    taken = getattr(sender(), entity)(record)[0].partition(":")[0] in ("created", "parked")

    assert jsonschema_rs.is_valid(schema, record) is taken


def test_a_client_in_the_header_needs_no_other_in_the_form():
    jsonschema_rs.validate(schemas.TOKEN_REQUEST, {"grant_type": "client_credentials"})


def test_what_is_answered_without_the_database_is_described(db, monkeypatch):
    def away(**_):
        raise OperationalError

    monkeypatch.setattr("brands.oauth.tokens.grant", away)
    form = "grant_type=client_credentials&client_id=a&client_secret=b"
    answer = Client().post("/oauth/token", form, content_type="application/x-www-form-urlencoded")

    jsonschema_rs.validate(schemas.TOKEN_ERROR, answer.json())
    assert answer.status_code == 503


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_another_method_is_answered_as_described(db, method, path):
    described = document()["paths"][path][method]["responses"]["405"]["content"]
    answer = Client().put(path.replace("{key}", "0" * 32), headers={"x-api-key": sender().token})

    # Whoever shows no access token is told nothing else.
    assert answer.status_code == (401 if path.startswith("/api/v1/") else 405)
    assert answer["Content-Type"] in described


@pytest.mark.parametrize("path", ["/api/schema", "/api/schema/"])
def test_the_document_is_served(path):
    answer = Client().get(path)

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/vnd.oai.openapi+json")
    assert answer.json()["info"]["title"] == "Track360"


@pytest.mark.parametrize("path", ["/api/docs", "/api/docs/"])
def test_the_page_needs_no_loosened_policy(path):
    answer = Client().get(path)

    html = answer.content.decode()
    assert answer.status_code == 200
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert re.findall(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", html) == []
    assert re.findall(r'(?:src|href)="(?![/#])', html) == []
