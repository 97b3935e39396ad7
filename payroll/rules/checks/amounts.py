"""Amounts, days and months of a row: are they figures at all, and do they agree."""

from decimal import Decimal

from payroll.rules.amounts import ZERO, NotMoney, parse_money, show
from payroll.rules.checks.declared import LEDGER, Check, Family, Severity
from payroll.rules.checks.telling import Telling
from payroll.rules.days import NotDays, parse_days
from payroll.rules.month import NotAMonth, parse_month
from payroll.rules.net import TOLERANCE, Parts, parts_of
from payroll.rules.remarks import quoted
from responsibilities.rules.identifiers import mask_card
from sheets.values import as_text

MONEY_TITLES = {"gross": "应发工资", "deductions": "扣款", "advance": "预支", "net_pay": "实发工资"}
# Days × price beyond this multiple of the gross pay: the price isn't a day's.
MOST_OFF = 3
FEW = 5
NO_FIGURE = "不是数字就无法计算和发放，不能放宽。"


class AmountInvalid(Check):
    code = "amount_invalid"
    title = "金额无法识别"
    what = "应发、扣款、预支、实发里填的不是金额，或实发工资空着。"
    family = Family.FORMAT
    default = Severity.ERROR
    fixed = NO_FIGURE
    message = "{title}是{shown}，不是金额。请改为数字，例如 6000.00。"
    no_net_message = "{who}的实发工资没有金额。请填写实发金额；没有发放的请填 0 或删除整行。"
    basis = LEDGER


class AmountNegative(Check):
    code = "amount_negative"
    title = "金额为负数"
    what = "应发、扣款、预支、实发是负数。"
    family = Family.FORMAT
    default = Severity.ERROR
    fixed = "负数无法发放，不能放宽。"
    message = "{title}是 {amount} 元，不能是负数。请改为正数或核对这一行。"
    basis = LEDGER


class NetMismatch(Check):
    code = "net_mismatch"
    title = "实发与应发不符"
    what = "实发与“应发 − 扣款 − 预支”相差超过 0.01 元；列名可有两种读法时，两种都不符才算。"
    family = Family.ARITHMETIC
    default = Severity.ERROR
    message = (
        "实发工资 {net} 元，但应发 {gross} − 扣款 {taken} − 预支 {early} = {due} 元，两者不符。请核对这几项后改正。"
    )
    basis = LEDGER


class GrossBelowDays(Check):
    code = "gross_below_days"
    title = "应发少于天数 × 单价"
    what = "应发少于出勤天数 × 日单价。单价另有计算方式的（按月、按工程量）不比较；多于的不提示。"
    family = Family.ARITHMETIC
    default = Severity.NOTICE
    lighter = Severity.NOTICE
    fixed = "单价可能另有计算方式，只作说明，不能设为不得提交。"
    message = (
        "{name}出勤 {days} 天 × 单价 {price} 元 = {due} 元，应发是 {gross} 元，少 {gap} 元。请核对天数、单价和应发。"
    )
    basis = LEDGER


class TotalMismatch(Check):
    code = "total_mismatch"
    title = "合计与逐行相加不符"
    whole_batch = True
    what = "表内合计行的实发与各行相加不一致。"
    family = Family.ARITHMETIC
    message = "表内合计 {declared} 元，逐行相加是 {total} 元，相差 {gap} 元。请核对合计或缺漏的行。"
    basis = LEDGER


class FormulaWithoutValue(Check):
    code = "formula_without_value"
    title = "公式没有结果"
    what = "单元格是公式，但文件里没有保存计算结果，按空白处理。"
    family = Family.FORMAT
    message = "{cell} 是公式，但文件里没有保存计算结果。请用 Excel 或 WPS 打开、重新计算并保存后再上传。"
    total_message = (
        "{cell} 的合计是公式，但文件里没有保存计算结果，无法核对合计。请用 Excel 或 WPS 打开、重新计算并保存后再上传。"
    )
    basis = LEDGER


class FormulaComputed(Check):
    code = "formula_computed"
    title = "公式由系统算出"
    what = "文件里没有保存公式的计算结果，公式只含加减乘除、求和、取整和条件判断，系统已按公式算出并采用。其他公式不计算，按没有结果处理。"
    family = Family.FORMAT
    default = Severity.NOTICE
    lighter = Severity.NOTICE
    whole_batch = True
    message = (
        "{letter} 列（{title}）有 {count} 个公式没有保存计算结果，已由系统按公式算出，如 {cell} 为 {value}。"
        "请核对；也可用 Excel 或 WPS 打开、重新计算并保存后再上传。"
    )
    plain_message = (
        "{letter} 列（{title}）有 {count} 个公式没有保存计算结果，已由系统按公式算出（第一个是 {cell}）。"
        "请核对；也可用 Excel 或 WPS 打开、重新计算并保存后再上传。"
    )
    basis = LEDGER


