"""Checks of one payroll row after another, by the sheet alone and by the facts passed in.

Errors keep a row out, warnings don't. The code of every remark is a promise (CONTRACT.md). Rows
are checked in order: a duplicate is told at its later row, naming the first. The common row, whose
cells are what they should be, takes the short way through: this runs 100,000 times per file.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from payroll.rules.amounts import ZERO, NotMoney, money_of_float, parse_money, show
from payroll.rules.days import NotDays, days_of_float, parse_days
from payroll.rules.facts import NOTHING_KNOWN, Facts, KnownWorker
from payroll.rules.month import Month, NotAMonth, parse_month
from payroll.rules.net import TOLERANCE, Sum, contradiction
from payroll.rules.remarks import LONGEST, Remark, quoted
from responsibilities.rules.identifiers import (
    age_on,
    date_of,
    id_problem,
    is_luhn_valid,
    mask_card,
    mask_id,
    mask_phone,
    normalise_card,
    normalise_id,
    normalise_phone,
    sex,
)
from sheets.values import ErrorValue, as_text, lost_precision

# The order in which a row's canonical cells are handed to `RowChecks.check`.
ORDER = tuple(
    "seq name id_number phone bank_card bank_name crew trade days hours unit_price gross deductions advance net_pay signed remark month".split()
)
SCIENTIFIC = re.compile(r"\d(?:\.\d+)?e\+?\d{1,2}\Z", re.IGNORECASE)
SPACES = re.compile(r"[\s\u3000\u200b-\u200f\ufeff\xa0]+")
CJK = re.compile(r"[\u3400-\u9fff]")
NOT_A_CARD = re.compile(r"[^0-9]")
MAX_NAME = 60
MONEY_TITLES = {"gross": "应发工资", "deductions": "扣款", "advance": "预支", "net_pay": "实发工资"}


class Line(NamedTuple):
    """An acceptable row. Amounts in yuan to two places; `worker` is the roster's, where known."""

    row: int
    name: str
    id_number: str | None
    phone: str | None
    bank_card: str | None
    bank_name: str
    crew: str
    trade: str
    days: Decimal | None
    hours: Decimal | None
    unit_price: Decimal | None
    gross: Decimal | None
    deductions: Decimal | None
    advance: Decimal | None
    net: Decimal
    signed: str
    remark: str
    worker: KnownWorker | None

    def as_dict(self) -> dict:
        """The line of the contract: last four digits only."""
        return {
            "row": self.row,
            "name": self.name,
            "id_last4": (self.id_number or "")[-4:],
            "card_last4": (self.bank_card or "")[-4:],
            "days": "" if self.days is None else f"{self.days:f}",
            "gross": "" if self.gross is None else f"{self.gross:.2f}",
            "deductions": "" if self.deductions is None else f"{self.deductions:.2f}",
            "net": f"{self.net:.2f}",
            "crew": self.crew,
        }


