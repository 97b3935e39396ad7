"""A debit that no single payment equals: what it could be, and what persons said such debits are."""

import re
from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest

from accounts.models import StatementLine
from accounts.selectors.statements import statement_lines
from payroll.models import BankCard, DebitExplanation, DebitShare, LeaverSettlement, Payout, StatementMatch
from payroll.selectors.batches import batches
from responsibilities.rules.errors import NotVisible
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope

PAYMENTS_SHOWN = 60
NAMES_APART = re.compile(r"[\s,，、;；]+")
CREDITS_SHOWN = 20
# A debit that is a payment, or a whole file of them.
MATCHED = "matched"


def debit_by_pk(scope: Scope, project, pk: int) -> StatementLine:
    """One movement of a project's account; raises NotVisible."""
    found = statement_lines(scope, project).filter(pk=pk).first()
    if found is None:
        raise NotVisible("没有找到这笔流水，或者它不在您的管辖范围内。")
    return found


def explanations_of(scope: Scope, project, text: str = "") -> QuerySet:
    """What persons said of a project's debits, latest first, with its `parts`; what was undone too. `text` is part of a
    worker's or a counterparty's name.
    """
    paid = DebitShare.objects.filter(explanation_id=OuterRef("pk"), payout__line__worker__name__icontains=text)
    named = (
        Exists(paid)
        | Q(settlement__stay__entry__worker__name__icontains=text)
        | Q(statement_line__counterparty_name__icontains=text)
    )
    return (
        DebitExplanation.objects.visible_to(scope.with_permission(Permission.ACCOUNT_VIEW))
        .filter(named if text else Q(), statement_line__account__project=project)
        .select_related("statement_line", "by", "undone_by", "reversed_by")
        .prefetch_related(
            Prefetch(
                "settlement",
                LeaverSettlement.objects.select_related("stay__entry__worker").annotate(said=_said_of_settlement()),
            ),
            Prefetch(
                "shares",
                DebitShare.objects.select_related("payout__line__worker", "payout__file__batch"),
                to_attr="parts",
            ),
        )
        .order_by("-id")
    )


def said_of(scope: Scope, lines: Iterable[StatementLine]) -> dict[int, str]:
    """What these debits are known as now, by line: the kind of the explanation, or MATCHED; two queries."""
    explained, matched = _known(scope)
    return dict.fromkeys(
        matched.filter(statement_line__in=lines).values_list("statement_line_id", flat=True), MATCHED
    ) | dict(explained.filter(statement_line__in=lines).values_list("statement_line_id", "kind"))


def known_as_pay(scope: Scope, lines: QuerySet) -> dict:
    """Of these debits those that are matched with pay, or said to be pay, a settlement or money that came back: `count` and
    `amount`, yuan. What is said to be another expense stays one: 724 art 33.
    """
    explained, matched = _known(scope)
    explained = explained.exclude(kind=DebitExplanation.Kind.OTHER)
    return lines.filter(
        Exists(matched.filter(statement_line_id=OuterRef("pk")))
        | Exists(explained.filter(statement_line_id=OuterRef("pk")))
    ).aggregate(
        count=Count("pk"),
        amount=Coalesce(Sum("amount"), Value(0), output_field=StatementLine._meta.get_field("amount")),
    )


def _known(scope: Scope) -> tuple[QuerySet, QuerySet]:
    """Explanations and matches that hold now and that the caller may see."""
    visible = scope.with_permission(Permission.PAYROLL_VIEW)
    return tuple(
        model.objects.visible_to(visible).filter(undone_at__isnull=True) for model in (DebitExplanation, StatementMatch)
    )


def is_told(scope: Scope, project, line: StatementLine) -> bool:
    """Whether a visible debit is already matched with a payment or a file, or explained."""
    matched = StatementMatch.objects.filter(statement_line_id=line.pk, undone_at__isnull=True)
    return (
        matched.exists() or explanations_of(scope, project).filter(statement_line=line, undone_at__isnull=True).exists()
    )


def payments_near(scope: Scope, project, line: StatementLine, text: str = "") -> list[Payout]:
    """Payments that a debit could have paid, not matched yet: to the same card first, then to the same name, then by
    day. `said`: what other debits are said to have paid of it, yuan. At most PAYMENTS_SHOWN; `text` names one worker or
    several, by parts of their names: a sum of several must be found in one list.
    """
    matched = StatementMatch.objects.filter(undone_at__isnull=True)
    shares = DebitShare.objects.filter(payout_id=OuterRef("pk"), explanation__undone_at__isnull=True)
    cards = BankCard.objects.filter(pk=OuterRef("card_id"), number_index=line.counterparty_index)
    rows = (
        Payout.objects.filter(
            file__batch__in=batches(scope).filter(project=project),
            state__in=(Payout.State.PAID, Payout.State.RETURNED),
        )
        .filter(
            ~Exists(matched.filter(payout_id=OuterRef("pk"))),
            ~Exists(matched.filter(payout__isnull=True, file_id=OuterRef("file_id"))),
        )
        .annotate(
            said=Coalesce(
                Subquery(shares.order_by().values("payout_id").annotate(all=Sum("amount")).values("all")),
                Value(0),
                output_field=Payout._meta.get_field("amount"),
            ),
            same_card=Exists(cards),
            same_name=Case(
                When(~Q(line__worker__name="") & Q(line__worker__name=line.counterparty_name), then=Value(True)),
                default=Value(False),
                output_field=BooleanField(),
            ),
            days=Greatest(F("paid_on") - Value(line.on), Value(line.on) - F("paid_on")),
        )
        .select_related("line__worker", "card", "file__batch")
        .order_by("-same_card", "-same_name", "days", "pk")
    )
    if names := [Q(line__worker__name__icontains=name) for name in NAMES_APART.split(text) if name]:
        rows = rows.filter(reduce(or_, names))
    return list(rows[:PAYMENTS_SHOWN])


def settlements_open(scope: Scope, project) -> list[LeaverSettlement]:
    """Leavers' paid settlements of a project that debits are not said to have paid in full yet, latest first; `said`: how
    much they are said to have paid, yuan.
    """
    visible = LeaverSettlement.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW))
    return list(
        unpaid_settlements(visible.filter(stay__entry__project=project))
        .select_related("stay__entry__worker")
        .order_by("-paid_on", "-pk")[:PAYMENTS_SHOWN]
    )


def unpaid_settlements(settlements: QuerySet) -> QuerySet:
    """Those of the settlements that are paid by somebody's word, and by what is said of debits not in full; with `said`."""
    return (
        settlements.filter(state=LeaverSettlement.State.PAID)
        .annotate(said=_said_of_settlement())
        .filter(balance__gt=F("said"))
    )


def _said_of_settlement() -> Coalesce:
    """The sum of the debits that are said to be a settlement, yuan."""
    debits = DebitExplanation.objects.filter(settlement_id=OuterRef("pk"), undone_at__isnull=True)
    total = debits.order_by().values("settlement_id").annotate(all=Sum("statement_line__amount")).values("all")
    return Coalesce(Subquery(total), Value(0), output_field=LeaverSettlement._meta.get_field("balance"))


def credits_back(scope: Scope, project, line: StatementLine) -> list[StatementLine]:
    """What came in of the same amount from the debit's day on and is no other debit's reversal."""
    said = DebitExplanation.objects.filter(reversed_by_id=OuterRef("pk"), undone_at__isnull=True)
    return list(
        statement_lines(scope, project)
        .filter(direction="in", amount=line.amount, on__gte=line.on)
        .filter(~Exists(said))
        .order_by("on", "pk")[:CREDITS_SHOWN]
    )
