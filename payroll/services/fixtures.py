"""Loads the wording of declarations and the hotlines of posters; running it again changes nothing.

A declaration is created, never changed: what was signed keeps its words, another wording is a new version.
"""

import json
from pathlib import Path

from django.conf import settings
from django.db import transaction

from payroll.models import ComplaintTelephone, Declaration
from responsibilities.models import Area


@transaction.atomic
def load(path: Path | None = None) -> int:
    """Load this room's fixtures; returns how many rows were created."""
    path = Path(path) if path else Path(settings.BASE_DIR) / "fixtures"
    data = json.loads((path / "declarations.json").read_text(encoding="utf-8"))
    created = 0
    for row in data["declarations"]:
        created += Declaration.objects.get_or_create(
            code=row["code"], in_force_from=row["in_force_from"], defaults=row
        )[1]
    areas = dict(Area.objects.values_list("code", "pk"))
    for row in data["complaint_telephones"]:
        area = areas[row["area"]] if row["area"] else None
        # One that was withdrawn stays withdrawn.
        if ComplaintTelephone.objects.filter(area_id=area, number=row["number"]).exists():
            continue
        ComplaintTelephone.objects.create(
            area_id=area, number=row["number"], name=row["name"], ordinal=row["ordinal"], is_default=True
        )
        created += 1
    return created
