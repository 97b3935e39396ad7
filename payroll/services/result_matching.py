"""Which row of a bank's return file is which payment; set-based, for any number of rows, and never guessed.

By our own reference, else by the number in the file together with card or name, else by card, amount and name where
both sides have exactly one such. What is near but differs is named so, and is not taken.
"""

from django.db import connection

from payroll.models import BankResult
from responsibilities.selectors.joins import hashed_joins

PAID, FAILED = "paid", "failed"
# Verdicts that a person has to look at before "the rest was paid" can be believed.
DOUBTFUL = ("unmatched", "ambiguous", "amount", "card", "name", "unclear")


def result_match(result: BankResult) -> dict[str, int]:
    """Match the result's rows with its pay-out file's payments; returns the counts by verdict.

    `silent` counts payments under way that no row names, `paid_net` and `failed_net` (in fen) what the matched rows
    say. Runs in the caller's transaction; running it again comes to the same.
    """
    with hashed_joins(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE payroll_bankresultrow SET payout_id = NULL, verdict = 'unmatched' WHERE result_id = %s", [result.pk]
        )
        for step in STEPS:
            cursor.execute(step, {"result": result.pk, "file": result.payout_file_id})
        cursor.execute(_TORN, {"result": result.pk})
        cursor.execute(_SEVERAL_FIT, {"result": result.pk, "file": result.payout_file_id})
        cursor.execute(_VERDICTS, {"result": result.pk})
        cursor.execute(_COUNTS, {"result": result.pk})
        counts = dict(cursor.fetchall())
        cursor.execute(_SUMS, {"result": result.pk, "file": result.payout_file_id})
        paid, failed, silent, silent_net = cursor.fetchone()
    return counts | {"paid_fen": paid, "failed_fen": failed, "silent": silent, "silent_fen": silent_net}


_CANDIDATES = """
    SELECT payout.id, payout.row, payout.amount, card.number_index, card.last4,
           replace(worker.name, ' ', '') AS name,
           file.batch_id || '-' || file.sequence || '-' || payout.row AS reference
    FROM payroll_payout payout
    JOIN payroll_payoutfile file ON file.id = payout.file_id
    JOIN payroll_bankcard card ON card.id = payout.card_id
    JOIN payroll_payrollline line ON line.id = payout.line_id
    JOIN payroll_worker worker ON worker.id = line.worker_id
    WHERE payout.file_id = %(file)s AND payout.state <> 'voided'
"""
# A name with asterisks says nothing; no name says nothing either.
_SAME_NAME = "(given.name = '' OR given.name LIKE '%%*%%' OR replace(given.name, ' ', '') = mine.name)"
_SAME_CARD = """(CASE WHEN given.card_index IS NOT NULL THEN given.card_index = mine.number_index
                 WHEN given.card_last4 <> '' THEN given.card_last4 = mine.last4 ELSE true END)"""

