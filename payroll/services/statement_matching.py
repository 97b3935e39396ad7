"""Statement debits and payments brought together: by card, amount and day where there is one of each, else by hand."""

from django.db import connection, transaction
from django.db.models import Sum

from accounts.selectors.statements import statement_line_unscoped
from payroll.models import DebitExplanation, DebitShare, Payout, PayoutFile, StatementMatch
from payroll.selectors.reconciliation import match_days
from payroll.selectors.unmatched import DEBIT_IS_FREE, FILE_SUMS, PAYMENT_IS_FREE
from payroll.services.payout_files import batch_lock
from payroll.services.undoing import as_said, undo
from projects.selectors.projects import may_act
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import now, today
from responsibilities.selectors.joins import hashed_joins
from responsibilities.services.trail import Actor, record_event

CAME_THROUGH = (Payout.State.PAID, Payout.State.RETURNED)
MATCHED_ALREADY = "这笔流水或这笔代发已经核对过。如有错误，请先撤销原来的核对。"
MATCH_TASK = "payroll.match_statements"
LOCK_SPACE = 720_133


@transaction.atomic
def statements_match(project_id: int) -> int:
    """Match what is certain on a project: one debit, one payment, same card and amount, near days; or a file's sum.

    Returns how many. Running it again matches nothing anew; what a person undid is not matched again.
    """
    files = list(PayoutFile.objects.filter(batch__project_id=project_id).values_list("pk", flat=True))
    facts = {
        "project": project_id,
        "files": files,
        "days": match_days(today()),
        "now": now(),
    }
    matching_turn(project_id)
    with connection.cursor() as cursor:
        with hashed_joins():
            cursor.execute(_SINGLE, facts)
            found = cursor.rowcount
            cursor.execute(_WHOLE_FILES, facts)
            found += cursor.rowcount
        return found


def matching_turn(project_id: int) -> None:
    """Whoever says what a project's debits are takes turns, until his transaction ends: a debit is explained once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, (%s %% 2147483648)::int)", [LOCK_SPACE, project_id])


@transaction.atomic
def statement_pair(*, statement_line_id: int, payout_id: int, actor: Actor, scope=None) -> StatementMatch:
    """A person says which payment a debit is. The amounts must be equal.

    Errors: `not_a_debit`, `amount_differs`, `matched_already`, `not_paid`, `other_project`.
    """
    payout = Payout.objects.select_related("file__batch").filter(pk=payout_id).first()
    if payout is None:
        raise NotVisible()
    line, batch = _locked_pair(statement_line_id, payout.file, scope)
    if payout.state not in CAME_THROUGH:
        raise Refused("not_paid", "这一笔还没有登记为已发放。请先登记银行结果。")
    if line.amount != payout.amount:
        raise Refused(
            "amount_differs",
            f"流水金额 {line.amount:,.2f} 元与代发金额 {payout.amount:,.2f} 元不等。确实是这一笔的，请点“说明用途”写明理由。",
        )
    live = StatementMatch.objects.filter(undone_at__isnull=True)
    said = DebitShare.objects.filter(payout=payout, explanation__undone_at__isnull=True)
    whole = live.filter(file=payout.file_id, payout__isnull=True)
    if live.filter(payout=payout).exists() or whole.exists() or said.exists():
        raise Refused("matched_already", MATCHED_ALREADY)
    return _paired(line, payout.file, payout, batch, actor)


@transaction.atomic
def statement_pair_file(*, statement_line_id: int, file_id: int, actor: Actor, scope=None) -> StatementMatch:
    """A person says that a debit is a whole pay-out file, booked in one sum: of what came through of it, once the bank
    has answered all of it.

    Errors: `not_a_debit`, `amount_differs`, `matched_already`, `not_paid`, `not_answered`, `other_project`.
    """
    file = PayoutFile.objects.select_related("batch").filter(pk=file_id).first()
    if file is None:
        raise NotVisible()
    line, batch = _locked_pair(statement_line_id, file, scope)
    paid = file.payouts.filter(state__in=CAME_THROUGH).aggregate(sum=Sum("amount"))["sum"]
    if paid is None:
        raise Refused("not_paid", "这份代发文件还没有登记为已发放的。请先登记银行结果。")
    if file.payouts.filter(state=Payout.State.PENDING).exists():
        raise Refused("not_answered", "这份代发文件还有等待银行结果的，不能按整份核对。请先登记银行结果。")
    if line.amount != paid:
        raise Refused(
            "amount_differs",
            f"流水金额 {line.amount:,.2f} 元与这份代发文件已发放的合计 {paid:,.2f} 元不等。请点“说明用途”写明理由。",
        )
    live = StatementMatch.objects.filter(file=file, undone_at__isnull=True)
    said = DebitShare.objects.filter(payout__file=file, explanation__undone_at__isnull=True)
    if live.exists() or said.exists():
        raise Refused("matched_already", MATCHED_ALREADY)
    return _paired(line, file, None, batch, actor)


def _locked_pair(statement_line_id: int, file: PayoutFile, scope):
    """The debit and the file's batch, locked in their turn; refused where the debit is matched or explained already."""
    line = statement_line_unscoped(statement_line_id)
    if line is None:
        raise NotVisible()
    matching_turn(line.account.project_id)
    batch = batch_lock(file.batch_id, scope)
    if line.account.project_id != batch.project_id:
        raise Refused("other_project", "流水和代发明细不是同一个项目的，不能核对在一起。")
    if line.direction != "out":
        raise Refused("not_a_debit", "只有支出可以与代发明细核对。")
    live = StatementMatch.objects.filter(statement_line_id=line.pk, undone_at__isnull=True)
    said = DebitExplanation.objects.filter(statement_line_id=line.pk, undone_at__isnull=True)
    if live.exists() or said.exists():
        raise Refused("matched_already", MATCHED_ALREADY)
    return line, batch


