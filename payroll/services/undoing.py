"""Taking back what was said of a movement on the account: once, however often and by however many it is clicked."""

from payroll.models.undoing import Undoable
from responsibilities.selectors.clock import now
from responsibilities.services.trail import Actor


def undo(*, said: Undoable, actor: Actor) -> bool:
    """Whether it was undone now; False where it had been already. The row is locked and looked at once more.

    Who may is the caller's to ask before, and the event the caller's to record; runs in his transaction.
    """
    row = type(said).objects.select_for_update(of=("self",)).get(pk=said.pk)
    done = row.undone_at is None
    if done:
        row.undone_by, row.undone_at = actor.user, now()
        row.save(update_fields=["undone_by", "undone_at"])
    said.undone_by, said.undone_at = row.undone_by, row.undone_at
    return done


def as_said(said: Undoable, changes: dict[str, list[str]]) -> dict[str, list[str]]:
    """An event's changes as [before, after]: the other way round where what was said is undone."""
    return {name: pair[::-1] if said.undone_at else pair for name, pair in changes.items()}
