"""How far batches are paid, what can be paid next and what is held back, and each line's attempts."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import QuerySet

from payroll.models import CardChange, PayContest, Payout, PayoutException, PayoutFile, PayrollBatch, PayrollLine
from payroll.rules.bank_files import Layout, fits, is_plain
from payroll.rules.bank_results import blames_card
from payroll.rules.checks import Severity
from payroll.rules.checks.accounts import CardUnconfirmed
from payroll.rules.payouts import CardWord, Standing, card_hold, hold_words
from payroll.selectors.batches import batches
from payroll.selectors.checks import severities_on_unscoped
from payroll.selectors.declarations import whole_figure
from responsibilities.rules.errors import NotVisible
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope
from responsibilities.selectors.clock import SHANGHAI, today

ANSWERED_NO = (Payout.State.FAILED, Payout.State.RETURNED)
NOTHING = Standing(0, Decimal(0), 0, Decimal(0), 0, Decimal(0), 0, 0)


@dataclass(slots=True)
class OpenLine:
    """A line that is neither paid nor under way. `hold` is why it can't be paid now, empty where it can.

    `attempts` numbers the next one; `sent` leaves out files that were voided before a bank had them, and `state` and
    `bank_message` are of the latest that a bank answered.
    """

    pk: int
    sheet_no: int
    row: int
    worker_id: int
    name: str
    crew: str
    card_id: int | None
    last4: str
    bank_name: str
    net: Decimal
    attempts: int
    sent: int
    state: str
    bank_message: str
    hold: str
    change_state: str | None = None
    asked_at: datetime.datetime | None = None
    change_has_paper: bool = False
    as_refused: bool = False
    settled_stay_id: int | None = None
    settled_note: str = ""
    unconfirmed: bool = False
    row_words: str = ""
    trouble: str = ""
    remedy: str = ""
    said: str = ""
    contest: PayContest | None = None

    @property
    def hold_words(self) -> tuple[str, str]:
        trouble, remedy = hold_words(self.hold) if self.hold else ("", "")
        if self.hold == "settled" and self.settled_note:
            trouble = f"退场结算已付清（{self.settled_note}），不再随批发放"
        return trouble, remedy


def open_lines_unscoped(batch_id: int, layout: Layout | None = None) -> list[OpenLine]:
    """Lines of a batch that are neither paid nor under way, in the sheet's order; one query.

    What the bank refused for the card or the name waits until the card was changed, or a person said why the same card
    is right (`line_cards.card_keep`). With a layout, lines whose bank it doesn't take are held back too.
    `unconfirmed`: the card was replaced and its worker hasn't said yes, whether the line waits for that or not.
    """
    return _open(batch_id, layout=layout)


def open_line_unscoped(line: PayrollLine) -> OpenLine | None:
    """One line as `open_lines_unscoped` has it, without building the others; None where it is paid or under way."""
    return next(iter(_open(line.batch_id, line.pk)), None)


def _open(batch_id: int, line_id: int | None = None, *, layout: Layout | None = None) -> list[OpenLine]:
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_LINES, [batch_id, batch_id, line_id, line_id])
        lines = [OpenLine(*row) for row in cursor.fetchall()]
    _hold_replaced(batch_id, [line for line in lines if line.change_state])
    for line in lines:
        if not line.hold and line.as_refused and line.state in ANSWERED_NO and blames_card(line.bank_message):
            line.hold = "card_refused"
        if not line.hold and not is_plain(line.name):
            line.hold = "name"
        if not line.hold and layout is not None and not fits(layout, line.bank_name):
            line.hold = "wrong_bank"
    return lines


def _hold_replaced(batch_id: int, changed: list[OpenLine]) -> None:
    """Hold lines back whose replaced card the worker denied, or hasn't confirmed where he is waited for."""
    if not changed:
        return
    area_id = PayrollBatch.objects.values_list("project__area_id", flat=True).get(pk=batch_id)
    waits = severities_on_unscoped(area_id, today())[CardUnconfirmed.code] == Severity.ERROR
    days = whole_figure("card_confirm_days", today())
    for line in changed:
        word = CardWord(line.change_state, line.asked_at.astimezone(SHANGHAI).date(), line.change_has_paper)
        line.unconfirmed = line.change_state == CardChange.State.WAITING
        if not line.hold:
            line.hold = card_hold(word, waits=waits, days=days, today=today())


