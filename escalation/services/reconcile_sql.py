"""The statements of `reconcile`, compiled from the facts QuerySets of a rule.

Each is one statement: what should be is derived from the facts, compared with what is, and only the
difference is written. A statement that finds no difference writes nothing and locks nothing.
All texts are finished SQL without parameters: values are rendered by the driver.
"""

# ruff: noqa: S608 - every value goes through `render`; names come from the catalogue, never from people.

import datetime
from dataclasses import dataclass

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from escalation.catalogue.rule import FACT_COLUMNS, Party, Rule

_FACT_TYPES = dict.fromkeys(FACT_COLUMNS, "date") | {
    "subject_id": "bigint",
    "project_id": "bigint",
    "area_id": "bigint",
    "month_day": "int",
}
# A period that isn't there, so that rows can be joined by equality.
_NO_PERIOD = "DATE '0001-01-01'"


@dataclass(frozen=True)
class Run:
    """What one run is about. `today_ordinal` counts working days up to `today`."""

    today: datetime.date
    today_ordinal: int
    now: datetime.datetime
    calendar_version_id: int
    project_ids: tuple[int, ...] | None = None


def render(sql: str, params=()) -> str:
    """The text with its values as the driver writes them."""
    with connection.cursor() as cursor:
        return cursor.cursor.mogrify(sql, params).decode()


def deadlines_statement(rule: Rule, run: Run) -> str:
    """Opens, changes and voids the deadlines of a rule; returns (opened, met, met_late, overdue, voided).

    `wanted` is the facts with the version in force on the anchor day, counted on the calendar, under the
    decisions in force. Rows are inserted in the order of their subjects and locked in the order of their ids, so
    that two runs wait for each other instead of blocking each other; under the lock the difference is looked
    at again, so that a change is made and counted once.
    """
    return f"""
WITH facts ({", ".join(FACT_COLUMNS)}) AS ({_facts(rule, run)}),
{_WANTED.format(rule=render("%s", [rule.code]), today=_date(run.today), ordinal=run.today_ordinal, no_period=_NO_PERIOD)},
existing AS (
  SELECT d.*, COALESCE(d.period_on, {_NO_PERIOD}) AS period_key
  FROM escalation_deadline d
  WHERE d.rule = {render("%s", [rule.code])} {_of_projects("d.project_id", run)}
),
difference AS MATERIALIZED (
  SELECT w.*, d.id
  FROM wanted w
  FULL JOIN existing d ON d.subject_id = w.subject_id AND d.period_key = w.period_key
  WHERE d.id IS NULL
     OR (w.subject_id IS NULL AND d.status <> 'void')
     OR (w.subject_id IS NOT NULL AND {_DIFFERS})
),
opened AS (
  INSERT INTO escalation_deadline (rule, subject_id, period_on, project_id, area_id, rule_version_id,
    calendar_version_id, calendar_provisional, anchor_on, original_due_on, due_on, satisfied_on, status, level,
    opened_at, updated_at)
  SELECT {render("%s", [rule.code])}, w.subject_id, w.period_on, w.project_id, w.area_id, w.rule_version_id,
    {run.calendar_version_id}, w.calendar_provisional, w.anchor_on, w.original_due_on, w.due_on, w.satisfied_on,
    w.status, w.level, {_moment(run)}, {_moment(run)}
  FROM difference w
  WHERE w.id IS NULL
  ORDER BY w.subject_id, w.period_key
  ON CONFLICT DO NOTHING
  RETURNING status
),
locked AS MATERIALIZED (
  SELECT d.id, d.status AS status_before, w.subject_id IS NULL AS lost, w.project_id, w.area_id,
    w.rule_version_id, w.calendar_provisional, w.anchor_on, w.original_due_on, w.due_on, w.satisfied_on,
    w.status, w.level
  FROM escalation_deadline d
  JOIN difference w ON w.id = d.id
  WHERE CASE WHEN w.subject_id IS NULL THEN d.status <> 'void' ELSE {_DIFFERS} END
  ORDER BY d.id
  FOR UPDATE OF d
),
changed AS (
  UPDATE escalation_deadline d
  SET project_id = w.project_id, area_id = w.area_id, rule_version_id = w.rule_version_id,
    calendar_version_id = CASE
      WHEN (d.anchor_on, d.original_due_on, d.calendar_provisional)
        IS DISTINCT FROM (w.anchor_on, w.original_due_on, w.calendar_provisional) THEN {run.calendar_version_id}
      ELSE d.calendar_version_id END,
    calendar_provisional = w.calendar_provisional, anchor_on = w.anchor_on, original_due_on = w.original_due_on,
    due_on = w.due_on, satisfied_on = w.satisfied_on, status = w.status, level = w.level, updated_at = {_moment(run)}
  FROM locked w
  WHERE d.id = w.id AND NOT w.lost
  RETURNING d.status, w.status_before
),
voided AS (
  UPDATE escalation_deadline d
  SET status = 'void', level = 0, updated_at = {_moment(run)}
  FROM locked w
  WHERE d.id = w.id AND w.lost
  RETURNING d.status, w.status_before
)
SELECT
  count(*) FILTER (WHERE status_before IS NULL),
  count(*) FILTER (WHERE status = 'met' AND status IS DISTINCT FROM status_before),
  count(*) FILTER (WHERE status = 'met_late' AND status IS DISTINCT FROM status_before),
  count(*) FILTER (WHERE status = 'overdue' AND status IS DISTINCT FROM status_before),
  count(*) FILTER (WHERE status = 'void' AND status IS DISTINCT FROM status_before),
  count(*)
FROM (
  SELECT status, NULL AS status_before FROM opened
  UNION ALL SELECT status, status_before FROM changed
  UNION ALL SELECT status, status_before FROM voided
) AS done"""


