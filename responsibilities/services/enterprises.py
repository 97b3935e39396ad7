"""Registers enterprises that a form or a register names for the first time, from name and credit code."""

from collections.abc import Mapping

from django.db import transaction

from responsibilities.models import Organization
from responsibilities.rules.company_names import normalise_name
from responsibilities.rules.errors import Refused
from responsibilities.rules.identifiers import is_valid_uscc, normalise_uscc
from responsibilities.rules.pinyin import initials
from responsibilities.selectors.directory import Directory
from responsibilities.services.trail import Actor, record_event


@transaction.atomic
def enterprises_register(*, names_by_uscc: Mapping[str, str]) -> list[Organization]:
    """Create the enterprises whose credit codes are new; the caller records its own event.

    `names_by_uscc` holds normalised, valid codes. Two writers at once create each only once.
    """
    rows = [
        Organization(
            code=uscc,
            uscc=uscc,
            name=normalise_name(name),
            pinyin_initials=initials(name)[:120],
            kind=Organization.Kind.ENTERPRISE,
        )
        for uscc, name in sorted(names_by_uscc.items())
    ]
    Organization.objects.bulk_create(rows, ignore_conflicts=True)
    return list(Organization.objects.filter(uscc__in=list(names_by_uscc)))


@transaction.atomic
def enterprise_find_or_register(*, name: str, uscc: str = "", actor: Actor) -> Organization:
    """The organization of that name or credit code; registered where both are given and the code is new.

    Errors: `uscc_invalid`, `uscc_missing` (unknown name, no code), `uscc_differs` (the name belongs to another code).
    """
    uscc = normalise_uscc(uscc)
    if uscc and not is_valid_uscc(uscc):
        raise _refused("uscc_invalid", "统一社会信用代码应为 18 位，且校验位不符，请对照营业执照核对。", "uscc")
    directory = Directory(names=[name], codes=[uscc])
    found = directory.by_code(uscc) if uscc else directory.by_name(name)
    if found:
        return found
    if not uscc:
        raise _refused(
            "uscc_missing", f"名录中没有“{name}”。请核对名称；确为新单位的，请同时填写统一社会信用代码。", "name"
        )
    namesake = directory.by_name(name)
    if namesake and namesake.uscc and namesake.uscc != uscc:
        raise _refused(
            "uscc_differs",
            f"名录中“{namesake.name}”的统一社会信用代码是 {namesake.uscc}，与填写的不一致，请核对。",
            "uscc",
        )
    if namesake:
        return namesake
    (created,) = enterprises_register(names_by_uscc={uscc: name})
    record_event(actor=actor, action="enterprise_register", target=created, changes={"uscc": ["", uscc]})
    return created


def _refused(code: str, message: str, field: str) -> Refused:
    return Refused(code, message, {field: message})
