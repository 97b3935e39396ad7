"""Entry to a site and exit from it. An entry without a contract is recorded with its breach: hiding it helps nobody."""

import datetime

from django.db import transaction

from payroll.models import RecordSource, RosterEntry, SiteStay, Worker
from payroll.rules.contracts import entry_finding
from payroll.selectors.employers import require_employer
from payroll.selectors.site_people import may_keep_entry, stays, terms_unscoped
from responsibilities.models import Organization
from responsibilities.rules.errors import EditedMeanwhile, NotAllowed, NotVisible, Refused
from responsibilities.selectors.clock import today
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor, record_event


@transaction.atomic
def site_enter(
    *,
    project,
    subcontractor: Organization | None,
    worker: Worker,
    entered_on: datetime.date,
    crew: str = "",
    trade: str = "",
    source: str = RecordSource.FORM,
    actor: Actor,
    scope=None,
) -> SiteStay:
    """Record that a worker entered a site for an employer; the roster entry is made where there is none.

    Errors: `in_future`, `already_on_site`, `overlaps`, `employer_not_on_project`, `no_general_contractor`.
    Basis: 724 art 28: no contract or no real-name record, no entry.
    """
    employer = require_employer(scope, project, subcontractor)
    _not_in_future(entered_on, "entered_on", "进场")
    entry, _created = RosterEntry.objects.select_for_update(of=("self",)).get_or_create(
        project=project, worker=worker, employer=employer, defaults={"crew": crew[:60], "trade": trade[:40]}
    )
    problem = stay_problem(list(entry.stays.all()), entered_on)
    if problem:
        raise Refused(*problem, {"entered_on": problem[1]})
    stay = SiteStay.objects.create(entry=entry, entered_on=entered_on, source=source, created_by=actor.user)
    if crew or trade:
        entry.crew, entry.trade = crew[:60] or entry.crew, trade[:40] or entry.trade
        entry.save(update_fields=["crew", "trade"])
    entries_follow_stays([entry.pk])
    terms = terms_unscoped(project.pk, [worker.pk]).get((worker.pk, employer.pk), [])
    finding = entry_finding(entered_on, None, terms)
    record_event(
        actor=actor,
        action="worker.enter",
        target=worker,
        project_id=project.pk,
        changes={
            "entered_on": ["", f"{entered_on}"],
            "employer": ["", employer.name],
            "breach": ["", finding.words if finding else ""],
        },
    )
    touch_projects([project.pk])
    return stay


@transaction.atomic
def site_leave(
    *,
    stay_id: int,
    left_on: datetime.date,
    reason: str = "",
    version: int | None = None,
    actor: Actor,
    scope=None,
) -> SiteStay:
    """Record the end of a stay; what is owed is then to be settled (《工资支付暂行规定》第九条).

    Errors: `already_left`, `leaves_before_entering`, `in_future`, `edited_meanwhile`.
    """
    stay = locked_stay(stay_id, scope)
    if version is not None and stay.version != version:
        raise EditedMeanwhile("这条进退场记录")
    if stay.left_on is not None:
        raise Refused(
            "already_left", f"这次进场已登记 {stay.left_on} 退场。日期有误的，请在“进退场”中撤回这次退场，再重新登记。"
        )
    _not_in_future(left_on, "left_on", "退场")
    if left_on < stay.entered_on:
        message = f"退场日期早于进场日期 {stay.entered_on}。请核对。"
        raise Refused("leaves_before_entering", message, {"left_on": message})
    stay.left_on, stay.left_reason = left_on, reason[:200]
    stay.version += 1
    stay.save(update_fields=["left_on", "left_reason", "version"])
    entries_follow_stays([stay.entry_id])
    record_event(
        actor=actor,
        action="worker.leave",
        target=stay.entry.worker,
        project_id=stay.entry.project_id,
        changes={"left_on": ["", f"{left_on}"], "reason": ["", stay.left_reason]},
    )
    touch_projects([stay.entry.project_id])
    return stay


def stay_problem(
    known: list[SiteStay], entered_on: datetime.date, left_on: datetime.date | None = None
) -> tuple[str, str] | None:
    """(code, sentence) where a stay can't stand beside those known of the same roster entry."""
    for stay in known:
        if stay.left_on is None and entered_on >= stay.entered_on:
            return "already_on_site", f"此人 {stay.entered_on} 已进场，还没有登记退场。请先登记退场。"
        if entered_on <= (stay.left_on or datetime.date.max) and (left_on or datetime.date.max) >= stay.entered_on:
            until = stay.left_on or "至今"
            return "overlaps", f"与已登记的 {stay.entered_on} 至 {until} 的在场期间重叠。请核对日期。"
    return None


def entries_follow_stays(entry_ids: list[int]) -> None:
    """The roster's dates repeat the latest stay, for whoever asks only who is on site now."""
    if not entry_ids:
        return
    latest: dict[int, SiteStay] = {}
    for stay in SiteStay.objects.filter(entry_id__in=entry_ids).order_by("entered_on"):
        latest[stay.entry_id] = stay
    rows = list(RosterEntry.objects.filter(pk__in=entry_ids))
    for entry in rows:
        stay = latest.get(entry.pk)
        entry.entered_on, entry.left_on = (stay.entered_on, stay.left_on) if stay else (None, None)
    RosterEntry.objects.bulk_update(rows, ["entered_on", "left_on"], batch_size=1000)


def locked_stay(stay_id: int, scope) -> SiteStay:
    """The stay, locked; raises NotVisible out of sight, NotAllowed in sight without the permission."""
    stay = stays(scope).filter(pk=stay_id).select_for_update(of=("self",)).first()
    if stay is None:
        raise NotVisible("没有找到这条进退场记录，或者它不在您的管辖范围内。")
    if not may_keep_entry(scope, stay.entry):
        raise NotAllowed("您的岗位不能登记这个项目的用工人员。")
    return stay


def _not_in_future(day: datetime.date, field: str, what: str) -> None:
    if day > today():
        message = f"{what}日期 {day} 还没有到。请在当天或之后登记。"
        raise Refused("in_future", message, {field: message})