class DaysInvalid(Check):
    code = "days_invalid"
    title = "出勤天数无法识别"
    what = "出勤天数填的不是天数。"
    family = Family.FORMAT
    default = Severity.ERROR
    fixed = NO_FIGURE
    message = "{who}的出勤天数是{shown}，不是天数。请改为数字，例如 26 或 25.5。"
    basis = LEDGER


class DaysOverMonth(Check):
    code = "days_over_month"
    title = "出勤天数超过当月天数"
    what = "出勤天数多于工资月份的日历天数。"
    family = Family.FORMAT
    default = Severity.ERROR
    message = "{who}的出勤天数是 {days} 天，而{month}只有 {month_days} 天。请核对后改正。"
    basis = LEDGER


class MonthMismatch(Check):
    code = "month_mismatch"
    title = "月份不符"
    what = "行内月份栏与导入的工资月份不是同一个月，或不是月份。"
    family = Family.FORMAT
    default = Severity.ERROR
    message = "这一行写的是{written}的工资，而正在导入的是{month}。请核对月份或换一份表。"
    unreadable_message = "月份栏是{shown}，不是月份。请改为 {month}。"
    basis = LEDGER


class HiddenRow(Check):
    code = "hidden_row"
    title = "隐藏的行"
    what = "这一行在表格里是隐藏的（筛选或折叠），仍然计入。"
    family = Family.OTHER
    message = "第 {row} 行在表格里是隐藏的，但已计入。请取消隐藏后核对这一行是否应当发放。"
    basis = LEDGER


class HiddenColumn(Check):
    code = "hidden_column"
    title = "隐藏的列"
    what = "表格里隐藏的列对应了系统的一项，或其中的金额参与实发的核对。隐藏的列照常读取。"
    family = Family.OTHER
    default = Severity.NOTICE
    lighter = Severity.NOTICE
    whole_batch = True
    message = "{letter} 列（{title}）在表格里是隐藏的，但已按“{column}”读取。请取消隐藏后核对这一列。"
    sum_message = "{letter} 列（{title}）在表格里是隐藏的，其中的金额参与实发的核对。请取消隐藏后核对这一列。"
    basis = LEDGER


class UnreadColumn(Check):
    code = "unread_column"
    title = "有金额的列没有识别"
    what = "有的列里是金额，系统没有认出是什么，没有读取，也没有参与实发的核对。"
    family = Family.OTHER
    default = Severity.NOTICE
    lighter = Severity.NOTICE
    whole_batch = True
    message = "{columns}有金额，系统没有认出是什么，没有参与实发工资的核对。请在“列对应不对？调整”里指定，或核对这几列不影响实发。"
    basis = LEDGER


class NetUnexplained(Check):
    code = "net_unexplained"
    title = "实发与应发的差额没有写明"
    what = "实发不等于应发减扣款、预支，差额是什么，表里没有写明。工资条和公示上写成“其他增减”。"
    family = Family.ARITHMETIC
    default = Severity.NOTICE
    lighter = Severity.NOTICE
    whole_batch = True
    message = (
        "有 {count} 行的实发工资不等于应发减扣款、预支，差额是什么，表里没有写明；第一处在第 {row} 行，差 {gap} 元。工资条和公示上会写成“其他增减”。"
        "差额是扣款、预支的，请单列一栏；有的列没有识别的，请在“列对应不对？调整”里指定。"
    )
    basis = LEDGER


class PayOverLimit(Check):
    code = "pay_over_limit"
    title = "单笔工资超过限额"
    what = "一个人一个月的实发超过限额。"
    family = Family.WAGE_RETURN
    message = "{name}的实发工资 {net} 元，超过单笔 {limit} 元的提示限额。请核对金额；属于多月合发或工程款的，请分月、分项申报。"
    figures = ("payroll_single_pay_limit",)