def is_settled_unscoped(line: PayrollLine) -> bool:
    """Whether a line isn't paid by its batch because a leaver's paid settlement holds it, or is recorded to have."""
    recorded = line.payout_exceptions.filter(lifted_at__isnull=True).values_list("kind", flat=True).first()
    if recorded is not None:
        return recorded == PayoutException.Kind.SETTLED
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH seen (id) AS (SELECT %s::bigint) {SETTLED_LINES} AND line.id = %s", [line.batch_id, line.pk]
        )
        return cursor.fetchone() is not None


def settled_lines_unscoped(project_id: int) -> list[int]:
    """The lines of a project's submitted payrolls that leavers' paid settlements hold; few."""
    submitted = "SELECT id FROM payroll_payrollbatch WHERE project_id = %s AND status = 'submitted'"
    with connection.cursor() as cursor:
        cursor.execute(f"WITH seen (id) AS ({submitted}) {SETTLED_LINES}", [project_id])
        return [pk for (pk,) in cursor.fetchall()]


def standings_unscoped(batch_ids: Iterable[int]) -> dict[int, Standing]:
    """How far batches are paid, by batch; a batch without lines to pay has none. One query for any number."""
    ids = list(batch_ids)
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_STANDINGS, [ids])
        return {row[0]: Standing(*row[1:]) for row in cursor.fetchall()}


def standing_of(batch: PayrollBatch) -> Standing:
    """How far a visible batch is paid."""
    return standings_unscoped([batch.pk]).get(batch.pk, NOTHING)


def payout_files(scope: Scope) -> QuerySet:
    """Pay-out files that the caller may see; their content is the download's matter."""
    return PayoutFile.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW)).select_related(
        "batch__project", "made_by", "sent_by"
    )


def payout_file_by_pk(scope: Scope, pk: int) -> PayoutFile:
    """One pay-out file; raises NotVisible."""
    found = payout_files(scope).filter(pk=pk).first()
    if found is None:
        raise NotVisible("没有找到这份代发文件，或者它不在您的管辖范围内。")
    return found


def files_of(scope: Scope, batch: PayrollBatch) -> QuerySet:
    """A batch's pay-out files, latest first."""
    return payout_files(scope).filter(batch=batch).order_by("-sequence")


def payable_line(scope: Scope, pk: int) -> PayrollLine:
    """One line in sight with batch, worker and card; raises NotVisible."""
    line = (
        PayrollLine.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW))
        .select_related("batch__project", "batch__subcontractor", "worker", "card")
        .filter(pk=pk)
        .first()
    )
    if line is None:
        raise NotVisible("没有找到这一行工资，或者它不在您的管辖范围内。")
    return line


def line_hold(scope: Scope, line: PayrollLine) -> OpenLine | None:
    """A visible line as it waits now, with what holds it back; None where it is paid or under way."""
    if not batches(scope).filter(pk=line.batch_id).exists():
        raise NotVisible()
    return open_line_unscoped(line)


def attempts_of(scope: Scope, line: PayrollLine) -> QuerySet:
    """Every attempt to pay a line, oldest first."""
    return (
        Payout.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW))
        .filter(line=line)
        .select_related("file", "card")
        .order_by("attempt")
    )


def exceptions_of(scope: Scope, line: PayrollLine) -> QuerySet:
    """What was recorded about not paying a line, oldest first."""
    return (
        PayoutException.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW))
        .filter(line=line)
        .select_related("recorded_by", "lifted_by")
    )


def card_changes_of(scope: Scope, line: PayrollLine) -> QuerySet:
    """The cards that a line had, oldest first."""
    return (
        CardChange.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW))
        .filter(line=line)
        .select_related("old_card", "new_card", "changed_by")
    )


# A settlement that was paid, of a stay which a batch's month belongs to, unless somebody said why this pay stands beside
# it: at the settlement, or of this line (`settled_release`, recorded and lifted in one act; an exception of that kind
# which is lifted later says no reason, and the line is held again).
_HELD = """settlement.state = 'paid' AND settlement.open_pay <> 'separate'
          AND (batch.subcontractor_id = entry.employer_id OR batch.subcontractor_id IS NULL)
          AND batch.month_on BETWEEN date_trunc('month', stay.entered_on) AND stay.left_on
          AND NOT EXISTS (SELECT FROM payroll_payoutexception said WHERE said.line_id = {line}.id
                          AND said.kind = 'settled' AND said.lifted_at = said.recorded_at)"""
