"""Checks that need the people recognised, and checks of the batch as a whole: one pass over lines already in memory.

Nothing here asks the database: what is known comes in as `MonthFacts`, and what isn't known stays silent.
"""

import datetime
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from payroll.rules.amounts import show
from payroll.rules.checks.attendance import (
    AttendedNotPaid,
    DaysOverAttendance,
    DaysUnderAttendance,
    PaidWithoutAttendance,
    SameDayOtherSite,
)
from payroll.rules.checks.declared import FROM_THE_ACCOUNT, PAY_IN_FULL, Check, Family, severities
from payroll.rules.checks.people import (
    DaysOverStay,
    NoContract,
    PaidAfterExit,
    PaidBeforeEntry,
    PaidByOtherEmployer,
    RosterLeftOut,
)
from payroll.rules.checks.wage_return import (
    ConsecutiveCards,
    CrewOutlier,
    Gathered,
    IdenticalPay,
    RoundSums,
    SameAsLastMonth,
)
from payroll.rules.facts import MonthFacts
from payroll.rules.month import Month
from payroll.rules.remarks import LONGEST, Remark

NAMES_TOLD = 10
DAYS_TOLD = 6
ONE_DAY = datetime.timedelta(days=1)


class MonthGap(Check):
    code = "month_gap"
    title = "上月没有工资表"
    what = "本单位前两个月发过工资，上个月既没有工资表，也没有“本月无用工”申报。"
    family = Family.OTHER
    whole_batch = True
    message = "{gap}既没有提交工资表，也没有申报“本月无用工”，而再前一个月发过工资。请补报{gap}的工资表或无用工申报。"
    basis = PAY_IN_FULL


class BalanceTooLow(Check):
    code = "balance_too_low"
    title = "专户资金不足"
    what = "专用账户的资金少于本批实发合计；没有登记过到账或流水的不核验。"
    family = Family.OTHER
    whole_batch = True
    message = "{balance_is} {balance} 元，少于本批实发合计 {total} 元，差 {gap} 元。请督促建设单位按时足额拨付人工费用后发放。"
    basis = FROM_THE_ACCOUNT


