"""Names and ID numbers: can the row be ascribed to one person at all."""

import re

from payroll.rules.checks.declared import CITIZEN_NUMBER, LEDGER, REAL_NAME, Check, Family, Severity
from payroll.rules.checks.telling import Telling
from payroll.rules.facts import KnownWorker
from payroll.rules.names import SPACES, split_name
from payroll.rules.numbers import clean_id, is_masked
from payroll.rules.remarks import quoted
from responsibilities.rules.identifiers import id_problem, mask_id
from sheets.values import ErrorValue, as_text, lost_precision

SCIENTIFIC = re.compile(r"\d(?:\.\d+)?e\+?\d{1,2}\Z", re.IGNORECASE)
MAX_NAME = 60
NOBODY = "没有可靠的姓名和身份证号就无法确定发给谁，不能放宽。"


class NameMissing(Check):
    code = "name_missing"
    title = "姓名缺失"
    what = "姓名栏空着，或填的不是姓名。"
    family = Family.FORMAT
    default = Severity.ERROR
    fixed = NOBODY
    message = "第 {row} 行没有填写姓名。请补填姓名；如果这一行不是工人，请删除整行。"
    other_message = "第 {row} 行姓名栏是{shown}，不是姓名。请改为工人姓名。"
    basis = LEDGER


class IdMissing(Check):
    code = "id_missing"
    title = "身份证号缺失"
    what = "身份证号空着；没有身份证号列的表，按姓名在花名册里也找不到唯一的一个人。"
    family = Family.FORMAT
    default = Severity.ERROR
    fixed = NOBODY
    message = "{who}没有填写身份证号。请补填 18 位身份证号。"
    no_column_message = "表格没有身份证号列，{why}。请增加“身份证号”列并填写 18 位号码。"
    blank_column_message = "身份证号列是空的，{why}。请填写 18 位身份证号。"
    basis = LEDGER


class MatchedByName(Check):
    code = "matched_by_name"
    title = "按姓名认定"
    what = "表里没有身份证号，而本单位的花名册里只有一人是这个姓名，按他认定；有同名的不认定，须补填身份证号。"
    family = Family.PEOPLE
    default = Severity.NOTICE
    lighter = Severity.NOTICE
    message = "{name}没有填写身份证号，已按本单位花名册里唯一的{name}认定。请核对是不是同一个人，并补填身份证号。"
    basis = REAL_NAME


class IdLength(Check):
    code = "id_length"
    title = "身份证号位数不对"
    what = "身份证号不是 18 位，包括已停用的 15 位旧号码。"
    family = Family.FORMAT
    default = Severity.ERROR
    fixed = NOBODY
    message = "{who}的身份证号{shown}是 {length} 位{old}，应为 18 位。请对照身份证改正。"
    basis = CITIZEN_NUMBER


class IdChecksum(Check):
    code = "id_checksum"
    title = "身份证号校验不符"
    what = "身份证号最后一位校验码与前 17 位不符，或含有不应出现的字符。"
    family = Family.FORMAT
    default = Severity.ERROR
    fixed = NOBODY
    message = "{who}的身份证号{shown}最后一位校验不符，可能有数字输错。请对照身份证改正。"
    letters_message = "{who}的身份证号{shown}里有不应出现的字符。请对照身份证填写完整的 18 位号码。"
    masked_message = (
        "{who}的身份证号{shown}有几位被遮住了，系统不会猜是谁。请填写完整的 18 位号码；为保密遮住号码的表不能用来上报。"
    )
    basis = CITIZEN_NUMBER


class IdPrecisionLost(Check):
    code = "id_precision_lost"
    title = "身份证号被 Excel 截断"
    what = "身份证号按数字保存，Excel 只保留前 15 位，后几位已经变成 0。"
    family = Family.FORMAT
    default = Severity.ERROR
    fixed = NOBODY
    message = (
        "{who}的身份证号是按数字保存的（{shown}），Excel 只保留前 15 位，后几位已经丢失。"
        "请把该列设为文本格式，对照身份证重新输入。"
    )
    basis = CITIZEN_NUMBER


class IdBirthDate(Check):
    code = "id_birth_date"
    title = "身份证号出生日期不对"
    what = "身份证号里的出生日期不存在，或晚于工资月份。"
    family = Family.FORMAT
    default = Severity.ERROR
    fixed = NOBODY
    message = "{who}的身份证号{shown}里的出生日期不存在或晚于工资月份。请对照身份证改正。"
    basis = CITIZEN_NUMBER


