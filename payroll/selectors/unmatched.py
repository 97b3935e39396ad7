"""What of debits and payments is still to be told, as pieces of SQL: for who proposes pairs and who matches them.

`line` is a movement of a statement, `payout` a payment.
"""

# Neither matched with a payment or a file, nor explained by a person.
DEBIT_IS_FREE = """
    NOT EXISTS (SELECT FROM payroll_statementmatch known
                WHERE known.statement_line_id = line.id AND known.undone_at IS NULL)
    AND NOT EXISTS (SELECT FROM payroll_debitexplanation told
                    WHERE told.statement_line_id = line.id AND told.undone_at IS NULL)
"""
# No debit is known to be it, or its whole file, or said to have paid of it.
PAYMENT_IS_FREE = """
    NOT EXISTS (SELECT FROM payroll_statementmatch known
                WHERE known.payout_id = payout.id AND known.undone_at IS NULL)
    AND NOT EXISTS (SELECT FROM payroll_statementmatch whole
                    WHERE whole.file_id = payout.file_id AND whole.payout_id IS NULL AND whole.undone_at IS NULL)
    AND NOT EXISTS (SELECT FROM payroll_debitshare share
                    JOIN payroll_debitexplanation told ON told.id = share.explanation_id
                    WHERE share.payout_id = payout.id AND told.undone_at IS NULL)
"""
# What came through of each file of `{files}` that may have gone out in one sum: several payments, none of which is known
# otherwise; once the bank has answered all of it, else what it says later would count as seen in a debit that never paid
# it.
FILE_SUMS = """
    SELECT payout.file_id, count(*) AS payments, sum(payout.amount) AS paid, min(payout.paid_on) AS first_on,
           max(payout.paid_on) AS last_on
    FROM payroll_payout payout
    WHERE payout.file_id {files} AND payout.state IN ('paid', 'returned', 'pending')
      AND NOT EXISTS (SELECT FROM payroll_statementmatch known
                      WHERE known.file_id = payout.file_id AND known.undone_at IS NULL)
      AND NOT EXISTS (SELECT FROM payroll_debitshare share
                      JOIN payroll_debitexplanation told ON told.id = share.explanation_id
                      JOIN payroll_payout shared ON shared.id = share.payout_id
                      WHERE shared.file_id = payout.file_id AND told.undone_at IS NULL)
    GROUP BY payout.file_id HAVING count(*) > 1 AND bool_and(payout.state <> 'pending')
"""