def _paired(line, file: PayoutFile, payout: Payout | None, batch, actor: Actor) -> StatementMatch:
    found = StatementMatch.objects.create(statement_line_id=line.pk, file=file, payout=payout, by=actor.user, at=now())
    _event(found, batch, actor, "statement.pair", line)
    return found


@transaction.atomic
def statement_unpair(*, match_id: int, actor: Actor, scope=None) -> StatementMatch:
    """Undo a match; both sides wait for a person again."""
    found = StatementMatch.objects.select_related("file__batch").filter(pk=match_id).first()
    if found is None:
        raise NotVisible()
    batch = batch_lock(found.file.batch_id, scope)
    if undo(said=found, actor=actor):
        _event(found, batch, actor, "statement.unpair", statement_line_unscoped(found.statement_line_id))
    return found


def statements_rematch(*, project, actor: Actor, scope=None) -> int:
    """The same as `statements_match`, asked for by a person who pays on the project."""
    if scope is not None and not may_act(scope, project, Permission.PAYROLL_PAY):
        raise NotAllowed("只有总包单位的劳资专管员可以核对流水。")
    return statements_match(project.pk)


def _event(match: StatementMatch, batch, actor: Actor, action: str, line) -> None:
    record_event(
        actor=actor,
        action=action,
        target=match,
        project_id=batch.project_id,
        changes=as_said(
            match, {"amount": ["", str(line.amount)], "on": ["", str(line.on)], "batch": ["", str(batch.pk)]}
        ),
    )


# A debit and a payment with the same card and amount whose days are near, each the other's only partner.
_SINGLE = """
    WITH debits AS (
        SELECT line.id, line.counterparty_index, line.amount, line.on
        FROM accounts_statementline line JOIN accounts_specialaccount account ON account.id = line.account_id
        WHERE account.project_id = %(project)s AND line.direction = 'out' AND line.counterparty_index IS NOT NULL
          AND {free_debit}
    ), pairs AS (
        SELECT debits.id AS line_id, payout.id AS payout_id, payout.file_id,
               count(*) OVER (PARTITION BY debits.id) AS payments,
               count(*) OVER (PARTITION BY payout.id) AS lines
        FROM debits
        JOIN payroll_bankcard card ON card.number_index = debits.counterparty_index
        JOIN payroll_payout payout ON payout.card_id = card.id AND payout.amount = debits.amount
             AND payout.state IN ('paid', 'returned') AND payout.file_id = ANY(%(files)s)
             AND debits.on BETWEEN payout.paid_on - %(days)s AND payout.paid_on + %(days)s
        WHERE {free_payment}
    )
    INSERT INTO payroll_statementmatch (statement_line_id, file_id, payout_id, at)
    SELECT line_id, file_id, payout_id, %(now)s FROM pairs
    WHERE payments = 1 AND lines = 1
      AND NOT EXISTS (SELECT FROM payroll_statementmatch undone
                      WHERE undone.statement_line_id = pairs.line_id AND undone.payout_id = pairs.payout_id)
    ON CONFLICT DO NOTHING
""".replace("{free_debit}", DEBIT_IS_FREE).replace("{free_payment}", PAYMENT_IS_FREE)
# Banks that book a whole pay-out file as one debit: its paid sum, near its day, only one such on either side.
_WHOLE_FILES = """
    WITH sums AS ({sums}), pairs AS (
        SELECT line.id AS line_id, sums.file_id, count(*) OVER (PARTITION BY line.id) AS files,
               count(*) OVER (PARTITION BY sums.file_id) AS lines
        FROM accounts_statementline line
        JOIN accounts_specialaccount account ON account.id = line.account_id AND account.project_id = %(project)s
        JOIN sums ON sums.paid = line.amount
             AND line.on BETWEEN sums.first_on - %(days)s AND sums.last_on + %(days)s
        WHERE line.direction = 'out'
          AND {free_debit}
    )
    INSERT INTO payroll_statementmatch (statement_line_id, file_id, payout_id, at)
    SELECT line_id, file_id, NULL, %(now)s FROM pairs
    WHERE files = 1 AND lines = 1
      AND NOT EXISTS (SELECT FROM payroll_statementmatch undone
                      WHERE undone.statement_line_id = pairs.line_id AND undone.file_id = pairs.file_id)
    ON CONFLICT DO NOTHING
""".replace("{free_debit}", DEBIT_IS_FREE).replace("{sums}", FILE_SUMS.replace("{files}", "= ANY(%(files)s)"))
