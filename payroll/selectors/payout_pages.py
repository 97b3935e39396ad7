"""What the page of a batch's paying shows: standing, layouts, a preview, files, and the lines that need somebody."""

from collections.abc import Sequence
from decimal import Decimal

from accounts.selectors.special_accounts import special_account_of
from payroll.models import Payout, PayoutFile, PayrollBatch
from payroll.rules.bank_files import Layout, Payer, Payment, amount_text, cells_of
from payroll.rules.bank_layouts import LAYOUTS, layout_of_bank
from payroll.rules.bank_results import blames_card, failure_words
from payroll.rules.payouts import Standing, payable_from
from payroll.rules.places import row_words, sheet_words
from payroll.rules.stages import Act, may
from payroll.rules.step_line import notice_runs as still_hangs
from payroll.selectors.balances import balance_part
from payroll.selectors.bank_results import results_of
from payroll.selectors.batches import may_act_on
from payroll.selectors.confirmations import disputed_by
from payroll.selectors.notices import notice_of
from payroll.selectors.payouts import OpenLine, files_of, open_lines_unscoped, payout_files, standing_of
from responsibilities.rules.identifiers import mask_card
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope
from responsibilities.selectors.clock import today

PREVIEWED = 5
RESULTS_SHOWN = 10


def payout_part(scope: Scope, batch: PayrollBatch) -> dict | None:
    """Context of `templates/payroll/parts/payout.html` for a visible batch; None before it may be paid."""
    if batch.status != PayrollBatch.Status.SUBMITTED or (not may(Act.PAY_OUT, batch.stage) and batch.stage != "paid"):
        return None
    return {
        "standing": standing_of(batch),
        "may_pay": may_act_on(scope, batch, Permission.PAYROLL_PAY),
        "notice": notice_runs(batch),
        "files": list(files_of(scope, batch)[:5]),
    }


def payout_page(scope: Scope, batch: PayrollBatch, *, layout: str = "") -> dict:
    """Context of the batch's pay-out page."""
    chosen = LAYOUTS.get(layout) or likely_layout(scope, batch)
    lines = open_lines_unscoped(batch.pk, chosen)
    disputes = disputed_by(scope, batch)
    for line in lines:
        line.contest = disputes.get(line.worker_id)
    payable = [line for line in lines if not line.hold]
    # A line that only this layout doesn't take can be paid through another: nobody needs to repair it.
    troubled = [line for line in lines if line.hold not in ("", "amount", "wrong_bank") or line.state in TRIED]
    may_pay = may_act_on(scope, batch, Permission.PAYROLL_PAY)
    standing = standing_of(batch)
    waits = notice_runs(batch)
    files = [decorated_file(row) for row in files_of(scope, batch)]
    return {
        "notice": waits,
        "opens_on": payable_from(waits.until_on) if waits else None,
        "standing": standing,
        "balance": balance_part(scope, batch, standing.pending_net + _to_be_paid(lines), "还要发的"),
        "layout": chosen,
        "layouts": list(LAYOUTS.values()),
        "payable": len(payable),
        "disputed": [line for line in payable if line.contest],
        "unconfirmed": [line for line in payable if line.unconfirmed],
        "payable_net": sum((line.net for line in payable), Decimal(0)),
        "elsewhere": [line for line in lines if line.hold == "wrong_bank"],
        "preview": preview_of(chosen, payable[:PREVIEWED], f"{batch.month_on:%Y年%m月}工资"),
        "troubled": [described(line, batch.sheet_names) for line in troubled],
        "files": files,
        "unsent": Payout.objects.filter(
            file__in=[row.pk for row in files if row.state == PayoutFile.State.MADE], state=Payout.State.PENDING
        ).count(),
        "results": list(results_of(scope, batch)[:RESULTS_SHOWN]),
        "account": special_account_of(scope, batch.project),
        # A subcontractor doesn't see the account: that it sees none says nothing about the project.
        "may_see_account": scope.can(Permission.ACCOUNT_VIEW),
        "may_pay": may_pay,
        "may_hand_over": not may_pay and may_act_on(scope, batch, Permission.PAYROLL_SUBMIT),
        "may_make": may_pay and batch.status == PayrollBatch.Status.SUBMITTED and may(Act.PAY_OUT, batch.stage),
    }


def notice_runs(batch: PayrollBatch):
    """The notice that a visible batch still waits for, None where it may be paid as far as that goes."""
    if batch.stage != PayrollBatch.Stage.NOTICED:
        return None
    notice = notice_of(batch)
    return notice if notice is not None and still_hangs(batch.stage, notice.until_on, today()) else None


