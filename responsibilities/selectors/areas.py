"""The city, its six counties and the zone: names that every caller may read."""

from responsibilities.models import Area


def areas() -> list[Area]:
    """All areas in their official order, the city first."""
    return list(Area.objects.order_by("sort_order", "code"))


def districts() -> list[Area]:
    """The seven below the city."""
    return [area for area in areas() if area.kind != Area.Kind.CITY]
