"""The unit and area switch: through which of one's own grants one looks, and nothing beyond them."""

from dataclasses import dataclass, replace

from responsibilities.models import Area, Organization
from responsibilities.rules.roles import PERMISSIONS, Permission
from responsibilities.rules.scope import Scope
from responsibilities.selectors.areas import districts

# Where the session keeps the choice.
SWITCH_KEY = "scope_switch"


@dataclass(frozen=True)
class Choice:
    """One choice: `value` is posted back, `sub` says in smaller letters what it is."""

    value: str
    label: str
    sub: str = ""
    active: bool = False


def choices(scope: Scope, chosen: str) -> list[Choice]:
    """All of one's grants, each unit, and for units that see several areas each area."""
    units = Organization.objects.in_bulk(sorted(scope.organization_ids))
    areas = {area.pk: area for area in Area.objects.all()}
    found: dict[str, Choice] = {}
    for grant in scope.grants:
        unit = units[grant.organization_id]
        _add(found, unit, areas.get(grant.area_id) if grant.area_id else None, chosen)
        sees_projects = Permission.PROJECT_VIEW in PERMISSIONS[grant.role]
        if sees_projects and grant.area_id is None and (grant.city_level or grant.area_wide):
            for area in districts():
                _add(found, unit, area, chosen)
    listed = list(found.values())
    if len(units) > 1:
        listed.insert(0, Choice("", "全部单位和辖区", active=not chosen))
    elif listed and not chosen:
        listed[0] = replace(listed[0], active=True)
    return listed


def narrowed(scope: Scope, chosen: str) -> Scope | None:
    """The scope behind a choice; None where it isn't one of the caller's own."""
    if not chosen:
        return scope
    unit, _, area = chosen.partition(":")
    if not unit.isdigit() or not (area.isdigit() or area == ""):
        return None
    less = scope.narrowed(organization_id=int(unit), area_id=int(area) if area else None)
    return less if less.grants else None


def _add(found: dict[str, Choice], unit: Organization, area: Area | None, chosen: str) -> None:
    own = area is None or area.pk == unit.area_id
    value = f"{unit.pk}:{'' if area is None else area.pk}"
    label = str(unit)
    sub = "" if own else f"只看{area.short_name}"
    found.setdefault(value, Choice(value, label, sub, active=value == chosen))
