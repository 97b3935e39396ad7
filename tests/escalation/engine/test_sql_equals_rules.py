"""The SQL of reconcile, the plain rules and a day-by-day count give the same answer on generated facts and calendars."""

import calendar as months
import datetime
import json

import pytest
from django.db.models import DateField, F, IntegerField
from django.db.models.expressions import RawSQL
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from escalation.catalogue.registry import RULES
from escalation.catalogue.rule import FACT_COLUMNS, Rule
from escalation.models import CalendarDay, Deadline, Decision, LadderStep, RuleVersion
from escalation.rules.terms import Facts, Rung, Term, standing
from escalation.rules.workdays import Calendar, Day, number_days
from escalation.services.reconcile import reconcile
from projects.models import Project
from projects.selectors.types import project_types_by_code
from responsibilities.rules.errors import Refused
from tests.factories.escalation import moment
from tests.factories.responsibilities import UserFactory, area

pytestmark = pytest.mark.django_db
FIRST = datetime.date(2026, 1, 28)
LENGTH = 130
TRIAL = "trial"
KINDS = st.sampled_from(["workday"] * 5 + ["weekend", "weekend", "holiday", "make_up"])


def on(offset: int | None) -> datetime.date | None:
    return None if offset is None else FIRST + datetime.timedelta(days=offset)


def fact(name: str, kind: str, field) -> RawSQL:
    # The facts of a trial lie in the address of its project, so that any combination can be tried.
    return RawSQL(f"(projects_project.address::jsonb ->> '{name}')::{kind}", [], output_field=field)


def trial_facts(today):
    columns = {name: fact(name, "date", DateField()) for name in FACT_COLUMNS[3:]}
    columns["month_day"] = fact("month_day", "int", IntegerField())
    return (
        Project.objects.filter(code__startswith="T-")
        .order_by()
        .values("area_id", subject_id=F("pk"), project_id=F("pk"), **columns)
    )


@pytest.fixture
def trial(monkeypatch):
    rule = Rule(
        code=TRIAL,
        title="试验",
        anchor_label="",
        anchor_source="",
        satisfied_label="",
        facts=trial_facts,
        parties=(),
        matter=lambda label, period: "",
        settle_url="",
        settle_kwargs=lambda *a: {},
        settle_label="",
    )
    monkeypatch.setitem(RULES, TRIAL, rule)
    monkeypatch.setattr("escalation.services.reconcile_sql.parties_statement", lambda rule, run: "SELECT 0, 0")
    return UserFactory()


offsets = st.integers(0, 70)
# Errors live at the edges: half of the dates lie at most a day from the due date, half of the days at the opening.
near = st.tuples(st.just("due"), st.integers(-1, 1))
facts_strategy = st.lists(
    st.fixed_dictionaries(
        {
            "anchor": offsets,
            "month_day": st.none() | st.integers(1, 31) | st.tuples(st.just("opening"), st.integers(-1, 1)),
            "satisfied": st.none() | offsets | near,
            "late": st.booleans(),
            "completed": st.none() | offsets | near,
            "extended": st.none() | offsets,
            "waived": st.booleans(),
        }
    ),
    min_size=15,
    max_size=30,
)
term_strategy = st.builds(
    Term,
    unit=st.sampled_from(["workdays", "days", "month_day"]),
    term=st.integers(0, 31),
    rest_day_shift=st.sampled_from(["next", "previous", "none"]),
    extendable=st.booleans(),
).filter(lambda term: term.unit != "month_day" or term.term > 0)
ladder_strategy = st.lists(st.integers(-3, 5), min_size=3, max_size=3).map(
    lambda offsets: tuple(Rung(level, offset) for level, offset in enumerate(sorted(offsets), start=1))
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    kinds=st.lists(KINDS, min_size=LENGTH, max_size=LENGTH),
    provisional_from=st.integers(0, LENGTH),
    term=term_strategy,
    ladder=ladder_strategy,
    rows=facts_strategy,
    today=st.integers(0, LENGTH - 1) | st.tuples(st.just("due"), st.integers(-3, 4)),
)
def test_sql_rules_and_counting_by_hand_agree(trial, kinds, provisional_from, term, ladder, rows, today):
    days = [Day(on(n), kind, "", n >= provisional_from) for n, kind in enumerate(kinds)]
    store_calendar(days)
    rows = [resolved(row, term, days) for row in rows]
    today = rows[0]["due"] + today[1] if isinstance(today, tuple) else today
    today = min(max(today, 0), LENGTH - 1)
    facts = store_facts(rows, term, ladder)
    reconcile(today=on(LENGTH - 1), rules=[TRIAL])
    decide(facts, rows, trial)
    reconcile(today=on(today), rules=[TRIAL])
    assert reconcile(today=on(today), rules=[TRIAL]).changed == 0
    found = {row.subject_id: row for row in Deadline.objects.filter(rule=TRIAL)}
    calendar = Calendar(days)
    for (pk, known), row in zip(facts.items(), rows, strict=True):
        decided = {"extended_to": on(row["extended"]), "waived": row["waived"]} if pk in found else {}
        by_hand = counted_by_hand(term, ladder, known, on(today), days, **decided)
        try:
            by_rules = standing(term, ladder, known, on(today), calendar, **decided)
        except Refused:
            by_rules = None
        assert as_tuple(by_rules) == by_hand
        stored = found.get(pk)
        if by_hand is None:
            assert stored is None or stored.status == "void"
        else:
            assert as_tuple_of_row(stored) == by_hand


