"""A table of the mapping page: its columns with words for how sure they are, its chips and its first rows."""

from dataclasses import dataclass, field
from decimal import Decimal

from payroll.forms.mapping import MappingForm
from payroll.imports.columns import TITLES
from payroll.imports.correcting import REQUIRED, WANTED
from payroll.imports.judging import Judging, Verdict
from payroll.imports.mapping import SURE_FROM
from payroll.rules.amounts import NotMoney, parse_money
from payroll.rules.days import NotDays, parse_days
from payroll.rules.net import TOLERANCE
from payroll.views.grid import MONEY, NUMBERS
from sheets.values import column_index

LIKELY_FROM = 60
SAMPLES = 3
PREVIEW_ROWS = 5
STATES = {"hidden": "隐藏的工作表", "very_hidden": "隐藏的工作表", "veryHidden": "隐藏的工作表"}
EXPECTED = {"id_number": ("id",), "phone": ("phone",), "bank_card": ("card", "account")}
NEEDED_FOR = {
    "id_number": "没有它只能按花名册认人，认不出的不能受理",
    "bank_card": "没有它只能发到登记过的工资卡，没有登记的不能发放",
}
WRONG = {"id_number": "不是有效的身份证号", "phone": "不是手机号", "bank_card": "不像银行卡号"}


@dataclass(slots=True)
class ShownColumn:
    """A column of the sheet: what stands in it and what it is taken for."""

    letter: str
    title: str
    samples: list[str]
    bound: object
    guess: str
    word: str
    level: str
    number: int
    reason: str
    problem: str
    changed: bool
    errors: list[str]


@dataclass(slots=True)
class Chip:
    """A field that a column can be: where it is now, and how much it is missed."""

    name: str
    title: str
    letter: str
    level: str
    need: str


@dataclass(slots=True)
class PreviewCell:
    text: str
    num: bool = False
    wrong: str = ""


@dataclass(slots=True)
class ShownTable:
    """All that the page shows of one table."""

    number: int
    name: str
    part: str  # which columns of its sheet, where another table stands beside it
    state: str
    said: str
    on: object
    first: object
    last: object
    data: object
    data_row: int
    columns: list[ShownColumn]
    chips: list[Chip]
    titles: list[tuple[str, str, bool]]  # title, letter, numeric
    rows: list[tuple[int, list[PreviewCell], str, str]]  # row, cells, check, its level
    errors: list[str] = field(default_factory=list)
    row_errors: list[str] = field(default_factory=list)

    @property
    def missing(self) -> list[Chip]:
        """Fields that are needed and have no column."""
        return [chip for chip in self.chips if chip.need and not chip.letter]


def table_shown(form: MappingForm, number: int) -> ShownTable:
    """One table as the form stands."""
    table = form.tables[number]
    chosen = form.chosen(number)
    letters: dict[str, str] = {}
    for letter, name in chosen.items():
        letters.setdefault(name, letter)
    titles, rows = _preview(table, letters)
    errors = form.errors if form.is_bound else {}
    return ShownTable(
        number=number,
        name=table["name"],
        part=_part(table, form.tables),
        state=STATES.get(table["state"], ""),
        # Whether it is a payroll is the question here, and no answer.
        said="" if table["why"] == "not_payroll" else table["said"],
        on=form[f"{number}-on"],
        first=form[f"{number}-from"],
        last=form[f"{number}-to"],
        data=form[f"{number}-data"],
        data_row=table["first_data_row"],
        columns=[_column(form, number, column, errors) for column in table["columns"]],
        chips=_chips(letters),
        titles=titles,
        rows=rows,
        errors=list(errors.get(f"{number}-on", [])),
        row_errors=[error for name in ("from", "to", "data") for error in errors.get(f"{number}-{name}", [])],
    )


def _part(table: dict, tables: list[dict]) -> str:
    """“A–F 列” of one of several tables on a sheet."""
    if sum(1 for one in tables if one["name"] == table["name"]) < 2 or not table["columns"]:
        return ""
    letters = [column["letter"] for column in table["columns"]]
    return f"{letters[0]}–{letters[-1]} 列"


