"""The 21 rows with their bodies, units per area and duties. The list is public within the portal."""

from dataclasses import dataclass

from responsibilities.models import Area, Body, Duty, Organization, ResponsibilityRow
from responsibilities.selectors.areas import areas
from responsibilities.selectors.organizations import units_by_area_unscoped


@dataclass(frozen=True)
class UnitOf:
    """Who a body is in an area; `stands_in` where the area has no such unit and the city's takes its part."""

    area: Area
    unit: Organization
    stands_in: bool


@dataclass(frozen=True)
class ListBody:
    """A body of a row with its units; the role 项目建设单位 has none."""

    body: Body
    units: tuple[UnitOf, ...]

    def in_area(self, code: str) -> UnitOf | None:
        return next((unit for unit in self.units if unit.area.code == code), None)


@dataclass(frozen=True)
class ListRow:
    """One of the 21 rows."""

    row: ResponsibilityRow
    bodies: tuple[ListBody, ...]
    duties: tuple[Duty, ...]


def rows_with_duties() -> list[ListRow]:
    """All rows in their order; five queries whatever their number."""
    units, everywhere = units_by_area_unscoped(), areas()
    rows = ResponsibilityRow.objects.prefetch_related("bodies", "duties")
    return [
        ListRow(
            row=row,
            bodies=tuple(ListBody(body, _units(body, units, everywhere)) for body in row.bodies.all()),
            duties=tuple(row.duties.all()),
        )
        for row in rows
    ]


def _units(body: Body, units: dict, everywhere: list[Area]) -> tuple[UnitOf, ...]:
    found = ((area, units.get((body.code, area.code))) for area in everywhere)
    return tuple(UnitOf(area, unit, unit.area_id != area.pk) for area, unit in found if unit)
