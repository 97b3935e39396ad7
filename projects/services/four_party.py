"""Names the responsible person of each of the four parties; telephones are sealed (policy 二(一)二)."""

import re

from django.db import transaction

from projects.models import FourPartyAssignment, Project
from projects.services.visibility import require_reach
from responsibilities.rules.errors import EditedMeanwhile, NotVisible, Refused
from responsibilities.rules.identifiers import is_mobile, normalise_phone
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope
from responsibilities.services import vault
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor, changed_fields, record_event

PURPOSE = "phone"
_LANDLINE = re.compile(r"0\d{9,11}\Z", re.ASCII)


@transaction.atomic
def four_party_save(
    *,
    project: Project,
    part: str,
    organization,
    person_name: str,
    telephone: str = "",
    version: int | None = None,
    actor: Actor,
    scope: Scope | None = None,
) -> FourPartyAssignment:
    """Name the person who answers for one of the four. An empty telephone keeps the one on record.

    Errors: `telephone_invalid`, `telephone_missing`, `person_missing`, `edited_meanwhile`.
    """
    project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    require_reach(project.pk, scope, Permission.FOUR_PARTY_EDIT)
    row = FourPartyAssignment.objects.select_for_update(of=("self",)).filter(project=project, part=part).first()
    if version is not None and version != (row.version if row else 0):
        raise EditedMeanwhile("四方责任", row.version if row else 0)
    if not person_name.strip():
        message = "请填写监管责任人姓名。"
        raise Refused("person_missing", message, {"person_name": message})
    before = _facts(row)
    new = row is None
    row = row or FourPartyAssignment(project=project, part=part, version=0)
    number = normalise_phone(telephone)
    if number:
        _check_telephone(number)
        if new or vault.unseal_text(row.telephone_sealed, PURPOSE) != number:
            row.telephone_sealed = vault.seal_text(number, PURPOSE)
            row.telephone_last4 = number[-4:]
    elif new:
        message = "请填写联系电话。"
        raise Refused("telephone_missing", message, {"telephone": message})
    row.organization = organization
    row.person_name = person_name.strip()
    # The sealed value changes where the number did, even when its last four digits are the same.
    changed = changed_fields(before, _facts(row))
    if not changed:
        return row
    row.version += 1
    row.save()
    changed.pop("telephone_sealed", None)
    record_event(
        actor=actor,
        action="four_party_save",
        target=row,
        project_id=project.pk,
        changes=changed or {"telephone": ["****", "****"]},
    )
    touch_projects([project.pk])
    return row


@transaction.atomic
def four_party_reveal(*, project: Project, part: str, actor: Actor, scope: Scope | None = None) -> str:
    """The whole telephone number, for one who needs to call; each look is on record."""
    require_reach(project.pk, scope, Permission.TELEPHONE_REVEAL)
    row = FourPartyAssignment.objects.filter(project=project, part=part).first()
    if row is None:
        raise NotVisible()
    record_event(actor=actor, action="four_party_reveal", target=row, project_id=project.pk)
    return vault.unseal_text(row.telephone_sealed, PURPOSE)


def _check_telephone(number: str) -> None:
    if not (is_mobile(number) or _LANDLINE.match(number)):
        message = "联系电话应为 11 位手机号，或带区号的固定电话（如 0936-8213456）。"
        raise Refused("telephone_invalid", message, {"telephone": message})


def _facts(row: FourPartyAssignment | None) -> dict:
    if row is None:
        return {}
    return {
        "organization": row.organization.name,
        "person_name": row.person_name,
        "telephone": f"****{row.telephone_last4}",
        "telephone_sealed": bytes(row.telephone_sealed),
    }