def parties_statement(rule: Rule, run: Run) -> str:
    """Makes the parties of a rule's deadlines those that the facts name; returns (added, removed).

    A void deadline keeps the parties that it had.
    """
    code = render("%s", [rule.code])
    return f"""
WITH mine AS (
  SELECT d.id, d.subject_id, d.project_id
  FROM escalation_deadline d
  WHERE d.rule = {code} AND d.status <> 'void' {_of_projects("d.project_id", run)}
),
wanted (deadline_id, organization_id, part) AS ({" UNION ".join(_party(party, run) for party in rule.parties)}),
existing AS (
  SELECT p.id, p.deadline_id, p.organization_id, p.part
  FROM escalation_deadlineparty p
  JOIN mine ON mine.id = p.deadline_id
),
difference AS MATERIALIZED (
  SELECT p.id, w.deadline_id, w.organization_id, w.part
  FROM wanted w
  FULL JOIN existing p
    ON p.deadline_id = w.deadline_id AND p.organization_id = w.organization_id AND p.part = w.part
  WHERE p.id IS NULL OR w.deadline_id IS NULL
),
added AS (
  INSERT INTO escalation_deadlineparty (deadline_id, organization_id, part)
  SELECT deadline_id, organization_id, part FROM difference WHERE id IS NULL
  ORDER BY deadline_id, organization_id, part
  ON CONFLICT DO NOTHING
  RETURNING 1
),
removed AS (
  DELETE FROM escalation_deadlineparty p
  USING (SELECT id FROM difference WHERE deadline_id IS NULL ORDER BY id) gone
  WHERE p.id = gone.id
  RETURNING 1
)
SELECT (SELECT count(*) FROM added), (SELECT count(*) FROM removed)"""


def notices_statement(rules: tuple[Rule, ...], run: Run) -> str:
    """One notice for each recipient of the highest rung that a deadline has reached; returns how many.

    Rungs passed before the facts came are not told any more, and what was told is never withdrawn.
    """
    return f"""
WITH made AS (
  INSERT INTO escalation_notice (deadline_id, level, recipient_id, noticed_on, due_on, created_at)
  SELECT DISTINCT d.id, d.level, p.organization_id, {_date(run.today)}, d.due_on, {_moment(run)}
  FROM escalation_deadline d
  JOIN escalation_ladderstep step ON step.rule_version_id = d.rule_version_id AND step.level = d.level
  JOIN escalation_deadlineparty p ON p.deadline_id = d.id AND p.part = ANY (step.recipients)
  WHERE d.status IN ('open', 'overdue') AND d.level > 0 {_of_rules("d.rule", rules)} {_of_projects("d.project_id", run)}
    AND NOT EXISTS (
      SELECT FROM escalation_notice told
      WHERE told.deadline_id = d.id AND told.level = d.level AND told.recipient_id = p.organization_id
    )
  ORDER BY d.id, p.organization_id
  ON CONFLICT (deadline_id, level, recipient_id) DO NOTHING
  RETURNING 1
)
SELECT count(*) FROM made"""