_OPEN_LINES = """
    WITH mine AS (
        SELECT line.id, line.batch_id, line.sheet_no, line.row, line.worker_id, line.crew, line.card_id, line.net, card.number_index,
               card.last4, card.bank_name, card.worker_id AS card_worker_id
        FROM payroll_payrollline line LEFT JOIN payroll_bankcard card ON card.id = line.card_id
        WHERE line.batch_id = %s
    ), shared AS (
        SELECT number_index FROM mine WHERE number_index IS NOT NULL
        GROUP BY number_index HAVING count(DISTINCT worker_id) > 1
    ), denied AS (
        -- Of this sheet or a version before it: both agree that the money would go to somebody else.
        SELECT line.worker_id, line.id AS line_id, contest.raised_at, contest.figures ->> 'card_last4' AS last4
        FROM payroll_payrollbatch this
        JOIN payroll_payrollbatch version ON version.project_id = this.project_id AND version.month_on = this.month_on
             AND version.sequence = this.sequence AND version.subcontractor_id IS NOT DISTINCT FROM this.subcontractor_id
        JOIN payroll_paycontest contest ON contest.batch_id = version.id AND contest.state = 'accepted'
             AND contest.reason = 'not_my_card'
        JOIN payroll_payconfirmation asked ON asked.id = contest.confirmation_id
        JOIN payroll_payrollline line ON line.id = asked.line_id
        WHERE this.id = %s
    ), tried AS (
        -- A file can be voided only before a bank has it.
        SELECT payout.line_id, count(*) AS attempts, bool_or(payout.state IN ('pending', 'paid')) AS live,
               count(*) FILTER (WHERE payout.state <> 'voided') AS sent,
               (array_agg(payout.state ORDER BY payout.attempt DESC) FILTER (WHERE payout.state <> 'voided'))[1]
                   AS state,
               (array_agg(payout.bank_message ORDER BY payout.attempt DESC)
                   FILTER (WHERE payout.state <> 'voided'))[1] AS bank_message,
               (array_agg(payout.card_id ORDER BY payout.attempt DESC) FILTER (WHERE payout.state <> 'voided'))[1]
                   AS card_id,
               max(file.made_at) FILTER (WHERE payout.state <> 'voided') AS made_at
        FROM payroll_payout payout JOIN mine ON mine.id = payout.line_id
        JOIN payroll_payoutfile file ON file.id = payout.file_id GROUP BY payout.line_id
    )
    SELECT mine.id, mine.sheet_no, mine.row, mine.worker_id, worker.name, mine.crew, mine.card_id,
           coalesce(mine.last4, ''), coalesce(mine.bank_name, ''), mine.net, coalesce(tried.attempts, 0), coalesce(tried.sent, 0),
           coalesce(tried.state, ''), coalesce(tried.bank_message, ''),
           CASE
               WHEN exception.id IS NOT NULL THEN 'exception'
               WHEN EXISTS (
                   SELECT FROM payroll_payconfirmation asked
                   JOIN payroll_paycontest contest ON contest.confirmation_id = asked.id
                   WHERE asked.line_id = mine.id AND contest.state = 'open') THEN 'contest'
               WHEN EXISTS (
                   -- No other card was named since, neither here nor by a corrected sheet; nor did the worker say
                   -- of a later sheet that it is right.
                   SELECT FROM denied
                   WHERE denied.worker_id = mine.worker_id AND denied.last4 IS NOT DISTINCT FROM mine.last4
                     AND (denied.line_id = mine.id OR NOT EXISTS (
                         SELECT FROM payroll_payconfirmation asked
                         WHERE asked.line_id = mine.id AND asked.state = 'confirmed'))
                     AND NOT EXISTS (
                         SELECT FROM payroll_cardchange other
                         WHERE other.line_id = mine.id AND other.changed_at >= denied.raised_at
                           AND other.old_card_id IS DISTINCT FROM other.new_card_id)) THEN 'card_contested'
               WHEN settled.stay_id IS NOT NULL THEN 'settled'
               WHEN mine.net <= 0 THEN 'amount'
               WHEN mine.card_id IS NULL THEN 'no_card'
               WHEN mine.card_worker_id <> mine.worker_id THEN 'not_own_card'
               WHEN shared.number_index IS NOT NULL THEN 'shared_card'
               ELSE ''
           END, change.state, change.asked_at, change.evidence_id IS NOT NULL,
           -- No card can be changed while a line is under way: a later change came after the bank's answer.
           coalesce(tried.card_id = mine.card_id AND (change.changed_at IS NULL OR change.changed_at < tried.made_at),
                    false), settled.stay_id, coalesce(settled.payment_note, '')
    FROM mine JOIN payroll_worker worker ON worker.id = mine.worker_id
    LEFT JOIN shared ON shared.number_index = mine.number_index
    LEFT JOIN tried ON tried.line_id = mine.id
    LEFT JOIN payroll_payoutexception exception ON exception.line_id = mine.id AND exception.lifted_at IS NULL
    LEFT JOIN LATERAL (
        -- Asked since the card was first named: keeping it, or correcting its bank, asks nothing new of the worker.
        SELECT state, changed_at, evidence_id, (
            SELECT min(named.changed_at) FROM payroll_cardchange named
            WHERE named.line_id = mine.id AND NOT EXISTS (
                SELECT FROM payroll_cardchange other WHERE other.line_id = mine.id AND other.id > named.id
                  AND other.old_card_id IS DISTINCT FROM other.new_card_id)) AS asked_at
        FROM payroll_cardchange WHERE line_id = mine.id ORDER BY id DESC LIMIT 1) change ON true
    LEFT JOIN LATERAL (
        SELECT stay.id AS stay_id, settlement.payment_note
        FROM payroll_leaversettlement settlement
        JOIN payroll_sitestay stay ON stay.id = settlement.stay_id
        JOIN payroll_rosterentry entry ON entry.id = stay.entry_id
        JOIN payroll_payrollbatch batch ON batch.id = mine.batch_id
        WHERE {held} AND entry.worker_id = mine.worker_id AND entry.project_id = batch.project_id
        ORDER BY stay.id DESC LIMIT 1) settled ON true
    WHERE NOT coalesce(tried.live, false) AND (%s IS NULL OR mine.id = %s)
    ORDER BY mine.sheet_no, mine.row
""".replace("{held}", _HELD.replace("{line}", "mine"))

