"""Factories of the month's flow: submitted batches and the links of their workers."""

from payroll.models import PayConfirmation, PayNotice, PayNoticePhoto, PayrollBatch
from payroll.services.pay_links import pay_token
from payroll.services.pictures import picture_store
from payroll.services.submissions import batch_submit
from responsibilities.selectors.clock import now, today
from responsibilities.services.trail import Actor
from tests.factories.payroll import draft, person
from tests.factories.pictures import png

SYSTEM = Actor.system("tests")
PICTURE = png()
WORKER = Actor(user=None, label="农民工", ip="203.0.113.7", user_agent="Mozilla/5.0 (Linux; Android 5.1)")


def submitted(project, rows=None, **facts) -> PayrollBatch:
    """A batch whose workers were asked; three people where no rows are given."""
    batch = draft(project, rows or [person(n) for n in range(3)], **facts)
    return batch_submit(batch_id=batch.pk, actor=SYSTEM)


def answers(batch: PayrollBatch) -> list[PayConfirmation]:
    """The confirmations in the order of the sheet."""
    return list(batch.confirmations.select_related("line__worker", "line__card").order_by("line__row"))


def tokens(batch: PayrollBatch) -> list[str]:
    """The workers' own links, in the order of the sheet."""
    return [pay_token(one.key) for one in answers(batch)]


def hung_notice(batch: PayrollBatch) -> PayNotice:
    """A notice with one photo, whatever stage the batch is at."""
    notice = PayNotice.objects.create(
        batch=batch, place="项目部门口", posted_on=today(), until_on=today(), recorded_at=now()
    )
    file, kind = picture_store(PICTURE, name="公示", field="photos")
    PayNoticePhoto.objects.create(notice=notice, file=file, content_type=kind)
    return notice
