"""One confirmation for each line of a submitted batch: made, carried over, voided. All set-based.

Called inside the transaction of the act that moves the batch, with the batch locked.
"""

from django.db import connection

from payroll.models import PayrollBatch
from payroll.rules.contests import UNSETTLED
from responsibilities.selectors.joins import hashed_joins


def confirmations_open(batch: PayrollBatch, previous: PayrollBatch | None) -> dict[str, int]:
    """Ask every worker of the batch; answers to a version before stand where nothing changed.

    Contests that are not settled move to the newer version, so that nobody has to raise one twice; also those of
    somebody whom the version in between left out. The ones before must be voided already. Returns counts for the
    trail.
    """
    with connection.cursor() as cursor:
        with hashed_joins():
            cursor.execute(
                """
                WITH old AS MATERIALIZED (
                    SELECT DISTINCT ON (line.worker_id) line.worker_id, line.days, line.hours, line.unit_price,
                           line.gross, line.deductions, line.advance, line.net, line.card_id, given.id, given.channel, given.at,
                           given.scan_id, given.recorded_by_id, given.origin, given.seen_at
                    FROM payroll_payrollline line JOIN payroll_payconfirmation given ON given.line_id = line.id
                    WHERE line.batch_id = %s AND given.batch_id = %s AND given.voided_from = 'confirmed'
                    ORDER BY line.worker_id, line.id
                )
                INSERT INTO payroll_payconfirmation
                    (batch_id, line_id, key, state, channel, at, scan_id, recorded_by_id, origin, seen_at, carried_from_id)
                SELECT line.batch_id, line.id, gen_random_uuid(),
                       CASE WHEN old.id IS NULL THEN 'pending' ELSE 'confirmed' END, COALESCE(old.channel, ''),
                       old.at, old.scan_id, old.recorded_by_id, old.origin, old.seen_at, old.id
                FROM payroll_payrollline line
                LEFT JOIN old ON old.worker_id = line.worker_id
                     AND (line.days, line.hours, line.unit_price, line.gross, line.deductions, line.advance, line.net,
                          line.card_id)
                         IS NOT DISTINCT FROM
                         (old.days, old.hours, old.unit_price, old.gross, old.deductions, old.advance, old.net,
                          old.card_id)
                WHERE line.batch_id = %s
                ON CONFLICT (line_id) DO NOTHING
                """,
                [previous.pk if previous else None, previous.pk if previous else None, batch.pk],
            )
            asked = cursor.rowcount
        cursor.execute(
            "SELECT count(*) FROM payroll_payconfirmation WHERE batch_id = %s AND carried_from_id IS NOT NULL",
            [batch.pk],
        )
        (carried,) = cursor.fetchone()
        return {"asked": asked, "carried": carried, "contests": _contests_follow(cursor, batch, previous)}


def confirmations_void(batch: PayrollBatch) -> int:
    """What was answered to a version that counts no more; what it was stays readable in `voided_from`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE payroll_payconfirmation SET voided_from = state, state = 'void'"
            " WHERE batch_id = %s AND state <> 'void'",
            [batch.pk],
        )
        return cursor.rowcount


def _contests_follow(cursor, batch: PayrollBatch, previous: PayrollBatch | None) -> int:
    if previous is None:
        return 0
    cursor.execute(
        """
        WITH moving AS (
            -- One confirmation bears one contest: the latest.
            SELECT DISTINCT ON (new.id) contest.id, new.id AS confirmation_id, new.batch_id
            FROM payroll_payrollbatch version
            JOIN payroll_paycontest contest ON contest.batch_id = version.id AND contest.state = ANY(%s)
            JOIN payroll_payconfirmation old ON old.id = contest.confirmation_id
            JOIN payroll_payrollline old_line ON old_line.id = old.line_id
            JOIN LATERAL (
                SELECT asked.id, asked.batch_id FROM payroll_payconfirmation asked
                JOIN payroll_payrollline line ON line.id = asked.line_id
                WHERE asked.batch_id = %s AND line.worker_id = old_line.worker_id
                ORDER BY line.id LIMIT 1
            ) new ON true
            WHERE version.project_id = %s AND version.month_on = %s AND version.sequence = %s
              AND version.subcontractor_id IS NOT DISTINCT FROM %s AND version.id <> %s
            ORDER BY new.id, contest.id DESC
        )
        UPDATE payroll_paycontest contest
        SET batch_id = moving.batch_id, confirmation_id = moving.confirmation_id, version = contest.version + 1
        FROM moving WHERE contest.id = moving.id
        """,
        [
            sorted(UNSETTLED),
            batch.pk,
            batch.project_id,
            batch.month_on,
            batch.sequence,
            batch.subcontractor_id,
            batch.pk,
        ],
    )
    moved = cursor.rowcount
    cursor.execute(
        """
        UPDATE payroll_payconfirmation given SET state = 'contested', at = contest.raised_at, channel = contest.channel
        FROM payroll_paycontest contest
        WHERE given.batch_id = %s AND contest.confirmation_id = given.id AND contest.state = ANY(%s)
        """,
        [batch.pk, sorted(UNSETTLED)],
    )
    return moved
