"""应发实发对账: per worker and month what is owed, what banks said was paid, what the account's statement shows.

One SQL statement; paged and filtered in the database. Rows are of the batches that the caller sees and asks for.
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from payroll.models import PayrollBatch
from payroll.rules.reconciliation import ASKED_FOR, QUIET, STATES, Reconciled
from payroll.selectors.batches import batches
from payroll.selectors.declarations import whole_figure
from payroll.selectors.reconciliation_sql import PERIOD_MONTHS, ROWS
from responsibilities.rules.scope import Scope
from responsibilities.selectors.clock import SHANGHAI
from responsibilities.selectors.figures import figure_versions


def _among(states: tuple[str, ...]) -> str:
    return "state IN ({})".format(", ".join(f"'{state}'" for state in states))


_QUIET = _among(QUIET)
_FILTERS = {only: _among(states) for only, states in ASKED_FOR.items()}
_DIFFERENCE = "payable - paid - settled - preparing - extra + short"
ORDERINGS = {
    "worker": "worker_name, month_on",
    "month": "month_on, worker_name",
    "payable": "payable, worker_name",
    "paid": "paid, worker_name",
    "difference": f"{_DIFFERENCE}, worker_name",
}


@dataclass(slots=True)
class Asked:
    """What the page asks for. `employer`: `own`, an organization's code, or nothing.

    `due_from` is today, or the next working day where today is none: of days moved before rest days (724 art 14), those
    from it on haven't passed. None where no calendar reaches today: then all pay is due.
    """

    first_on: datetime.date
    last_on: datetime.date
    project_id: int | None = None
    employer: str = ""
    text: str = ""
    only: str = ""
    order: str = ""
    due_from: datetime.date | None = None


@dataclass(slots=True)
class WorkerMonth(Reconciled):
    """A row of the list. `pay_on`: the pay day of what waits to be paid, not moved before rest days yet."""

    project_id: int
    project_code: str
    project_name: str
    month_on: datetime.date
    employer: str
    worker_id: int
    worker_name: str
    id_last4: str
    line_id: int
    paid_on: datetime.date | None
    pay_on: datetime.date | None

    @property
    def state_words(self) -> tuple[str, str]:
        return STATES[self.state]


@dataclass(slots=True)
class Sums:
    """Of an employer and month, of a month, of a project, or of everything."""

    name: str
    month_on: datetime.date | None
    workers: int
    payable: Decimal
    paid: Decimal
    pending: Decimal
    statement: Decimal
    extra: Decimal
    short: Decimal
    settled: Decimal
    preparing: Decimal
    differing: int
    key: str = ""

    @property
    def difference(self) -> Decimal:
        return self.payable - self.paid - self.settled - self.preparing - self.extra + self.short


def match_days(day: datetime.date) -> int:
    """How many days a bank's answer and the statement may lie apart."""
    return whole_figure("statement_match_days", day)


def pay_period_months(day: datetime.date) -> int:
    """In which month after the work wages are paid at the latest. 724 art 14."""
    return whole_figure(PERIOD_MONTHS, day)


def pay_period_versions() -> list[tuple[datetime.date, int]]:
    """(in force from, months) of that figure, oldest first: a month's pay is judged by the version of its work."""
    return [(since, int(value)) for since, value in figure_versions(PERIOD_MONTHS)]


def worker_months(scope: Scope, asked: Asked, *, limit: int | None = None, offset: int = 0) -> list[WorkerMonth]:
    """The rows, sorted; all of them without a limit."""
    tail, parameters = _filtered(asked)
    order = _order(asked.order)
    sql = " ".join(("SELECT rows.* FROM rows WHERE", tail, "ORDER BY", order))
    if limit is not None:
        sql += f" LIMIT {int(limit)} OFFSET {int(offset)}"
    return [_worker_month(row) for row in _run(scope, asked, sql, parameters)]


def count_worker_months(scope: Scope, asked: Asked) -> int:
    """How many rows the filters leave."""
    tail, parameters = _filtered(asked)
    sql = " ".join(("SELECT count(*) FROM rows WHERE", tail))
    return _run(scope, asked, sql, parameters)[0][0]


