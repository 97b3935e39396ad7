"""The trail's events in words: what their codes and ids stand for is looked up for many events at once."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from responsibilities.models import AuditEvent, Organization
from responsibilities.rules.told import (
    ROWS,
    SUBJECT_OF_ACT,
    UNITS,
    change_label,
    number_words,
    object_words,
    told_once,
    value_words,
)
from responsibilities.rules.words import OBJECT_WORDS, action_words, actor_words, change_words

# So many events are looked up together; an export of the whole trail stays within bounds.
TOGETHER = 500


@dataclass(frozen=True)
class Told:
    """One event as people read it; `changes` are whole lines, `状态：待答复 → 已采纳`."""

    event: AuditEvent
    actor: str
    action: str
    target: str
    changes: list[str]


def told(events: Iterable[AuditEvent]) -> Iterator[Told]:
    """The events in words, in their order; two queries at most for each 500 of them."""
    rest = iter(events)
    while part := list(itertools.islice(rest, TOGETHER)):
        names = _Names(part)
        for event in part:
            yield Told(
                event,
                actor_words(event.actor_name),
                action_words(event.action),
                object_words(event.object_name, kind=kind_words(event.object_type), number=event.object_id),
                _changes(event, names),
            )


def kind_words(object_type: str) -> str:
    """`payroll.debitexplanation` → 支出说明; what is no model has a word of its own or stays as it is."""
    model = _model(object_type)
    return str(model._meta.verbose_name) if model else OBJECT_WORDS.get(object_type, object_type)


class _Names:
    """Units by their codes and rows by their ids, as far as these events name them."""

    def __init__(self, events: list[AuditEvent]) -> None:
        named: dict[str, set[str]] = {}
        for event in events:
            for name, change in event.changes.items():
                if name in UNITS or name in ROWS:
                    parts = change if isinstance(change, list) else [change]
                    named.setdefault(name, set()).update(one for part in parts for one in str(part).split("、"))
        codes = set().union(*(named.get(name, set()) for name in UNITS))
        self.units = dict(Organization.objects.filter(code__in=codes).values_list("code", "name")) if codes else {}
        self.rows: dict[str, dict[str, str]] = {}
        for name in ROWS:
            ids = [int(one) for one in named.get(name, ()) if one.isdigit()]
            model = _model(ROWS[name])
            found = model._default_manager.in_bulk(ids) if ids and model else {}
            self.rows[name] = {str(pk): str(row) for pk, row in found.items()}

    def of(self, name: str, value: str) -> str | None:
        if name in UNITS:
            return "、".join(self.units.get(code, code) for code in value.split("、"))
        if name in ROWS:
            return self.rows[name].get(value, f"#{value}")
        return None


def _changes(event: AuditEvent, names: _Names) -> list[str]:
    """`field: old → new` in lines, fields by their names on screen; what stayed empty is left out."""
    lines, subject = [], SUBJECT_OF_ACT.get(event.action, event.object_type)
    model = _model(subject)
    # Stored as JSON, the changes lost their order: columns stand as their table has them, then the rest.
    places = {field.name: place for place, field in enumerate(model._meta.fields)} if model else {}
    for name, change in sorted(event.changes.items(), key=lambda item: places.get(item[0], len(places))):
        column = _column(subject, name)
        label = change_label(event.action, name) or (str(column.verbose_name) if column else _word(event, name))
        if not isinstance(change, list) or len(change) != 2:
            lines.append(f"{label}：{change}")
            continue
        said = told_once(*(_value(event, column, name, str(value or ""), names) for value in change))
        if said:
            # An amount says its unit itself, which a column's name may say too.
            lines.append(f"{label.removesuffix('（元）') if said.endswith(' 元') else label}：{said}")
    return lines


def _value(event: AuditEvent, column, name: str, value: str, names: _Names) -> str:
    if not value:
        return ""
    if found := names.of(name, value):
        return found
    labels = {str(code): str(label) for code, label in getattr(column, "flatchoices", None) or ()}
    if value in labels:
        return labels[value]
    if isinstance(column, models.DecimalField) and (words := number_words(name, value, column.decimal_places)):
        return words
    return value_words(name, value, action=event.action, typed=column is not None)


def _word(event: AuditEvent, name: str) -> str:
    """A change that is no column: its word, or what a choice of the object means (a party's part: 建设单位)."""
    model = _model(event.object_type)
    for field in model._meta.fields if model else ():
        for code, label in field.flatchoices:
            if str(code) == name:
                return str(label)
    return change_words(name)


def _column(object_type: str, name: str):
    model = _model(object_type)
    try:
        column = model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None
    return column if hasattr(column, "verbose_name") else None  # a relation from elsewhere has no name


def _model(object_type: str) -> type[models.Model] | None:
    try:
        return apps.get_model(object_type)
    except (LookupError, ValueError):
        return None
