"""A debit that no single payment equals, said by a person to be something, with a reason; and that undone."""

from collections.abc import Sequence

from django.db import transaction

from accounts.selectors.statements import statement_line_unscoped
from payroll.models import DebitExplanation, DebitShare, LeaverSettlement, Payout, StatementMatch
from payroll.selectors.debits import unpaid_settlements
from payroll.services.statement_matching import CAME_THROUGH, matching_turn
from payroll.services.undoing import as_said, undo
from projects.selectors.projects import may_act
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import now
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor, record_event

Kind = DebitExplanation.Kind


@transaction.atomic
def debit_explain(
    *,
    statement_line_id: int,
    kind: str,
    reason: str,
    payouts: Sequence[int] = (),
    settlement_id: int | None = None,
    reversed_by_id: int | None = None,
    actor: Actor,
    scope=None,
) -> DebitExplanation:
    """Say what a debit is: part of (or more than) one payment, several payments in one sum, a leaver's settlement, one
    that came back, or another expense of the account. The reconciliation goes by it.

    Errors: `not_a_debit`, `explained_already`, `unknown_kind`, `reason_missing`, `payments_missing`, `one_payment`,
    `not_paid`, `matched_already`, `sum_differs`, `settlement_missing`, `credit_missing`.
    """
    line, project = _locked_debit(statement_line_id, scope)
    if kind not in Kind.values:
        message = "请选择这笔支出是什么。"
        raise Refused("unknown_kind", message, {"kind": message})
    if not reason.strip():
        message = "请写明情况和依据，例如“银行分两次支付，回单号 0012、0013”。"
        raise Refused("reason_missing", message, {"reason": message})
    found = DebitExplanation(statement_line_id=line.pk, kind=kind, reason=reason.strip()[:200], by=actor.user, at=now())
    shares = []
    if kind == Kind.PART:
        shares = _part(line, _payments(payouts, project))
    elif kind == Kind.SEVERAL:
        shares = _several(line, _payments(payouts, project))
    elif kind == Kind.SETTLEMENT:
        found.settlement = _settlement(settlement_id, project)
    elif kind == Kind.REVERSED:
        found.reversed_by_id = _credit(reversed_by_id, line)
    found.save()
    DebitShare.objects.bulk_create(
        DebitShare(explanation=found, payout=payout, amount=amount) for payout, amount in shares
    )
    _event(found, line, project, actor, "statement.explain", reason)
    return found


@transaction.atomic
def debit_unexplain(*, explanation_id: int, actor: Actor, scope=None) -> DebitExplanation:
    """Take back what was said: the debit waits for a person again."""
    found = DebitExplanation.objects.filter(pk=explanation_id).first()
    if found is None:
        raise NotVisible()
    line, project = _debit(found.statement_line_id, scope)
    if undo(said=found, actor=actor):
        _event(found, line, project, actor, "statement.unexplain", found.reason)
    return found


def _debit(statement_line_id: int, scope):
    line = statement_line_unscoped(statement_line_id)
    if line is None:
        raise NotVisible()
    project = line.account.project
    if scope is not None and not may_act(scope, project, Permission.PROJECT_VIEW):
        raise NotVisible()
    if scope is not None and not may_act(scope, project, Permission.PAYROLL_PAY):
        raise NotAllowed("只有总包单位的劳资专管员可以核对流水。")
    matching_turn(project.pk)
    return line, project


def _locked_debit(statement_line_id: int, scope):
    line, project = _debit(statement_line_id, scope)
    if line.direction != "out":
        raise Refused("not_a_debit", "只有支出需要说明用途。")
    known = (
        StatementMatch.objects.filter(statement_line_id=line.pk, undone_at__isnull=True).exists()
        or DebitExplanation.objects.filter(statement_line_id=line.pk, undone_at__isnull=True).exists()
    )
    if known:
        raise Refused("explained_already", "这笔支出已经核对或说明过。如有错误，请先撤销，再重新说明。")
    return line, project


