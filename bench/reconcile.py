"""The deadline engine on 10,000 and 100,000 projects, in one run of one machine.

Floor: a bare COPY of the very rows that the first run wrote, into the same indexed tables with their foreign
keys. Beside it the same work as SQL written by hand for an empty table, and a loop over objects on a sample,
scaled by rows. Then the run that finds nothing to do, and one project right after a write.
"""

import datetime
import gc
import statistics
import time
from contextlib import contextmanager
from io import StringIO

from django.db import connection, transaction

from escalation.catalogue.registry import RULES
from escalation.models import Deadline, DeadlineParty, Escalation, Notice, RuleVersion
from escalation.rules.terms import Facts, Rung, Term, standing
from escalation.selectors.calendar import calendar_unscoped, calendar_version_unscoped
from escalation.services.reconcile import reconcile
from projects.models import Approval, Project
from responsibilities.selectors.clock import SHANGHAI

# Projects → how often it is measured; the median counts.
SIZES = {10_000: 3, 100_000: 1}
SAMPLE = 1_000
TODAY = datetime.date(2026, 11, 23)
MOMENT = datetime.datetime.combine(TODAY, datetime.time(6), SHANGHAI)
TABLES = (
    "accounts_allocationperiod",
    "escalation_deadline",
    "escalation_deadlineparty",
    "escalation_notice",
    "escalation_escalation",
)
EMPTY = f"TRUNCATE {', '.join(TABLES)} CASCADE"


def run(report) -> None:
    """Tells `report(name, seconds, floor_seconds, note)` for both sizes."""
    for size, repeats in SIZES.items():
        _facts(size)
        first = statistics.median(_first() for _ in range(repeats))
        rows = _rows()
        kept = _dump()
        _execute("VACUUM ANALYZE " + ", ".join(TABLES))
        again = statistics.median(_timed(_sweep) for _ in range(repeats))
        copied = statistics.median(_copy(kept) for _ in range(repeats))
        by_hand = statistics.median(_by_hand(kept) for _ in range(repeats))
        one = statistics.median(_timed(_one_project(n)) for n in range(1, 21))
        note = f"{size:,} 个项目，{rows:,} 行"
        report("时限核算：首次", first, copied, note)
        report("时限核算：手写 SQL（只插入，不比对）", by_hand, copied, note)
        report("时限核算：再次，无变化", again, copied, note)
        report("时限核算：一个项目写入之后", one, copied, note)
        if size == min(SIZES):
            report("时限核算：逐个对象（抽样推算）", _looped() * rows, copied, f"{SAMPLE:,} 个项目，按行推算")


def _sweep() -> None:
    reconcile(today=TODAY)


def _first() -> float:
    _execute(EMPTY)
    return _timed(_sweep)


def _one_project(number: int):
    pk = Project.objects.order_by("pk").values_list("pk", flat=True)[number]

    def work():
        Approval.objects.filter(project_id=pk).update(approved_on=TODAY - datetime.timedelta(days=number))
        reconcile(today=TODAY, project_ids=[pk])

    return work


