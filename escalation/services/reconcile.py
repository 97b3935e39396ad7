"""Makes the table of deadlines agree with the facts: derived, never counted up.

The same code serves one project right after a write and all projects in the sweep. It is idempotent: a second
run on the same facts and day writes nothing. A lost event, a dead worker or two sweeps at once change nothing
in the end.
"""

import datetime
import logging
import time
from collections.abc import Iterable
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, fields

from django.db import connection, transaction

from escalation.catalogue.registry import RULES
from escalation.catalogue.rule import Rule
from escalation.models import CalendarDay
from escalation.selectors.calendar import calendar_version_unscoped
from escalation.services import reconcile_sql as sql
from responsibilities.models import Touched
from responsibilities.rules.errors import Refused
from responsibilities.selectors.clock import now
from responsibilities.services.trail import Actor, record_event

logger = logging.getLogger(__name__)

# "zydl": the one number under which runs of the engine and new calendars wait for each other.
ENGINE_LOCK = 0x7A79646C
BATCH = 500
# No term of the catalogue reaches further; only near the calendar's end are facts looked for that have no due date.
LONGEST_TERM = datetime.timedelta(days=120)


@dataclass(frozen=True)
class Outcome:
    """What a run changed. `opened` counts new rows; the others count deadlines that turned into the status."""

    opened: int = 0
    met: int = 0
    met_late: int = 0
    overdue: int = 0
    voided: int = 0
    notices: int = 0
    escalations: int = 0
    seconds: float = 0.0
    changed: int = 0
    beyond_calendar: int = 0

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})

    @property
    def counts(self) -> dict[str, int]:
        """What the command prints, without the time it took."""
        return {name: value for name, value in asdict(self).items() if name not in _NOT_PRINTED}


_NOT_PRINTED = ("seconds", "changed", "beyond_calendar")


@transaction.atomic
def reconcile(
    *,
    today: datetime.date,
    rules: Iterable[str] | None = None,
    project_ids: Iterable[int] | None = None,
    actor: Actor | None = None,
) -> Outcome:
    """Derive the deadlines of some or all rules and projects as they stand on `today`.

    Errors: `unknown_rule`, `outside_calendar` (today isn't in the calendar). Facts whose due date lies beyond the
    calendar get no deadline; they are counted in `beyond_calendar` and told in the log.
    """
    started = time.monotonic()
    chosen = _rules(rules)
    projects = None if project_ids is None else tuple(sorted(set(project_ids)))
    if projects == ():
        return Outcome(seconds=time.monotonic() - started)
    lock_engine()
    run = _run(today, projects)
    with _tuned_for_all() if projects is None else nullcontext():
        outcome = _reconcile_rules(chosen, run)
    outcome += Outcome(seconds=time.monotonic() - started)
    if outcome.changed:
        _record(outcome, run, chosen, actor or Actor.system("reconcile"))
    return outcome


def reconcile_touched(*, today: datetime.date) -> Outcome:
    """Reconcile the projects whose facts changed, and take them off the list in the same transaction.

    Rows held by another worker are skipped: it will do them. What is touched meanwhile is a new row.
    """
    total = Outcome()
    while True:
        with transaction.atomic():
            rows = list(Touched.objects.select_for_update(skip_locked=True).order_by("pk")[:BATCH])
            if not rows:
                return total
            total += reconcile(
                today=today,
                project_ids={row.project_id for row in rows},
                actor=Actor.system("reconcile_touched"),
            )
            Touched.objects.filter(pk__in=[row.pk for row in rows]).delete()


def lock_engine() -> None:
    """Wait for other runs, then read facts newer than anything they saw; held to the end of the transaction.

    Without it a long sweep could write back what it read before a shorter run. That nothing is doubled doesn't
    rest on it but on the unique constraints.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ENGINE_LOCK])


def _rules(codes: Iterable[str] | None) -> tuple[Rule, ...]:
    if codes is None:
        return tuple(RULES.values())
    wanted = set(codes)
    unknown = sorted(wanted - set(RULES))
    if unknown:
        raise Refused("unknown_rule", f"没有规则 {'、'.join(unknown)}；现有规则：{'、'.join(RULES)}。")
    return tuple(rule for code, rule in RULES.items() if code in wanted)


def _run(today: datetime.date, projects: tuple[int, ...] | None) -> sql.Run:
    version = calendar_version_unscoped()
    day = CalendarDay.objects.filter(day=today).first()
    if version is None or day is None:
        raise Refused(
            "outside_calendar",
            f"工作日历没有覆盖 {today:%Y-%m-%d}，不能推算时限；请先发布 {today.year} 年的工作日历。",
        )
    return sql.Run(today, day.ordinal, now(), version.pk, projects)


def _reconcile_rules(rules: tuple[Rule, ...], run: sql.Run) -> Outcome:
    outcome = sum((_reconcile_rule(rule, run) for rule in rules), Outcome())
    (notices,) = _execute(sql.notices_statement(rules, run))
    proposed, settled = _execute(sql.escalations_statement(rules, run))
    return outcome + Outcome(
        notices=notices,
        escalations=proposed,
        changed=notices + proposed + settled,
        beyond_calendar=_beyond_calendar(rules, run),
    )


def _reconcile_rule(rule: Rule, run: sql.Run) -> Outcome:
    if rule.prepare:
        rule.prepare(today=run.today, project_ids=run.project_ids)
    opened, met, met_late, overdue, voided, changed = _execute(sql.deadlines_statement(rule, run))
    added, removed = _execute(sql.parties_statement(rule, run))
    return Outcome(
        opened=opened,
        met=met,
        met_late=met_late,
        overdue=overdue,
        voided=voided,
        changed=changed + added + removed,
    )


def _beyond_calendar(rules: tuple[Rule, ...], run: sql.Run) -> int:
    """How many facts have no due date yet, because no calendar is published for it."""
    last = CalendarDay.objects.order_by("-day").values_list("day", flat=True).first()
    if run.today + LONGEST_TERM <= last:
        return 0
    counted = [_execute(sql.beyond_statement(rule, run)) for rule in rules]
    missing = sum(facts - wanted for facts, wanted in counted)
    if missing:
        logger.warning("工作日历只到 %s，有 %d 项时限无法推算到期日；请发布下一年的工作日历。", last, missing)
    return missing


def _execute(statement: str) -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()


@contextmanager
def _tuned_for_all():
    """For runs over everything: joins by hash, in memory; measured in bench/reconcile.py.

    The statistics of a table that this very run fills say that it is empty, and the planner would then loop over
    it once for each row.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'; SET LOCAL jit = off; SET LOCAL enable_nestloop = off")
        yield
        cursor.execute("SET LOCAL work_mem TO DEFAULT; SET LOCAL jit TO DEFAULT; SET LOCAL enable_nestloop TO DEFAULT")


def _record(outcome: Outcome, run: sql.Run, rules: tuple[Rule, ...], actor: Actor) -> None:
    one = run.project_ids[0] if run.project_ids and len(run.project_ids) == 1 else None
    changes = {name: ["", str(value)] for name, value in outcome.counts.items() if value}
    record_event(
        actor=actor,
        action="deadlines.reconcile",
        object_type="escalation.deadline",
        object_name=f"{run.today:%Y-%m-%d} 时限核算",
        project_id=one,
        changes={**changes, "rules": ["", "、".join(rule.title for rule in rules)]},
    )
