"""Checks of one payroll row after another, by the sheet alone and by the facts passed in.

Errors keep a row out, warnings don't. Rows are checked in order: a duplicate is told at its later row,
naming the first. The common row, whose cells are what they should be, takes the short way through: this
runs 100,000 times per file. `hurried=False` sends every cell the long way, which is what the short one is
held against.
"""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal

from payroll.rules.amounts import ZERO, money_of_float
from payroll.rules.checks.accounts import AccountChecks
from payroll.rules.checks.amounts import AmountChecks, FormulaWithoutValue, HiddenRow
from payroll.rules.checks.declared import severities
from payroll.rules.checks.identity import IdentityChecks, is_blank
from payroll.rules.checks.lines import ORDER, Line
from payroll.rules.checks.minimum_wage import MinimumWageChecks
from payroll.rules.checks.people import PeopleChecks
from payroll.rules.checks.telling import SHEET_BITS, Memory
from payroll.rules.days import days_of_float
from payroll.rules.facts import NOTHING_KNOWN, AgeLimits, Facts
from payroll.rules.month import Month
from payroll.rules.net import Sum
from payroll.rules.remarks import Remark
from sheets.values import ErrorValue, as_text

# Amounts below this are sensible and go straight through.
QUICK_BELOW = 1e8
# A longer name may hold more than the name.
QUICK_NAME = 3
# What a Line's own way of being made comes down to, without its twenty arguments being named once more.
_new = tuple.__new__


