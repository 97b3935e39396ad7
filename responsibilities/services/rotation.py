"""Seals again, under the current key, what older keys sealed. Resumable: what is done names the current key.

A model says which of its columns are sealed and for what: `sealed_columns = {"number_sealed": "bank_card"}`.
Their history tables are rotated too, or the old key could never be thrown away.
"""

from collections.abc import Callable, Iterator

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Func, Q
from django.db.models.lookups import Exact

from responsibilities.rules.crypto import sealed_prefix
from responsibilities.services.trail import Actor, record_event
from responsibilities.services.vault import seal_bytes, unseal_bytes

BATCH = 500


def sealed_models() -> Iterator[tuple[type[models.Model], dict[str, str]]]:
    """Each model with sealed columns, its history table included, and column → purpose."""
    for model in apps.get_models():
        columns = getattr(getattr(model, "pgh_tracked_model", model), "sealed_columns", None)
        if columns:
            yield model, columns


def rotate_field_key(*, actor: Actor, progress: Callable[[str, int], None] = lambda name, done: None) -> int:
    """Reseal all rows in batches, a transaction each; returns how many rows were written. Raises Unreadable."""
    total = 0
    for model, columns in sealed_models():
        done = 0
        while written := _batch(model, columns):
            done += written
            progress(str(model._meta.verbose_name), done)
        total += done
    if total:
        with transaction.atomic():
            record_event(
                actor=actor,
                action="field_key.rotate",
                object_type="field_key",
                object_id=settings.PORTAL_FIELD_KEY_CURRENT,
                changes={"rows": ["", str(total)]},
            )
    return total


@transaction.atomic
def _batch(model: type[models.Model], columns: dict[str, str]) -> int:
    rows = list(_outdated(model, columns).select_for_update()[:BATCH])
    for row in rows:
        for column, purpose in columns.items():
            sealed = getattr(row, column)
            if sealed is not None:
                setattr(row, column, seal_bytes(unseal_bytes(bytes(sealed), purpose), purpose))
    if rows:
        # A new ciphertext of the same text is no change of the row: its history stays silent.
        with pgtrigger.ignore(*_triggers(model)):
            model._base_manager.bulk_update(rows, list(columns))
    return len(rows)


def _outdated(model: type[models.Model], columns: dict[str, str]) -> models.QuerySet:
    """Rows with a column whose first bytes don't name the current key."""
    prefix = sealed_prefix(settings.PORTAL_FIELD_KEY_CURRENT)
    condition = Q()
    for column in columns:
        first = Func(F(column), 1, len(prefix), function="substr", output_field=models.BinaryField())
        condition |= Q(**{f"{column}__isnull": False}) & ~Q(Exact(first, prefix))
    return model._base_manager.filter(condition).order_by("pk")


def _triggers(model: type[models.Model]) -> list[str]:
    return [f"{model._meta.label}:{trigger.name}" for trigger in getattr(model._meta, "triggers", [])]
