"""What a sheet costs the database grows with its lines: not with their square, nor with what others have stored.

Not timed, but counted: each statement of a reading and of a submission is explained as it is run, and the rows that its
plan touches are added up. The planner may know nothing of the lines stored a moment ago, or all about them.
"""

import datetime
import json
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from payroll.selectors import judged_lines
from payroll.services import judging
from payroll.services.reading import batch_read
from payroll.services.submissions import batch_submit
from responsibilities.services.trail import Actor
from tests.factories.payroll import card_number, person, sheet_bytes, site, upload

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")
MONTHS = [datetime.date(2026, month, 1) for month in (8, 9)]
LINES = 1000
FEW = 40
# Rows that one statement may touch per line, through all the steps of its plan; the honest ones take up to 43.
MOST = 100
TOLD = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")
ROWS = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Join Filter", "Rows Removed by Index Recheck")


def touched(plan: dict) -> float:
    """The rows that a plan's steps produced or threw away."""
    own = sum(plan.get(name, 0) for name in ROWS) * plan["Actual Loops"]
    return own + sum(touched(step) for step in plan.get("Plans", ()))


@contextmanager
def weighed():
    """Gives {statement: rows touched}, of the same statement all together."""
    found: dict[str, float] = {}

    def explain(execute, sql, params, many, context):
        if sql.strip().upper().startswith(TOLD) and "payroll_" in sql:
            with connection.connection.cursor() as cursor:
                cursor.execute("SAVEPOINT weighed")
                cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
                plan = cursor.fetchone()[0]
                cursor.execute("ROLLBACK TO SAVEPOINT weighed")
            plan = json.loads(plan) if isinstance(plan, str) else plan
            name = " ".join(sql.split())
            found[name] = found.get(name, 0) + touched(plan[0]["Plan"])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield found


def heavy(found: dict[str, float]) -> dict[str, float]:
    """The statements that touched more than they may."""
    assert found
    return {name: rows for name, rows in found.items() if rows > MOST * LINES}


def sheet(project, month_on, lines=LINES, **changes):
    return upload(project, sheet_bytes([person(n, **changes) for n in range(1, lines + 1)]), month_on=month_on)


def submitted(project, month_on, **facts):
    batch = sheet(project, month_on, **facts)
    batch_read(batch.pk)
    return batch_submit(batch_id=batch.pk, actor=SYSTEM)


def forget_statistics():
    """As if these tables had never been analyzed: what other tests left of them must not count.

    Locked first, as ANALYZE locks them: else autovacuum, at work on one of them, would wait for the
    rows of the catalogue that are changed here, and the ANALYZE that follows would wait for it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname ~ '^payroll_' AND relkind IN ('r', 'p')")
        tables = ", ".join(connection.ops.quote_name(name) for (name,) in cursor.fetchall())
        cursor.execute(f"LOCK TABLE {tables} IN SHARE UPDATE EXCLUSIVE MODE")
        cursor.execute(
            "DELETE FROM pg_statistic WHERE starelid IN (SELECT oid FROM pg_class WHERE relname ~ '^payroll_')"
        )
        cursor.execute("UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE relname ~ '^payroll_'")


@pytest.fixture(params=["no statistics", "fresh statistics"])
def project(request, cast):
    """A site that has paid the people one month; another one paid them in both."""
    forget_statistics()
    project, other = site(cast), site(cast, "ZY-2026-011")
    for month_on in MONTHS:
        submitted(other, month_on)
    submitted(project, MONTHS[0])
    if request.param == "fresh statistics":
        analyze()
    return project


def analyze(tries: int = 5) -> None:
    """Fresh statistics. The server's own housekeeping may look at the same tables just then: whoever is refused tries
    again.
    """
    for left in reversed(range(tries)):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        except OperationalError:
            if not left:
                raise
        else:
            return


def test_reading_and_submitting_touch_a_few_rows_a_line(project):
    batch = sheet(project, MONTHS[1])
    with weighed() as found:
        batch_read(batch.pk)
    assert heavy(found) == {}
    with weighed() as found:
        batch_submit(batch_id=batch.pk, actor=SYSTEM)
    assert heavy(found) == {}


def test_a_card_that_all_lines_share_costs_no_more(project):
    batch = sheet(project, MONTHS[1], bank_card=card_number(7))
    with weighed() as found:
        batch_read(batch.pk)
    assert heavy(found) == {}
    with weighed() as found:
        batch_submit(batch_id=batch.pk, actor=SYSTEM)
    assert heavy(found) == {}
    assert batch.remarks.filter(code="shared_card").count() >= LINES - 1


def test_a_submission_asks_as_often_of_many_lines_as_of_few(cast):
    counts = []
    for number, lines in enumerate((FEW, LINES)):
        batch = sheet(site(cast, f"ZY-2026-02{number}"), MONTHS[0], lines=lines)
        batch_read(batch.pk)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            batch_submit(batch_id=batch.pk, actor=SYSTEM)
        counts.append(len(asked))
    assert counts[0] == counts[1] < 80


def test_looking_at_every_owner_for_every_line_is_noticed(cast, monkeypatch):
    """A negative control: as it was asked before, line by line."""

    def line_by_line(batch):
        return judged_lines._rows(
            """
            SELECT line.sheet_no, line.row, worker.name, card.last4 FROM payroll_payrollline line
            JOIN payroll_bankcard card ON card.id = line.card_id JOIN payroll_worker worker ON worker.id = line.worker_id
            WHERE line.batch_id = %s AND EXISTS (
                SELECT FROM payroll_bankcard same WHERE same.number_index = card.number_index
                AND same.worker_id <> line.worker_id AND EXISTS (
                    SELECT FROM payroll_payrollline paid
                    JOIN payroll_payrollbatch sheet ON sheet.id = paid.batch_id AND sheet.status = 'submitted'
                    WHERE paid.card_id = same.id OFFSET 0) OFFSET 0)
            """,
            [batch.pk],
        )

    forget_statistics()
    batch = sheet(site(cast), MONTHS[0], bank_card=card_number(7))
    batch_read(batch.pk)
    monkeypatch.setattr(judging, "cards_of_others_unscoped", line_by_line)
    with weighed() as found:
        batch_submit(batch_id=batch.pk, actor=SYSTEM)
    assert len(heavy(found)) == 1