class RowChecks(IdentityChecks, AccountChecks, AmountChecks, PeopleChecks, MinimumWageChecks):
    """Checks rows one by one and remembers what duplicates and sums need.

    `memory` is shared by the sheets of one file. `careful` False: no cell holds an error or a formula without result.
    Remarks may be taken away while rows are still coming; `finish` says in `taken_back` which codes don't count after all.
    """

    def __init__(
        self,
        *,
        month: Month,
        letters: Mapping[str, str],
        how: Sum | None = None,
        facts: Facts = NOTHING_KNOWN,
        hidden_rows: frozenset[int] = frozenset(),
        sheet_no: int = 1,
        memory: Memory | None = None,
        blank_ids: bool = False,
        hurried: bool = True,
        careful: bool = True,
    ) -> None:
        self.month = month
        self.letters = letters
        self.how = how or Sum()
        # What was read as deductions is all of them, or there are none.
        self.simple = self.how.simple and ("deductions" in letters) == bool(self.how.deductions)
        self.facts = facts
        self.hidden_rows = hidden_rows
        self.severities = facts.severities or severities({})
        self.sheet_no = sheet_no
        self.errors: list[Remark] = []
        self.warnings: list[Remark] = []
        self.total_net = ZERO
        self._careful = careful
        self.memory = memory = memory or Memory()
        self._place_of = memory.place_of
        self._owner_of_card = memory.owner_of_card
        self._owner_of_phone = memory.owner_of_phone
        self._place_base = (sheet_no - 1) << SHEET_BITS
        self._month_days = month.days
        self._last_day = month.last
        self._has_id = "id_number" in letters
        self.blank_ids = blank_ids
        self._has_card = "bank_card" in letters
        self._bank_beside = ""
        self._banks_known: set[object] = set()
        self._priced = self._below = self._unexplained = 0
        self.taken_back: frozenset[str] = frozenset()
        self._pay_limit = facts.pay_limit if facts.pay_limit is not None else Decimal("Infinity")
        self._worker_of, self._ages, self._wage = facts.worker_of, facts.ages, facts.minimum_wage
        self._age_of: dict[str, int] = {}
        self._youngest, self._oldest = _unremarkable(facts.ages)
        self._longest_quick_name, self._most_quick_days, self._quick_below = (
            (QUICK_NAME, month.days, QUICK_BELOW) if hurried else (0, -1, -1)
        )

    def check(self, row: int, values: Sequence[object], cells: Sequence[object]) -> Line | None:
        """A Line where the row has no error. `values` in ORDER, `cells` the row as it stands."""
        before, complete = len(self.errors), True
        if self._careful and ErrorValue in map(type, values):
            # What has no result isn't nothing: such a row can't be added up.
            values, complete = self._without_missing_results(row, values), False
        (_seq, name, id_number, phone, card, bank, crew, trade, days, hours, price) = values[:11]
        (gross, deductions, advance, net, signed, remark, month) = values[11:]
        quick_below = self._quick_below

        note = ""
        if not (type(name) is str and len(name) <= self._longest_quick_name and name.isalpha()):
            name, note = self._name(row, name)
        self.owner = (name, row + self._place_base)
        worker = None
        if self._has_id and not (self.blank_ids and is_blank(id_number)):
            id_number = self._id_number(row, name, id_number)
        else:
            id_number, worker = None, self._by_name(row, name)
        told = False
        if not self._has_card:
            card = None
        elif card is None or (type(card) is str and not card.strip()):
            known = worker if id_number is None or self._worker_of is None else self._worker_of(id_number)
            card = self._blank_card(row, name, known)
        else:
            card = self._card(row, name, card)
            told = card is None
            if self._bank_beside:
                bank, self._bank_beside = bank or self._bank_beside, ""
        phone = self._phone(row, name, phone) if phone is not None else None
        if bank is not None and bank not in self._banks_known:
            bank = self._bank(row, bank)
        if type(days) is float and 0 <= days <= self._most_quick_days:
            days = days_of_float(days)
        elif days is not None:
            days = self._days(row, name, days)
        if month is not None:
            self._pay_month(row, month)
        money_errors = len(self.errors)
        # Numbers of a sensible size go straight through; everything else is looked at.
        if type(gross) is float and 0 <= gross < quick_below:
            gross = money_of_float(gross)
        elif gross is not None:
            gross = self._money(row, "gross", gross)
        if type(deductions) is float and 0 <= deductions < quick_below:
            deductions = money_of_float(deductions)
        elif deductions is not None:
            deductions = self._money(row, "deductions", deductions)
        if type(advance) is float and 0 <= advance < quick_below:
            advance = money_of_float(advance)
        elif advance is not None:
            advance = self._money(row, "advance", advance)
        if type(net) is float and 0 <= net < quick_below:
            net = money_of_float(net)
        else:
            net = self._net(row, name, net)
        if net is not None:
            self.total_net += net
            if gross is not None and complete and len(self.errors) == money_errors:
                if self.how.computable:
                    gross, deductions = self._agree(row, gross, deductions, advance, net, cells)
                elif gross != net:
                    self._count_rest(row, gross - net)
            if net > self._pay_limit:
                self._over_limit(row, name, net)
        if price is not None:
            price = money_of_float(price) if type(price) is float and 0 <= price < quick_below else self._price(price)
            if price and days and gross is not None and hours is None:
                self._against_days(row, name, days, price, gross)

        if row in self.hidden_rows:
            self.say(row, "name", HiddenRow, row=row)
        if id_number is not None:
            if self._worker_of is not None:
                worker = self._on_roster(row, name, id_number, card)
            if self._ages is not None:
                self._age(row, name, id_number)
            if self._wage is not None:
                self._minimum_wage(row, name, days, gross if gross is not None else net)
        elif worker is not None and card is not None:
            self._known_card(row, name, worker, card)
        if len(self.errors) != before or net is None:
            return None
        if told and worker is not None:
            # What stands in the cell is no card: that was said, and none stands in for it.
            worker = worker._replace(other_cards=False)
        return _new(
            Line,
            (
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
                price,
                gross,
                deductions,
                advance,
                net,
                signed.strip() if type(signed) is str else as_text(signed),
                self._remark(remark, note) if note or type(remark) is not str else remark.strip(),
                worker,
                self.sheet_no,
            ),
        )

    def finish(self) -> None:
        """What only the whole sheet can say. Call once, after the last row; remarks are in the order of rows then."""
        self._drop_prices_of_another_kind()
        self.warnings.sort(key=lambda remark: remark.row)

    def _without_missing_results(self, row: int, values: Sequence[object]) -> list[object]:
        """Warn of formulas that were saved without a result; they count as blank from here on."""
        kept = list(values)
        for position, value in enumerate(values):
            if type(value) is ErrorValue and value.without_value:
                column = ORDER[position]
                self.say(row, column, FormulaWithoutValue, cell=self.cell(column, row))
                kept[position] = None
        return kept


def _unremarkable(ages: AgeLimits | None) -> tuple[float, float]:
    """The ages that no limit is about, both included, whoever it is."""
    if ages is None:
        return 0, math.inf
    return ages.minimum or 0, min((limit for limit in (ages.male, ages.female) if limit is not None), default=math.inf)
