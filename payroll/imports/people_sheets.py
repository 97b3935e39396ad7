"""Rosters, entries and exits, contracts by sheet: which of them a workbook is, and its rows with all their errors."""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from payroll.imports.attendance.parsed import Remark, identity
from payroll.imports.people_columns import CONTRACTS, ROSTER, STAYS
from payroll.rules.amounts import NotMoney, parse_money
from payroll.rules.contracts import wage_form_of
from responsibilities.rules.identifiers import is_luhn_valid, is_mobile, normalise_card, normalise_phone, normalise_uscc
from sheets.headers import HEAD_ROWS, MAX_DEPTH, Header, find_header
from sheets.reader import Sheet, Workbook
from sheets.refusal import Refusal
from sheets.values import Cell, ErrorValue, as_text, column_letter, lost_precision

SPACES = re.compile(r"\s+")
SAMPLE = re.compile(r"[xX×]{2,}|[(（]?(?:示例|样例|例)[)）]?")
DATE = re.compile(r"((?:19|20)\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:\s.*|T.*)?")
COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
IN_WORDS = frozenset("进 进场 入场 入 1 01 进场登记".split())
OUT_WORDS = frozenset("退 退场 离场 出场 出 0 00 2 02 退场登记".split())
TASK_WORDS = re.compile(r".*(?:完成|任务|工作为期限).*|1|01")
OTHER_TEMPLATES = (
    (
        re.compile(r"项目经理(?:名称|证件号码|电话)"),
        "参建单位导入模板",
        "参建单位请在项目页“四方责任、参建单位”中登记。",
    ),
    (
        re.compile(r"责任人(?:姓名|证件号码|联系电话)"),
        "班组导入模板",
        "班组不用单独登记，花名册和工资表里的班组名称会自动形成班组。",
    ),
    (re.compile(r"刷卡时间|打卡时间|考勤日期"), "考勤模板", "考勤请在“考勤”中上传。"),
    (re.compile(r"实发工?资?|应发工?资?|实发金额"), "工资表", "工资表请在“工资发放”中上传。"),
)


class Kind(StrEnum):
    """What a sheet registers."""

    ROSTER = "roster"
    STAYS = "stays"
    CONTRACTS = "contracts"


KIND_WORDS = {Kind.ROSTER: "人员花名册", Kind.STAYS: "进退场", Kind.CONTRACTS: "劳动合同"}


@dataclass(slots=True)
class PersonRow:
    """One row; what the sheet doesn't have stays empty. `entered` None: the sheet says neither in nor out."""

    row: int
    name: str = ""
    id_number: str = ""
    corp_code: str = ""
    corp_name: str = ""
    crew: str = ""
    trade: str = ""
    phone: str = ""
    bank_card: str = ""
    bank_name: str = ""
    entered_on: datetime.date | None = None
    left_on: datetime.date | None = None
    event_on: datetime.date | None = None
    entered: bool | None = None
    contract: dict = field(default_factory=dict)
    worker: object = None


@dataclass(slots=True)
class ParsedPeople:
    """A sheet of people: rows without errors, those with (`rejected`), and everything that is wrong."""

    sheet: str
    kind: Kind
    rows: list[PersonRow] = field(default_factory=list)
    rejected: list[PersonRow] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    ignored: int = 0

    @property
    def errors(self) -> list[Remark]:
        return [remark for remark in self.remarks if remark.severity == "error"]

    @property
    def warnings(self) -> list[Remark]:
        return [remark for remark in self.remarks if remark.severity == "warning"]


def parse_people(workbook: Workbook) -> ParsedPeople:
    """Raises Refusal: `wrong_template` with where to go, `no_header`, `no_people`."""
    sheets = [sheet for sheet in workbook.sheets if sheet.height and not sheet.hidden]
    for sheet in sheets:
        found = _kind_of(sheet)
        if found is None:
            continue
        kind, header = found
        parsed = _Rows(sheet, header, kind).read()
        if not parsed.rows and not parsed.errors:
            raise Refusal("no_people", f"这是{KIND_WORDS[kind]}的表，但里面没有一个人。请填写后重新上传。")
        return parsed
    for sheet in sheets:
        if told := _other(sheet):
            raise Refusal("wrong_template", told)
    raise Refusal(
        "no_header",
        "没有找到姓名和证件号码两列。能读的有：人员花名册、人员进退场、人员劳动合同，列名可用全国实名制平台模板的写法。",
    )


def parse_date(value: Cell) -> datetime.date | None:
    """A date as people and programs write it; None for a blank; raises ValueError."""
    if value is None:
        return None
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    text = SPACES.sub(" ", as_text(value)).strip()
    if text in ("", "-", "/", "无", "长期", "无固定期限"):
        return None
    match = DATE.fullmatch(text) or COMPACT.fullmatch(text)
    if not match:
        raise ValueError(text)
    return datetime.date(int(match[1]), int(match[2]), int(match[3]))


