"""When a person signed in and last looked at their notices: what is new is what came after."""

import datetime

from django.db import transaction

from responsibilities.models import User
from responsibilities.selectors.clock import now
from responsibilities.services.trail import Actor, record_event


def notices_mark_seen(*, user: User) -> None:
    """Everything up to this moment counts as seen. Not an act for the trail: it changes nobody else's data."""
    User.objects.filter(pk=user.pk).update(notices_seen_at=now())


@transaction.atomic
def sign_in_record(*, user: User, previous_at: datetime.datetime | None, actor: Actor) -> None:
    """A sign-in on the trail, and the visit before it, from which "since my last visit" counts."""
    User.objects.filter(pk=user.pk).update(previous_visit_at=previous_at)
    record_event(actor=actor, action="user.sign_in", target=user)


@transaction.atomic
def sign_out_record(*, user: User, actor: Actor) -> None:
    """Put a person's leaving on the trail."""
    record_event(actor=actor, action="user.sign_out", target=user)
