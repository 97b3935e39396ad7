"""Telephones for complaints on posters, notices, slips and workers' pages: entered and withdrawn by 人社.

Basis: 724 art 34 (投诉举报电话 on the notice board).
"""

from django.db import IntegrityError, transaction

from payroll.models import ComplaintTelephone
from payroll.rules.telephones import plain_telephone
from payroll.selectors.checks import areas_to_set
from responsibilities.models import Area
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.selectors.clock import now
from responsibilities.services.trail import Actor, record_event


@transaction.atomic
def telephone_enter(
    *, area: Area | None, name: str, number: str, ordinal: int, actor: Actor, scope=None
) -> ComplaintTelephone:
    """Enter a number of an area, or (None) of the whole country. It stands on every poster printed from now on.

    Errors: `name_missing`, `number_invalid`, `already_entered`, `not_allowed`.
    """
    _require(scope, area)
    name = " ".join(name.split())
    if not name:
        message = "请填写接听单位的名称，例如“甘州区劳动保障监察大队”。"
        raise Refused("name_missing", message, {"name": message})
    plain = plain_telephone(number)
    if plain is None:
        message = "电话写法不对。固定电话请写区号，例如 0936-8212333；热线写短号，例如 12333；手机写 11 位。"
        raise Refused("number_invalid", message, {"number": message})
    try:
        with transaction.atomic():
            row = ComplaintTelephone.objects.create(
                area=area, name=name[:60], number=plain, ordinal=ordinal, set_by=actor.user, set_at=now()
            )
    except IntegrityError:
        message = f"{area.name if area else '全国通用'}已经有这个电话。要改名称或次序的，请先停用原来的一条。"
        raise Refused("already_entered", message, {"number": message}) from None
    record_event(
        actor=actor,
        action="payroll.telephone_enter",
        target=row,
        object_name=f"{row.name} {row.number}",
        changes={"area": ["", area.name if area else "全国通用"], "number": ["", plain], "name": ["", row.name]},
    )
    return row


@transaction.atomic
def telephone_withdraw(*, pk: int, reason: str, actor: Actor, scope=None) -> ComplaintTelephone:
    """Take a number off the posters; it stays in the history. Withdrawing twice changes nothing.

    Errors: `reason_missing`, `last_number` (a poster needs one), `not_allowed`, `not_found`.
    """
    row = ComplaintTelephone.objects.select_for_update(of=("self",)).select_related("area").filter(pk=pk).first()
    if row is None:
        raise NotVisible("没有找到这个投诉电话。")
    _require(scope, row.area)
    if row.withdrawn_at is not None:
        return row
    reason = " ".join(reason.split())
    if not reason:
        message = "请写明停用原因，例如“号码变更”。"
        raise Refused("reason_missing", message, {"reason": message})
    others = ComplaintTelephone.objects.filter(area__isnull=True, withdrawn_at__isnull=True).exclude(pk=pk)
    if row.area_id is None and not others.exists():
        raise Refused("last_number", "这是最后一个全国通用的投诉电话，停用后有的工地海报上就没有电话了。请先登记新的。")
    row.withdrawn_by, row.withdrawn_at, row.withdrawn_reason = actor.user, now(), reason[:200]
    row.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_reason"])
    record_event(
        actor=actor,
        action="payroll.telephone_withdraw",
        target=row,
        object_name=f"{row.name} {row.number}",
        changes={"number": [row.number, ""]},
        reason=row.withdrawn_reason,
    )
    return row


def _require(scope, area: Area | None) -> None:
    if scope is None:
        return
    city, areas = areas_to_set(scope)
    if not (city if area is None else city or area in areas):
        raise NotAllowed("您只能登记本县区的投诉电话。")