_BY_REFERENCE = f"""
    WITH mine AS ({_CANDIDATES})
    UPDATE payroll_bankresultrow given SET payout_id = mine.id
    FROM mine WHERE given.result_id = %(result)s AND given.reference <> '' AND given.reference = mine.reference
"""  # noqa: S608
_BY_NUMBER = f"""
    WITH mine AS ({_CANDIDATES})
    UPDATE payroll_bankresultrow given SET payout_id = mine.id
    FROM mine
    WHERE given.result_id = %(result)s AND given.payout_id IS NULL AND given.seq = mine.row
      AND (given.card_index = mine.number_index
           OR (given.card_index IS NULL AND {_SAME_CARD} AND replace(given.name, ' ', '') = mine.name))
"""  # noqa: S608
_PAIRS = f"""
    WITH mine AS ({_CANDIDATES}), pairs AS (
        SELECT given.id, mine.id AS payout_id, count(*) OVER (PARTITION BY given.id) AS payments
        FROM payroll_bankresultrow given JOIN mine ON {{on}}
        WHERE given.result_id = %(result)s AND given.payout_id IS NULL
          AND NOT EXISTS (SELECT FROM payroll_bankresultrow other
                          WHERE other.result_id = %(result)s AND other.payout_id = mine.id)
    )
    UPDATE payroll_bankresultrow given SET payout_id = pairs.payout_id
    FROM pairs WHERE pairs.id = given.id AND pairs.payments = 1
"""  # noqa: S608
# Each join begins with an equality that tells rows apart, so that ten thousand rows stay ten thousand comparisons.
_BY_CARD = _PAIRS.format(on=f"given.card_index = mine.number_index AND given.amount = mine.amount AND {_SAME_NAME}")
_BY_LAST_FOUR = _PAIRS.format(
    on="given.card_last4 = mine.last4 AND replace(given.name, ' ', '') = mine.name"
    " AND given.amount = mine.amount AND given.card_index IS NULL"
)
# The card, or the number and the name, say which payment is meant; the amount, the name or the card says another.
_NEARLY_BY_CARD = _PAIRS.format(on="given.card_index = mine.number_index")
_NEARLY_BY_NUMBER = _PAIRS.format(on=f"given.seq = mine.row AND {_SAME_NAME}")
# Several rows with different answers mean one payment: nobody can tell.
_TORN = """
    UPDATE payroll_bankresultrow given SET verdict = 'ambiguous', payout_id = NULL
    WHERE given.result_id = %(result)s AND given.payout_id IN (
        SELECT payout_id FROM payroll_bankresultrow WHERE result_id = %(result)s AND payout_id IS NOT NULL
        GROUP BY payout_id HAVING count(DISTINCT outcome) > 1)
"""
# Several payments fit one row.
_SEVERAL_FIT = f"""
    WITH mine AS ({_CANDIDATES})
    UPDATE payroll_bankresultrow given SET verdict = 'ambiguous' FROM mine
    WHERE given.result_id = %(result)s AND given.payout_id IS NULL
      AND given.card_index = mine.number_index AND given.amount = mine.amount
"""  # noqa: S608
_VERDICTS = f"""
    UPDATE payroll_bankresultrow given SET verdict = CASE
        WHEN first.id <> given.id THEN 'repeated'
        WHEN NOT {_SAME_CARD} THEN 'card'
        WHEN given.amount IS NOT NULL AND given.amount <> mine.amount THEN 'amount'
        WHEN NOT {_SAME_NAME} THEN 'name'
        WHEN mine.state <> 'pending' THEN 'settled'
        WHEN given.outcome = 'unclear' THEN 'unclear'
        ELSE given.outcome
    END
    FROM (
        SELECT payout.id, payout.amount, payout.state, card.number_index, card.last4,
               replace(worker.name, ' ', '') AS name
        FROM payroll_payout payout
        JOIN payroll_bankcard card ON card.id = payout.card_id
        JOIN payroll_payrollline line ON line.id = payout.line_id
        JOIN payroll_worker worker ON worker.id = line.worker_id
        WHERE payout.id IN (SELECT payout_id FROM payroll_bankresultrow WHERE result_id = %(result)s)
    ) mine,
    (SELECT DISTINCT ON (payout_id) payout_id, id FROM payroll_bankresultrow
     WHERE result_id = %(result)s AND payout_id IS NOT NULL ORDER BY payout_id, row) first
    WHERE given.result_id = %(result)s AND given.payout_id = mine.id AND first.payout_id = given.payout_id
"""  # noqa: S608
STEPS = (_BY_REFERENCE, _BY_NUMBER, _BY_CARD, _BY_LAST_FOUR, _NEARLY_BY_CARD, _NEARLY_BY_NUMBER)
_COUNTS = "SELECT verdict, count(*) FROM payroll_bankresultrow WHERE result_id = %(result)s GROUP BY verdict"
_SUMS = """
    WITH named AS (
        SELECT given.verdict, payout.id, payout.amount FROM payroll_bankresultrow given
        JOIN payroll_payout payout ON payout.id = given.payout_id
        WHERE given.result_id = %(result)s AND given.verdict <> 'repeated'
    ), silent AS (
        SELECT payout.amount FROM payroll_payout payout
        WHERE payout.file_id = %(file)s AND payout.state = 'pending' AND payout.id NOT IN (SELECT id FROM named)
    )
    SELECT coalesce((SELECT sum(amount) FROM named WHERE verdict = 'paid'), 0)::numeric * 100,
           coalesce((SELECT sum(amount) FROM named WHERE verdict = 'failed'), 0)::numeric * 100,
           (SELECT count(*) FROM silent), coalesce((SELECT sum(amount) FROM silent), 0)::numeric * 100
"""
