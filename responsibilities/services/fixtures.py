"""Loads areas, the 21 rows, bodies, duties, units and figures from `fixtures/`; running it again changes nothing.

What people may edit on screen is only created, never set back: figures, and units once edited.
"""

import json
from pathlib import Path
from typing import Any

from django.db import transaction

from responsibilities.models import (
    Area,
    Body,
    Duty,
    Figure,
    Organization,
    ResponsibilityRow,
)
from responsibilities.rules.pinyin import initials
from responsibilities.services.trail import Actor, record_event


@transaction.atomic
def load(path: Path) -> int:
    """Load this room's fixtures; returns how many rows were created or changed."""
    path = Path(path)
    changed = (
        _load_areas(_read(path / "areas.json")["areas"])
        + _load_list(_read(path / "responsibilities.json"))
        + _load_organizations(_read(path / "organizations.json")["organizations"])
        + _load_figures(_read(path / "figures.json")["figures"])
    )
    if changed:
        record_event(
            actor=Actor.system("load_fixtures"),
            action="fixtures.load",
            object_type="responsibilities",
            object_name="县区、责任清单、单位与数值",
            changes={"rows": ["", str(changed)]},
        )
    return changed


def _read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def _load_areas(rows: list[dict]) -> int:
    changed = 0
    for row in rows:
        parent = Area.objects.get(code=row["parent"]) if row["parent"] else None
        changed += _put(Area, {"code": row["code"]}, {**row, "parent": parent})
    return changed


def _load_list(data: dict) -> int:
    changed = 0
    for row in data["rows"]:
        changed += _put(ResponsibilityRow, {"number": row["number"]}, {"text": row["text"]})
        for duty in row["duties"]:
            changed += _put(
                Duty,
                {"row_id": row["number"], "ordinal": duty["ordinal"]},
                {"text": duty["text"], "rule_codes": duty["rule_codes"]},
            )
        gone, _ = Duty.objects.filter(row_id=row["number"], ordinal__gt=len(row["duties"])).delete()
        changed += gone
    for body in data["bodies"]:
        values = {name: value for name, value in body.items() if name != "row"}
        changed += _put(Body, {"code": body["code"]}, {**values, "row_id": body["row"]})
    return changed


def _load_organizations(rows: list[dict]) -> int:
    areas = {area.code: area.pk for area in Area.objects.all()}
    bodies = {body.code: body.pk for body in Body.objects.all()}
    existing = {unit.code: unit for unit in Organization.objects.all()}
    changed = 0
    for row in rows:
        values = {
            "name": row["name"],
            "short_name": row["short_name"],
            "pinyin_initials": initials(row["name"] + " " + row["short_name"]),
            "kind": row["kind"],
            "body_id": bodies[row["body"]] if row["body"] else None,
            "area_id": areas[row["area"]],
        }
        unit = existing.get(row["code"])
        if unit is None:
            Organization.objects.create(code=row["code"], **values)
            changed += 1
        elif unit.version == 1:
            changed += _assign(unit, values)
    return changed


def _load_figures(rows: list[dict]) -> int:
    changed = 0
    for row in rows:
        _, created = Figure.objects.get_or_create(
            code=row["code"],
            in_force_from=row["in_force_from"],
            defaults=row,
        )
        changed += created
    return changed


def _put(model: type, key: dict[str, Any], values: dict[str, Any]) -> int:
    """Create the row or set what differs; 1 where anything was written, else 0."""
    row = model.objects.filter(**key).first()
    if row is None:
        model.objects.create(**{**key, **values})
        return 1
    return _assign(row, values)


def _assign(row: Any, values: dict[str, Any]) -> int:
    differing = [name for name, value in values.items() if getattr(row, name) != value]
    if not differing:
        return 0
    for name in differing:
        setattr(row, name, values[name])
    row.save(update_fields=differing)
    return 1