def escalations_statement(rules: tuple[Rule, ...], run: Run) -> str:
    """Proposes overdue deadlines on the last rung to the supervisor; returns (proposed, settled).

    One for each deadline. What nobody decided settles itself when the deadline isn't there any more, and is
    proposed again when it comes back. Decided and closed ones are people's.
    """
    return f"""
WITH due AS (
  SELECT d.id, COALESCE(d.status = 'overdue' AND d.level = {PROPOSAL}, false) AS proposed
  FROM escalation_deadline d
  LEFT JOIN escalation_escalation e ON e.deadline_id = d.id
  WHERE ((d.status = 'overdue' AND d.level = {PROPOSAL}) OR e.status = 'pending')
    AND (e.id IS NULL OR e.status IN ('pending', 'settled')) {_of_rules("d.rule", rules)} {_of_projects("d.project_id", run)}
),
made AS (
  INSERT INTO escalation_escalation (deadline_id, status, proposed_on, created_at, version)
  SELECT due.id, 'pending', {_date(run.today)}, {_moment(run)}, 1
  FROM due
  WHERE due.proposed AND NOT EXISTS (SELECT FROM escalation_escalation e WHERE e.deadline_id = due.id)
  ORDER BY due.id
  ON CONFLICT (deadline_id) DO NOTHING
  RETURNING 1
),
locked AS MATERIALIZED (
  SELECT e.id, due.proposed
  FROM escalation_escalation e
  JOIN due ON due.id = e.deadline_id
  WHERE e.status = CASE WHEN due.proposed THEN 'settled' ELSE 'pending' END
  ORDER BY e.id
  FOR UPDATE OF e
),
turned AS (
  UPDATE escalation_escalation e
  SET status = CASE WHEN locked.proposed THEN 'pending' ELSE 'settled' END,
    proposed_on = CASE WHEN locked.proposed THEN {_date(run.today)} ELSE e.proposed_on END,
    version = e.version + 1
  FROM locked
  WHERE e.id = locked.id
  RETURNING e.status
)
SELECT
  (SELECT count(*) FROM made) + (SELECT count(*) FROM turned WHERE status = 'pending'),
  (SELECT count(*) FROM turned WHERE status = 'settled')"""


def beyond_statement(rule: Rule, run: Run) -> str:
    """How many facts have no due date because the calendar doesn't reach that far; returns (facts, counted)."""
    return f"""
WITH facts ({", ".join(FACT_COLUMNS)}) AS ({_facts(rule, run)}),
{_WANTED.format(rule=render("%s", [rule.code]), today=_date(run.today), ordinal=run.today_ordinal, no_period=_NO_PERIOD)}
SELECT
  (SELECT count(*) FROM facts JOIN versions v ON {_IN_FORCE.format(today=_date(run.today))}),
  (SELECT count(*) FROM wanted)"""


PROPOSAL = 3
_DIFFERS = """(d.project_id, d.area_id, d.rule_version_id, d.calendar_provisional, d.anchor_on, d.original_due_on,
       d.due_on, d.satisfied_on, d.status, d.level)
    IS DISTINCT FROM
      (w.project_id, w.area_id, w.rule_version_id, w.calendar_provisional, w.anchor_on, w.original_due_on,
       w.due_on, w.satisfied_on, w.status, w.level)"""
_IN_FORCE = """facts.anchor_on <= {today}
    AND facts.anchor_on >= v.in_force_from AND (v.until IS NULL OR facts.anchor_on < v.until)"""