class DuplicateWorker(Check):
    code = "duplicate_worker"
    title = "同一人重复"
    what = "同一身份证号在一份表里出现两行。"
    family = Family.FORMAT
    default = Severity.ERROR
    fixed = "一人一行才能逐人确认和代发，不能放宽。"
    message = "{name}（{shown}）与{first}是同一个身份证号，同一人只能有一行。请合并两行或删除重复的一行。"
    by_name_message = "{name}与{first}重名，而花名册里只有一名{name}，同一人只能有一行。请合并两行，或增加身份证号列。"
    basis = LEDGER


def is_blank(value: object) -> bool:
    """Whether a cell holds nothing, or only what one can't see."""
    return value is None or (type(value) is str and not SPACES.sub("", value))


class IdentityChecks(Telling):
    """Who a row is about. `blank_ids`: the column of ID numbers is there and empty, as if there were none."""

    blank_ids: bool

    def _name(self, row: int, value: object) -> tuple[str, str]:
        """The name, and what was written beside it."""
        if type(value) is str:
            name, note = split_name(value)
            if 0 < len(name) <= MAX_NAME and not name.isdigit():
                return name, note
        if is_blank(value):
            self.say(row, "name", NameMissing, row=row)
        else:
            self.say(row, "name", NameMissing, NameMissing.other_message, row=row, shown=quoted(as_text(value)))
        return "", ""

    @staticmethod
    def _remark(value: object, note: str) -> str:
        """A row's remark, and before it what was written beside the name."""
        remark = value.strip() if type(value) is str else as_text(value)
        return f"{note}；{remark}" if note and remark else note or remark

    def _id_number(self, row: int, name: str, value: object) -> str | None:
        if type(value) is str and len(value) == 18 and value.isascii() and value.isalnum():
            number = value.upper()
        elif type(value) is str:
            number = clean_id(value)
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
            self.say(row, "id_number", IdMissing, who=name or "这一行")
            return None
        problem = id_problem(number, self._last_day)
        if problem is not None:
            self._wrong_id(row, name, number, problem)
            return None
        here = self.owner[1]
        first = self._place_of.setdefault(number, here)
        if first != here:
            self.say(row, "id_number", DuplicateWorker, name=name, shown=mask_id(number), first=self.said_place(first))
        return number

    def _lost_id(self, row: int, name: str, shown: str) -> None:
        self.say(row, "id_number", IdPrecisionLost, who=name or "这一行", shown=mask_id(shown))

    def _wrong_id(self, row: int, name: str, number: str, problem: str) -> None:
        words = {"who": name or "这一行", "shown": quoted(mask_id(number))}
        if is_masked(number):
            self.say(row, "id_number", IdChecksum, IdChecksum.masked_message, **words)
        elif problem == "length":
            old = "，15 位旧号码已停用" if len(number) == 15 and number.isdigit() else ""
            self.say(row, "id_number", IdLength, length=len(number), old=old, **words)
        elif problem == "birth_date":
            self.say(row, "id_number", IdBirthDate, **words)
        elif number[:17].isdigit() and number[:17].isascii():
            self.say(row, "id_number", IdChecksum, **words)
        else:
            self.say(row, "id_number", IdChecksum, IdChecksum.letters_message, **words)

    def _by_name(self, row: int, name: str) -> KnownWorker | None:
        """On a sheet without ID numbers a worker is found by name where the employer's roster has only one."""
        if not name:
            return None
        found = self.facts.workers_named(name) if self.facts.workers_named else ()
        if len(found) == 1:
            here = self.owner[1]
            first = self._place_of.setdefault(f"\0{name}", here)
            if first != here:
                self.say(
                    row,
                    "name",
                    DuplicateWorker,
                    DuplicateWorker.by_name_message,
                    name=name,
                    first=self.said_place(first),
                )
            else:
                self.say(row, "name", MatchedByName, name=name)
            return found[0]
        if found:
            why = f"本单位的花名册里有 {len(found)} 名{name}，不能确定是哪一位"
        else:
            why = f"本单位的花名册里也查不到{name}" if self.facts.workers_named else "无法确定是谁"
        message = IdMissing.blank_column_message if self.blank_ids else IdMissing.no_column_message
        self.say(row, "id_number" if self.blank_ids else "name", IdMissing, message, why=why)
        return None