FACTS = (
    """
    INSERT INTO responsibilities_organization (code, name, short_name, pinyin_initials, kind, legal_representative,
      is_active, version)
    SELECT 'BENCH' || n, '测试企业' || n, '', '', 'enterprise', '', true, 1
    FROM generate_series(1, 2000) n ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO projects_project (code, name, pinyin_initials, pinyin_key, area_id, project_type_id,
      funding_nature, funding_source, address, platform_code, actual_start_on, enrolled_on, completed_on,
      created_at, updated_at, version)
    SELECT 'B' || n, '测试工程' || n, '', '', area.ids[1 + n % 7], kind.id,
      CASE WHEN n % 3 = 0 THEN 'private' ELSE 'government' END, '财政资金', '', '',
      DATE '2026-11-20' - (n % 60), CASE WHEN n % 4 > 0 THEN DATE '2026-11-20' - (n % 30) END, NULL,
      now(), now(), 1
    FROM generate_series(1, SIZE) n,
      (SELECT array_agg(id ORDER BY id) AS ids FROM responsibilities_area WHERE kind <> 'city') area,
      (SELECT min(id) AS id FROM projects_projecttype) kind
    """,
    """
    INSERT INTO projects_projectparty (project_id, organization_id, part)
    SELECT project.id, CASE WHEN n <= 3 THEN firm.ids[1 + (project.id * 3 + n) % 2000]
      ELSE unit.ids[1 + project.id % 7 * 3 + n - 4] END,
      (ARRAY['developer', 'general_contractor', 'bank', 'human_resources', 'industry_unit', 'finance'])[n]
    FROM projects_project project, generate_series(1, 6) n,
      (SELECT array_agg(id ORDER BY id) AS ids FROM responsibilities_organization WHERE code LIKE 'BENCH%') firm,
      (SELECT array_agg(id ORDER BY id) AS ids FROM responsibilities_organization WHERE kind = 'government') unit
    """,
    """
    INSERT INTO projects_approval (project_id, kind, number, approved_on, funding_source, approving_unit_id,
      decided_in_portal, breaches, receipt_number, pushed_at, created_at, version)
    SELECT project.id, 'project_approval', 'P' || project.id, project.actual_start_on - 5, '',
      unit.ids[1 + project.id % 20], false, '{}', '',
      CASE WHEN project.id % 4 > 0 THEN project.actual_start_on + time '10:00' END, now(), 1
    FROM projects_project project,
      (SELECT array_agg(id ORDER BY id) AS ids FROM responsibilities_organization WHERE kind = 'government') unit
    """,
    """
    INSERT INTO projects_contract (project_id, kind, number, employer_id, contractor_id, signed_on, value,
      labour_cost_ratio, monthly_amount, allocation_day, measuring_cycle, version)
    SELECT project.id, 'general', 'H' || project.id, firm.id, firm.id, project.actual_start_on - 20, 30000000, 0.3,
      500000, 25, '按月', 1
    FROM projects_project project,
      (SELECT min(id) AS id FROM responsibilities_organization WHERE code LIKE 'BENCH%') firm
    """,
)


def _facts(size: int) -> None:
    """So many projects with six parties, an approval and a contract, spread over three months; made by SQL."""
    _execute(EMPTY)
    _execute("TRUNCATE projects_project CASCADE")
    with transaction.atomic():
        # Row history is the writers' matter, not the engine's.
        _execute("SET LOCAL session_replication_role = replica")
        for statement in FACTS:
            _execute(statement.replace("SIZE", str(size)))
    _execute("VACUUM ANALYZE")


def _dump() -> dict[str, str]:
    kept = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            text = StringIO()
            cursor.copy_expert(f"COPY (SELECT * FROM {table} ORDER BY id) TO STDOUT", text)
            kept[table] = text.getvalue()
    return kept


def _rows() -> int:
    return sum(model.objects.count() for model in (Deadline, DeadlineParty, Notice, Escalation))


def _copy(kept: dict[str, str]) -> float:
    """Seconds for putting the same rows in, in one transaction."""
    _execute(EMPTY)
    texts = {table: StringIO(text) for table, text in kept.items()}

    def work():
        with transaction.atomic(), connection.cursor() as cursor:
            for table, text in texts.items():
                columns = ", ".join(_columns(table))
                cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", text)

    return _timed(work)


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position",
            [table],
        )
        return [name for (name,) in cursor.fetchall()]


def _by_hand(kept: dict[str, str]) -> float:
    """Seconds for statements that a person would write for an empty table and these three rules only."""
    _execute(EMPTY)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.copy_expert("COPY accounts_allocationperiod FROM STDIN", StringIO(kept["accounts_allocationperiod"]))

    def work():
        with transaction.atomic():
            _execute(HAND.replace("CALENDAR", str(calendar_version_unscoped().pk)))

    seconds = _timed(work)
    written = _rows()
    expected = sum(kept[table].count("\n") for table in TABLES[1:])
    if written != expected:
        raise AssertionError(f"by hand {written} rows, by reconcile {expected}")
    return seconds


