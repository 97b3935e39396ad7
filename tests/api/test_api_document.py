"""docs/api.md names every route with its method, shows a call in every part, and no refusal that the code doesn't know."""

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
ROOMS = ("responsibilities", "projects", "accounts", "payroll", "escalation", "sheets")


@pytest.fixture(scope="module")
def routes() -> set[str]:
    """`POST /api/v1/…` of every operation in the schema."""
    box = StringIO()
    call_command("spectacular", "--format", "openapi-json", stdout=box)
    paths = json.loads(box.getvalue())["paths"]
    return {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}


def named(document: str) -> set[str]:
    return set(re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) /api/v1/[^`]*)`", document))


def test_every_route_of_the_schema_stands_in_the_document_and_no_other(routes):
    assert named(DOCUMENT) == routes


def test_a_route_left_out_is_noticed(routes):
    shorter = DOCUMENT.replace("`POST /api/v1/payroll-batches/nil/`", "")
    assert routes - named(shorter) == {"POST /api/v1/payroll-batches/nil/"}


def test_every_part_shows_a_call():
    _opening, shared, *parts = re.split(r"^## ", DOCUMENT, flags=re.MULTILINE)
    assert shared.startswith("What every call shares")
    for part in parts:
        assert "curl -H" in part, part.splitlines()[0]


def test_every_refusal_named_is_one_that_the_code_knows():
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if "migrations" not in path.parts
    )
    told = re.findall(r"[Rr]efused(?: with)?:? ((?:[^.]|\.md)*?)\.(?:\s|$)", DOCUMENT)
    codes = {code for sentence in told for code in re.findall(r"`([a-z_]{4,})`", sentence)}
    assert len(codes) > 40
    unknown = {one for one in codes if f'"{one}"' not in code} - {"fields", "errors", "refused", "refused_code"}
    assert unknown == set()


def test_the_readme_leads_to_it():
    assert "docs/api.md" in (ROOT / "README.md").read_text(encoding="utf-8")
