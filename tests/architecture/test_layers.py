"""What the house promises of its own code, held by reading the code: layers, clock, services, templates."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.urls import get_resolver

from responsibilities.models.scoping import ProjectScopedQuerySet
from tests.access.addresses import routes

ROOT = Path(settings.BASE_DIR)
# From the highest room to the lowest; see docs/architecture.md.
ROOMS = ("escalation", "payroll", "accounts", "projects", "responsibilities")
CODE = [
    path
    for room in (*ROOMS, "sheets", "zhangye_wages")
    for path in sorted((ROOT / room).rglob("*.py"))
    if "migrations" not in path.parts
]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_imports_point_down():
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


# ── models ─────────────────────────────────────────────────────────────


def own_models() -> list[type[models.Model]]:
    return [model for room in ROOMS for model in apps.get_app_config(room).get_models()]


def points_up(model: type[models.Model]) -> list[str]:
    """Foreign keys of a model that lead to a higher room."""
    height = ROOMS.index(model._meta.app_label)
    return [
        f"{model.__name__}.{field.name} → {field.related_model._meta.label}"
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey | models.ManyToManyField)
        and field.related_model._meta.app_label in ROOMS
        and ROOMS.index(field.related_model._meta.app_label) < height
    ]


def test_foreign_keys_between_rooms_point_down():
    assert [line for model in own_models() for line in points_up(model)] == []


def test_a_foreign_key_that_points_up_is_noticed():
    class Upward(models.Model):
        batch = models.ForeignKey("payroll.PayrollBatch", models.CASCADE)

        class Meta:
            app_label = "projects"

    apps.all_models["projects"].pop("upward")
    assert points_up(Upward) == ["Upward.batch → payroll.PayrollBatch"]


def resolves(model: type[models.Model], path: str) -> type[models.Model]:
    """The model at the end of a `__` path; FieldDoesNotExist where it breaks."""
    for name in filter(None, path.split("__")):
        model = model._meta.get_field(name).related_model
    return model


def test_every_scope_path_leads_to_its_subject():
    for model in own_models():
        if isinstance(model._default_manager.all(), ProjectScopedQuerySet):
            assert resolves(model, model.scope_project)._meta.label == "projects.Project", model
        if path := getattr(model, "scope_deadline", ""):
            assert resolves(model, path)._meta.label == "escalation.Deadline", model
    with pytest.raises(FieldDoesNotExist):
        resolves(apps.get_model("projects", "Approval"), "site")


def test_a_model_that_hangs_on_a_project_is_scoped():
    """Rows below a scoped row are read through it; whatever names a project itself can be narrowed by itself."""
    event_tables = {model for model in own_models() if model.__name__.endswith("Event")}
    loose = [
        model._meta.label
        for model in own_models()
        if model not in event_tables
        and any(
            field.is_relation and field.related_model is apps.get_model("projects", "Project")
            for field in model._meta.concrete_fields
        )
        and not hasattr(model._default_manager.all(), "visible_to")
    ]
    assert loose == []


# ── views ──────────────────────────────────────────────────────────────


def test_every_view_states_its_permission_or_is_public():
    from tests.access.expectations import DOCUMENTATION, PUBLIC

    silent = [
        name
        for name, pattern in routes()
        if name not in PUBLIC | DOCUMENTATION
        and not hasattr(getattr(pattern.callback, "cls", pattern.callback), "permission")
    ]
    assert not silent, "\n".join(silent)
    assert get_resolver().url_patterns


# ── services, clock ────────────────────────────────────────────────────


def functions(path: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)]


def is_act(function: ast.FunctionDef) -> bool:
    """A public service that names its actor writes for somebody."""
    names = {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}
    return not function.name.startswith("_") and "actor" in names


def loose_arguments(function: ast.FunctionDef) -> list[str]:
    return [argument.arg for argument in function.args.args]


def services() -> list[Path]:
    return [path for path in CODE if "services" in path.parts]


# What a call reads like without a keyword: the person, the stream or the table that is acted on, and nothing else.
POSITIONAL = {
    "token_create": ["user"],
    "template_write": ["target"],
    "month_copy": ["target"],
    "import_allocations": ["table"],
    "import_approvals": ["table"],
    "import_projects": ["table"],
}


def test_acts_take_keywords_only():
    loose = {
        f"{named(path)}:{function.name}": loose_arguments(function)
        for path in services()
        for function in functions(path)
        if is_act(function) and loose_arguments(function) not in ([], POSITIONAL.get(function.name))
    }
    assert not loose, "\n".join(loose)


def test_acts_that_write_on_the_trail_name_their_actor():
    """Whoever calls `record_event` was told who acts (the sealing and the seeding of the system itself aside)."""
    silent = []
    for path in services():
        for function in functions(path):
            calls = {
                node.func.id
                for node in ast.walk(function)
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            }
            names = {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}
            by_itself = "Actor.system(" in ast.unparse(function)
            if "record_event" in calls and not names & {"actor", "run"} and not by_itself:
                silent.append(f"{named(path)}:{function.name}")
    assert not silent, "\n".join(silent)


CLOCK = "responsibilities/selectors/clock.py"
BANNED = {
    "today": {"date", "datetime"},
    "utcnow": {"datetime"},
    "localdate": {"timezone"},
    "now": {"timezone", "datetime"},
}
# Machines, not law: how long a server takes, whether a worker lives. None of these decides about a deadline.
MACHINES = ("zhangye_wages/",)


def clock_readings(source: str) -> list[str]:
    """`date.today()`, `timezone.now()` and their like."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            owner = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            if owner in BANNED.get(node.func.attr, ()):
                found.append(f"{owner}.{node.func.attr}")
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.timezone":
            found += [f"timezone.{item.name}" for item in node.names if item.name in ("now", "localdate")]
    return found


