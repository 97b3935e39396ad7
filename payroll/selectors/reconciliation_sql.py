"""The one statement behind 应发实发对账: a row for each worker, month and employer, with its state.

`{seen}` is filled in by who asks: the batches that the caller sees and asks for. Parameters after its own: the time zone in which
statements were taken in, `due_from`.
"""

from payroll.rules.employers import OWN_CREWS
from payroll.rules.stages import BEFORE_PAY_OUT
from payroll.selectors.payouts import SETTLED_LINES

PERIOD_MONTHS = "pay_period_months"
# `Reconciled.state` in SQL; a test holds them equal.
STATE = """CASE WHEN compared.repeated THEN 'double'
                    WHEN compared.extra > 0 AND compared.paid + compared.settled - compared.short + compared.extra
                         > compared.payable THEN 'over'
                    WHEN compared.short > 0 THEN 'part'
                    WHEN compared.paid + compared.settled >= compared.payable THEN
                        CASE WHEN compared.unseen > 0 THEN 'unseen'
                             WHEN compared.settled > 0 THEN 'settled'
                             WHEN compared.statement < compared.paid THEN 'uncovered' ELSE 'clear' END
                    WHEN compared.pending > 0 THEN 'pending'
                    WHEN compared.excepted > 0 THEN 'excepted'
                    WHEN compared.preparing > 0
                         AND compared.paid + compared.settled + compared.preparing >= compared.payable THEN
                        CASE WHEN compared.unseen > 0 THEN 'unseen' ELSE 'preparing' END
                    WHEN compared.paid > 0 THEN 'part'
                    ELSE 'unpaid' END"""

ROWS = """
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
    ), waiting AS (
        -- Sheets that aren't paid in full: in which month they are to be paid at the latest. 724 art 14: in that of the work
        -- or in the next one.
        SELECT batch.id, batch.project_id, batch.month_on, pays.first_on, pays.last_on,
               batch.stage IN ({before}) AS before_pay_out,
               coalesce(batch.subcontractor_id, (SELECT party.organization_id FROM projects_projectparty party
                                                 WHERE party.project_id = batch.project_id
                                                   AND party.part = 'general_contractor'
                                                 ORDER BY party.id DESC LIMIT 1)) AS employer_id
        FROM payroll_payrollbatch batch
        JOIN LATERAL (SELECT figure.value::int AS months FROM responsibilities_figure figure
                      WHERE figure.code = '{period}' AND figure.in_force_from <= batch.month_on
                      ORDER BY figure.in_force_from DESC LIMIT 1) latest ON true
        CROSS JOIN LATERAL (SELECT (batch.month_on + make_interval(months => latest.months))::date AS first_on,
                                   (batch.month_on + make_interval(months => latest.months + 1))::date - 1 AS last_on) pays
        WHERE batch.id IN (SELECT id FROM mine) AND batch.stage <> 'paid'
    ), stated AS (
        -- The day that the worker's contract with that employer states; the latest one's, where several ran in the month.
        SELECT DISTINCT ON (waiting.id, contract.worker_id) waiting.id AS batch_id, contract.worker_id, contract.pay_day
        FROM waiting
        JOIN payroll_labourcontract contract ON contract.project_id = waiting.project_id
             AND contract.employer_id = waiting.employer_id AND contract.pay_day IS NOT NULL
             AND contract.starts_on < waiting.month_on + interval '1 month'
             AND coalesce(least(contract.ends_on, contract.ended_on), waiting.month_on) >= waiting.month_on
        ORDER BY waiting.id, contract.worker_id, contract.starts_on DESC, contract.id DESC
    ), owed AS (
        -- One pass over the lines: joined to each other afterwards, ten thousand would be compared with ten thousand.
        SELECT line.id, line.net, line.worker_id, batch.project_id, batch.month_on, batch.subcontractor_id,
               batch.id IN (SELECT id FROM mine) AS mine,
               live.state, live.amount, live.paid_on,
               live.state IS NULL AND (exception.kind = 'settled' OR exception.id IS NULL AND settled.id IS NOT NULL)
                   AS settled,
               exception.id IS NOT NULL AS excepted,
               single.id IS NOT NULL OR whole.id IS NOT NULL OR said.amount IS NOT NULL AS matched,
               coalesce(said.amount, live.amount) AS shown,
               live.state IS NULL AND exception.id IS NULL AND settled.id IS NULL AS unpaid,
               least(waiting.first_on + coalesce(stated.pay_day, 31) - 1, waiting.last_on) AS pay_on, before_pay_out
        FROM payroll_payrollline line
        JOIN payroll_payrollbatch batch ON batch.id = line.batch_id
        LEFT JOIN payroll_payout live ON live.line_id = line.id AND live.state IN ('paid', 'pending')
        LEFT JOIN payroll_statementmatch single ON single.payout_id = live.id AND single.undone_at IS NULL
        LEFT JOIN payroll_statementmatch whole ON whole.file_id = live.file_id AND whole.payout_id IS NULL
             AND whole.undone_at IS NULL
        LEFT JOIN said ON said.payout_id = live.id
        LEFT JOIN settled ON settled.id = line.id
        LEFT JOIN waiting ON waiting.id = batch.id
        LEFT JOIN stated ON stated.batch_id = batch.id AND stated.worker_id = line.worker_id
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
               coalesce(sum(net) FILTER (WHERE unpaid AND before_pay_out AND pay_on >= %s::date), 0) AS preparing,
               min(pay_on) FILTER (WHERE unpaid) AS pay_on,
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
               CASE WHEN rest + said_more > 0 THEN 0 ELSE preparing END AS preparing,
               statement + instead + leaving AS statement, paid_on, pay_on, rest + said_more AS extra,
               coalesce(paid > 0 AND statement + instead > 0 AND rest > 0 AND paid = ANY(amounts),
                        false) AS repeated,
               CASE WHEN instead > 0 THEN 0 ELSE unseen END AS unseen,
               CASE WHEN instead > 0 THEN unseen - instead ELSE 0 END + said_less AS short
        FROM told WHERE mine
    ), rows AS (
        SELECT compared.project_id, project.code AS project_code, project.name AS project_name, compared.month_on,
               coalesce(employer.name, '{own}') AS employer, compared.worker_id, worker.name AS worker_name,
               worker.id_last4, compared.line_id, compared.payable, compared.paid, compared.pending,
               compared.excepted, compared.settled, compared.preparing, compared.statement, compared.paid_on,
               compared.pay_on, compared.extra, compared.repeated, compared.unseen, compared.short,
               {state} AS state
        FROM compared
        JOIN projects_project project ON project.id = compared.project_id
        JOIN payroll_worker worker ON worker.id = compared.worker_id
        LEFT JOIN responsibilities_organization employer ON employer.id = compared.subcontractor_id
    )
"""
for _name, _words in {
    "settled": SETTLED_LINES,
    "own": OWN_CREWS,
    "state": STATE,
    "period": PERIOD_MONTHS,
    "before": ", ".join(f"'{stage}'" for stage in BEFORE_PAY_OUT),
}.items():
    ROWS = ROWS.replace(f"{{{_name}}}", _words)
