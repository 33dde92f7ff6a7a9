"""The deployment guide lists every setting there is, and none that there is not."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/guides/deployment.md").read_text()


# Read by the library that counts, not by settings.py.
OF_LIBRARIES = {"PROMETHEUS_MULTIPROC_DIR"}


def settings_read():
    """Names and plain defaults of everything that settings.py reads from the environment."""
    for node in ast.walk(ast.parse((ROOT / "track360/settings.py").read_text())):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="env")), args=[ast.Constant(value=name), *default]):
                yield name, default[0].value if default and isinstance(default[0], ast.Constant) else None


def settings_printed():
    """Names and defaults in the guide's table."""
    table = GUIDE.partition("## Settings")[2].partition("\n## ")[0]
    for line in table.splitlines():
        if line.startswith("| `"):
            names, default, _ = (cell.strip() for cell in line.strip("|").split("|"))
            for name in re.findall(r"`([A-Z_]+)`", names):
                yield name, default


def test_every_setting_is_in_the_table():
    printed = {name for name, _ in settings_printed()}

    assert printed - OF_LIBRARIES == {name for name, _ in settings_read()}


def test_the_defaults_are_those_of_the_settings():
    printed = dict(settings_printed())
    wrong = {
        name: (printed[name], default)
        for name, default in settings_read()
        if default not in (None, "", False, True) and printed[name] != f"`{default}`"
    }

    assert wrong == {}


def test_commands_and_addresses_in_the_guide_exist():
    from django.core.management import get_commands
    from django.urls import resolve

    for command in set(re.findall(r"manage\.py (\w+)", GUIDE)):
        assert command in get_commands()
    for path in ("/livez", "/readyz", "/metrics"):
        assert f"`{path}" in GUIDE
        resolve(path)