def _column(form: MappingForm, number: int, column: dict, errors) -> ShownColumn:
    bound = form[f"{number}-{column['letter']}"]
    guess, confidence = column["column"] or "", column["confidence"]
    word, level = "", "grey"
    if guess:
        word, level = _sureness(confidence)
    return ShownColumn(
        letter=column["letter"],
        title=column["title"],
        samples=[sample for sample in column["samples"] if sample][:SAMPLES],
        bound=bound,
        guess=guess,
        word=word,
        level=level,
        number=confidence,
        reason=_reason(column),
        problem=column["problem"],
        changed=(bound.value() or "") != guess,
        errors=list(errors.get(bound.name, [])),
    )


def _sureness(confidence: int) -> tuple[str, str]:
    if confidence >= SURE_FROM:
        return "确定", "green"
    return ("很可能", "yellow") if confidence >= LIKELY_FROM else ("不确定", "orange")


def _reason(column: dict) -> str:
    """列名 · 内容：98% 是有效身份证号 · 上次确认."""
    seen = column.get("seen", "")
    content = f"内容：{seen}" if seen else "内容"
    # What a column that isn't taken looks like would only confuse: 全勤 looks like a name.
    return {"title": "列名", "content": content, "both": f"列名；{content}", "remembered": "上次确认"}.get(
        column["reason"], ""
    )


def _chips(letters: dict[str, str]) -> list[Chip]:
    order = [*REQUIRED, *WANTED, *(name for name in TITLES if name not in REQUIRED + WANTED)]
    found = []
    for name in order:
        letter = letters.get(name, "")
        need, level = "", ""
        if name in REQUIRED:
            need, level = "必须有", "red"
        elif name in WANTED:
            need, level = NEEDED_FOR[name], "orange"
        found.append(Chip(name, TITLES[name], letter, "green" if letter else level, need))
    return found


def _preview(table: dict, letters: dict[str, str]):
    """The first rows as they would be read: under the system's titles, in its order."""
    order = [(name, letters[name]) for name in TITLES if name in letters and name != "signed"]
    titles = [(TITLES[name], letter, name in NUMBERS) for name, letter in order]
    judging = Judging(table, letters)
    rows = []
    for number, cells in enumerate(table["rows"], start=table["top"]):
        if number < table["first_data_row"] or sum(1 for text, _kind in cells if text) < 2:
            continue
        read, verdict = judging.cells(cells), judging.verdict(cells)
        made = _made_of(verdict)
        shown = [_cell(name, letter, cells, read, made) for name, letter in order]
        rows.append((number, shown, *_check(verdict)))
        if len(rows) == PREVIEW_ROWS:
            break
    return titles, rows


def _made_of(verdict: Verdict) -> dict[str, Decimal]:
    """Gross and deductions as they are kept of a row that adds up: an advance is taken out of what holds it."""
    judged = verdict.judged
    if judged is None or not judged.agrees:
        return {}
    return {"gross": judged.gross} | ({} if judged.deductions is None else {"deductions": judged.deductions})


def _cell(name: str, letter: str, cells: list, read: list, made: dict[str, Decimal]) -> PreviewCell:
    """A cell as it will be read; `cells` are as they stand, `read` has the amounts in yuan, `made` what is kept of
    them."""
    at = column_index(letter) - 1
    text, kind = cells[at] if at < len(cells) else ("", "")
    if name in NUMBERS:
        value = read[at] if text else None
        try:
            if name not in MONEY:
                return PreviewCell(_days(parse_days(value)), True)
            amount = made.get(name, parse_money(value))
        except (NotMoney, NotDays):
            return PreviewCell(text, True, "不是数字")
        return PreviewCell("" if amount is None else f"{amount:,.2f}", True)
    wrong = WRONG[name] if text and name in EXPECTED and kind not in EXPECTED[name] else ""
    return PreviewCell(text, False, wrong)


def _days(days: Decimal | None) -> str:
    return "" if days is None else f"{days:f}"


def _check(verdict: Verdict) -> tuple[str, str]:
    """What the reader will say of a row: whether 应发 − 扣款 − 预支 gives 实发, and how."""
    judged = verdict.judged
    if judged is None or (judged.agrees is None and not verdict.unknown):
        return "", ""
    if judged.agrees is None:
        return "有未识别的金额，无法核对", "grey"
    if not judged.agrees:
        return f"相差 {abs(judged.gap):,.2f}", "yellow"
    return ("相符", "green") if abs(judged.gap) <= TOLERANCE else ("计入未识别的列后相符", "grey")
