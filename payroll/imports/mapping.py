"""What a workbook is taken for, before anybody reads it: `propose` → `Proposal`, corrected into a `Layout`.

    proposal = propose(read(data), month)
    if not is_sure(proposal): …ask the person, showing proposal.as_dict(); keep the answer as Layout.as_dict()
    reading = open_payroll(workbook, month=month, facts=facts, layout=layout)

The answer is remembered under each table's `signature` and handed back as `remembered` next time. Nothing here
shows a personal number in full.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from payroll.imports.choosing import Table, choose, tables_of
from payroll.imports.guessing import ColumnGuess
from payroll.imports.layout import Layout, SheetLayout, header_signature
from payroll.rules.month import Month
from sheets.reader import Workbook
from sheets.refusal import Refusal

__all__ = [
    "ColumnGuess",
    "Layout",
    "Proposal",
    "SheetLayout",
    "SheetProposal",
    "header_signature",
    "is_sure",
    "propose",
]

SURE_FROM = 85
Remembered = Mapping[str, Mapping[str, str]]  # header signature → canonical column → letter


@dataclass(slots=True)
class SheetProposal:
    """One table of the workbook. `why` says why it isn't chosen: other_month, repeats, hidden, no_people,
    not_payroll. On a chosen one it is a doubt: other_month, unnamed_month; else "". `said` is it as a sentence."""

    name: str
    state: str
    header_rows: list[int]
    first_data_row: int
    payroll_like: bool
    chosen: bool
    why: str
    said: str
    signature: str
    columns: list[ColumnGuess] = field(default_factory=list)

    @property
    def mapping(self) -> dict[str, str]:
        """Canonical → letter, as guessed."""
        return {guess.column: guess.letter for guess in self.columns if guess.column}

    def guess(self, column: str) -> ColumnGuess | None:
        """The guess for a canonical column."""
        return next((guess for guess in self.columns if guess.column == column), None)

    def as_dict(self) -> dict:
        return {
            "name": self.name,
            "state": self.state,
            "header_rows": self.header_rows,
            "first_data_row": self.first_data_row,
            "payroll_like": self.payroll_like,
            "chosen": self.chosen,
            "why": self.why,
            "said": self.said,
            "signature": self.signature,
            "columns": [guess.as_dict() for guess in self.columns],
        }


@dataclass(slots=True)
class Proposal:
    """The whole workbook. `refusal` is what reading it without a person's word would say, None where it can be read.

    `tables` are what was looked at, for `open_payroll`.
    """

    month: Month
    sheets: list[SheetProposal]
    refusal: Refusal | None = None
    tables: list[Table] = field(default_factory=list, repr=False)

    @property
    def chosen(self) -> list[SheetProposal]:
        return [sheet for sheet in self.sheets if sheet.chosen]

    @property
    def askable(self) -> bool:
        """Whether a person could make a payroll of it by naming columns: somebody's names or ID numbers are there."""
        return any(
            sheet.chosen or ((sheet.guess("name") or sheet.guess("id_number")) and sheet.why == "not_payroll")
            for sheet in self.sheets
            if sheet.state == "visible"
        ) and (self.refusal is None or self.refusal.code != "wrong_template")

    @property
    def doubts(self) -> list[str]:
        """What a person should look at, as sentences; empty for a sure proposal."""
        return doubts(self)

    def layout(self) -> Layout:
        """The layout that is proposed; raises the refusal where there is none."""
        if not self.chosen:
            raise self.refusal or Refusal("layout_invalid", "没有可读取的工资表。请选择工作表并指定各列。")
        return Layout(tuple(SheetLayout(sheet.name, tuple(sheet.header_rows), sheet.mapping) for sheet in self.chosen))

    def as_dict(self) -> dict:
        return {
            "month": str(self.month),
            "sure": is_sure(self),
            "askable": self.askable,
            "doubts": self.doubts,
            "refused": {"code": self.refusal.code, "message": self.refusal.message} if self.refusal else None,
            "sheets": [sheet.as_dict() for sheet in self.sheets],
        }


def propose(workbook: Workbook, month: Month | str, remembered: Remembered | None = None) -> Proposal:
    """Look at the first rows of every sheet and say what each column is taken for.

    Never raises for a strange workbook: what can't be read stands in `refusal`, with every sheet that might be
    one in `sheets`, so that a person can decide.
    """
    month = Month.of(month) if isinstance(month, str) else month
    tables = tables_of(workbook, month, remembered)
    refusal = None
    try:
        choose(tables, month)
    except Refusal as found:
        refusal = found
    return Proposal(month, [_sheet(table) for table in tables], refusal, tables)


def _sheet(table: Table) -> SheetProposal:
    return SheetProposal(
        name=table.sheet.name,
        state=table.sheet.state,
        header_rows=list(table.header.rows) if table.header else [],
        first_data_row=table.header.first_data_row if table.header else 1,
        payroll_like=table.is_payroll,
        chosen=table.chosen,
        why=table.why,
        said=table.said,
        signature=header_signature(table.header) if table.header else "",
        columns=table.guesses,
    )


def is_sure(proposal: Proposal, *, named: bool = False) -> bool:
    """Whether nobody needs to be asked: on every chosen table name, net pay and an identity are certain and
    nothing contradicts. `named`: the roster can tell people by name where there is no ID column."""
    return not doubts(proposal, named=named)


def doubts(proposal: Proposal, *, named: bool = False) -> list[str]:
    """Why a person should look, as sentences."""
    if not proposal.chosen:
        return [proposal.refusal.message] if proposal.refusal else ["没有找到工资表。"]
    found = []
    for sheet in proposal.chosen:
        where = f"工作表“{sheet.name}”：" if len(proposal.sheets) > 1 and sheet.name else ""
        for column, title in (("name", "姓名"), ("net_pay", "实发工资"), ("id_number", "身份证号")):
            guess = sheet.guess(column)
            if guess is None:
                if column != "id_number" or not named:
                    found.append(f"{where}没有找到{title}列。")
            elif guess.confidence < SURE_FROM and not guess.problem:
                found.append(f"{where}{guess.letter} 列可能是{title}，请确认。")
        card = sheet.guess("bank_card")
        if card and card.reason == "content" and card.confidence < SURE_FROM and not card.problem:
            # Numbers without a check digit, under a title that doesn't say whose: they might be anything.
            found.append(f"{where}{card.letter} 列可能是银行卡号，请确认。")
        found += [f"{where}{guess.problem}" for guess in sheet.columns if guess.problem]
        # That a sheet names another month is a remark on it, no question about its columns.
        if sheet.why and sheet.why != "other_month":
            found.append(f"{where}{sheet.said}")
    return found