def test_the_clock_is_read_in_one_place():
    read = {
        named(path): found
        for path in CODE
        if named(path) != CLOCK
        and not named(path).startswith(MACHINES)
        and (found := clock_readings(path.read_text("utf-8")))
    }
    assert not read, read


@pytest.mark.parametrize(
    "source",
    [
        "import datetime\ndatetime.date.today()",
        "from datetime import date\ndate.today()",
        "from django.utils import timezone\ntimezone.now()",
        "from django.utils.timezone import now",
        "import datetime\ndatetime.datetime.now()",
    ],
)
def test_another_reading_of_the_clock_is_noticed(source):
    assert clock_readings(source)


# The scope, or rows and a row that a scoped read gave.
NARROWED = (["scope"], ["rows"], ["page"], ["batch"], ["project"])


def test_selectors_take_the_scope_first_or_say_that_they_do_not():
    """A public read of a scoped model begins with `scope`; one without is named `…_unscoped`."""
    wrong = []
    for path in CODE:
        if "selectors" not in path.parts:
            continue
        source = path.read_text("utf-8")
        scoped = {
            name
            for name in re.findall(r"\b(\w+)\.objects", source)
            if any(
                model.__name__ == name and hasattr(model._default_manager.all(), "visible_to") for model in own_models()
            )
        }
        for function in functions(path):
            first = [argument.arg for argument in function.args.args[:1]]
            reads = {
                node.value.id
                for node in ast.walk(function)
                if isinstance(node, ast.Attribute) and node.attr == "objects" and isinstance(node.value, ast.Name)
            }
            if function.name.startswith("_") or not reads & scoped:
                continue
            if first not in NARROWED and not function.name.endswith("_unscoped"):
                wrong.append(f"{named(path)}:{function.name}")
    assert not wrong, "\n".join(wrong)


# ── templates ──────────────────────────────────────────────────────────

INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")|<style|\sstyle=|\son[a-z]+=\"|javascript:"
)
# `.count` and `.first` are names of dictionaries and loops too; these are names of managers only.
QUERIES = re.compile(r"\.(?:objects|all|exists|get_queryset|\w+_set)\b(?!\s*=)")


# Read once by the page's selector, together with the rows.
PREFETCHED = ("person.grants.all", "version.ladder.all", "decision.responses.all")


def inline_code(text: str) -> list[str]:
    return INLINE.findall(re.sub(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}", "", text, flags=re.S))


def queries(text: str) -> list[str]:
    for known in PREFETCHED:
        text = text.replace(known, "")
    tags = re.findall(
        r"{[{%](?!#)(.*?)[}%]}", re.sub(r"{%\s*comment.*?endcomment\s*%}", "", text, flags=re.S), flags=re.S
    )
    return [found for tag in tags for found in QUERIES.findall(tag)]


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_a_template_holds_no_inline_code_and_asks_no_database(path):
    text = path.read_text("utf-8")
    assert inline_code(text) == []
    assert queries(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "<script>x()</script>",
        '<p style="color:red">',
        '<button onclick="x()">',
        "<style>p{}</style>",
        '<a href="javascript:x">',
    ],
)
def test_inline_code_is_noticed(text):
    assert inline_code(text)


def test_a_query_in_a_template_is_noticed():
    assert queries("{% for x in project.approvals.all %}")
    assert not queries("{{ page.paginator.count_words }}")


def test_public_services_and_selectors_say_what_they_are_for():
    silent = [
        f"{named(path)}:{function.name}"
        for path in CODE
        if {"services", "selectors", "rules"} & set(path.parts)
        for function in functions(path)
        if not function.name.startswith("_") and not ast.get_docstring(function)
    ]
    assert not silent, "\n".join(silent)
