"""Debits of the special account that wait for a person, payments that could explain them, and what was matched."""

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import StatementLine
from accounts.selectors.statements import statement_lines
from payroll.models import DebitExplanation, DebitShare, Payout, StatementMatch
from payroll.selectors.batches import batches
from payroll.selectors.unmatched import FILE_SUMS, PAYMENT_IS_FREE
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope


def loose_debits(scope: Scope, project) -> QuerySet:
    """Debits that nothing explains yet, latest first, whatever their purpose says; the bank's own fees left out."""
    matched = _live(scope).filter(statement_line_id=OuterRef("pk"))
    explained = DebitExplanation.objects.filter(undone_at__isnull=True, statement_line_id=OuterRef("pk"))
    return (
        statement_lines(scope, project)
        .filter(direction="out")
        .exclude(nature="fee")
        .filter(~Exists(matched), ~Exists(explained))
        .order_by("-on", "-id")
    )


def candidates_for(scope: Scope, project, lines: list[StatementLine]) -> dict[int, list[dict]]:
    """Per debit the payments of the same amount that are not matched: those to the same card first, then by day.

    One query for the whole page.
    """
    return _of_lines(_CANDIDATES, scope, project, lines)


def whole_files_for(scope: Scope, project, lines: list[StatementLine]) -> dict[int, list[dict]]:
    """Per debit the pay-out files of several payments whose sum it is, of what came through and isn't matched; none that
    the bank hasn't answered in full. One query."""
    return _of_lines(_WHOLE_FILES, scope, project, lines)


def _of_lines(query: str, scope: Scope, project, lines: list[StatementLine]) -> dict[int, list[dict]]:
    if not lines:
        return {}
    compiled, parameters = batches(scope).filter(project=project).order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(query.replace("{seen}", compiled), [*parameters, [line.pk for line in lines]])
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    found: dict[int, list[dict]] = {}
    for row in rows:
        found.setdefault(row["line_id"], []).append(row)
    return found


def matches_of(scope: Scope, project, text: str = "") -> QuerySet:
    """What is matched on a project, latest first; `text` is part of a worker's or a counterparty's name."""
    named = Q(payout__line__worker__name__icontains=text) | Q(statement_line__counterparty_name__icontains=text)
    return (
        _live(scope)
        .filter(named if text else Q(), file__batch__project=project)
        .select_related("statement_line", "file__batch", "payout__line__worker", "payout__card", "by")
        .order_by("-id")
    )


def unseen_payments(scope: Scope, project) -> QuerySet:
    """Payments that banks said were made and no debit shows."""
    matched = _live(scope)
    return (
        Payout.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW))
        .filter(file__batch__project=project, state=Payout.State.PAID)
        .filter(
            ~Exists(matched.filter(payout_id=OuterRef("pk"))),
            ~Exists(matched.filter(payout__isnull=True, file_id=OuterRef("file_id"))),
            ~Exists(DebitShare.objects.filter(payout_id=OuterRef("pk"), explanation__undone_at__isnull=True)),
        )
    )


def _live(scope: Scope) -> QuerySet:
    return StatementMatch.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW)).filter(
        undone_at__isnull=True
    )


_OF_SEEN = "IN (SELECT id FROM payroll_payoutfile WHERE batch_id IN (SELECT id FROM seen))"
_CANDIDATES = """
    WITH seen (id) AS ({seen}), ranked AS (
        SELECT line.id AS line_id, payout.id AS payout_id, worker.name, card.last4, payout.amount, payout.paid_on,
               batch.month_on, batch.id AS batch_id, file.sequence,
               coalesce(card.number_index = line.counterparty_index, false) AS same_card,
               row_number() OVER (PARTITION BY line.id ORDER BY
                   coalesce(card.number_index = line.counterparty_index, false) DESC,
                   (worker.name = line.counterparty_name) DESC, abs(payout.paid_on - line.on), payout.id) AS place
        FROM accounts_statementline line
        JOIN payroll_payout payout ON payout.amount = line.amount AND payout.state IN ('paid', 'returned')
        JOIN payroll_payoutfile file ON file.id = payout.file_id AND file.batch_id IN (SELECT id FROM seen)
        JOIN payroll_payrollbatch batch ON batch.id = file.batch_id
        JOIN payroll_payrollline paid ON paid.id = payout.line_id
        JOIN payroll_worker worker ON worker.id = paid.worker_id
        JOIN payroll_bankcard card ON card.id = payout.card_id
        WHERE line.id = ANY(%s)
          AND {free}
    )
    SELECT * FROM ranked WHERE place <= 6 ORDER BY line_id, place
""".replace("{free}", PAYMENT_IS_FREE)
_WHOLE_FILES = """
    WITH seen (id) AS ({seen}), sums AS ({sums})
    SELECT line.id AS line_id, file.id AS file_id, file.sequence, sums.payments, sums.last_on AS paid_on, batch.month_on
    FROM accounts_statementline line
    JOIN sums ON sums.paid = line.amount
    JOIN payroll_payoutfile file ON file.id = sums.file_id
    JOIN payroll_payrollbatch batch ON batch.id = file.batch_id
    WHERE line.id = ANY(%s)
    ORDER BY line.id, abs(sums.last_on - line.on), file.id
""".replace("{sums}", FILE_SUMS.replace("{files}", _OF_SEEN))