def _payments(ids: Sequence[int], project) -> list[Payout]:
    """The chosen payments, locked in their order; all of them went out, and no other debit is them."""
    found = list(
        Payout.objects.select_for_update(of=("self",))
        .filter(pk__in=set(ids), file__batch__project_id=project.pk)
        .select_related("line__worker")
        .order_by("pk")
    )
    if not found or len(found) != len(set(ids)):
        message = "请选择这笔支出付的是哪一笔代发；没有列出的，请按姓名查找。"
        raise Refused("payments_missing", message, {"payouts": message})
    if any(one.state not in CAME_THROUGH for one in found):
        message = "有代发还没有登记为已发放。请先登记银行结果。"
        raise Refused("not_paid", message, {"payouts": message})
    matched = StatementMatch.objects.filter(undone_at__isnull=True)
    if (
        matched.filter(payout__in=found).exists()
        or matched.filter(payout__isnull=True, file__in={one.file_id for one in found}).exists()
    ):
        message = "有代发已经与别的流水核对过。如有错误，请先撤销原来的核对。"
        raise Refused("matched_already", message, {"payouts": message})
    return found


def _part(line, payments: list[Payout]) -> list[tuple]:
    if len(payments) > 1:
        message = "金额不同的只能对应一笔代发；几笔合并支付的，请选“几名工人的工资合并成一笔支付”。"
        raise Refused("one_payment", message, {"payouts": message})
    return [(payments[0], line.amount)]


def _several(line, payments: list[Payout]) -> list[tuple]:
    if len(payments) < 2:
        message = "合并支付的，请选择两笔以上代发；只对应一笔的，请选“就是某一笔代发，金额不同”。"
        raise Refused("one_payment", message, {"payouts": message})
    shared = DebitShare.objects.filter(payout__in=payments, explanation__undone_at__isnull=True)
    if shared.exists():
        message = "有代发已经说明由别的流水支付。如有错误，请先撤销原来的说明。"
        raise Refused("matched_already", message, {"payouts": message})
    total = sum(one.amount for one in payments)
    if total != line.amount:
        message = (
            f"所选 {len(payments)} 笔代发合计 {total:,.2f} 元，与流水金额 {line.amount:,.2f} 元"
            f"相差 {abs(total - line.amount):,.2f} 元。请核对漏选或多选了谁。"
        )
        raise Refused("sum_differs", message, {"payouts": message})
    return [(one, one.amount) for one in payments]


def _settlement(settlement_id: int | None, project) -> LeaverSettlement:
    """A settlement may have been paid in several debits, until they are as much as its balance."""
    of_project = LeaverSettlement.objects.filter(pk=settlement_id, stay__entry__project_id=project.pk)
    found = unpaid_settlements(of_project).first()
    if found is None:
        message = "请选择已登记付清、流水还没有付够的退场结算。没有登记付清的，请先在退场结算里登记。"
        raise Refused("settlement_missing", message, {"settlement": message})
    return found


def _credit(credit_id: int | None, line) -> int:
    found = statement_line_unscoped(credit_id) if credit_id else None
    fits = (
        found is not None
        and found.account_id == line.account_id
        and (found.direction, found.amount) == ("in", line.amount)
        and found.on >= line.on
    )
    if not fits or DebitExplanation.objects.filter(reversed_by_id=found.pk, undone_at__isnull=True).exists():
        message = "冲正或退回的，请选择同金额的那笔收入；流水里还没有的，请导入之后的流水再说明。"
        raise Refused("credit_missing", message, {"reversed_by": message})
    return found.pk


def _event(found: DebitExplanation, line, project, actor: Actor, action: str, reason: str) -> None:
    paid = "、".join(f"{one.payout_id}" for one in found.shares.order_by("payout_id"))
    said = {"kind": ["", found.get_kind_display()], "amount": ["", str(line.amount)], "on": ["", str(line.on)]}
    if paid:
        said |= {"payouts": ["", paid]}
    if found.settlement_id:
        said |= {"settlement": ["", str(found.settlement_id)]}
    if found.reversed_by_id:
        said |= {"reversed_by": ["", str(found.reversed_by_id)]}
    record_event(
        actor=actor,
        action=action,
        target=found,
        project_id=project.pk,
        changes=as_said(found, said),
        reason=reason,
    )
    touch_projects([project.pk])