_TAIL = """
  INSERT INTO escalation_deadline (rule, subject_id, period_on, project_id, area_id, rule_version_id,
    calendar_version_id, calendar_provisional, anchor_on, original_due_on, due_on, satisfied_on, status, level,
    opened_at, updated_at)
  SELECT v.rule, f.subject_id, f.period_on, f.project_id, f.area_id, v.id, CALENDAR, due.provisional, f.anchor_on,
    due.day, due.day, f.satisfied_on,
    CASE WHEN f.satisfied_on <= due.day THEN 'met' WHEN f.satisfied_on IS NOT NULL THEN 'met_late'
      WHEN t.day > due.day THEN 'overdue' ELSE 'open' END,
    CASE WHEN f.satisfied_on IS NOT NULL THEN 0 WHEN t.ordinal >= due.ordinal + 3 THEN 3
      WHEN t.ordinal >= due.ordinal + 1 THEN 2 WHEN t.ordinal >= due.ordinal - 1 THEN 1 ELSE 0 END, now(), now()
"""
_TODAY = f"JOIN escalation_calendarday t ON t.day = DATE '{TODAY}'"
HAND = f"""
  WITH f AS (
    SELECT a.id AS subject_id, NULL::date AS period_on, a.project_id, p.area_id, a.approved_on AS anchor_on,
      (a.pushed_at AT TIME ZONE 'Asia/Shanghai')::date AS satisfied_on
    FROM projects_approval a JOIN projects_project p ON p.id = a.project_id
  ) {_TAIL}
  FROM f JOIN escalation_ruleversion v ON v.rule = 'approval_info_push' {_TODAY}
  JOIN escalation_calendarday a ON a.day = f.anchor_on
  JOIN escalation_calendarday due ON due.ordinal = a.ordinal + 3 AND due.is_workday;
  WITH f AS (
    SELECT id AS subject_id, NULL::date AS period_on, id AS project_id, area_id, actual_start_on AS anchor_on,
      enrolled_on AS satisfied_on
    FROM projects_project
  ) {_TAIL}
  FROM f JOIN escalation_ruleversion v ON v.rule = 'platform_onboard' {_TODAY}
  JOIN escalation_calendarday raw ON raw.day = f.anchor_on + 30
  JOIN escalation_calendarday due ON due.day = raw.next_workday_on;
  WITH f AS (
    SELECT m.id AS subject_id, m.month_on AS period_on, m.project_id, p.area_id,
      GREATEST(m.month_on, p.actual_start_on) AS anchor_on, NULL::date AS satisfied_on,
      CASE WHEN m.month_on + 24 < GREATEST(m.month_on, p.actual_start_on)
        THEN (m.month_on + interval '1 month' - interval '1 day')::date ELSE m.month_on + 24 END AS raw_on
    FROM accounts_allocationperiod m JOIN projects_project p ON p.id = m.project_id
  ) {_TAIL}
  FROM f JOIN escalation_ruleversion v ON v.rule = 'labor_cost_allocation' {_TODAY}
  JOIN escalation_calendarday raw ON raw.day = f.raw_on
  JOIN escalation_calendarday due ON due.day = raw.next_workday_on;
  INSERT INTO escalation_deadlineparty (deadline_id, organization_id, part)
  SELECT d.id, a.approving_unit_id, 'owes' FROM escalation_deadline d
  JOIN projects_approval a ON a.id = d.subject_id WHERE d.rule = 'approval_info_push';
  INSERT INTO escalation_deadlineparty (deadline_id, organization_id, part)
  SELECT DISTINCT d.id, p.organization_id, w.part FROM escalation_deadline d
  JOIN (VALUES ('approval_info_push', 'human_resources', 'supervises'),
    ('platform_onboard', 'general_contractor', 'owes'), ('platform_onboard', 'developer', 'owes'),
    ('platform_onboard', 'human_resources', 'supervises'), ('platform_onboard', 'industry_unit', 'supervises'),
    ('labor_cost_allocation', 'developer', 'owes'), ('labor_cost_allocation', 'finance', 'owes'),
    ('labor_cost_allocation', 'human_resources', 'supervises'), ('labor_cost_allocation', 'industry_unit', 'supervises'),
    ('labor_cost_allocation', 'general_contractor', 'informed')) w (rule, played, part) ON w.rule = d.rule
  JOIN projects_project j ON j.id = d.project_id
  JOIN projects_projectparty p ON p.project_id = d.project_id AND p.part = w.played
  WHERE p.part <> 'finance' OR j.funding_nature = 'government';
  INSERT INTO escalation_notice (deadline_id, level, recipient_id, noticed_on, due_on, created_at)
  SELECT DISTINCT d.id, d.level, p.organization_id, DATE '{TODAY}', d.due_on, now() FROM escalation_deadline d
  JOIN escalation_ladderstep s ON s.rule_version_id = d.rule_version_id AND s.level = d.level
  JOIN escalation_deadlineparty p ON p.deadline_id = d.id AND p.part = ANY (s.recipients) WHERE d.level > 0;
  INSERT INTO escalation_escalation (deadline_id, status, proposed_on, created_at, version)
  SELECT id, 'pending', DATE '{TODAY}', now(), 1 FROM escalation_deadline WHERE level = 3
"""


