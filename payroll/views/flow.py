"""What the batch page shows of the month's flow: the step line, the next act, what workers answered, the record."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse

from payroll.models import BatchAct, PayConfirmation, PayrollBatch
from payroll.rules.checks.again import change_words
from payroll.rules.pay_days import last_pay_day, months_for
from payroll.rules.places import Place, places_words, row_words
from payroll.rules.signing import UNSIGNED
from payroll.rules.stages import Act, may, replaceable
from payroll.rules.step_line import Terms, step_line, waiting_step
from payroll.selectors import declarations
from payroll.selectors.agreed_days import passed_days_unscoped
from payroll.selectors.balances import OPEN_STAGES
from payroll.selectors.batches import current_batch, lines_of, may_act_on
from payroll.selectors.confirmations import answer_counts, answer_counts_by_crew, not_concluded
from payroll.selectors.declarations import declaration_on, whole_figure
from payroll.selectors.nil_returns import employer_unscoped
from payroll.selectors.notices import notice_told
from payroll.selectors.reconciliation import pay_period_versions
from payroll.selectors.versions import version_place
from payroll.views.problems import cell_url
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope
from responsibilities.selectors.clock import SHANGHAI, today

Status = PayrollBatch.Status
SHOWN_AS_FLOW = (Status.DRAFT, Status.SUBMITTED, Status.RETURNED, Status.SUPERSEDED)
ROWS_TOLD = 30  # rows of a return that are named in the record
LEVELS = {BatchAct.Act.RETURN: "red", BatchAct.Act.SUPERSEDE: "grey", BatchAct.Act.PAID: "green"}


@dataclass(frozen=True)
class ActLine:
    """One act of the record, in words."""

    at: object
    who: str
    what: str
    detail: str
    level: str


def flow_context(request, batch: PayrollBatch) -> dict:
    """Context of `parts/flow*.html`; nothing for a batch that was not read."""
    if batch.status not in SHOWN_AS_FLOW:
        return {}
    scope = request.scope
    version, previous = version_place(scope, batch)
    returned = _returned(batch)
    context = {
        "acts": act_lines(batch),
        "signer": request.user.name,
        "today": today(),
        "version": version,
        "previous": previous,
        "notice": notice_told(scope, batch),
        "returned": returned,
        "returned_rows": _returned_rows(scope, batch, returned),
    }
    if batch.kind == PayrollBatch.Kind.NIL:
        context["nil_people"] = _nil_people(batch)
    if batch.status == Status.DRAFT:
        current = current_batch(scope, batch)
        return context | {
            "steps": steps_of(batch),
            "declaration": declaration_on(declarations.SUBMIT, today()),
            "overtaken_by": current if current is not None and current.submitted_at > batch.uploaded_at else None,
            "blocked_by": current if current is not None and not replaceable(current.stage) else None,
        }
    if batch.status == Status.SUBMITTED and batch.kind == PayrollBatch.Kind.SHEET:
        context["may_add"] = batch.month_on < today().replace(day=1) and may_act_on(
            scope, batch, Permission.PAYROLL_UPLOAD
        )
    if batch.status == Status.SUBMITTED and batch.kind != PayrollBatch.Kind.NIL and replaceable(batch.stage):
        context["may_correct"] = may_act_on(scope, batch, Permission.PAYROLL_UPLOAD)
    if batch.status == Status.SUBMITTED and batch.stage:
        with_due_days([batch])
        steps = steps_of(batch)
        waits = waiting_step(steps)
        context |= {
            "steps": steps,
            "waits": waits,
            "late_days": (today() - waits.due_on).days if waits and waits.due_on else 0,
            "may_audit": may(Act.AUDIT, batch.stage) and may_act_on(scope, batch, Permission.PAYROLL_AUDIT),
            "may_return": may(Act.RETURN, batch.stage) and may_act_on(scope, batch, Permission.PAYROLL_AUDIT),
            "may_notice": may(Act.NOTICE, batch.stage) and may_act_on(scope, batch, Permission.PAYROLL_AUDIT),
        }
        if PayConfirmation.objects.filter(batch=batch).exists():
            context |= {
                "answers": answer_counts(scope, batch),
                "crews": answer_counts_by_crew(scope, batch),
                "open_contests": list(not_concluded(scope, batch)[:6]),
                "may_hand_out": may_act_on(scope, batch, Permission.PAYROLL_SUBMIT),
            }
    return context


def _nil_people(batch: PayrollBatch) -> dict | None:
    """Who was on site when nobody's work was stated, and why: for whoever reads the statement."""
    act = batch.acts.filter(act=BatchAct.Act.SUBMIT, facts__has_key="on_site").first()
    if act is None:
        return None
    employer = employer_unscoped(batch.project, batch.subcontractor)
    where = {"project": batch.project.code, "employer": employer.code if employer else "", "state": "all"}
    return {
        "count": act.facts["on_site"],
        "reason": act.facts["on_site_reason"],
        "url": f"{reverse('payroll:workers')}?{urlencode(where)}",
    }


def _returned(batch: PayrollBatch) -> BatchAct | None:
    """The act that sent a returned batch back."""
    if batch.status != Status.RETURNED:
        return None
    return batch.acts.filter(act=BatchAct.Act.RETURN).order_by("-id").first()


