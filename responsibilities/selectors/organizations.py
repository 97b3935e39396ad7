"""Reads of organizations: the unit of a body in an area, with fallback to the city; lists by name and pinyin."""

from django.db.models import Q, QuerySet

from responsibilities.models import Area, Organization
from responsibilities.rules.errors import NotVisible
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope


def unit_for(body_code: str, area: Area) -> Organization:
    """The unit of a body in an area; where the area has none, the city's (经开区 has no court).

    Raises Organization.DoesNotExist where even the city has none: a body without a unit is a broken fixture.
    """
    units = Organization.objects.filter(body__code=body_code, is_active=True)
    return units.filter(area=area).first() or units.get(area__kind=Area.Kind.CITY)


def units_by_area_unscoped() -> dict[tuple[str, str], Organization]:
    """(body code, area code) → unit, fallbacks filled in: `unit_for` for all pairs in two queries."""
    units = {
        (unit.body.code, unit.area.code): unit
        for unit in Organization.objects.filter(body__isnull=False, is_active=True).select_related("body", "area")
    }
    areas = list(Area.objects.all())
    city = next(area.code for area in areas if area.kind == Area.Kind.CITY)
    bodies = {code for code, _ in units}
    return {
        (body, area.code): found
        for body in bodies
        for area in areas
        if (found := units.get((body, area.code)) or units.get((body, city)))
    }


def organization_of(scope: Scope, code: str) -> Organization:
    """One unit by its code; raises NotVisible."""
    found = organizations(scope).filter(code=code).first()
    if found is None:
        raise NotVisible(f"没有编码为 {code} 的单位。")
    return found


def organizations(scope: Scope, *, search: str = "", kind: str = "") -> QuerySet:
    """The register of units and enterprises for those who look at projects; by name, code or pinyin initials.

    Names are public (公示信息): whoever may see projects or manage users may look one up to pick it.
    """
    rows = Organization.objects.select_related("area", "body")
    if not (scope.can(Permission.PROJECT_VIEW) or scope.can(Permission.USER_MANAGE)):
        return rows.none()
    if kind in Organization.Kind.values:
        rows = rows.filter(kind=kind)
    for word in search.split():
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(short_name__icontains=word)
            | Q(code__icontains=word)
            | Q(uscc__istartswith=word)
            | Q(pinyin_initials__contains=word.lower())
        )
    return rows


def banks() -> QuerySet:
    """The banks that may keep special accounts, for choice fields; their names are public."""
    return Organization.objects.filter(kind=Organization.Kind.BANK, is_active=True).order_by("name")
