"""One cell of a register as a value: dates, moments, amounts, shares. What can't be read is said, never guessed."""

import datetime
import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from projects.rules.amounts import LARGEST
from sheets.values import ErrorValue, as_text, lost_precision

SHANGHAI = ZoneInfo("Asia/Shanghai")
# A register that names only the day means that day's business hours.
DAY_ONLY_MOMENT = datetime.time(12)

_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*月?(?:份)?")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?")
_YES = frozenset({"是", "已落实", "落实", "有", "y", "yes", "true", "1", "√", "✓"})
_NO = frozenset({"否", "未落实", "没有", "无", "n", "no", "false", "0", "×", "✗"})


class Unreadable(Exception):
    """A cell that says nothing certain: a code for programs and a sentence for people."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code
        self.message = message


def read_text(value) -> str:
    """Text as a person reads it; a code typed as a long number has lost digits and is refused."""
    if lost_precision(value):
        raise Unreadable(
            "precision_lost", "这是以数字格式保存的长编号，末尾几位已丢失。请把单元格改为文本格式后重新填写。"
        )
    return " ".join(as_text(value).split())


def read_date(value) -> datetime.date:
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    text = as_text(value).strip()
    found = _DATE.fullmatch(text) or _COMPACT.fullmatch(text)
    if found is None and isinstance(value, str):
        # 2026-11-23 00:00:00, as programs write a day.
        day, _, rest = text.replace("T", " ").partition(" ")
        found = _DATE.fullmatch(day) if rest and _TIME.match(rest) else None
    return _date(found, text)


def read_moment(value) -> datetime.datetime:
    """A moment in Shanghai time; a bare day stands for its business hours."""
    if isinstance(value, datetime.datetime):
        return value if value.tzinfo else value.replace(tzinfo=SHANGHAI)
    if isinstance(value, datetime.date):
        return datetime.datetime.combine(value, DAY_ONLY_MOMENT, SHANGHAI)
    text = as_text(value).strip()
    try:
        moment = datetime.datetime.fromisoformat(text.replace("/", "-"))
        if len(text) > len("2026-11-23"):
            return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    except ValueError:
        pass
    found = _TIME.search(text)
    day = read_date(text[: found.start()].strip() if found else text)
    if found is None:
        return datetime.datetime.combine(day, DAY_ONLY_MOMENT, SHANGHAI)
    try:
        clock = datetime.time(int(found[1]), int(found[2]), int(found[3] or 0))
    except ValueError:
        raise Unreadable("date_invalid", f"“{text}”不是有效的时间，请按 2026-11-23 16:30 的格式填写。") from None
    return datetime.datetime.combine(day, clock, SHANGHAI)


def read_month(value) -> datetime.date:
    """The first day of a month."""
    if isinstance(value, datetime.date):
        return (value.date() if isinstance(value, datetime.datetime) else value).replace(day=1)
    text = as_text(value).strip()
    found = _MONTH.fullmatch(text)
    if found and 1 <= int(found[2]) <= 12:
        return datetime.date(int(found[1]), int(found[2]), 1)
    try:
        return read_date(value).replace(day=1)
    except Unreadable:
        raise Unreadable("month_invalid", f"“{text}”不是有效的月份，请按 2026-11 的格式填写。") from None


def read_amount(value) -> Decimal:
    """Yuan, rounded half up to two places; thousands separators and 元 are read, 万元 is not."""
    amount = _number(value, "amount_invalid", "金额", "元").quantize(Decimal("0.01"), ROUND_HALF_UP)
    if amount < 0:
        raise Unreadable("amount_negative", "金额不能是负数，请核对。")
    if amount > LARGEST:
        raise Unreadable("amount_invalid", "金额过大，请核对单位是否为元。")
    return amount


def read_share(value) -> Decimal:
    """A share: 20%, 20 and 0.2 all are 0.2000."""
    text = as_text(value).strip().replace("％", "%")
    percent = text.endswith("%")
    number = _number(text.removesuffix("%") if percent else value, "ratio_invalid", "人工费用比例", "%")
    if percent or number > 1:
        number /= 100
    if not 0 < number <= 1:
        raise Unreadable("ratio_invalid", f"人工费用比例“{text}”须大于 0%，不超过 100%。")
    return number.quantize(Decimal("0.0001"), ROUND_HALF_UP)


def read_day_of_month(value) -> int:
    text = as_text(value).strip().removesuffix("日").removesuffix("号")
    if not text.isdigit() or not 1 <= int(text) <= 31:
        raise Unreadable("day_invalid", f"每月拨付日“{as_text(value)}”须为 1 至 31 之间的数。")
    return int(text)


def read_flag(value) -> bool:
    text = as_text(value).strip().lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise Unreadable("flag_invalid", f"“{as_text(value)}”看不出是或否，请填写“是”或“否”。")


READERS = {
    "text": read_text,
    "date": read_date,
    "moment": read_moment,
    "month": read_month,
    "amount": read_amount,
    "share": read_share,
    "day": read_day_of_month,
    "flag": read_flag,
}


def read_cell(kind: str, value):
    """The value of a cell that isn't blank. Raises Unreadable."""
    if isinstance(value, ErrorValue):
        raise Unreadable("cell_error", f"单元格里是错误值 {value}，请改正公式或填写结果。")
    return READERS[kind](value)


def _date(found: re.Match | None, text: str) -> datetime.date:
    try:
        day = datetime.date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    if day is None or not 1990 <= day.year <= 2100:
        raise Unreadable("date_invalid", f"“{text}”不是有效的日期，请按 2026-11-23 的格式填写。")
    return day


def _number(value, code: str, what: str, unit: str) -> Decimal:
    if isinstance(value, bool):
        raise Unreadable(code, f"{what}应为数字。")
    text = as_text(value).strip().replace(",", "").replace("，", "").removeprefix("¥").removeprefix("￥")
    try:
        number = Decimal(text.removesuffix(unit).strip())
    except InvalidOperation:
        raise Unreadable(code, f"{what}“{as_text(value)}”不是数字，请只填数字，单位为{unit}。") from None
    if not number.is_finite():
        raise Unreadable(code, f"{what}“{as_text(value)}”不是数字，请只填数字，单位为{unit}。")
    return number