def _looped() -> float:
    """Seconds per row of a loop that saves one object after another, on a sample."""
    _sweep_periods()
    sample = set(Project.objects.order_by("pk").values_list("pk", flat=True)[:SAMPLE])
    calendar, edition = calendar_unscoped(), calendar_version_unscoped()

    def work():
        with transaction.atomic():
            for rule in RULES.values():
                version = RuleVersion.objects.get(rule=rule.code)
                ladder = {step.level: step for step in version.ladder.all()}
                for row in rule.facts(TODAY).filter(project_id__in=sample):
                    _save_one(rule, version, ladder, row, calendar, edition)

    seconds = _timed(work)
    return seconds / _rows()


def _sweep_periods() -> None:
    _execute(EMPTY)
    for rule in RULES.values():
        if rule.prepare:
            rule.prepare(today=TODAY, project_ids=None)


def _save_one(rule, version, ladder, row, calendar, edition) -> None:
    names = ("anchor_on", "period_on", "month_day", "satisfied_on", "counted_on", "void_if_due_after")
    facts = Facts(**{name: row[name] for name in names})
    rungs = tuple(Rung(step.level, step.offset_workdays) for step in ladder.values())
    found = standing(Term(version.unit, version.term, version.rest_day_shift), rungs, facts, TODAY, calendar)
    deadline, _ = Deadline.objects.update_or_create(
        rule=rule.code,
        subject_id=row["subject_id"],
        period_on=row["period_on"],
        defaults={
            "project_id": row["project_id"],
            "area_id": row["area_id"],
            "rule_version": version,
            "calendar_version": edition,
            "calendar_provisional": found.provisional,
            "anchor_on": row["anchor_on"],
            "original_due_on": found.original_due_on,
            "due_on": found.due_on,
            "satisfied_on": row["satisfied_on"],
            "status": found.status,
            "level": found.level,
            "opened_at": MOMENT,
            "updated_at": MOMENT,
        },
    )
    for party in rule.parties:
        for unit in party.units().filter(**{party.key: row[party.key]}):
            DeadlineParty.objects.get_or_create(
                deadline=deadline, organization_id=unit["organization_id"], part=party.part
            )
    if found.level:
        for party in deadline.parties.filter(part__in=ladder[found.level].recipients):
            Notice.objects.get_or_create(
                deadline=deadline,
                level=found.level,
                recipient_id=party.organization_id,
                defaults={"noticed_on": TODAY, "due_on": found.due_on, "created_at": MOMENT},
            )
    if found.level == max(ladder):
        Escalation.objects.get_or_create(deadline=deadline, defaults={"proposed_on": TODAY, "created_at": MOMENT})


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def _quiet():
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _timed(work) -> float:
    with _quiet():
        start = time.perf_counter()
        work()
        return time.perf_counter() - start
