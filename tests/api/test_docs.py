import re

import jsonschema_rs
import pytest
from django.test import Client
from django.urls import resolve

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
