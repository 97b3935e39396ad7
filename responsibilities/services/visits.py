"""When a person last looked at their notices: what is new is what came after."""

from responsibilities.models import User
from responsibilities.selectors.clock import now


def notices_mark_seen(*, user: User) -> None:
    """Everything up to this moment counts as seen. Not an act for the trail: it changes nobody else's data."""
    User.objects.filter(pk=user.pk).update(notices_seen_at=now())
