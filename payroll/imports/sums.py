"""Which columns of a sheet make its net pay, as far as its titles say."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from payroll.imports.arithmetic import agreement, cents
from payroll.imports.columns.groups import WITHIN_DEDUCTIONS, WITHIN_GROSS
from payroll.rules.net import Sum
from sheets.columns import TOTALS, bare
from sheets.headers import Header
from sheets.values import Cell

AGREES = 0.8

DEDUCTION_ITEM = re.compile(
    r".*(?:社保|社会保险|养老|医疗|医保|失业|工伤|生育|公积金|年金|个税|所得税|个人所得税|水电|水费|电费|伙食|餐费|饭费|住宿|房租|罚款|罚金"
    r"|扣款|扣费|扣除|代扣|工会费|会费|押金|抵押金|工具费|劳保).*"
)
EMPLOYERS_SHARE = re.compile(r".*(?:单位|公司|企业).*")
ADDED_ITEM = re.compile(r".*(?:其他应发|其他应付|补发).*")
# Beside the sum but no part of it.
NO_PART = re.compile(
    r".*(?:应税|计税|纳税|税率|人力成本|基数|发放日期|日期|编号|密码|邮箱|email|电话|备注|是否|占比|说明|原因|大写).*"
)


def without_day_counts(how: Sum, rows: Sequence[Sequence[Cell]], mapping: Mapping[str, int]) -> Sum:
    """The sum without single deductions that hold days, not yuan: 事假扣款 2 beside a net pay that isn't lessened.

    Only where the rows agree without them and don't with them.
    """
    days = {at for at in how.items if _holds_days(cells[at - 1] for cells in rows if at <= len(cells))}
    if not days or (agreement(rows, mapping, how) or 0.0) >= AGREES:
        return how
    rest = replace(how, items=tuple(at for at in how.items if at not in days))
    return rest if (agreement(rows, mapping, rest) or 0.0) >= AGREES else how


def _holds_days(cells: Iterable[Cell]) -> bool:
    """Whole and half days; a csv has them as texts."""
    amounts = [cents(cell) for cell in cells if cell is not None and cell != ""]
    return bool(amounts) and all(amount is not None and 0 <= amount <= 3100 and amount % 50 == 0 for amount in amounts)


def sum_of(header: Header) -> Sum:
    """How gross − deductions − advance is to be computed on this sheet, as far as its titles say.

    A total of the deductions is taken where there is one (several groups each may have one); else
    the single deductions between gross and net are added up. Without any deduction or advance
    column there is nothing to compute: the sheet may simply not show them.
    """
    mapping = header.mapping
    gross, net, total = mapping.get("gross"), mapping.get("net_pay"), mapping.get("deductions")
    advance = mapping.get("advance")
    if gross is None or net is None:
        return Sum()
    gross_parts, totals, items, unknown = [gross], [total] if total else [], [], []
    # Groups that have a total of their own, by all the titles above it.
    summed = {path[:-1] for path in header.paths.values() if len(path) > 1 and bare(path[-1]) in TOTALS}
    # 扣款合计 sums up whatever stands between it and the gross pay.
    covering = total is not None and gross < total and re.search(r"[计总]|各项", header.titles.get(total, ""))
    for at, path in sorted(header.paths.items()):
        if at in mapping.values():
            continue
        whole, leaf, above = "".join(path), bare(path[-1]), "".join(path[:-1])
        between = min(gross, net) < at < max(gross, net)
        if NO_PART.fullmatch(whole) or (covering and gross < at < total and not above):
            continue
        in_deductions = re.fullmatch(WITHIN_DEDUCTIONS, above)
        if above and leaf in TOTALS:
            if ADDED_ITEM.fullmatch(above):
                gross_parts.append(at)
                continue
            if in_deductions:
                totals.append(at)
                continue
        # A part of a group whose subtotal is counted already.
        in_total = any(path[:depth] in summed for depth in range(1, len(path)))
        # What makes the gross pay stands left of it; what is taken off right of it isn't taken off within it.
        of_gross = re.fullmatch(WITHIN_GROSS, above)
        if in_total or (of_gross and not (gross < at and DEDUCTION_ITEM.fullmatch(leaf))):
            continue
        if EMPLOYERS_SHARE.fullmatch(whole):
            continue
        if DEDUCTION_ITEM.fullmatch(whole) or in_deductions:
            if between or net < gross:
                items.append(at)
            continue
        if between or net < gross:
            unknown.append(at)
    if not totals and not items and advance is None:
        return Sum()
    within = bool(total and advance and gross < advance < total and "计" in header.titles.get(total, ""))
    return Sum(
        computable=True,
        gross=tuple(gross_parts),
        deductions=tuple(totals),
        items=tuple(items),
        has_advance=advance is not None,
        advance_within=within,
        unknown=tuple(unknown),
    )
