"""What pages are made of: our own files only, unchanged, without inline code, legible."""

import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string

STATIC = settings.BASE_DIR / "static"
TEMPLATES = settings.BASE_DIR / "templates"
SHELVES = [STATIC / "vendor", settings.BASE_DIR / "tests" / "browser" / "vendor"]
OURS = [path for path in STATIC.rglob("*") if path.suffix in {".css", ".js", ".svg"} and "vendor" not in path.parts]


@pytest.mark.parametrize("shelf", SHELVES, ids=lambda path: path.parent.name)
def test_vendored_files_are_exactly_those_of_the_manifest(shelf):
    packages = json.loads((shelf / "MANIFEST.json").read_text())["packages"]

    listed = {entry["path"]: entry["sha256"] for package in packages for entry in package["files"]}
    licences = {path for package in packages for path in package["licence_files"]}
    present = {
        str(path.relative_to(shelf)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in shelf.rglob("*")
        if path.is_file() and path.name != "MANIFEST.json"
    }
    assert {path: digest for path, digest in present.items() if path not in licences} == listed
    assert licences <= present.keys()
    assert all(package["version"] and package["licence"] and package["licence_files"] for package in packages)


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_template_needs_nothing_inline_and_nothing_from_elsewhere(path):
    assert violations(path.read_text()) == []


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>",
        '<script src="https://cdn.example/x.js"></script>',
        '<link rel="stylesheet" href="//cdn.example/x.css">',
        "<style>p { color: red }</style>",
        '<p style="color: red">',
        '<button onclick="go()">',
        '<a href="javascript:go()">',
        '<div hx-on:click="go()">',
        '<img src="https://elsewhere.example/pixel.gif">',
        '<form action="https://elsewhere.example/">',
    ],
)
def test_what_templates_must_not_contain_is_found(markup):
    assert violations(markup) != []


def violations(markup: str) -> list[str]:
    """List what the Content-Security-Policy would refuse, and what would be loaded from another origin."""
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attributes):
            names = dict(attributes)
            if tag == "style" or (tag == "script" and "src" not in names and names.get("type") != "application/json"):
                found.append(f"inline <{tag}>")
            for name, value in attributes:
                if name == "style" or name.startswith(("on", "hx-on")):
                    found.append(f"{name} on <{tag}>")
                loads = name in {"src", "srcset", "action", "data", "poster"} or (name == "href" and tag != "a")
                if loads and re.match(r"\s*(https?:)?//", value or ""):
                    found.append(f"{name} leads elsewhere: {value}")
                if re.match(r"\s*javascript:", value or ""):
                    found.append(f"{name} is code")

    Reader().feed(re.sub(r"{%.*?%}|{#.*?#}|{{.*?}}", "", markup, flags=re.S))
    return found


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(STATIC)))
def test_own_asset_loads_nothing_from_elsewhere_and_evaluates_nothing(path):
    text = re.sub(r'xmlns="[^"]*"', "", path.read_text())

    assert re.findall(r"https?://|url\(\s*[\"']?//|\beval\(|new Function|<script|<style", text) == []


def test_addresses_in_style_sheets_lead_to_files():
    missing = [
        (path.name, address)
        for path in STATIC.glob("css/*.css")
        for address in re.findall(r"url\([\"']?([^\"')]+)", path.read_text())
        if not (path.parent / address).is_file()
    ]

    assert missing == []


def test_every_icon_that_a_template_names_is_drawn():
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "img" / "icons.svg").read_text()))
    named = {
        name
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r'(?:icon\.html" with name|with icon)="([\w-]+)"', path.read_text())
    }

    assert named - drawn == set()


@pytest.mark.parametrize("code", [400, 403, 404, 429, 500, 503])
def test_error_page_can_be_shown_without_a_request(code):
    page = render_to_string(f"{code}.html")

    assert f">{code}<" in page
    assert "<h1>" in page


# --- contrast (WCAG 2.2, 1.4.3 and 1.4.11) ---

GROUNDS = ("paper", "surface", "sunken")
TEXTS = ("ink", "ink-soft", "ink-faint", "accent", "accent-strong", "good", "bad", "warn")
PAIRS = [
    *((text, ground, 4.5) for text in TEXTS for ground in GROUNDS),
    ("on-accent", "accent", 4.5),
    ("on-accent", "accent-strong", 4.5),
    ("accent-strong", "accent-soft", 4.5),
    ("ink", "accent-soft", 4.5),
    ("ink-soft", "accent-soft", 4.5),
    ("good", "good-soft", 4.5),
    ("bad", "bad-soft", 4.5),
    ("warn", "warn-soft", 4.5),
    ("ink", "warn-soft", 4.5),
    *((drawn, "surface", 3.0) for drawn in ("line-strong", "series-1", "series-2", "series-before", "accent")),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_can_be_told_apart(theme):
    tokens = dict(
        re.findall(r"--([\w-]+): light-dark\((#\w{6}, #\w{6})\)", (STATIC / "css" / "tokens.css").read_text())
    )
    colours = {name: pair.split(", ")[theme == "dark"] for name, pair in tokens.items()}

    too_weak = {
        (front, back): round(contrast(colours[front], colours[back]), 2)
        for front, back, least in PAIRS
        if contrast(colours[front], colours[back]) < least
    }

    assert too_weak == {}


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_static_file_a_template_names_exists():
    named = {
        (str(path.relative_to(TEMPLATES)), name)
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r'{% static "([^"]+)" %}', path.read_text())
        if not name.startswith(("admin/", "drf_spectacular"))
    }

    assert {(path, name) for path, name in named if not Path(STATIC, name).is_file()} == set()
