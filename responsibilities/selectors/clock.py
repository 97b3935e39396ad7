"""The only reader of the date. Everything else gets `today` passed in."""

import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

SHANGHAI = ZoneInfo("Asia/Shanghai")


def today() -> datetime.date:
    """The date in Asia/Shanghai; `PORTAL_TODAY` pins it for demos and tests."""
    pinned = getattr(settings, "PORTAL_TODAY", None)
    if pinned:
        return datetime.date.fromisoformat(pinned) if isinstance(pinned, str) else pinned
    return timezone.now().astimezone(SHANGHAI).date()


def now() -> datetime.datetime:
    """The present moment, aware. With a pinned date: that date at the present time of day."""
    moment = timezone.now().astimezone(SHANGHAI)
    pinned = getattr(settings, "PORTAL_TODAY", None)
    if pinned:
        return datetime.datetime.combine(today(), moment.timetz())
    return moment