def sums_by_employer(scope: Scope, asked: Asked) -> list[Sums]:
    """Per employer and month."""
    return _sums(scope, asked, "employer", "month_on", "''", "ORDER BY 2 DESC, 1")


def sums_by_month(scope: Scope, asked: Asked) -> list[Sums]:
    """Per month, oldest first, for the plot."""
    return _sums(scope, asked, "''", "month_on", "''", "ORDER BY 2")


def sums_by_project(scope: Scope, asked: Asked) -> list[Sums]:
    """Per project, the largest difference first."""
    return _sums(scope, asked, "project_name", "NULL::date", "project_code", f"ORDER BY sum({_DIFFERENCE}) DESC, 1")


def sums_of_all(scope: Scope, asked: Asked) -> Sums:
    """Of everything that the filters leave."""
    found = _sums(scope, asked, "''", "NULL::date", "''", "")
    zero = Decimal("0.00")
    return found[0] if found else Sums("", None, 0, zero, zero, zero, zero, zero, zero, zero, zero, 0)


def _sums(scope: Scope, asked: Asked, name: str, month: str, key: str, order: str) -> list[Sums]:
    tail, parameters = _filtered(asked)
    columns = (
        name, month, "count(DISTINCT worker_id)", "sum(payable)", "sum(paid)", "sum(pending)", "sum(statement)",
        "sum(extra)", "sum(short)", "sum(settled)", "sum(preparing)", f"count(*) FILTER (WHERE NOT {_QUIET})", key,
    )  # fmt: skip
    sql = " ".join(("SELECT", ", ".join(columns), "FROM rows WHERE", tail, "GROUP BY 1, 2, 13", order))
    rows = _run(scope, asked, sql, parameters)
    return [Sums(*row) for row in rows]


def _filtered(asked: Asked) -> tuple[str, list]:
    tail, parameters = _FILTERS.get(asked.only, "TRUE"), []
    if asked.text:
        tail += " AND (worker_name ILIKE %s OR id_last4 = %s)"
        parameters += [f"%{asked.text}%", asked.text[-4:]]
    return tail, parameters


def _order(order: str) -> str:
    terms = ORDERINGS.get(order.removeprefix("-"))
    if terms is None:
        return f"({_QUIET}), month_on DESC, worker_name, worker_id"
    first, _, rest = terms.partition(", ")
    return f"{first}{' DESC' if order.startswith('-') else ''}, {rest}, worker_id, month_on, project_id"


def _worker_month(row: tuple) -> WorkerMonth:
    (project_id, code, name, month_on, employer, worker_id, worker_name, id_last4, line_id, payable, paid, pending,
     excepted, settled, preparing, statement, paid_on, pay_on, extra, repeated, unseen, short, _state) = row  # fmt: skip
    return WorkerMonth(
        payable=payable,
        paid=paid,
        pending=pending,
        excepted=excepted,
        settled=settled,
        preparing=preparing,
        statement=statement,
        extra=extra,
        repeated=repeated,
        unseen=unseen,
        short=short,
        project_id=project_id,
        project_code=code,
        project_name=name,
        month_on=month_on,
        employer=employer,
        worker_id=worker_id,
        worker_name=worker_name,
        id_last4=id_last4,
        line_id=line_id,
        paid_on=paid_on,
        pay_on=pay_on,
    )


def _run(scope: Scope, asked: Asked, tail: str, tail_parameters: list) -> list[tuple]:
    seen = batches(scope).filter(
        status=PayrollBatch.Status.SUBMITTED, month_on__gte=asked.first_on, month_on__lte=asked.last_on
    )
    if asked.project_id is not None:
        seen = seen.filter(project_id=asked.project_id)
    if asked.employer == "own":
        seen = seen.filter(subcontractor__isnull=True)
    elif asked.employer:
        seen = seen.filter(subcontractor__code=asked.employer)
    compiled, parameters = seen.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        # Our own SQL around a compiled QuerySet; values travel as parameters.
        cursor.execute(
            ROWS.replace("{seen}", compiled) + tail,
            [*parameters, SHANGHAI.key, asked.due_from, *tail_parameters],
        )
        return cursor.fetchall()