class BatchChecks:
    """Call `see` with lines as they are accepted and what gives a position's worker key or None, then `finish` once.

    `letters_of` gives the columns of a sheet by its number.
    """

    def __init__(
        self,
        *,
        month: Month,
        facts: MonthFacts,
        letters_of: Callable[[int], Mapping[str, str]],
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.month, self.facts = month, facts
        self._letters_of = letters_of
        self._severities = settings or severities({})
        self._gathered = Gathered(facts.thresholds)
        self._paid: set[int] = set()
        self._in_order: list[int | None] = []  # whose rows they are, where the month before is compared
        self._knows_people = bool(
            facts.stays
            or facts.same_days
            or facts.paid_by_others
            or facts.attended is not None
            or facts.present
            or facts.under_contract is not None
        )

    def see(self, lines: Sequence, worker_at: Callable[[int], int | None]) -> list[Remark]:
        """Remarks at these rows."""
        self._gathered.add(lines)
        if self.facts.last_month is not None:
            self._in_order += map(worker_at, range(len(lines)))
        if not self._knows_people:
            return []
        found: list[Remark] = []
        for position, line in enumerate(lines):
            worker = worker_at(position)
            if worker is None:
                self._stranger(found, line)
            else:
                self._paid.add(worker)
                self._person(found, line, worker)
        return found

    def finish(self) -> list[Remark]:
        """Remarks on the batch, and those at rows that stand out from all others."""
        found: list[Remark] = []
        gathered = self._gathered
        for line, words in gathered.identical():
            found.append(self._at(line, "net_pay", IdenticalPay, **words))
        if words := gathered.round_sums():
            found.append(self._whole(RoundSums, **words))
        for seen, words in gathered.outliers():
            found.append(self._at(seen, "net_pay", CrewOutlier, **words))
        if words := gathered.consecutive():
            found.append(self._whole(ConsecutiveCards, **words))
        for check, due in ((AttendedNotPaid, self.facts.expected), (RosterLeftOut, self.facts.present)):
            if missing := due - self._paid - self.facts.paid_by_others:
                words = {"people": len(missing), "names": self._names(missing), "month": self.month.chinese}
                found.append(self._whole(check, **words))
        if (last := self.facts.last_month) and gathered.same_as(last, self._in_order):
            found.append(self._whole(SameAsLastMonth, month=last.month))
        if self.facts.gap:
            found.append(self._whole(MonthGap, gap=self.facts.gap))
        balance, total = self.facts.balance, gathered.total
        if balance is not None and balance < total:
            words = {"balance": show(balance), "total": show(total), "gap": show(total - balance)}
            found.append(self._whole(BalanceTooLow, balance_is=self.facts.balance_is, **words))
        return found

    def _names(self, workers: AbstractSet[int]) -> str:
        names = "、".join(self.facts.absent_names(sorted(workers)[:NAMES_TOLD]))
        return f"{names} 等" if len(workers) > NAMES_TOLD else names

    def _stranger(self, found: list[Remark], line) -> None:
        """Somebody nobody has seen before has neither attendance nor a contract."""
        if self.facts.attended is not None and line.net:
            self._without_attendance(found, line)
        if self.facts.under_contract is not None:
            found.append(self._at(line, "name", NoContract, name=line.name, month=self.month.chinese))

    def _person(self, found: list[Remark], line, worker: int) -> None:
        facts = self.facts
        if stays := facts.stays.get(worker):
            self._stayed(found, line, stays)
        if facts.attended is not None:
            days = facts.attended.get(worker)
            if days is None:
                if line.net:
                    self._without_attendance(found, line)
            elif line.days is not None and line.days > days:
                words = {"days": f"{line.days:f}", "present": f"{days.normalize():f}"}
                found.append(self._at(line, "days", DaysOverAttendance, name=line.name, **words))
            elif line.days is not None and line.days < days and worker not in facts.paid_by_others:
                words = {"days": f"{line.days:f}", "present": f"{days.normalize():f}"}
                words["short"] = f"{(days - line.days).normalize():f}"
                found.append(self._at(line, "days", DaysUnderAttendance, name=line.name, **words))
        if days := facts.same_days.get(worker):
            shown = "、".join(f"{day.month}月{day.day}日" for day in days[:DAYS_TOLD])
            shown += " 等" if len(days) > DAYS_TOLD else ""
            words = {"name": line.name, "count": len(days), "days": shown}
            found.append(self._at(line, "days", SameDayOtherSite, SameDayOtherSite.days_message, **words))
        if facts.under_contract is not None and worker not in facts.under_contract:
            found.append(self._at(line, "name", NoContract, name=line.name, month=self.month.chinese))
        if worker in facts.paid_by_others:
            found.append(self._at(line, "name", PaidByOtherEmployer, name=line.name, month=self.month.chinese))

    def _stayed(self, found: list[Remark], line, stays) -> None:
        first, last = self.month.first, self.month.last
        stayed = sum(
            max(0, (min(last, stay.left_on or last) - max(first, stay.entered_on) + ONE_DAY).days) for stay in stays
        )
        words = {"name": line.name, "month": self.month.chinese}
        if stayed:
            if line.days is not None and line.days > stayed:
                found.append(self._at(line, "days", DaysOverStay, days=f"{line.days:f}", stayed=stayed, **words))
            return
        before = [stay.left_on for stay in stays if stay.left_on is not None and stay.left_on < first]
        if before:
            found.append(self._at(line, "name", PaidAfterExit, left=max(before), **words))
        else:
            entered = min(stay.entered_on for stay in stays)
            found.append(self._at(line, "name", PaidBeforeEntry, entered=entered, **words))

    def _without_attendance(self, found: list[Remark], line) -> None:
        words = {"name": line.name, "month": self.month.chinese, "net": show(line.net)}
        found.append(self._at(line, "days", PaidWithoutAttendance, **words))

    def _at(self, line, column: str, check: type[Check], message: str = "", /, **words) -> Remark:
        letters = self._letters_of(line.sheet_no)
        cell = f"{letters.get(column) or letters.get('name', 'A')}{line.row}"
        text = (message or check.message).format(**words)[:LONGEST]
        return Remark(line.row, cell, check.code, self._severities[check.code], text, line.sheet_no)

    def _whole(self, check: type[Check], /, **words) -> Remark:
        text = check.message.format(**words)[:LONGEST]
        return Remark(0, "", check.code, self._severities[check.code], text)


# Checks that rest on facts which may come after the sheet was read.
BY_FACTS = frozenset(
    check.code
    for check in (
        AttendedNotPaid,
        BalanceTooLow,
        DaysOverAttendance,
        DaysOverStay,
        DaysUnderAttendance,
        MonthGap,
        NoContract,
        PaidAfterExit,
        PaidBeforeEntry,
        PaidByOtherEmployer,
        PaidWithoutAttendance,
        RosterLeftOut,
    )
)
