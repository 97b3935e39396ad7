"""应发实发对账: per worker and month what is owed, what banks said was paid, what the account's statement shows.

One SQL statement; paged and filtered in the database. Rows are of the batches that the caller sees and asks for.
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from payroll.models import PayrollBatch
from payroll.rules.employers import OWN_CREWS
from payroll.rules.reconciliation import QUIET, STATES, Reconciled
from payroll.selectors.batches import batches
from payroll.selectors.declarations import whole_figure
from payroll.selectors.payouts import SETTLED_LINES
from responsibilities.rules.scope import Scope
from responsibilities.selectors.clock import SHANGHAI

_QUIET = "state IN ({})".format(", ".join(f"'{state}'" for state in QUIET))
FILTERS = {
    "": "TRUE",
    "different": f"NOT {_QUIET}",
    "unpaid": "state IN ('unpaid', 'part', 'excepted')",
    "over": "state IN ('over', 'double')",
    "double": "state = 'double'",
    "pending": "state = 'pending'",
    "settled": "state = 'settled'",
    "unseen": "state = 'unseen'",
    "uncovered": "state = 'uncovered'",
}
ORDERINGS = {
    "worker": "worker_name, month_on",
    "month": "month_on, worker_name",
    "payable": "payable, worker_name",
    "paid": "paid, worker_name",
    "difference": "payable - paid - settled - extra + short, worker_name",
}


@dataclass(slots=True)
class Asked:
    """What the page asks for. `employer`: `own`, an organization's code, or nothing."""

    first_on: datetime.date
    last_on: datetime.date
    project_id: int | None = None
    employer: str = ""
    text: str = ""
    only: str = ""
    order: str = ""


@dataclass(slots=True)
class WorkerMonth(Reconciled):
    """A row of the list."""

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
    differing: int
    key: str = ""

    @property
    def difference(self) -> Decimal:
        return self.payable - self.paid - self.settled - self.extra + self.short


def match_days(day: datetime.date) -> int:
    """How many days a bank's answer and the statement may lie apart."""
    return whole_figure("statement_match_days", day)


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
    return _sums(
        scope, asked, "project_name", "NULL::date", "project_code", "ORDER BY sum(payable - paid - settled) DESC, 1"
    )


def sums_of_all(scope: Scope, asked: Asked) -> Sums:
    """Of everything that the filters leave."""
    found = _sums(scope, asked, "''", "NULL::date", "''", "")
    zero = Decimal("0.00")
    return found[0] if found else Sums("", None, 0, zero, zero, zero, zero, zero, zero, zero, 0)


def _sums(scope: Scope, asked: Asked, name: str, month: str, key: str, order: str) -> list[Sums]:
    tail, parameters = _filtered(asked)
    columns = (
        name, month, "count(DISTINCT worker_id)", "sum(payable)", "sum(paid)", "sum(pending)", "sum(statement)",
        "sum(extra)", "sum(short)", "sum(settled)", f"count(*) FILTER (WHERE NOT {_QUIET})", key,
    )  # fmt: skip
    sql = " ".join(("SELECT", ", ".join(columns), "FROM rows WHERE", tail, "GROUP BY 1, 2, 12", order))
    rows = _run(scope, asked, sql, parameters)
    return [Sums(*row) for row in rows]


def _filtered(asked: Asked) -> tuple[str, list]:
    tail, parameters = FILTERS.get(asked.only, "TRUE"), []
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
     excepted, settled, statement, paid_on, extra, repeated, unseen, short, _state) = row  # fmt: skip
    return WorkerMonth(
        payable=payable,
        paid=paid,
        pending=pending,
        excepted=excepted,
        settled=settled,
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
            _ROWS.replace("{seen}", compiled).replace("{settled}", SETTLED_LINES) + tail,
            [*parameters, SHANGHAI.key, *tail_parameters],
        )
        return cursor.fetchall()


