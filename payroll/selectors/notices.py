"""The public notice of a batch and its photos."""

from django.db.models import Prefetch

from payroll.models import PayNotice, PayNoticePhoto, PayrollBatch
from payroll.selectors.confirmations import contests_since
from responsibilities.rules.errors import NotVisible
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope


def notice_of(batch: PayrollBatch) -> PayNotice | None:
    """The notice of a batch in the caller's sight; `hanging` are its photos."""
    photos = Prefetch("photos", to_attr="hanging")
    return PayNotice.objects.filter(batch=batch).prefetch_related(photos).first()


def notice_told(scope: Scope, batch: PayrollBatch) -> PayNotice | None:
    """The same with `contested`: what workers contested by telephone since it hangs."""
    notice = notice_of(batch)
    if notice is not None:
        notice.contested = list(contests_since(scope, batch, notice.posted_on))
    return notice


def notice_photo_by_pk(scope: Scope, pk: int) -> PayNoticePhoto:
    """One photo; raises NotVisible."""
    found = (
        PayNoticePhoto.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW))
        .select_related("file")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotVisible("没有找到这张照片，或者它不在您的管辖范围内。")
    return found