_WANTED = (
    """versions AS (
  SELECT v.id, v.unit, v.term, v.rest_day_shift, v.extendable, v.in_force_from,
    lead(v.in_force_from) OVER (ORDER BY v.in_force_from) AS until
  FROM escalation_ruleversion v
  WHERE v.rule = {rule}
),
decided AS (
  SELECT d.subject_id, COALESCE(d.period_on, {no_period}) AS period_key,
    max(x.effective_on) FILTER (WHERE x.kind = 'extension') AS extended_to,
    bool_or(x.kind = 'waiver') AS waived
  FROM escalation_decision x
  JOIN escalation_deadline d ON d.id = x.deadline_id
  WHERE d.rule = {rule} AND x.status = 'in_force' AND x.kind IN ('extension', 'waiver') AND x.decided_on <= {today}
  GROUP BY 1, 2
),
started AS (
  SELECT facts.*, COALESCE(facts.period_on, {no_period}) AS period_key, v.id AS rule_version_id,
    v.unit = 'workdays' AND v.term > 0 AS by_workdays, v.term, v.rest_day_shift, v.extendable,
    CASE v.unit
      WHEN 'days' THEN facts.anchor_on + v.term
      WHEN 'month_day' THEN month.due_on
      ELSE facts.anchor_on
    END AS raw_due_on
  FROM facts
  JOIN versions v ON """
    + _IN_FORCE
    + """
  CROSS JOIN LATERAL (
    SELECT (date_trunc('month', facts.period_on::timestamp) + interval '1 month' - interval '1 day')::date AS ends_on
  ) ending
  CROSS JOIN LATERAL (
    SELECT CASE
      WHEN LEAST(facts.period_on + COALESCE(facts.month_day, v.term) - 1, ending.ends_on) < facts.anchor_on
        THEN ending.ends_on
      ELSE LEAST(facts.period_on + COALESCE(facts.month_day, v.term) - 1, ending.ends_on)
    END AS due_on
  ) month
),
termed AS (
  SELECT s.*, anchor.provisional AS anchor_provisional,
    CASE
      WHEN s.by_workdays THEN counted.day
      WHEN s.rest_day_shift = 'next' THEN raw.next_workday_on
      WHEN s.rest_day_shift = 'previous' THEN raw.previous_workday_on
      ELSE raw.day
    END AS original_due_on
  FROM started s
  JOIN escalation_calendarday anchor ON anchor.day = s.anchor_on
  LEFT JOIN escalation_calendarday counted
    ON counted.ordinal = CASE WHEN s.by_workdays THEN anchor.ordinal + s.term END AND counted.is_workday
  LEFT JOIN escalation_calendarday raw ON raw.day = CASE WHEN NOT s.by_workdays THEN s.raw_due_on END
),
dated AS (
  SELECT t.*, t.anchor_provisional OR original.provisional AS calendar_provisional,
    CASE WHEN t.extendable AND x.extended_to IS NOT NULL THEN x.extended_to ELSE t.original_due_on END AS due_on,
    COALESCE(x.waived, false) AS waived
  FROM termed t
  JOIN escalation_calendarday original ON original.day = t.original_due_on
  LEFT JOIN decided x ON x.subject_id = t.subject_id AND x.period_key = t.period_key
),
judged AS (
  SELECT d.*,
    CASE
      WHEN d.satisfied_on <= {today} AND COALESCE(d.counted_on, d.satisfied_on) <= d.due_on THEN 'met'
      WHEN d.void_if_due_after <= {today} AND d.due_on > d.void_if_due_after THEN 'void'
      WHEN d.waived THEN 'waived'
      WHEN d.satisfied_on <= {today} THEN 'met_late'
      WHEN {today} > d.due_on THEN 'overdue'
      ELSE 'open'
    END AS status
  FROM dated d
),
rungs AS (
  SELECT step.rule_version_id, due.day AS due_on, max(step.level) AS level
  FROM versions v
  JOIN escalation_ladderstep step ON step.rule_version_id = v.id
  JOIN escalation_calendarday due ON CASE
    WHEN step.offset_workdays = 0 THEN {today} >= due.day
    ELSE {ordinal} >= due.ordinal + step.offset_workdays
      + CASE WHEN step.offset_workdays < 0 AND NOT due.is_workday THEN 1 ELSE 0 END
  END
  GROUP BY 1, 2
),
wanted AS (
  SELECT j.subject_id, j.period_on, j.period_key, j.project_id, j.area_id, j.rule_version_id, j.calendar_provisional,
    j.anchor_on, j.original_due_on, j.due_on, CASE WHEN j.satisfied_on <= {today} THEN j.satisfied_on END AS satisfied_on,
    j.status, CASE WHEN j.status IN ('open', 'overdue') THEN COALESCE(r.level, 0) ELSE 0 END AS level
  FROM judged j
  LEFT JOIN rungs r ON r.rule_version_id = j.rule_version_id AND r.due_on = j.due_on
)"""
)


def _facts(rule: Rule, run: Run) -> str:
    queryset = rule.facts(run.today)
    if run.project_ids is not None:
        queryset = queryset.filter(project_id__in=run.project_ids)
    casts = ", ".join(f"{name}::{kind}" for name, kind in _FACT_TYPES.items())
    return f"SELECT {casts} FROM ({_compiled(queryset, FACT_COLUMNS)}) AS given ({', '.join(FACT_COLUMNS)})"


def _party(party: Party, run: Run) -> str:
    queryset = party.units()
    if party.key == "project_id" and run.project_ids is not None:
        queryset = queryset.filter(project_id__in=run.project_ids)
    units = _compiled(queryset, (party.key, "organization_id"))
    return f"""
  SELECT mine.id, unit.organization_id, {render("%s", [party.part])}
  FROM mine JOIN ({units}) AS unit (owner_id, organization_id) ON unit.owner_id = mine.{party.key}"""


def _compiled(queryset: QuerySet, columns: tuple[str, ...]) -> str:
    """The QuerySet's SQL with exactly these columns in this order."""
    try:
        return render(*queryset.values_list(*columns).query.sql_with_params())
    except EmptyResultSet:
        return f"SELECT {', '.join('NULL' for _ in columns)} WHERE false"


def _of_projects(column: str, run: Run) -> str:
    return "" if run.project_ids is None else render(f"AND {column} = ANY (%s)", [list(run.project_ids)])


def _of_rules(column: str, rules: tuple[Rule, ...]) -> str:
    return render(f"AND {column} = ANY (%s)", [[rule.code for rule in rules]])


def _date(day: datetime.date) -> str:
    return f"DATE '{day.isoformat()}'"


def _moment(run: Run) -> str:
    return render("%s::timestamptz", [run.now])