TRIED = ("failed", "returned")
# What is not paid through the account, whatever else is put right.
NOT_OWED = ("exception", "settled", "amount")


def _to_be_paid(lines: Sequence[OpenLine]) -> Decimal:
    """What the account must still hold: lines that wait for a card or an answer too."""
    return sum((line.net for line in lines if line.hold not in NOT_OWED), Decimal(0))


def described(line: OpenLine, names: Sequence[str]) -> OpenLine:
    """A line with its place and its trouble in words: what is wrong, what to do, and the bank's own words where it
    said any. `names`: the sheets of the batch.
    """
    line.row_words = row_words(line.row, sheet_words(line.sheet_no, names))
    if line.hold and line.hold != "wrong_bank":
        line.trouble, line.remedy = line.hold_words
        if line.hold == "card_refused":
            line.trouble, remedy = failure_words(line.bank_message)
            line.remedy = f"{remedy}经核实原卡无误的，在该行写明理由。"
    else:
        line.trouble, line.remedy = failure_words(line.bank_message)
        if blames_card(line.bank_message):
            # Another card was named since, or why this one will do: what the bank said is of the one before.
            line.trouble, line.remedy = (
                f"上次发放失败（{line.trouble}），工资卡已经更正或核实无误",
                "可以重新生成代发文件发放。",
            )
    line.said = line.bank_message if line.state in TRIED else ""
    return line


def decorated_file(row: PayoutFile) -> PayoutFile:
    """A file with its layout's name and colour."""
    known = LAYOUTS.get(row.layout)
    row.layout_title = known.title if known else row.layout
    row.level = {"made": "orange", "sent": "blue", "settled": "green", "voided": "grey"}[row.state]
    return row


def likely_layout(scope: Scope, batch: PayrollBatch) -> Layout:
    """The layout that the project used last, else the one of the special account's bank, else the generic one."""
    last = (
        payout_files(scope)
        .filter(batch__project_id=batch.project_id)
        .order_by("-id")
        .values_list("layout", flat=True)
        .first()
    )
    if last in LAYOUTS:
        return LAYOUTS[last]
    account = special_account_of(scope, batch.project)
    return layout_of_bank(account.bank.name if account is not None else "")


def preview_of(layout: Layout, lines: Sequence[OpenLine], purpose: str = "") -> dict:
    """Header and first rows as they will stand in the file, numbers masked."""
    payments = [
        Payment(
            seq=seq,
            name=line.name,
            card=mask_card(f"{'0' * 15}{line.last4}"),
            amount=line.net,
            bank_name=line.bank_name,
            id_number="**************" if "id_number" in layout.needs else "",
            phone="*******" if "phone" in layout.needs else "",
            reference=f"…-{seq}",
        )
        for seq, line in enumerate(lines, start=1)
    ]
    payer = Payer(account="****", account_name="专用账户", bank_name="开户银行", purpose=purpose, day="（生成日期）")
    rows = [
        [amount_text(value, layout.unit) if isinstance(value, Decimal) else value for value in row]
        for row in cells_of(layout, payments, payer)
    ]
    return {
        "titles": [cell.title for cell in layout.cells],
        "rows": rows,
        "facts": [fact for fact in _facts(layout) if fact],
    }


def _facts(layout: Layout) -> tuple[str, ...]:
    kinds = {
        "xlsx": "Excel 文件（.xlsx）",
        "csv": "CSV 文件",
        "txt": f"文本文件，以“{layout.separator}”分隔",
        "fixed": "定长文本文件",
    }
    encodings = {"gb18030": "GB18030 编码", "utf-8-sig": "UTF-8 编码"}
    return (
        kinds[layout.kind],
        "" if layout.kind == "xlsx" else encodings[layout.encoding],
        "" if layout.header else "没有表头",
        {"first": "首行为笔数和合计", "last": "末行为合计"}.get(layout.summary, ""),
        f"金额以{layout.unit}计",
        f"每份最多 {layout.most_rows:,} 笔，超过自动分成几份",
        {"own": f"只能付{layout.bank}卡", "other": f"只能付{layout.bank}以外的卡"}.get(layout.reach, ""),
    )


def standing_level(standing: Standing) -> str:
    """The colour of how far a batch is paid."""
    if standing.settled and not standing.excepted:
        return "green"
    return "orange" if standing.failed or standing.left else "blue"
