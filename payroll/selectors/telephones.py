"""Telephones for complaints, current and past. No personal data, so no scope."""

from django.db.models import F, QuerySet

from payroll.models import ComplaintTelephone
from responsibilities.models import Area


def telephones() -> QuerySet:
    """All of them, in the order of posters: areas first, the whole country's last; withdrawn ones too."""
    return ComplaintTelephone.objects.select_related("area", "set_by", "withdrawn_by").order_by(
        F("area__sort_order").asc(nulls_last=True), "ordinal", "id"
    )


def areas_without_telephone() -> list[Area]:
    """Areas whose posters show the whole country's hotlines only."""
    own = ComplaintTelephone.objects.filter(withdrawn_at__isnull=True, area__isnull=False).values("area_id")
    return list(Area.objects.exclude(kind=Area.Kind.CITY).exclude(pk__in=own).order_by("sort_order"))