def resolved(row, term, days) -> dict:
    """The row with what was said relative to its opening and its due date as plain numbers."""
    anchor = on(row["anchor"])
    month_day = row["month_day"]
    if isinstance(month_day, tuple):
        month_day = min(max(anchor.day + month_day[1], 1), 31)
    period_on = anchor.replace(day=1) if term.unit == "month_day" else None
    found = counted_by_hand(term, (), Facts(anchor, period_on, month_day), anchor, days)
    due = (found[0] - FIRST).days if found else row["anchor"]
    near = {name: due + row[name][1] for name in ("satisfied", "completed") if isinstance(row[name], tuple)}
    return row | near | {"month_day": month_day, "due": due}


def store_calendar(days):
    CalendarDay.objects.all().delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(
            day=row.day.day,
            is_workday=row.day.is_workday,
            kind=row.day.kind,
            provisional=row.day.provisional,
            ordinal=row.ordinal,
            next_workday_on=row.next_workday_on,
            previous_workday_on=row.previous_workday_on,
        )
        for row in number_days(days)
    )


def store_facts(rows, term, ladder) -> dict[int, Facts]:
    Deadline.objects.filter(rule=TRIAL).delete()
    Project.objects.filter(code__startswith="T-").delete()
    RuleVersion.objects.filter(rule=TRIAL).delete()
    version = RuleVersion.objects.create(
        rule=TRIAL,
        number=1,
        in_force_from=FIRST,
        unit=term.unit,
        term=term.term,
        rest_day_shift=term.rest_day_shift,
        extendable=term.extendable,
        legal_basis="试验",
    )
    LadderStep.objects.bulk_create(
        LadderStep(rule_version=version, level=r.level, offset_workdays=r.offset_workdays, recipients=[])
        for r in ladder
    )
    known = [
        Facts(
            anchor_on=on(row["anchor"]),
            period_on=on(row["anchor"]).replace(day=1) if term.unit == "month_day" else None,
            month_day=row["month_day"],
            satisfied_on=on(row["satisfied"]),
            counted_on=on(row["satisfied"] + row["late"]) if row["satisfied"] is not None else None,
            void_if_due_after=on(row["completed"]),
        )
        for row in rows
    ]
    here, kind = area(), next(iter(project_types_by_code().values()))
    projects = Project.objects.bulk_create(
        Project(
            code=f"T-{n}",
            name="试验",
            area=here,
            project_type=kind,
            funding_nature="private",
            address=json.dumps(
                {k: v if k == "month_day" else v.isoformat() for k, v in vars(f).items() if v is not None},
                separators=(",", ":"),
            ),
        )
        for n, f in enumerate(known)
    )
    return {project.pk: f for project, f in zip(projects, known, strict=True)}


def decide(facts, rows, user):
    ids = dict(Deadline.objects.filter(rule=TRIAL).values_list("subject_id", "pk"))
    common = {
        "status": "in_force",
        "decided_by": user,
        "decided_on": FIRST,
        "decided_at": moment("2026-01-28 09:00"),
        "reason": "试验",
    }
    for pk, row in zip(facts, rows, strict=True):
        if pk not in ids:
            continue
        if row["extended"] is not None:
            Decision.objects.create(deadline_id=ids[pk], kind="extension", effective_on=on(row["extended"]), **common)
        if row["waived"]:
            Decision.objects.create(deadline_id=ids[pk], kind="waiver", **common)


def as_tuple(found):
    return found and (found.original_due_on, found.due_on, found.provisional, found.status, found.level)


def as_tuple_of_row(row):
    return (row.original_due_on, row.due_on, row.calendar_provisional, row.status, row.level)


def counted_by_hand(term, ladder, facts, today, days, *, extended_to=None, waived=False):
    """Walks day by day, with nothing but the list of days; None where nothing is owed or no day is left."""
    if facts.anchor_on > today:
        return None
    work = {d.day: d.is_workday for d in days}
    temporary = {d.day: d.provisional for d in days}

    def step(day, by):
        day += datetime.timedelta(days=by)
        if day not in work:
            raise LookupError
        return day

    def walk(day, n):
        direction = 1 if n > 0 else -1
        for _ in range(abs(n)):
            day = step(day, direction)
            while not work[day]:
                day = step(day, direction)
        return day

    def shifted(day, direction):
        while not work[step(day, 0)]:
            day = step(day, direction)
        return day

    try:
        if term.unit == "workdays" and term.term:
            original = walk(facts.anchor_on, term.term)
        else:
            if term.unit == "workdays":
                raw = facts.anchor_on
            elif term.unit == "days":
                raw = facts.anchor_on + datetime.timedelta(days=term.term)
            else:
                year, month = facts.period_on.year, facts.period_on.month
                last = months.monthrange(year, month)[1]
                raw = datetime.date(year, month, min(facts.month_day or term.term, last))
                if raw < facts.anchor_on:
                    raw = datetime.date(year, month, last)
            original = {
                "next": lambda: shifted(raw, 1),
                "previous": lambda: shifted(raw, -1),
                "none": lambda: step(raw, 0),
            }[term.rest_day_shift]()
    except LookupError:
        return None
    due = extended_to if extended_to and term.extendable else original
    done = facts.satisfied_on is not None and facts.satisfied_on <= today
    completed = facts.void_if_due_after
    if done and facts.counted_on <= due:
        status = "met"
    elif completed and completed <= today and completed < due:
        status = "void"
    elif waived:
        status = "waived"
    elif done:
        status = "met_late"
    else:
        status = "overdue" if due < today else "open"
    level = 0
    if status in ("open", "overdue"):
        for rung in ladder:
            try:
                reached_on = walk(due, rung.offset_workdays)
            except LookupError:
                # Off the calendar's end: not yet reached; off its beginning: long ago.
                reached_on = datetime.date.max if rung.offset_workdays > 0 else datetime.date.min
            if reached_on <= today:
                level = rung.level
    return original, due, temporary[facts.anchor_on] or temporary[original], status, level
