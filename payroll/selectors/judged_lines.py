"""A draft's stored lines against what is known today: rows of findings, for judging once more. Unscoped.

A draft was stored a moment ago and the planner takes it for a line or two. So each question is asked line by line,
through the index of the one thing that tells most (a worker has few lines, a card number few cards): `OFFSET 0` keeps
the parts apart, as a subquery for one value does by itself, and `+ 0` an index out. Joined freely, ten thousand lines
took an hour. `tests/payroll/services/test_cost_grows_with_the_lines.py` counts the rows that each plan touches.
"""

from decimal import Decimal

from django.db import connection

from payroll.models import PayrollBatch

Row = tuple[int, int, str]  # sheet_no, row, worker's name


def strangers_unscoped(batch: PayrollBatch, *, registers: bool) -> list[tuple[int, int, str, bytes, bool]]:
    """(sheet_no, row, name, sealed ID number, whether only payrolls know him) of lines whose worker is not on the
    project's roster in that month or, where the project registers entries, stands there unregistered."""
    return _rows(
        """
        SELECT line.sheet_no, line.row, worker.name, worker.id_number_sealed, entry.registered IS NOT NULL
        FROM payroll_payrollline line
        CROSS JOIN LATERAL (SELECT name, id_number_sealed FROM payroll_worker WHERE id = line.worker_id OFFSET 0) worker
        CROSS JOIN LATERAL (
            SELECT bool_or(entered_on IS NOT NULL) AS registered FROM payroll_rosterentry
            WHERE worker_id = line.worker_id AND project_id = %s AND (left_on IS NULL OR left_on >= %s)
        ) entry
        WHERE line.batch_id = %s AND (entry.registered IS NULL OR (%s AND NOT entry.registered))
        ORDER BY 1, 2
        """,
        [batch.project_id, batch.month_on, batch.pk, registers],
    )


def differing_cards_unscoped(batch: PayrollBatch) -> list[tuple[int, int, str, str]]:
    """(sheet_no, row, name, last four) of lines on the roster whose card is not that of their last pay here.

    As on reading: the latest submitted pay on this project in the six months before the batch's month.
    """
    return _rows(
        """
        SELECT line.sheet_no, line.row, worker.name, card.last4
        FROM payroll_payrollline line
        CROSS JOIN LATERAL (
            SELECT (SELECT number_index FROM payroll_bankcard WHERE id = before.card_id) AS number_index
            FROM (
                SELECT own.id, own.batch_id, own.card_id FROM payroll_payrollline own
                WHERE own.worker_id = line.worker_id AND own.card_id IS NOT NULL OFFSET 0
            ) before
            CROSS JOIN LATERAL (
                SELECT month_on FROM payroll_payrollbatch
                WHERE id = before.batch_id AND project_id + 0 = %s AND status = 'submitted'
                  AND month_on < %s AND month_on >= %s::date - interval '6 months' OFFSET 0
            ) paid
            ORDER BY paid.month_on DESC, before.id DESC LIMIT 1
        ) last
        CROSS JOIN LATERAL (SELECT last4, number_index FROM payroll_bankcard WHERE id = line.card_id OFFSET 0) card
        CROSS JOIN LATERAL (SELECT name FROM payroll_worker WHERE id = line.worker_id OFFSET 0) worker
        WHERE card.number_index <> last.number_index AND line.batch_id = %s AND EXISTS (
            SELECT FROM payroll_rosterentry entry
            WHERE entry.worker_id = line.worker_id AND entry.project_id = %s
              AND (entry.left_on IS NULL OR entry.left_on >= %s) OFFSET 0)
        ORDER BY 1, 2
        """,
        [batch.project_id, batch.month_on, batch.month_on, batch.pk, batch.project_id, batch.month_on],
    )


