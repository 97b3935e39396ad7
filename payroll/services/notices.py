"""The public notice on site: recorded with photos, printed with names and numbers masked.

Basis: 724 art 31 (the sheet is confirmed and put up), art 34 (what the board on site says).
"""

import datetime

from django.db import transaction

from payroll.models import BatchAct, PayNotice, PayNoticePhoto, PayrollBatch
from payroll.rules.stages import Act
from payroll.selectors.declarations import whole_figure
from payroll.services.acts import act_event, act_record, batch_locked, require_step
from payroll.services.pictures import picture_open, picture_store
from responsibilities.rules.errors import Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import SHANGHAI, now, today
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor

PHOTOS_AT_MOST = 6


@transaction.atomic
def notice_save(
    *,
    batch_id: int,
    place: str,
    posted_on: datetime.date,
    photos: list[bytes],
    actor: Actor,
    scope=None,
    version: int | None = None,
    objections: str = "",
) -> PayNotice:
    """Record that the audited sheet hangs on site; said again, it adds photos and what was objected to.

    It hangs for `pay_notice_days` calendar days, the day of posting not counted. Errors: `wrong_stage`,
    `edited_meanwhile`, `photo_missing`, `too_many_photos`, `picture_refused`, `posted_before_submission`,
    `posted_in_future`.
    """
    batch = batch_locked(batch_id, scope, Permission.PAYROLL_AUDIT)
    require_step(batch, Act.NOTICE, version)
    notice = PayNotice.objects.filter(batch=batch).first()
    _check(batch, posted_on, photos, notice)
    until_on = posted_on + datetime.timedelta(days=whole_figure("pay_notice_days", posted_on))
    if notice is None:
        notice = PayNotice(batch=batch, recorded_by=actor.user, recorded_at=now())
    else:
        notice.version += 1
    notice.place, notice.posted_on, notice.until_on, notice.objections = place, posted_on, until_on, objections
    notice.save()
    for data in photos:
        file, kind = picture_store(data, name=f"{batch.month_on:%Y-%m}工资公示", field="photos")
        PayNoticePhoto.objects.create(notice=notice, file=file, content_type=kind)
    before = batch.get_stage_display()
    batch.stage = PayrollBatch.Stage.NOTICED
    batch.version += 1
    batch.save(update_fields=["stage", "version"])
    facts = {"place": place, "posted_on": f"{posted_on}", "until_on": f"{until_on}", "photos": len(photos)}
    act_record(batch=batch, act=BatchAct.Act.NOTICE, actor=actor, reason=objections, facts=facts)
    changes = {name: ["", str(value)] for name, value in facts.items()}
    act_event(
        batch=batch,
        action="payroll.notice",
        actor=actor,
        changes={"stage": [before, batch.get_stage_display()], **changes},
    )
    touch_projects([batch.project_id])
    return notice


def notice_photo_open(*, photo: PayNoticePhoto) -> tuple[bytes, str]:
    """A photo in the caller's sight, with its media type."""
    return picture_open(photo.file)


def _check(batch: PayrollBatch, posted_on: datetime.date, photos: list[bytes], notice: PayNotice | None) -> None:
    if posted_on > today():
        message = "开始公示的日期还没有到，请在贴出之后登记。"
        raise Refused("posted_in_future", message, {"posted_on": message})
    if batch.submitted_at and posted_on < batch.submitted_at.astimezone(SHANGHAI).date():
        message = f"公示日期早于提交日期 {batch.submitted_at.astimezone(SHANGHAI):%Y-%m-%d}，公示的不是这份工资表。请核对日期。"
        raise Refused("posted_before_submission", message, {"posted_on": message})
    hanging = notice.photos.count() if notice else 0
    if not photos and not hanging:
        message = "请上传至少一张公示现场的照片，能看清张贴的位置和内容。"
        raise Refused("photo_missing", message, {"photos": message})
    if hanging + len(photos) > PHOTOS_AT_MOST:
        message = f"照片最多 {PHOTOS_AT_MOST} 张，已有 {hanging} 张。请挑选后重新上传。"
        raise Refused("too_many_photos", message, {"photos": message})
