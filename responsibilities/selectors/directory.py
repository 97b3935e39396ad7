"""Looks up areas, bodies and organizations by what people write in registers: names, short names, codes."""

from collections.abc import Iterable

from django.db.models import Q

from responsibilities.models import Area, Body, Organization
from responsibilities.rules.company_names import normalise_name
from responsibilities.selectors.organizations import units_by_area_unscoped


def bodies_by_code_unscoped() -> dict[str, Body]:
    """The bodies of the list."""
    return {body.code: body for body in Body.objects.all()}


def areas_by_name_unscoped() -> dict[str, Area]:
    """Name, short name, code and the usual ways of writing them → area; the city is also 市本级 and 市直."""
    found: dict[str, Area] = {}
    for area in Area.objects.all():
        names = {area.code, area.name, area.short_name, area.name.removeprefix("张掖市")}
        if area.kind == Area.Kind.CITY:
            names |= {"市本级", "市直", "市级", "张掖"}
        elif area.kind == Area.Kind.ZONE:
            names |= {"经开区", "张掖经开区", "张掖经济技术开发区"}
        else:
            names |= {f"{area.short_name}县", f"{area.short_name}区", f"张掖市{area.name}"}
        for name in names:
            found.setdefault(name, area)
    return found


class Directory:
    """Organizations by credit code and by name, for the words of one register; loaded in one query."""

    def __init__(self, *, names: Iterable[str] = (), codes: Iterable[str] = ()):
        names = {normalise_name(name) for name in names if name}
        codes = {code for code in codes if code}
        self._by_code: dict[str, Organization] = {}
        self._by_name: dict[str, Organization] = {}
        both = names | codes
        rows = Organization.objects.filter(
            Q(name__in=names) | Q(short_name__in=names) | Q(uscc__in=both) | Q(code__in=both)
        ).select_related("area", "body")
        for row in rows.order_by("-is_active", "id"):
            self.add(row)

    def add(self, row: Organization) -> None:
        """Know one more organization."""
        for code in filter(None, (row.uscc, row.code)):
            self._by_code.setdefault(code, row)
        for name in filter(None, (row.name, row.short_name)):
            self._by_name.setdefault(normalise_name(name), row)

    def by_code(self, code: str) -> Organization | None:
        return self._by_code.get(code)

    def by_name(self, name: str) -> Organization | None:
        """By full or short name, or by a code written where a name belongs."""
        name = normalise_name(name)
        return self._by_name.get(name) or self._by_code.get(name)


class UnitNames:
    """Government units by what people call them: full and short names, codes, and a body's name in an area."""

    def __init__(self):
        self._units = units_by_area_unscoped()
        self._by_name = {}
        for unit in self._units.values():
            for name in (unit.name, unit.short_name, unit.code):
                self._by_name.setdefault(name, unit)
        self._bodies = {}
        for unit in self._units.values():
            for name in (unit.body.name, unit.body.name.removeprefix("市"), unit.body.code):
                self._bodies[name] = unit.body.code

    def find(self, name: str, area):
        """市住建局 is the city's; 住建局 is the one of the project's area."""
        name = "".join(name.split())
        if found := self._by_name.get(name):
            return found
        body = self._bodies.get(name)
        return self._units.get((body, area.code)) if body and area else None


def areas_in_order_unscoped() -> list[Area]:
    """The city, its counties and the zone, in their official order."""
    return list(Area.objects.order_by("sort_order"))
