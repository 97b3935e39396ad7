"""Handing out wage slips: who printed them is kept, because each opens its worker's own page."""

from django.db import transaction

from payroll.models import PayConfirmation, PayrollBatch
from payroll.services.acts import act_event
from responsibilities.selectors.clock import now
from responsibilities.services.trail import Actor


@transaction.atomic
def slips_print(*, batch: PayrollBatch, confirmations: list[PayConfirmation], actor: Actor) -> None:
    """Record that slips of a batch in the caller's reach were printed. Basis: 724 art 15 (each worker gets a slip)."""
    if not confirmations:
        return
    PayConfirmation.objects.filter(pk__in=[one.pk for one in confirmations], slip_at__isnull=True).update(slip_at=now())
    act_event(batch=batch, action="payroll.slips_print", actor=actor, changes={"slips": ["", str(len(confirmations))]})
