"""What workers answered in the demo, and how far each month's pay got."""

import datetime
from random import Random

from django.db import connection

from payroll.models import BatchAct, PayConfirmation, PayContest, PayNotice, PayrollBatch
from payroll.rules.contested import figures_of
from payroll.selectors import declarations
from payroll.selectors.declarations import declaration_on, whole_figure
from projects.models import ProjectParty
from responsibilities.models import Organization, User
from zhangye_wages.demo import words
from zhangye_wages.demo.payrolls import clerk_of

Stage = PayrollBatch.Stage
CONFIRMING, AUDITED, JUST_UP, UP_LONG_AGO = "confirming", "audited", "just up", "up long ago"
TURN_BY_TURN = (CONFIRMING, UP_LONG_AGO, AUDITED, CONFIRMING, JUST_UP, UP_LONG_AGO)
SILENT = 4  # of ten workers in the latest month
CLAIMS = (
    ("days", "28 天", "25 日、26 日加班没有记上", ""),
    (
        "deductions",
        "不应扣 {deductions:.0f} 元",
        "工具是自带的，没有领用",
        "扣款为工具损坏赔偿，有领用单，请到项目部核对。",
    ),
    ("not_my_card", "", "卡号尾号不是我的，我的卡上个月丢了补办过", ""),
)


def seed_flow(users: dict[str, User], today: datetime.date) -> int:
    """Ask the workers of every submitted batch; earlier months are confirmed, audited and put up, the latest month stands
    at every step. Returns contests.
    """
    last = (today.replace(day=1) - datetime.timedelta(days=1)).replace(day=1)
    batches = list(PayrollBatch.objects.filter(status="submitted").select_related("subcontractor").order_by("id"))
    contractors = {
        party.project_id: party.organization
        for party in ProjectParty.objects.filter(part=ProjectParty.Part.GENERAL_CONTRACTOR).select_related(
            "organization"
        )
    }
    reached = _reached([batch for batch in batches if batch.month_on >= last])
    with connection.cursor() as cursor:
        # Not random, so that two demos of one seed are the same.
        cursor.execute(
            """
            INSERT INTO payroll_payconfirmation (batch_id, line_id, key, state, channel, at, seen_at)
            SELECT batch.id, line.id, md5('demo' || batch.id || '-' || line.row)::uuid,
                   CASE WHEN answered THEN 'confirmed' ELSE 'pending' END, CASE WHEN answered THEN 'link' ELSE '' END,
                   CASE WHEN answered THEN batch.submitted_at + interval '30 hours' END,
                   CASE WHEN answered OR line.row %% 3 = 0 THEN batch.submitted_at + interval '29 hours' END
            FROM payroll_payrollbatch batch JOIN payroll_payrollline line ON line.batch_id = batch.id
            CROSS JOIN LATERAL (SELECT batch.id <> ALL(%s) OR line.row %% 10 >= %s AS answered) asked
            WHERE batch.status = 'submitted'
            ON CONFLICT (line_id) DO NOTHING
            """,
            [[pk for pk, step in reached.items() if step == CONFIRMING], SILENT],
        )
    submit, audit = (declaration_on(code, today) for code in (declarations.SUBMIT, declarations.AUDIT))
    acts, notices = [], []
    for batch in batches:
        compiler, auditor = _signature(users, batch.subcontractor), _signature(users, contractors[batch.project_id])
        acts.append(BatchAct(batch=batch, act="submit", at=batch.submitted_at, statement=submit.text, **compiler))
        step = reached.get(batch.pk, UP_LONG_AGO)
        if step == CONFIRMING:
            continue
        day = batch.submitted_at + datetime.timedelta(days=3)
        counts = {"asked": batch.accepted, "confirmed": batch.accepted, "unsettled": 0}
        acts.append(BatchAct(batch=batch, act="audit", at=day, statement=audit.text, facts=counts, **auditor))
        batch.stage = Stage.AUDITED
        if step == AUDITED:
            continue
        after_audit = min(day.date() + datetime.timedelta(days=1), today)
        posted = today - datetime.timedelta(days=1) if step == JUST_UP else after_audit
        until = posted + datetime.timedelta(days=whole_figure("pay_notice_days", posted))
        facts = {"place": "项目部大门维权告示牌旁", "posted_on": f"{posted}", "until_on": f"{until}", "photos": 0}
        acts.append(BatchAct(batch=batch, act="notice", at=day, facts=facts, **auditor))
        notices.append(
            PayNotice(
                batch=batch, place=facts["place"], posted_on=posted, until_on=until,
                recorded_by=auditor["by"], recorded_at=day,
            )
        )  # fmt: skip
        batch.stage = Stage.NOTICED
    BatchAct.objects.bulk_create(acts, batch_size=1000)
    PayNotice.objects.bulk_create(notices, batch_size=1000)
    PayrollBatch.objects.bulk_update(batches, ["stage"], batch_size=500)
    return _contests(users, [one for one in batches if one.pk in reached and reached[one.pk] == CONFIRMING])


def _signature(users: dict[str, User], organization: Organization) -> dict:
    """Who acts and signs for an enterprise: its login, else a clerk of its own without one."""
    user = clerk_of(users, organization)
    name = user.name if user else words.person(Random(organization.code))  # noqa: S311 - invented data
    return {"by": user, "signed_name": name}


def _reached(latest: list[PayrollBatch]) -> dict[int, str]:
    """How far each batch of the latest month is: one of every kind in turn, so that each step has work waiting.

    The first ones stay with the workers: their contests are the ones that officers look at.
    """
    return {batch.pk: TURN_BY_TURN[position % len(TURN_BY_TURN)] for position, batch in enumerate(latest)}


def _contests(users: dict[str, User], batches: list[PayrollBatch]) -> int:
    """Three contests in the first batches of the latest month: two wait, one was answered."""
    made = 0
    for batch, (reason, should_be, text, answer) in zip(batches, CLAIMS, strict=False):
        waiting = batch.confirmations.select_related("line__card").filter(state=PayConfirmation.State.PENDING)
        if reason == "deductions":
            waiting = waiting.filter(line__deductions__gt=0)
        asked = waiting.first()
        if asked is None:
            continue
        raised = batch.submitted_at + datetime.timedelta(days=1)
        PayContest.objects.create(
            batch=batch,
            confirmation=asked,
            reason=reason,
            should_be=should_be.format(deductions=asked.line.deductions or 0),
            text=text,
            channel="link",
            figures=figures_of(asked.line),
            raised_at=raised,
            state="rejected" if answer else "open",
            answer=answer,
            answered_by=clerk_of(users, batch.subcontractor) if answer else None,
            answered_at=raised + datetime.timedelta(days=1) if answer else None,
        )
        asked.state, asked.channel, asked.at = PayConfirmation.State.CONTESTED, "link", raised
        asked.save(update_fields=["state", "channel", "at"])
        made += 1
    return made