# Whether a line is held by the settlement of another stay than the one given: who left and came back within a month has
# two that touch its pay, and only one of them pays it.
SETTLED_BY_ANOTHER_STAY = """EXISTS (
        SELECT FROM payroll_leaversettlement settlement
        JOIN payroll_sitestay stay ON stay.id = settlement.stay_id AND stay.id <> %s
        JOIN payroll_rosterentry entry ON entry.id = stay.entry_id
        WHERE {held} AND entry.worker_id = line.worker_id AND entry.project_id = batch.project_id)
""".replace("{held}", _HELD.replace("{line}", "line"))

# Lines of the batches in `seen` that a leaver's paid settlement holds; starting from the few settlements.
SETTLED_LINES = """
        SELECT DISTINCT line.id
        FROM payroll_leaversettlement settlement
        JOIN payroll_sitestay stay ON stay.id = settlement.stay_id
        JOIN payroll_rosterentry entry ON entry.id = stay.entry_id
        JOIN payroll_payrollline line ON line.worker_id = entry.worker_id
        JOIN payroll_payrollbatch batch ON batch.id = line.batch_id AND batch.project_id = entry.project_id
        WHERE {held} AND batch.id IN (SELECT id FROM seen)
""".replace("{held}", _HELD.replace("{line}", "line"))

_STANDINGS = """
    SELECT line.batch_id, count(*), sum(line.net),
           count(*) FILTER (WHERE live.state = 'paid'), coalesce(sum(line.net) FILTER (WHERE live.state = 'paid'), 0),
           count(*) FILTER (WHERE live.state = 'pending'),
           coalesce(sum(line.net) FILTER (WHERE live.state = 'pending'), 0),
           count(*) FILTER (WHERE live.state IS NULL AND exception.id IS NULL AND EXISTS (
               SELECT FROM payroll_payout tried WHERE tried.line_id = line.id AND tried.state IN ('failed', 'returned'))),
           count(*) FILTER (WHERE live.state IS NULL AND exception.id IS NOT NULL)
    FROM payroll_payrollline line
    LEFT JOIN payroll_payout live ON live.line_id = line.id AND live.state IN ('pending', 'paid')
    LEFT JOIN payroll_payoutexception exception ON exception.line_id = line.id AND exception.lifted_at IS NULL
    WHERE line.batch_id = ANY(%s) AND line.net > 0
    GROUP BY line.batch_id
"""
