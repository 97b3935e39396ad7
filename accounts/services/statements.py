"""Bank statements of special accounts: taken in once however often they are sent, their balances checked."""

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from io import StringIO

from django.db import connection, transaction

from accounts.imports.statements import read_statement
from accounts.models import SpecialAccount, StatementImport, StatementLine
from accounts.rules.own_accounts import is_account
from accounts.rules.statements import Movement, broken_at, in_order, nature_of
from accounts.services.periods import require_visible
from responsibilities.rules.errors import NotAllowed, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import now, today
from responsibilities.services import vault
from responsibilities.services.touch import ring, touch_projects
from responsibilities.services.trail import Actor, record_event
from sheets.reader import read

PURPOSE = "bank_card"
NULL = "\\N"
SHOWN = 50
_SPECIAL = str.maketrans({"\\": "\\\\", "\t": " ", "\n": " ", "\r": " ", "\0": None})


@dataclass
class StatementTaken:
    """What became of a statement; with `check` nothing was written."""

    check: bool
    rows: int = 0
    added: int = 0
    known: int = 0
    first_on: datetime.date | None = None
    last_on: datetime.date | None = None
    income: Decimal = Decimal(0)
    outgoing: Decimal = Decimal(0)
    closing: Decimal | None = None
    other: list[Movement] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)

    def shown(self) -> dict:
        """What a person is shown before it counts, as JSON keeps it: names of who was paid other than wages too."""
        return {
            "rows": self.rows,
            "added": self.added,
            "known": self.known,
            "income": str(self.income),
            "outgoing": str(self.outgoing),
            "closing": None if self.closing is None else str(self.closing),
            "other_count": len(self.other),
            "other": [
                {
                    "on": f"{one.on}",
                    "amount": str(one.amount),
                    "counterparty_name": one.counterparty_name,
                    "purpose": one.purpose,
                }
                for one in self.other[:SHOWN]
            ],
            "problems": self.problems[:SHOWN],
            "gaps": self.gaps[:SHOWN],
        }

    def as_dict(self) -> dict:
        """The API's reply."""
        return {
            "rows": self.rows,
            "added": self.added,
            "known": self.known,
            "first_on": self.first_on,
            "last_on": self.last_on,
            "not_wages": len(self.other),
            "gaps": self.gaps,
        }


def statement_of_file(imported: StatementImport, data: bytes) -> tuple[list[Movement], list[str]]:
    """(movements, problems) of a bank's file. Raises `sheets.refusal.Refusal`; `other_account` where it is another's."""
    statement = read_statement(read(data))
    problems = [message for _row, message in statement.problems]
    doubt = _account_doubt(statement.own_accounts, imported.account)
    return statement.movements, [doubt, *problems] if doubt else problems


def _account_doubt(named: set[str], account: SpecialAccount) -> str:
    """What to look at before a file counts whose account can't be told for certain; another's is refused."""
    own = vault.unseal_text(account.number_sealed, "account_number")
    verdicts = {mark: is_account(mark, own) for mark in named}
    if not named or True in verdicts.values():
        return ""
    doubtful = sorted(mark for mark, verdict in verdicts.items() if verdict is None)
    ending = f"尾号 {account.number_last4}"
    if not doubtful:
        other, registered = _shown(min(named)), ending
        if other == registered:
            # Tails alone would name two accounts alike.
            other, registered = _ends(min(named)), _ends(own)
        raise Refused(
            "other_account",
            f"文件里的账号（{other}）与本项目登记的专用账户（{registered}）不是同一个账户。"
            "请确认是否传错了文件；登记的账号有误的，请先更正登记的账号。",
        )
    return f"文件里的账号（{_shown(doubtful[0])}）不完整，无法确认就是本项目的专用账户（{ending}）。请与银行核对后再确认导入。"


def _ends(mark: str) -> str:
    """What a number begins and ends with."""
    return f"{mark[:4].partition('*')[0]}…{mark[-4:]}，共 {len(mark)} 位"


def _shown(mark: str) -> str:
    """As little of a number as tells it from another."""
    tail = mark[mark.rindex("*") + 1 :] if "*" in mark else mark
    return f"尾号 {tail[-4:]}" if tail else f"以 {mark[:4]} 开头"


def statement_report(*, project, movements: Sequence[Movement], actor: Actor, scope=None) -> StatementTaken:
    """Take movements in that another system reports; the same ones again add nothing."""
    account = statement_account(project, scope)
    with transaction.atomic():
        imported = StatementImport.objects.create(
            account=account,
            source=StatementImport.Source.API,
            name="接口报送",
            sha256="",
            sealed=None,
            imported_by=actor.user,
            imported_at=now(),
        )
        taken = statement_take(imported=imported, movements=movements, problems=[], actor=actor)
        if not taken.added:
            transaction.set_rollback(True)
    return taken


def statement_account(project, scope) -> SpecialAccount:
    """The account whose statement the caller may take in; `no_special_account`, NotAllowed, NotVisible."""
    account = SpecialAccount.objects.filter(project=project).first()
    if account is None:
        raise Refused("no_special_account", "这个项目没有登记农民工工资专用账户，请先登记账户，再导入流水。")
    if scope is not None and not scope.can(Permission.STATEMENT_IMPORT):
        raise NotAllowed()
    require_visible(account, scope, Permission.STATEMENT_IMPORT)
    return account


