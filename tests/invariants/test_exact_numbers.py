"""No float between socket and disk: found by reading the code, and by sending numbers that a float would change."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

ROOT = Path(__file__).parents[2]
OURS = ("brands", "affiliates", "ingestion", "attribution", "commissions", "portal", "track360")
# The floats of these are seconds: patience and clocks.
ABOUT_TIME = {
    "attribution/queries/targets.py",
    "attribution/services/clicks.py",
    "brands/authentication.py",
    "brands/rate_limits.py",
    "track360/celery.py",
    "track360/checks.py",
    "track360/health.py",
    "track360/lib/jobs.py",
    "track360/lib/outbound.py",
    "track360/lib/postgresql/base.py",
    "track360/settings.py",
    "track360/watch.py",
}
# Reads JSON that it has written itself and that holds whole numbers only.
WHOLE_NUMBERS = {"ingestion/services/rereading.py"}
# Pictures of figures that are already rounded.
PICTURES = {"portal/charts.py"}
# What makes a float, or a Decimal of one.
MAKERS = {"float", "FloatField", "Float"}


def modules():
    for app in OURS:
        for file in sorted((ROOT / app).rglob("*.py")):
            name = str(file.relative_to(ROOT))
            if "/migrations/" not in name and name not in PICTURES | WHOLE_NUMBERS:
                yield name


def floats_in(source):
    """Every place that makes a float, or reads JSON as Python likes it: with floats."""
    tree = ast.parse(source)
    asked_about = {
        name
        for call in ast.walk(tree)
        if isinstance(call, ast.MatchClass)
        or (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "isinstance")
        for name in ast.walk(call)
    }
    for node in ast.walk(tree):
        if node in asked_about:
            continue
        match node:
            case ast.Constant(value=float()):
                yield f"line {node.lineno}: the number {node.value}"
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in MAKERS:
                yield f"line {node.lineno}: {name}"
            case ast.Call(func=ast.Attribute(value=ast.Name(id="json"), attr="load" | "loads")) if not (
                {keyword.arg for keyword in node.keywords} & {"parse_float", "cls"}
            ):
                yield f"line {node.lineno}: json.{node.func.attr} without parse_float"
            case (
                ast.ImportFrom(module="orjson" | "msgspec" | "ujson")
                | ast.Import(names=[ast.alias(name="orjson" | "msgspec" | "ujson")])
            ):
                yield f"line {node.lineno}: a decoder that makes floats"


@pytest.mark.parametrize("module", list(modules()))
def test_a_module_makes_no_float(module):
    found = list(floats_in((ROOT / module).read_text()))

    assert [each for each in found if module not in ABOUT_TIME or "json" in each or "decoder" in each] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("rate = 0.3", "line 1: the number 0.3"),
        ("rate = float(text)", "line 1: float"),
        ("import json\njson.loads(body)", "line 2: json.loads without parse_float"),
        ("import orjson", "line 1: a decoder that makes floats"),
        ("amount = models.FloatField()", "line 1: FloatField"),
    ],
)
def test_the_reading_of_the_code_finds_floats(source, found):
    assert list(floats_in(source)) == [found]


def test_no_table_has_a_column_of_floats():
    fields = [field for model in apps.get_models() for field in model._meta.local_fields]

    assert [field for field in fields if isinstance(field, models.FloatField)] == []