def _kind_of(sheet: Sheet) -> tuple[Kind, Header] | None:
    head = sheet.head(HEAD_ROWS + MAX_DEPTH)
    if told := _other(sheet):
        # 责任人、项目经理 have a name and an ID number too, but aren't the workers.
        raise Refusal("wrong_template", told)
    for kind, columns, needed in (
        (Kind.CONTRACTS, CONTRACTS, ({"starts_on"}, {"signed_on"}, {"term_kind"}, {"contract_number"})),
        (Kind.STAYS, STAYS, ({"event_on", "event_kind"},)),
        (Kind.ROSTER, ROSTER, (set(),)),
    ):
        header = find_header(head, columns, sheet.merged)
        if header is None or not {"name", "id_number"} <= header.mapping.keys():
            continue
        if any(want <= header.mapping.keys() for want in needed):
            return kind, header
    return None


def _other(sheet: Sheet) -> str:
    titles = [cell for cells in sheet.head(6) for cell in cells if type(cell) is str and len(cell) <= 20]
    for pattern, template, where in OTHER_TEMPLATES:
        if any(pattern.fullmatch(SPACES.sub("", title).strip("*＊")) for title in titles):
            return f"这是{template}，不在这里导入。{where}"
    return ""


class _Rows:
    def __init__(self, sheet: Sheet, header: Header, kind: Kind) -> None:
        self.sheet, self.header, self.kind = sheet, header, kind
        self.parsed = ParsedPeople(sheet.name, kind)

    def read(self) -> ParsedPeople:
        seen: dict[tuple, int] = {}
        for number, cells in self.sheet.rows(self.header.first_data_row):
            name = self._text(cells, "name")
            if not name and not self._text(cells, "id_number"):
                continue
            if SAMPLE.fullmatch(name):
                self.parsed.ignored += 1
                continue
            errors = len(self.parsed.errors)
            row = self._row(number, cells, name)
            key = (row.id_number, row.event_on, row.entered, row.contract.get("starts_on"))
            if row.id_number and key in seen:
                self._say(number, "id_number", "duplicate_worker", f"与第 {seen[key]} 行重复。请删去一行。")
            seen.setdefault(key, number)
            (self.parsed.rows if len(self.parsed.errors) == errors else self.parsed.rejected).append(row)
        return self.parsed

    def _row(self, number: int, cells: list[Cell], name: str) -> PersonRow:
        row = PersonRow(number, name=name[:60])
        if not name:
            self._say(number, "name", "name_missing", "没有姓名。请补上。")
        at = self.header.mapping["id_number"]
        row.id_number, wrong = identity(self._cell(cells, "id_number"), number, at)
        if wrong:
            self.parsed.remarks.append(wrong)
        elif not row.id_number:
            self._say(number, "id_number", "id_missing", "没有身份证号。没有实名不得进场，请补上。")
        row.corp_code = normalise_uscc(self._text(cells, "corp_code"))[:40]
        row.corp_name = self._text(cells, "corp_name")[:120]
        row.crew, row.trade = self._text(cells, "crew")[:60], self._text(cells, "trade")[:40]
        row.bank_name = self._text(cells, "bank_name")[:80]
        self._phone(row, number, cells)
        self._card(row, number, cells)
        row.entered_on = self._date(number, cells, "entered_on")
        row.left_on = self._date(number, cells, "left_on")
        if row.entered_on and row.left_on and row.left_on < row.entered_on:
            self._say(number, "left_on", "leaves_before_entering", "退场日期早于进场日期。请核对。")
        if self.kind == Kind.STAYS:
            self._event(row, number, cells)
        if self.kind == Kind.CONTRACTS:
            row.contract = self._contract(number, cells)
        return row

    def _event(self, row: PersonRow, number: int, cells: list[Cell]) -> None:
        row.event_on = self._date(number, cells, "event_on")
        word = self._text(cells, "event_kind")
        row.entered = True if word in IN_WORDS else False if word in OUT_WORDS else None
        if row.entered is None:
            self._say(number, "event_kind", "event_unknown", f"“{word}”不是进场或退场。请填“进场”或“退场”。")
        if row.event_on is None and "event_on" in self.header.mapping and not self._text(cells, "event_on"):
            self._say(number, "event_on", "date_missing", "没有日期。请补上。")

    def _contract(self, number: int, cells: list[Cell]) -> dict:
        facts = {
            "starts_on": self._date(number, cells, "starts_on"),
            "ends_on": self._date(number, cells, "ends_on"),
            "signed_on": self._date(number, cells, "signed_on"),
            "number": self._text(cells, "contract_number")[:60],
            "kind": "agreement" if "协议" in self._text(cells, "contract_kind") else "contract",
            "price_unit": self._text(cells, "price_unit")[:20],
            "unit_price": self._money(number, cells, "unit_price"),
            "trade": self._text(cells, "trade")[:40],
        }
        facts["starts_on"] = facts["starts_on"] or facts["signed_on"]
        if facts["starts_on"] is None and not any(remark.row == number for remark in self.parsed.errors):
            self._say(number, "starts_on", "date_missing", "没有生效日期。请补上。")
        term = self._text(cells, "term_kind")
        facts["task_based"] = bool(TASK_WORDS.fullmatch(term)) if term else facts["ends_on"] is None
        if facts["ends_on"] and facts["starts_on"] and facts["ends_on"] < facts["starts_on"]:
            self._say(number, "ends_on", "ends_before_starting", "失效日期早于生效日期。请核对。")
        form = self._text(cells, "wage_form")
        facts["wage_form"] = _wage_form(form) or wage_form_of(facts["price_unit"])
        day = self._text(cells, "pay_day").removesuffix("日").removesuffix("号").removeprefix("每月")
        facts["pay_day"] = int(day) if day.isdigit() and 1 <= int(day) <= 31 else None
        if day and facts["pay_day"] is None:
            self._say(number, "pay_day", "pay_day_invalid", f"“{day}”不是 1 到 31 的日子。请核对。")
        return facts

    def _phone(self, row: PersonRow, number: int, cells: list[Cell]) -> None:
        phone = normalise_phone(as_text(self._cell(cells, "phone")))
        if not phone:
            return
        if is_mobile(phone):
            row.phone = phone
        else:
            self._say(number, "phone", "phone_invalid", "手机号应为 11 位，没有登记这个号码。", severity="warning")

    def _card(self, row: PersonRow, number: int, cells: list[Cell]) -> None:
        value = self._cell(cells, "bank_card")
        if value is None:
            return
        if lost_precision(value):
            self._say(
                number, "bank_card", "card_precision_lost", "银行卡号存成了数字，后几位已经丢失。请设为文本格式重填。"
            )
            return
        card = normalise_card(as_text(value))
        if not card:
            return
        if not (card.isdigit() and 12 <= len(card) <= 19):
            self._say(number, "bank_card", "card_length", "银行卡号应为 12 到 19 位数字。请核对。")
        elif card.startswith("62") and len(card) >= 16 and not is_luhn_valid(card):
            self._say(number, "bank_card", "card_checksum", "银行卡号的校验位不对，至少有一位写错。请核对。")
        else:
            row.bank_card = card

    def _money(self, number: int, cells: list[Cell], name: str) -> Decimal | None:
        value = self._cell(cells, name)
        try:
            amount = parse_money(value)
        except NotMoney:
            amount = Decimal(-1)
        if amount is not None and amount < 0:
            self._say(number, name, "amount_invalid", f"“{as_text(value)[:20]}”不是金额。请只填数字。")
            return None
        return amount

    def _date(self, number: int, cells: list[Cell], name: str) -> datetime.date | None:
        value = self._cell(cells, name)
        try:
            return parse_date(value)
        except ValueError:
            shown = SPACES.sub(" ", as_text(value))[:20]
            self._say(number, name, "date_invalid", f"“{shown}”不是日期。请写成 2026-10-08 的样子。")
            return None

    def _say(self, number: int, name: str, code: str, message: str, severity: str = "error") -> None:
        at = self.header.mapping.get(name) or self.header.mapping["name"]
        cell = f"{column_letter(at)}{number}"
        self.parsed.remarks.append(Remark(number, code, severity, f"{cell} {message}", cell=cell))

    def _cell(self, cells: list[Cell], name: str) -> Cell:
        at = self.header.mapping.get(name)
        value = cells[at - 1] if at and at <= len(cells) else None
        return None if isinstance(value, ErrorValue) else value

    def _text(self, cells: list[Cell], name: str) -> str:
        return SPACES.sub("", as_text(self._cell(cells, name)))


def _wage_form(word: str) -> str:
    for piece, form in (
        ("计件", "piece"),
        ("计量", "piece"),
        ("计时", "hourly"),
        ("小时", "hourly"),
        ("月", "monthly"),
        ("日", "daily"),
        ("天", "daily"),
    ):
        if piece in word:
            return form
    return ""


def rows_by_worker(rows: list[PersonRow], workers: list[int]) -> Iterator[tuple[int, PersonRow]]:
    """Rows with their workers, in the order in which things happened."""
    day = datetime.date.min
    yield from sorted(
        zip(workers, rows, strict=True),
        key=lambda pair: (
            pair[0],
            pair[1].event_on or pair[1].entered_on or day,
            pair[1].entered is False,
            pair[1].row,
        ),
    )