def statement_take(
    *,
    imported: StatementImport,
    movements: Sequence[Movement],
    problems: list[str],
    actor: Actor,
    check: bool = False,
) -> StatementTaken:
    """Add what of these movements isn't known yet, under an import's row. A check does the same and takes it back.

    Errors: `day_in_future`, `empty`.
    """
    account = imported.account
    future = [movement for movement in movements if movement.on > today()]
    if future:
        raise Refused("day_in_future", f"流水里有晚于今天的日期（{future[0].on}），请核对文件后重新导入。")
    if not movements:
        raise Refused("empty", "文件里没有一笔可以识别的收支。请确认上传的是专户的交易明细。")
    ordered = in_order(movements)
    taken = StatementTaken(
        check=check,
        rows=len(ordered),
        first_on=ordered[0].on,
        last_on=ordered[-1].on,
        income=sum((one.amount for one in ordered if not one.out), Decimal(0)),
        outgoing=sum((one.amount for one in ordered if one.out), Decimal(0)),
        closing=next((one.balance for one in reversed(ordered) if one.balance is not None), None),
        other=[one for one in ordered if nature_of(one) == "other"],
        problems=problems,
        gaps=[
            f"{movement.on} 一笔 {movement.amount:,.2f} 元的余额与前一笔接不上，相差 {abs(gap):,.2f} 元，中间可能缺少流水。"
            for movement, gap in broken_at(ordered)
        ],
    )
    with transaction.atomic():
        # Two people send the same statement at once: the second waits, and then everything is known.
        SpecialAccount.objects.select_for_update(of=("self",)).get(pk=account.pk)
        taken.added = _store(account, imported, ordered)
        taken.known = taken.rows - taken.added
        imported.rows, imported.added = taken.rows, taken.added
        imported.first_on, imported.last_on = taken.first_on, taken.last_on
        imported.save(update_fields=["rows", "added", "first_on", "last_on"])
        if taken.added:
            taken.gaps += _gaps_at_the_edges(account, ordered)
            record_event(
                actor=actor,
                action="statement.import",
                target=account,
                project_id=account.project_id,
                changes={
                    "file": ["", imported.name],
                    "sha256": ["", imported.sha256],
                    "rows": ["", str(taken.rows)],
                    "added": ["", str(taken.added)],
                    "known": ["", str(taken.known)],
                },
            )
            touch_projects([account.project_id])
            if not check:
                # Payroll lies above: it is told by name.
                transaction.on_commit(lambda: ring("payroll.match_statements", account.project_id))
        if check:
            transaction.set_rollback(True)
    return taken


def _store(account: SpecialAccount, imported: StatementImport, ordered: Sequence[Movement]) -> int:
    """By COPY into a passing table, then what isn't known yet; returns how many were new."""
    prints = _fingerprints(ordered)
    index = vault.blind_indexer(PURPOSE)
    known = {
        bytes(one)
        for one in StatementLine.objects.filter(account=account, on__gte=ordered[0].on, on__lte=ordered[-1].on)
        .values_list("fingerprint", flat=True)
        .iterator(chunk_size=5000)
    }
    text, count = StringIO(), 0
    for position, (one, mark) in enumerate(zip(ordered, prints, strict=True), start=1):
        if mark in known:
            continue
        number = one.counterparty_account
        sealed = _bytes(vault.seal_text(number, PURPOSE)) if number else NULL
        text.write(
            f"{account.pk}\t{imported.pk}\t{one.on}\t{position}\t{'out' if one.out else 'in'}\t{nature_of(one)}\t"
            f"{one.amount}\t{NULL if one.balance is None else one.balance}\t{_text(one.counterparty_name, 160)}\t"
            f"{sealed}\t{_bytes(index(number)) if number else NULL}\t{number[-4:]}\t{_text(one.reference, 80)}\t"
            f"{_text(one.purpose, 200)}\t{_bytes(mark)}\n"
        )
        count += 1
    if count:
        text.seek(0)
        with connection.cursor() as cursor:
            cursor.copy_expert(
                'COPY accounts_statementline (account_id, imported_id, "on", position, direction, nature, amount,'
                " balance, counterparty_name, counterparty_sealed, counterparty_index, counterparty_last4, reference,"
                " purpose, fingerprint) FROM STDIN",
                text,
            )
    return count


def _fingerprints(ordered: Sequence[Movement]) -> list[bytes]:
    """What tells a movement from every other one, the same in every statement that holds it.

    The bank's number where there is one; else day, amount, balance and counterparty. Equal ones of a day are
    numbered: a statement holds a day's lines in one order, so the second stays the second.
    """
    seen: Counter = Counter()
    found = []
    for one in ordered:
        if one.reference:
            facts = ("ref", one.on, one.out, one.amount, one.reference)
        else:
            facts = ("no", one.on, one.out, one.amount, one.balance, one.counterparty_account, one.counterparty_name)
        seen[facts] += 1
        # Keyed: a bare hash of a card and an amount could be guessed.
        found.append(vault.blind_index("|".join(map(str, (*facts, seen[facts]))), "statement"))
    return found


def _gaps_at_the_edges(account: SpecialAccount, ordered: Sequence[Movement]) -> list[str]:
    """Whether this statement joins what lies before it: from the last balance known before its first day."""
    first = ordered[0]
    if first.balance is None:
        return []
    before = (
        StatementLine.objects.filter(account=account, on__lt=first.on, balance__isnull=False)
        .order_by("-on", "-imported_id", "-position")
        .first()
    )
    if before is None or before.balance + first.signed == first.balance:
        return []
    gap = abs(first.balance - first.signed - before.balance)
    return [
        (
            f"{before.on} 的余额 {before.balance:,.2f} 元与 {first.on} 的第一笔接不上，相差 {gap:,.2f} 元，"
            "这两天之间可能缺少流水，请补充导入。"
        )
    ]


def _text(text: str, length: int) -> str:
    return text[:length].translate(_SPECIAL)


def _bytes(value: bytes) -> str:
    """Bytes as COPY reads them; the backslash is itself escaped."""
    return "\\\\x" + bytes(value).hex()
