"""Loads the project types and the body that looks after each; running it again changes nothing."""

import json
from pathlib import Path

from django.conf import settings
from django.db import transaction

from projects.models import ProjectType
from responsibilities.selectors.directory import bodies_by_code_unscoped


@transaction.atomic
def load(path: Path | None = None) -> int:
    """Insert or correct the types from `project_types.json`; returns how many rows were created or changed."""
    path = Path(path) if path else Path(settings.BASE_DIR) / "fixtures"
    rows = json.loads((path / "project_types.json").read_text(encoding="utf-8"))
    known = {row.code: row for row in ProjectType.objects.all()}
    bodies = bodies_by_code_unscoped()
    changed = 0
    for order, row in enumerate(rows):
        body = bodies[row["industry_body"]] if row["industry_body"] else None
        values = {"name": row["name"], "industry_body_id": body and body.pk, "sort_order": order}
        found = known.get(row["code"])
        if found is None:
            ProjectType.objects.create(code=row["code"], **values)
        elif any(getattr(found, name) != value for name, value in values.items()):
            ProjectType.objects.filter(pk=found.pk).update(**values)
        else:
            continue
        changed += 1
    return changed