class AmountChecks(Telling):
    """How much, for how many days, of which month."""

    def _money(self, row: int, column: str, value: object) -> Decimal | None:
        try:
            amount = parse_money(value)
        except NotMoney:
            self.say(row, column, AmountInvalid, title=MONEY_TITLES[column], shown=quoted(self._shown(value)))
            return None
        if amount is not None and amount < 0:
            self.say(row, column, AmountNegative, title=MONEY_TITLES[column], amount=show(amount))
        return amount

    @staticmethod
    def _shown(value: object) -> str:
        """A long number in a money cell is rather a card or an ID: masked."""
        text = as_text(value)
        digits = sum(character.isdigit() for character in text)
        return mask_card(text) if digits >= 11 else text

    def _net(self, row: int, name: str, value: object) -> Decimal | None:
        before = len(self.errors)
        amount = None if value is None else self._money(row, "net_pay", value)
        if amount is None and len(self.errors) == before:
            self.say(row, "net_pay", AmountInvalid, AmountInvalid.no_net_message, who=name or "这一行")
        return amount

    def _agree(self, row, gross, deductions, advance, net, cells) -> tuple[Decimal, Decimal | None]:
        """net_mismatch where gross − deductions − advance is computable and differs by over 0.01; a difference that
        can't be judged is counted.

        The gross pay and deductions to be kept with the row: what the net is made of where that can be told, else
        what stands in the two cells.
        """
        taken, early = deductions or ZERO, advance or ZERO
        if self.simple and not self.how.advance_within:
            if abs(gross - taken - early - net) <= TOLERANCE:
                return gross, deductions
            parts = Parts(gross, taken, False)
        else:
            parts = parts_of(self.how, cells, early, net)
            if parts is None:
                self._count_rest(row, gross - taken - early - net)
                return gross, deductions
        if parts.agree:
            kept = parts.kept(deductions)
            self._count_rest(row, parts.gross - (kept or ZERO) - early - net)
            return parts.gross, kept
        self.say(
            row,
            "net_pay",
            NetMismatch,
            net=show(net),
            gross=show(parts.gross),
            taken=show(parts.deductions),
            early=show(early),
            due=show(parts.gross - parts.deductions - early),
        )
        return gross, deductions

    def _count_rest(self, row: int, rest: Decimal) -> None:
        """A row whose net pay is less by `rest` than what is kept of its other amounts comes to."""
        if abs(rest) > TOLERANCE:
            self._unexplained += 1
            if self._unexplained == 1:
                self._first_unexplained = row, abs(rest)

    def tell_unexplained(self, title_row: int) -> None:
        """One notice of all such rows at the titles, unless columns of amounts that nobody understands were named."""
        if not self._unexplained or any(remark.code == UnreadColumn.code for remark in self.warnings):
            return
        row, gap = self._first_unexplained
        words = {"count": self._unexplained, "row": row, "gap": show(gap)}
        self.say(title_row, "net_pay", NetUnexplained, **words)

    def _days(self, row: int, name: str, value: object) -> Decimal | None:
        try:
            days = parse_days(value)
        except NotDays:
            self.say(row, "days", DaysInvalid, who=name or "这一行", shown=quoted(as_text(value)))
            return None
        if days is not None and days > self._month_days:
            words = {"who": name or "这一行", "days": f"{days:f}", "month": self.month.chinese}
            if not self.say(row, "days", DaysOverMonth, month_days=self._month_days, **words):
                return None
        return days

    def _pay_month(self, row: int, value: object) -> None:
        try:
            month = parse_month(value, self.month)
        except NotAMonth:
            self.say(
                row,
                "month",
                MonthMismatch,
                MonthMismatch.unreadable_message,
                shown=quoted(as_text(value)),
                month=self.month,
            )
            return
        if month is not None and month != self.month:
            self.say(row, "month", MonthMismatch, written=month.chinese, month=self.month.chinese)

    def _over_limit(self, row: int, name: str, net: Decimal) -> None:
        self.say(row, "net_pay", PayOverLimit, name=name, net=show(net), limit=show(self.facts.pay_limit))

    def _against_days(self, row: int, name: str, days: Decimal, price: Decimal, gross: Decimal) -> None:
        """A day's price only where the product is of the order of the gross pay: else it is of a month or a piece."""
        due = days * price
        if due > gross * MOST_OFF:
            return
        self._priced += 1
        if due - gross > TOLERANCE:
            words = {"days": f"{days:f}", "price": show(price), "due": show(due), "gross": show(gross)}
            self._below += self.say(row, "gross", GrossBelowDays, name=name or "这一行", gap=show(due - gross), **words)

    def _drop_prices_of_another_kind(self) -> None:
        """Where most rows fall short of days × price, the column holds something else and its remarks are noise."""
        if self._priced >= FEW and self._below * 2 > self._priced:
            self.taken_back = frozenset((GrossBelowDays.code,))
            self.warnings[:] = [remark for remark in self.warnings if remark.code not in self.taken_back]

    # Figures that never err: what can't be read is left out.

    @staticmethod
    def _hours(value: object) -> Decimal | None:
        try:
            return parse_days(value)
        except NotDays:
            return None

    @staticmethod
    def _price(value: object) -> Decimal | None:
        try:
            return parse_money(value)
        except NotMoney:
            return None