class RowChecks:
    """Checks rows one by one and remembers what duplicates and sums need."""

    def __init__(
        self,
        *,
        month: Month,
        letters: Mapping[str, str],
        how: Sum | None = None,
        facts: Facts = NOTHING_KNOWN,
        hidden_rows: frozenset[int] = frozenset(),
    ) -> None:
        self.month = month
        self.letters = letters
        self.how = how or Sum()
        self.simple = self.how.simple
        self.facts = facts
        self.hidden_rows = hidden_rows
        self.errors: list[Remark] = []
        self.warnings: list[Remark] = []
        self.total_net = ZERO
        self._first_row_of: dict[str, int] = {}
        self._owner_of_card: dict[str, tuple[str, int]] = {}
        self._owner_of_phone: dict[str, tuple[str, int]] = {}
        self._month_days = month.days
        self._last_day = month.last
        self._has_id = "id_number" in letters
        self._has_card = "bank_card" in letters
        self._banks_known: set[object] = set()

    # Remarks

    def _cell(self, column: str, row: int) -> str:
        return f"{self.letters.get(column) or self.letters['name']}{row}"

    def _error(self, row: int, column: str, code: str, message: str) -> None:
        self.errors.append(Remark(row, self._cell(column, row), code, "error", message[:LONGEST]))

    def _warn(self, row: int, column: str, code: str, message: str, severity: str = "warning") -> None:
        self.warnings.append(Remark(row, self._cell(column, row), code, severity, message[:LONGEST]))

    # The row

    def check(self, row: int, values: Sequence[object], cells: Sequence[object]) -> Line | None:
        """A Line where the row has no error. `values` in ORDER, `cells` the row as it stands."""
        before = len(self.errors)
        if ErrorValue in map(type, values):
            values = self._without_missing_results(row, values)
        (_seq, name, id_number, phone, card, bank, crew, trade, days, hours, price) = values[:11]
        (gross, deductions, advance, net, signed, remark, month) = values[11:]

        if not (type(name) is str and name.isalpha() and len(name) <= MAX_NAME):
            name = self._name(row, name)
        worker = None
        if self._has_id:
            id_number = self._id_number(row, name, id_number)
        else:
            id_number, worker = None, self._by_name(row, name)
        card = self._card(row, name, card) if self._has_card else None
        phone = self._phone(row, name, phone) if phone is not None else None
        if bank is not None and bank not in self._banks_known:
            bank = self._bank(row, bank)
        if type(days) is float and 0 <= days <= self._month_days:
            days = days_of_float(days)
        elif days is not None:
            days = self._days(row, name, days)
        if month is not None:
            self._month(row, month)
        money_errors = len(self.errors)
        # Numbers of a sensible size go straight through; everything else is looked at.
        if type(gross) is float and 0 <= gross < 1e8:
            gross = money_of_float(gross)
        elif gross is not None:
            gross = self._money(row, "gross", gross)
        if type(deductions) is float and 0 <= deductions < 1e8:
            deductions = money_of_float(deductions)
        elif deductions is not None:
            deductions = self._money(row, "deductions", deductions)
        if type(advance) is float and 0 <= advance < 1e8:
            advance = money_of_float(advance)
        elif advance is not None:
            advance = self._money(row, "advance", advance)
        net = money_of_float(net) if type(net) is float and 0 <= net < 1e8 else self._net(row, name, net)
        if net is not None:
            self.total_net += net
            if gross is not None and self.how.computable and len(self.errors) == money_errors:
                self._agree(row, gross, deductions, advance, net, cells)

        if row in self.hidden_rows:
            self._warn(
                row,
                "name",
                "hidden_row",
                f"第 {row} 行在表格里是隐藏的，但已计入。请取消隐藏后核对这一行是否应当发放。",
            )
        if id_number is not None:
            worker = self._by_facts(row, name, id_number, card, days, gross, net)
        elif worker is not None and card is not None:
            self._known_card(row, name, worker, card)
        if len(self.errors) != before or net is None:
            return None
        return Line(
            row,
            name,
            id_number,
            phone,
            card,
            bank or "",
            crew.strip() if type(crew) is str else as_text(crew),
            trade.strip() if type(trade) is str else as_text(trade),
            days,
            self._hours(hours) if hours is not None else None,
            self._price(price) if price is not None else None,
            gross,
            deductions,
            advance,
            net,
            signed.strip() if type(signed) is str else as_text(signed),
            remark.strip() if type(remark) is str else as_text(remark),
            worker,
        )

    def _without_missing_results(self, row: int, values: Sequence[object]) -> list[object]:
        """Warn of formulas that were saved without a result; they count as blank from here on."""
        kept = list(values)
        for position, value in enumerate(values):
            if type(value) is ErrorValue and value.without_value:
                column = ORDER[position]
                self._warn(
                    row,
                    column,
                    "formula_without_value",
                    f"{self._cell(column, row)} 是公式，但文件里没有保存计算结果。请用 Excel 或 WPS 打开、重新计算并保存后再上传。",
                )
                kept[position] = None
        return kept

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

    # Who

    def _name(self, row: int, value: object) -> str:
        if type(value) is str:
            name = SPACES.sub("", value) if CJK.search(value) else " ".join(value.split())
            if 0 < len(name) <= MAX_NAME and not name.isdigit():
                return name
        if value is None or value == "" or (type(value) is str and not SPACES.sub("", value)):
            self._error(
                row, "name", "name_missing", f"第 {row} 行没有填写姓名。请补填姓名；如果这一行不是工人，请删除整行。"
            )
        else:
            self._error(
                row, "name", "name_missing", f"第 {row} 行姓名栏是{quoted(as_text(value))}，不是姓名。请改为工人姓名。"
            )
        return ""

    def _id_number(self, row: int, name: str, value: object) -> str | None:
        if type(value) is str:
            number = normalise_id(value)
            if len(number) != 18 and SCIENTIFIC.match(number):
                return self._lost_id(row, name, value)
        elif lost_precision(value):
            return self._lost_id(row, name, as_text(value))
        elif value is None:
            number = ""
        elif type(value) is float:
            number = as_text(value)
        else:
            number = str(value)
        if not number or type(value) is ErrorValue:
            self._error(row, "id_number", "id_missing", f"{name or '这一行'}没有填写身份证号。请补填 18 位身份证号。")
            return None
        problem = id_problem(number, self._last_day)
        if problem is not None:
            self._id_error(row, name, number, problem)
            return None
        first = self._first_row_of.setdefault(number, row)
        if first != row:
            self._error(
                row,
                "id_number",
                "duplicate_worker",
                f"{name}（{mask_id(number)}）与第 {first} 行是同一个身份证号，同一人只能有一行。请合并两行或删除重复的一行。",
            )
        return number

    def _lost_id(self, row: int, name: str, shown: str) -> None:
        self._error(
            row,
            "id_number",
            "id_precision_lost",
            f"{name or '这一行'}的身份证号是按数字保存的（{mask_id(shown)}），Excel 只保留前 15 位，后几位已经丢失。"
            "请把该列设为文本格式，对照身份证重新输入。",
        )

    def _id_error(self, row: int, name: str, number: str, problem: str) -> None:
        who = f"{name or '这一行'}的身份证号{quoted(mask_id(number))}"
        if problem == "length":
            old = "，15 位旧号码已停用" if len(number) == 15 and number.isdigit() else ""
            self._error(row, "id_number", "id_length", f"{who}是 {len(number)} 位{old}，应为 18 位。请对照身份证改正。")
        elif problem == "birth_date":
            self._error(row, "id_number", "id_birth_date", f"{who}里的出生日期不存在或晚于工资月份。请对照身份证改正。")
        elif number[:17].isdigit() and number[:17].isascii():
            self._error(row, "id_number", "id_checksum", f"{who}最后一位校验不符，可能有数字输错。请对照身份证改正。")
        else:
            self._error(row, "id_number", "id_checksum", f"{who}里有不应出现的字符。请对照身份证填写完整的 18 位号码。")

    def _by_name(self, row: int, name: str) -> KnownWorker | None:
        """On a sheet without ID numbers a worker is found by name where the roster has only one."""
        if not name:
            return None
        found = self.facts.workers_named(name) if self.facts.workers_named else ()
        if len(found) == 1:
            first = self._first_row_of.setdefault(f"\0{name}", row)
            if first != row:
                self._error(
                    row,
                    "name",
                    "duplicate_worker",
                    f"{name}与第 {first} 行重名，而花名册里只有一名{name}，同一人只能有一行。请合并两行，或增加身份证号列。",
                )
            return found[0]
        why = (
            f"花名册里有 {len(found)} 名{name}"
            if found
            else f"花名册里也查不到{name}"
            if self.facts.workers_named
            else "无法确定是谁"
        )
        self._error(row, "name", "id_missing", f"表格没有身份证号列，{why}。请增加“身份证号”列并填写 18 位号码。")
        return None

    # Where the money goes

    def _card(self, row: int, name: str, value: object) -> str | None:
        if type(value) is str:
            card = normalise_card(value)
            if SCIENTIFIC.match(card):
                return self._lost_card(row, name, value)
        elif lost_precision(value):
            return self._lost_card(row, name, as_text(value))
        elif type(value) is float:
            card = as_text(value)
        else:
            card = ""
        if not any(character.isdigit() for character in card):
            said = f"（写的是{quoted(as_text(value))}）" if value is not None and as_text(value).strip() else ""
            self._error(
                row, "bank_card", "card_missing", f"{name or '这一行'}没有填写银行卡号{said}。请补填本人的工资卡号。"
            )
            return None
        if not is_luhn_valid(card):
            union_pay = card.startswith("62") and 16 <= len(card) <= 19 and card.isascii() and card.isdigit()
            which = f"{name or '这一行'}的银行卡号（尾号 {card[-4:]}，共 {len(card)} 位）"
            if union_pay:
                self._error(row, "bank_card", "card_checksum", f"{which}校验不符，可能有数字输错。请对照银行卡改正。")
                return None
            self._warn(
                row,
                "bank_card",
                "card_checksum",
                f"{which}不符合银行卡的校验规则，可能是存折账号或有数字输错。请核对。",
            )
        owner = self._owner_of_card.setdefault(card, (name, row))
        if owner[1] != row:
            self._warn(
                row,
                "bank_card",
                "shared_card",
                f"{name or '这一行'}与第 {owner[1]} 行的{owner[0] or '工人'}填的是同一张银行卡（尾号 {card[-4:]}）。工资应发到本人账户，请核对。",
            )
        return card

    def _lost_card(self, row: int, name: str, shown: str) -> None:
        self._error(
            row,
            "bank_card",
            "card_precision_lost",
            f"{name or '这一行'}的银行卡号是按数字保存的（{mask_card(shown)}），Excel 只保留前 15 位，后几位已经丢失。"
            "请把该列设为文本格式，对照银行卡重新输入。",
        )

    def _phone(self, row: int, name: str, value: object) -> str | None:
        phone = normalise_phone(as_text(value))
        if not phone:
            return None
        owner = self._owner_of_phone.setdefault(phone, (name, row))
        if owner[1] != row and owner[0] != name:
            self._warn(
                row,
                "phone",
                "shared_phone",
                f"{name or '这一行'}与第 {owner[1]} 行的{owner[0] or '工人'}填的是同一个电话（{mask_phone(phone)}）。请填写本人的电话。",
            )
        return phone

    def _bank(self, row: int, value: object) -> str:
        bank = as_text(value).strip()
        banks = self.facts.banks
        if not bank or banks is None or any(piece in bank for piece in banks):
            self._banks_known.add(bank)
        else:
            self._warn(
                row,
                "bank_name",
                "unknown_bank",
                f"开户行{quoted(bank)}不在系统的银行名单里，不影响受理。请核对银行名称。",
                "notice",
            )
        return bank

    # When

    def _days(self, row: int, name: str, value: object) -> Decimal | None:
        try:
            days = parse_days(value)
        except NotDays:
            self._error(
                row,
                "days",
                "days_invalid",
                f"{name or '这一行'}的出勤天数是{quoted(as_text(value))}，不是天数。请改为数字，例如 26 或 25.5。",
            )
            return None
        if days is not None and days > self._month_days:
            self._error(
                row,
                "days",
                "days_over_month",
                f"{name or '这一行'}的出勤天数是 {days:f} 天，而{self.month.chinese}只有 {self._month_days} 天。请核对后改正。",
            )
            return None
        return days

    def _month(self, row: int, value: object) -> None:
        try:
            month = parse_month(value, self.month.year)
        except NotAMonth:
            self._error(
                row, "month", "month_mismatch", f"月份栏是{quoted(as_text(value))}，不是月份。请改为 {self.month}。"
            )
            return
        if month is not None and month != self.month:
            self._error(
                row,
                "month",
                "month_mismatch",
                f"这一行写的是{month.chinese}的工资，而正在导入的是{self.month.chinese}。请核对月份或换一份表。",
            )

    # How much

    def _money(self, row: int, column: str, value: object) -> Decimal | None:
        try:
            amount = parse_money(value)
        except NotMoney:
            self._error(
                row,
                column,
                "amount_invalid",
                f"{MONEY_TITLES[column]}是{quoted(self._shown(value))}，不是金额。请改为数字，例如 6000.00。",
            )
            return None
        if amount is not None and amount < 0:
            self._error(
                row,
                column,
                "amount_negative",
                f"{MONEY_TITLES[column]}是 {show(amount)} 元，不能是负数。请改为正数或核对这一行。",
            )
        return amount

    @staticmethod
    def _shown(value: object) -> str:
        """A long number in a money cell is rather a card or an ID: masked."""
        text = as_text(value)
        digits = sum(character.isdigit() for character in text)
        return mask_card(text) if digits >= 11 else text

    def _net(self, row: int, name: str, value: object) -> Decimal | None:
        if value is None:
            self._error(
                row,
                "net_pay",
                "amount_invalid",
                f"{name or '这一行'}的实发工资没有金额。请填写实发金额；没有发放的请填 0 或删除整行。",
            )
            return None
        amount = self._money(row, "net_pay", value)
        if amount is None and (
            not self.errors or self.errors[-1].row != row or self.errors[-1].code != "amount_invalid"
        ):
            self._error(
                row,
                "net_pay",
                "amount_invalid",
                f"{name or '这一行'}的实发工资没有金额。请填写实发金额；没有发放的请填 0 或删除整行。",
            )
        return amount

    def _agree(self, row, gross, deductions, advance, net, cells) -> None:
        """net_mismatch where gross − deductions − advance is computable and differs by over 0.01."""
        taken, early = deductions or ZERO, advance or ZERO
        if self.simple and not self.how.advance_within:
            if abs(gross - taken - early - net) <= TOLERANCE:
                return
        else:
            found = contradiction(self.how, cells, early, net)
            if found is None:
                return
            gross, taken = found
        self._error(
            row,
            "net_pay",
            "net_mismatch",
            f"实发工资 {show(net)} 元，但应发 {show(gross)} − 扣款 {show(taken)} − 预支 {show(early)} = {show(gross - taken - early)} 元，两者不符。请核对这几项后改正。",
        )

    # What is known elsewhere

    def _by_facts(self, row, name, id_number, card, days, gross, net) -> KnownWorker | None:
        facts, worker = self.facts, None
        if facts.worker_of is not None:
            worker = facts.worker_of(id_number)
            if worker is None:
                self._warn(
                    row,
                    "id_number",
                    "unknown_worker",
                    f"{name}（{mask_id(id_number)}）不在本项目的花名册里。请先办理实名登记和进场，或核对身份证号。",
                )
            else:
                if name and worker.name != name:
                    self._warn(
                        row,
                        "name",
                        "name_differs",
                        f"表里写的是{name}，花名册里这个身份证号是{worker.name}。请核对姓名。",
                    )
                if card is not None:
                    self._known_card(row, name, worker, card)
        if facts.ages is not None:
            self._age(row, name, id_number)
        if facts.attendance_of is not None and days is not None:
            present = facts.attendance_of(id_number)
            if present is not None and days > present:
                self._warn(
                    row,
                    "days",
                    "days_over_attendance",
                    f"{name}的出勤天数是 {days:f} 天，考勤记录只有 {present:f} 天。请核对考勤。",
                )
        if facts.elsewhere_of is not None and (where := facts.elsewhere_of(id_number)):
            self._warn(
                row, "id_number", "same_day_other_site", f"{name}同日在其他项目有考勤：{where}。请核对是否本人出勤。"
            )
        if facts.minimum_wage is not None:
            self._minimum_wage(row, name, days, gross if gross is not None else net)
        return worker

    def _known_card(self, row: int, name: str, worker: KnownWorker, card: str) -> None:
        if worker.cards and self.facts.card_key(card) not in worker.cards:
            self._warn(
                row,
                "bank_card",
                "card_differs",
                f"{name}的银行卡（尾号 {card[-4:]}）与登记的工资卡不一致。请核对是否本人账户，变更的请先登记。",
            )

    def _age(self, row: int, name: str, id_number: str) -> None:
        ages, age = self.facts.ages, age_on(date_of(id_number[6:14]), self._last_day)
        if ages.minimum is not None and age < ages.minimum:
            self._warn(
                row,
                "id_number",
                "underage",
                f"{name}到{self.month.chinese}月底只有 {age} 周岁，未满 {ages.minimum} 周岁。禁止使用童工，请立即核实。",
            )
        oldest = ages.male if sex(id_number) == "男" else ages.female
        if oldest is not None and age > oldest:
            self._warn(
                row,
                "id_number",
                "overage",
                f"{name}已 {age} 周岁，超过 {oldest} 周岁。请核实用工是否合规、保险是否齐全。",
            )

    def _minimum_wage(self, row: int, name: str, days: Decimal | None, pay: Decimal | None) -> None:
        figure = self.facts.minimum_wage
        if pay is None or days == 0:
            return
        due = figure.monthly
        if days is not None and days < figure.paid_days:
            due = figure.monthly * days / figure.paid_days
        if pay < due:
            self._warn(
                row,
                "gross" if "gross" in self.letters else "net_pay",
                "below_minimum_wage",
                f"{name}的工资 {show(pay)} 元低于当地最低工资标准（按出勤折算为 {show(due)} 元）。请核对天数和金额。",
            )