_ROWS = """
    -- What is asked for, and with it all that others submitted for the same months of the same sites: a worker's debits are
    -- counted once over all his employers there, whoever looks at one of them.
    WITH mine (id) AS ({seen}), seen (id) AS (
        SELECT id FROM payroll_payrollbatch
        WHERE status = 'submitted'
          AND (project_id, month_on) IN (SELECT project_id, month_on FROM payroll_payrollbatch
                                         WHERE id IN (SELECT id FROM mine))
    ), said AS (
        -- What a person said that debits of another amount paid of a payment.
        SELECT share.payout_id, sum(share.amount) AS amount
        FROM payroll_debitshare share
        JOIN payroll_debitexplanation explanation ON explanation.id = share.explanation_id
             AND explanation.undone_at IS NULL
        JOIN payroll_payout payout ON payout.id = share.payout_id
        JOIN payroll_payoutfile file ON file.id = payout.file_id AND file.batch_id IN (SELECT id FROM seen)
        GROUP BY share.payout_id
    ), settled (id) AS (
        {settled}
    ), owed AS (
        -- One pass over the lines: joined to each other afterwards, ten thousand would be compared with ten thousand.
        SELECT line.id, line.net, line.worker_id, batch.project_id, batch.month_on, batch.subcontractor_id,
               batch.id IN (SELECT id FROM mine) AS mine,
               live.state, live.amount, live.paid_on,
               live.state IS NULL AND (exception.kind = 'settled' OR exception.id IS NULL AND settled.id IS NOT NULL)
                   AS settled,
               exception.id IS NOT NULL AS excepted,
               single.id IS NOT NULL OR whole.id IS NOT NULL OR said.amount IS NOT NULL AS matched,
               coalesce(said.amount, live.amount) AS shown
        FROM payroll_payrollline line
        JOIN payroll_payrollbatch batch ON batch.id = line.batch_id
        LEFT JOIN payroll_payout live ON live.line_id = line.id AND live.state IN ('paid', 'pending')
        LEFT JOIN payroll_statementmatch single ON single.payout_id = live.id AND single.undone_at IS NULL
        LEFT JOIN payroll_statementmatch whole ON whole.file_id = live.file_id AND whole.payout_id IS NULL
             AND whole.undone_at IS NULL
        LEFT JOIN said ON said.payout_id = live.id
        LEFT JOIN settled ON settled.id = line.id
        LEFT JOIN payroll_payoutexception exception ON exception.line_id = line.id AND exception.lifted_at IS NULL
        WHERE line.batch_id IN (SELECT id FROM seen) AND line.net > 0
    ), covered AS (
        -- Days of payment that a statement holds whole. A bank writes whole days, so its first day counts; its last one
        -- only where the file came later than that day: money that left in the evening isn't in the noon's statement.
        SELECT DISTINCT days.project_id, days.paid_on
        FROM (SELECT DISTINCT project_id, paid_on FROM owed WHERE state = 'paid' AND NOT matched) days
        JOIN accounts_specialaccount account ON account.project_id = days.project_id
        JOIN accounts_statementimport taken ON taken.account_id = account.id AND taken.status = 'stored'
             AND days.paid_on BETWEEN taken.first_on AND taken.last_on
             AND (taken.last_on > days.paid_on OR (taken.imported_at AT TIME ZONE %s)::date > days.paid_on)
    ), months AS (
        SELECT project_id, month_on, worker_id, subcontractor_id, bool_or(mine) AS mine, min(id) AS line_id,
               sum(net) AS payable,
               coalesce(sum(amount) FILTER (WHERE state = 'paid'), 0) AS paid,
               coalesce(sum(amount) FILTER (WHERE state = 'pending'), 0) AS pending,
               coalesce(sum(net) FILTER (WHERE excepted AND NOT settled AND state IS NULL), 0) AS excepted,
               coalesce(sum(net) FILTER (WHERE settled), 0) AS settled,
               coalesce(sum(least(amount, shown)) FILTER (WHERE state = 'paid' AND matched), 0) AS statement,
               coalesce(sum(greatest(shown - amount, 0)) FILTER (WHERE state = 'paid'), 0) AS said_more,
               coalesce(sum(greatest(amount - shown, 0)) FILTER (WHERE state = 'paid'), 0) AS said_less,
               coalesce(sum(amount) FILTER (WHERE state = 'paid' AND NOT matched AND covered.project_id IS NOT NULL), 0)
                   AS unseen,
               max(owed.paid_on) AS paid_on
        FROM owed LEFT JOIN covered USING (project_id, paid_on) GROUP BY 1, 2, 3, 4
    ), loose AS (
        -- Debits to workers' cards that no payment explains; by habit the wages of the month before.
        SELECT account.project_id, card.worker_id,
               (date_trunc('month', line.on) - interval '1 month')::date AS month_on,
               sum(line.amount) AS extra, array_agg(line.amount) AS amounts
        FROM accounts_statementline line
        JOIN accounts_specialaccount account ON account.id = line.account_id
        JOIN payroll_bankcard card ON card.number_index = line.counterparty_index
        WHERE line.direction = 'out' AND account.project_id IN (SELECT project_id FROM owed)
          AND NOT EXISTS (SELECT FROM payroll_statementmatch match
                          WHERE match.statement_line_id = line.id AND match.undone_at IS NULL)
          AND NOT EXISTS (SELECT FROM payroll_debitexplanation told
                          WHERE told.statement_line_id = line.id AND told.undone_at IS NULL)
        GROUP BY 1, 2, 3
    ), shared AS (
        -- Somebody paid by two employers of a site has two rows for the same debits: the payments that lack one come
        -- first, in turn, then settlements; what is left over stands once, where as much was paid if anywhere.
        SELECT months.*, loose.amounts, coalesce(loose.extra, 0) AS debits,
               sum(unseen) OVER turn - unseen AS unseen_before, sum(unseen) OVER everywhere AS unseen_in_all,
               sum(settled) OVER turn - settled AS settled_before, sum(settled) OVER everywhere AS settled_in_all,
               row_number() OVER turn = 1 AS takes_the_rest
        FROM months
        LEFT JOIN loose ON loose.project_id = months.project_id AND loose.worker_id = months.worker_id
             AND loose.month_on = months.month_on
        WINDOW everywhere AS (PARTITION BY months.project_id, months.month_on, months.worker_id),
               turn AS (everywhere ORDER BY coalesce(paid = ANY(loose.amounts), false) DESC, unseen DESC, line_id)
    ), told AS (
        -- A debit to the worker stands for a payment that the same statement lacks, whatever its amount: 7,000 where the
        -- bank said 7,700 is 700 too little, and not 7,000 too much. What is left stands for a settlement that was paid.
        SELECT shared.*,
               least(greatest(debits - unseen_before, 0), unseen) AS instead,
               least(greatest(debits - unseen_in_all - settled_before, 0), settled) AS leaving,
               CASE WHEN takes_the_rest THEN greatest(debits - unseen_in_all - settled_in_all, 0) ELSE 0 END AS rest
        FROM shared
    ), compared AS (
        SELECT project_id, month_on, worker_id, subcontractor_id, line_id, payable, paid, pending, excepted, settled,
               statement + instead + leaving AS statement, paid_on, rest + said_more AS extra,
               coalesce(paid > 0 AND statement + instead > 0 AND rest > 0 AND paid = ANY(amounts),
                        false) AS repeated,
               CASE WHEN instead > 0 THEN 0 ELSE unseen END AS unseen,
               CASE WHEN instead > 0 THEN unseen - instead ELSE 0 END + said_less AS short
        FROM told WHERE mine
    ), rows AS (
        SELECT compared.project_id, project.code AS project_code, project.name AS project_name, compared.month_on,
               coalesce(employer.name, '{own}') AS employer, compared.worker_id, worker.name AS worker_name,
               worker.id_last4, compared.line_id, compared.payable, compared.paid, compared.pending,
               compared.excepted, compared.settled, compared.statement, compared.paid_on, compared.extra,
               compared.repeated, compared.unseen, compared.short,
               CASE WHEN compared.repeated THEN 'double'
                    WHEN compared.extra > 0 AND compared.paid + compared.settled - compared.short + compared.extra
                         > compared.payable THEN 'over'
                    WHEN compared.short > 0 THEN 'part'
                    WHEN compared.paid + compared.settled >= compared.payable THEN
                        CASE WHEN compared.unseen > 0 THEN 'unseen'
                             WHEN compared.settled > 0 THEN 'settled'
                             WHEN compared.statement < compared.paid THEN 'uncovered' ELSE 'clear' END
                    WHEN compared.pending > 0 THEN 'pending'
                    WHEN compared.excepted > 0 THEN 'excepted'
                    WHEN compared.paid > 0 THEN 'part'
                    ELSE 'unpaid' END AS state
        FROM compared
        JOIN projects_project project ON project.id = compared.project_id
        JOIN payroll_worker worker ON worker.id = compared.worker_id
        LEFT JOIN responsibilities_organization employer ON employer.id = compared.subcontractor_id
    )
""".replace("{own}", OWN_CREWS)
