"""Loads the dated labour-cost floors; running it again changes nothing."""

import json
from pathlib import Path

from accounts.models import LabourCostFloor
from projects.selectors.types import project_types_by_code


def load(path: Path) -> int:
    """Insert or correct the floors from `fixtures/labour_cost_floors.json`; returns how many rows stand."""
    rows = json.loads((Path(path) / "labour_cost_floors.json").read_text("utf-8"))
    types = project_types_by_code()
    for row in rows["floors"]:
        LabourCostFloor.objects.update_or_create(
            project_type=types[row["project_type"]],
            in_force_from=row["in_force_from"],
            defaults={
                "ratio": row["ratio"],
                "instrument": row["instrument"],
                "article": row["article"],
            },
        )
    return len(rows["floors"])