def _returned_rows(scope: Scope, batch: PayrollBatch, act: BatchAct | None) -> list[dict]:
    """The rows that a return names, each with its worker and the address of its place in the sheet; one query.

    Returns of before rows were kept with their sheet have no places: `_rows_returned` names them as they stand there.
    """
    places = [Place(*one) for one in act.facts.get("places", ())] if act else []
    if not places:
        return []
    lines = lines_of(scope, batch).filter(row__in={one.row for one in places})
    workers = {(line.sheet_no, line.row): line.worker.name for line in lines}
    return [
        {
            "words": places_words([one], batch.sheet_names),
            "worker": workers.get(one, ""),
            "url": cell_url(batch, one.sheet_no, one.row),
        }
        for one in places
    ]


def _rows_returned(act: BatchAct, names: list[str]) -> str:
    """The rows that a return names, in words; numbers alone where no more was kept."""
    if places := act.facts.get("places"):
        return places_words([Place(*one) for one in places[:ROWS_TOLD]], names)
    return row_words("、".join(str(row) for row in act.facts["rows"][:ROWS_TOLD]))


def steps_of(batch: PayrollBatch) -> list:
    """The step line of a batch as of today."""
    notice = getattr(batch, "notice", None) if batch.stage else None
    return _steps(batch, notice.until_on if notice else None, _terms(today()))


def with_due_days(batches: list[PayrollBatch]) -> list[PayrollBatch]:
    """Submitted sheets tell which step is due until when, and `pay_by`, the last day that the law leaves.

    Orange is a step that took longer than the days we give it. Red is pay in arrears, however far its sheet is: not
    paid in full until the last day that the law leaves (724 art 14), or somebody's contract states an earlier day that
    has passed (724 art 12).
    """
    day = today()
    under_way = [one for one in batches if one.status == Status.SUBMITTED and one.stage in OPEN_STAGES]
    passed = passed_days_unscoped(under_way, day) if under_way else {}
    terms, periods = _terms(day), pay_period_versions()
    for batch in batches:
        open_ = batch.status == Status.SUBMITTED and batch.stage in OPEN_STAGES
        waits = waiting_step(_steps(batch, None, terms)) if open_ else None
        batch.waits_for, batch.due_on = (waits.label, waits.due_on) if waits else ("", None)
        batch.pay_by = last_pay_day(batch.month_on, months_for(periods, batch.month_on)) if open_ else None
        batch.unpaid = open_ and batch.pay_by < day
        if batch.unpaid:
            batch.due_on = batch.pay_by
        batch.late_days = max(0, (day - batch.due_on).days) if batch.due_on else 0
        batch.passed = passed.get(batch.pk)
        if batch.late_days or batch.passed:
            batch.level = "red" if batch.unpaid or batch.passed else "orange"
    return batches


def _terms(day: datetime.date) -> Terms:
    return Terms(whole_figure("pay_confirm_days", day), whole_figure("pay_audit_days", day))


def _steps(batch: PayrollBatch, notice_until: datetime.date | None, terms: Terms) -> list:
    submitted_on = batch.submitted_at.astimezone(SHANGHAI).date() if batch.submitted_at and batch.stage else None
    return step_line(batch.stage, submitted_on=submitted_on, notice_until=notice_until, terms=terms, today=today())


def act_lines(batch: PayrollBatch) -> list[ActLine]:
    """The record, newest first."""
    names = batch.sheet_names
    return [
        ActLine(
            at=act.at,
            who=act.by.name if act.by else act.signed_name or "系统",
            what=act.get_act_display(),
            detail=_detail(act, names),
            level=LEVELS.get(act.act, "blue"),
        )
        for act in batch.acts.select_related("by").order_by("-id")
    ]


def _detail(act: BatchAct, names: list[str]) -> str:
    said = [act.reason.rstrip("。；")] if act.reason else []
    if act.facts.get("on_site"):
        said.append(f"花名册上当月有 {act.facts['on_site']} 人在场，说明：{act.facts['on_site_reason'].rstrip('。；')}")
    if act.signed_name:
        said.append(f"签名：{act.signed_name}")
    elif act.statement == UNSIGNED:
        said.append(UNSIGNED)
    if act.act == BatchAct.Act.RETURN and act.facts.get("rows"):
        said.append(f"退回的行：{_rows_returned(act, names)}")
    if act.facts.get("asked") and act.act == BatchAct.Act.AUDIT:
        said.append(f"当时 {act.facts['asked']} 人中 {act.facts['confirmed']} 人已确认")
    if act.facts.get("alone"):
        said.append("编制和审核为同一人，本单位没有另一名有审核权限的人")
    if act.facts.get("until_on"):
        said.append(f"{act.facts['place']}，{act.facts['posted_on']} 至 {act.facts['until_on']}")
    if words := change_words(act.facts.get("changed") or {}):
        said.append(f"与上传时相比：{words}")
    if act.facts.get("carried"):
        said.append(f"{act.facts['carried']} 人金额未变，沿用上一版的确认")
    if act.act == BatchAct.Act.PAY_OUT:
        said.append(f"{act.facts['payments']} 笔，{Decimal(act.facts['total']):,.2f} 元")
        if act.facts.get("unconfirmed"):
            said.append(f"其中 {act.facts['unconfirmed']} 笔换过的卡未经本人核对")
    if act.act in (BatchAct.Act.BANK_RESULT, BatchAct.Act.PAID) and "paid" in act.facts:
        counts = (("paid", "已发放"), ("failed", "发放失败"), ("doubtful", "未取用"), ("excepted", "暂不能发放"))
        said.append("，".join(f"{word} {act.facts[name]} 笔" for name, word in counts if act.facts.get(name)))
    if act.facts.get("superseded_by"):
        said.append(f"替换它的是批次 #{act.facts['superseded_by']}")
    return "；".join(said)