def cards_of_others_unscoped(batch: PayrollBatch) -> list[tuple[int, int, str, str]]:
    """(sheet_no, row, name, last four) of lines whose card submitted pay has given to somebody else.

    Asked number by number, not line by line: a card may be thousands of people's. Two who were paid on it tell
    whether somebody else was, whoever stands in the line.
    """
    return _rows(
        """
        WITH shared AS MATERIALIZED (
            SELECT DISTINCT card.number_index FROM payroll_payrollline line
            CROSS JOIN LATERAL (SELECT number_index FROM payroll_bankcard WHERE id = line.card_id OFFSET 0) card
            WHERE line.batch_id = %s AND EXISTS (
                SELECT FROM payroll_bankcard same
                WHERE same.number_index = card.number_index AND same.worker_id <> line.worker_id OFFSET 0)
        ), paid AS MATERIALIZED (
            SELECT shared.number_index, ARRAY(
                SELECT owner.worker_id FROM payroll_bankcard owner
                WHERE owner.number_index = shared.number_index AND EXISTS (
                    SELECT FROM payroll_payrollline paid WHERE paid.card_id = owner.id
                    AND (SELECT status FROM payroll_payrollbatch WHERE id = paid.batch_id) = 'submitted' OFFSET 0)
                LIMIT 2
            ) AS workers
            FROM shared
        )
        SELECT line.sheet_no, line.row, (SELECT name FROM payroll_worker WHERE id = line.worker_id), card.last4
        FROM paid
        CROSS JOIN LATERAL (
            SELECT id, last4 FROM payroll_bankcard WHERE number_index = paid.number_index OFFSET 0
        ) card
        CROSS JOIN LATERAL (
            SELECT sheet_no, row, worker_id FROM payroll_payrollline
            WHERE card_id = card.id AND batch_id + 0 = %s OFFSET 0
        ) line
        WHERE line.worker_id <> ANY (paid.workers)
        ORDER BY 1, 2
        """,
        [batch.pk, batch.pk],
    )


def underpaid_unscoped(
    batch: PayrollBatch, *, monthly: Decimal, paid_days: Decimal
) -> list[tuple[int, int, str, Decimal, Decimal]]:
    """(sheet_no, row, name, pay, due) of lines below the minimum wage in proportion to their days; yuan."""
    return _rows(
        """
        SELECT sheet_no, row, name, pay, due FROM (
            SELECT line.sheet_no, line.row, (SELECT name FROM payroll_worker WHERE id = line.worker_id) AS name,
                   coalesce(line.gross, line.net) AS pay,
                   CASE WHEN line.days < %s THEN %s * line.days / %s ELSE %s END AS due
            FROM payroll_payrollline line WHERE line.batch_id = %s AND line.days IS DISTINCT FROM 0
        ) held WHERE pay < due ORDER BY 1, 2
        """,
        [paid_days, monthly, paid_days, monthly, batch.pk],
    )


def days_here_unscoped(batch: PayrollBatch) -> dict[int, tuple[int, int, str, Decimal]]:
    """{worker: (sheet_no, row, name, days)} of lines with days; of several the last one."""
    rows = _rows(
        """
        SELECT line.worker_id, line.sheet_no, line.row,
            (SELECT name FROM payroll_worker WHERE id = line.worker_id), line.days
        FROM payroll_payrollline line WHERE line.batch_id = %s AND line.days > 0 ORDER BY line.sheet_no, line.row
        """,
        [batch.pk],
    )
    return {worker: tuple(facts) for worker, *facts in rows}


def lines_judged_unscoped(batch: PayrollBatch, *, cards: bool) -> list[tuple]:
    """(row, sheet_no, name, crew, days, price, net, worker, sealed card) of the lines in their order, as far as checks
    of the batch look at them. `cards` False: the last is None."""
    sealed = "(SELECT number_sealed FROM payroll_bankcard WHERE id = line.card_id)" if cards else "NULL"
    return _rows(
        f"""
        SELECT row, sheet_no, (SELECT name FROM payroll_worker WHERE id = line.worker_id), crew, days, unit_price, net,
            worker_id, {sealed}
        FROM payroll_payrollline line WHERE batch_id = %s ORDER BY sheet_no, row
        """,  # noqa: S608 - one of two
        [batch.pk],
    )


def _rows(query: str, arguments: list) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, arguments)
        return cursor.fetchall()
