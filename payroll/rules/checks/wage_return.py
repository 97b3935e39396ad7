"""Signs that pay flows back (回流): sums that nobody's work adds up to. Signs only: a person looks into them.

Rows are gathered as they come and judged together at the end.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from operator import itemgetter
from statistics import median
from typing import NamedTuple

from payroll.rules.amounts import show
from payroll.rules.checks.declared import FROM_THE_ACCOUNT, TO_ONES_OWN_CARD, Check, Family, Severity
from payroll.rules.checks.lines import Line
from payroll.rules.facts import LastMonth, Thresholds

HUNDRED, THOUSAND = Decimal(100), Decimal(1000)
ROWS_TOLD = 12
LEAST_COPIED = 3  # people; two may well have worked the same days again


class IdenticalPay(Check):
    code = "identical_pay"
    title = "班组实发金额雷同"
    what = (
        "一个班组里达到提示人数和比例的人实发分毫不差，而出勤天数或单价不同，或者表里没有写全、看不出原因"
        "（天数、单价都相同的属同工同酬，不提示）。"
    )
    family = Family.WAGE_RETURN
    whole_batch = True
    message = (
        "{crew}有 {people} 人实发同为 {net} 元（第 {rows} 行），{why}。"
        "请对照考勤和工作量核实，防止按人头虚列后回收工资。"
    )
    basis = TO_ONES_OWN_CARD
    figures = ("payroll_identical_pay_people", "payroll_identical_pay_share")


class RoundSums(Check):
    code = "round_sums"
    title = "实发多为整数"
    what = "整百元的实发占全表的比例达到提示比例（人数不足提示人数的表不核验）。"
    family = Family.WAGE_RETURN
    default = Severity.NOTICE
    lighter = Severity.NOTICE
    whole_batch = True
    message = (
        "本表 {rows} 人中有 {round} 人（{share}%）的实发是整百元，其中整千元 {thousands} 人。"
        "按工作量计算的工资很少恰为整数，请核对是否先定金额后编表。"
    )
    basis = TO_ONES_OWN_CARD
    figures = ("payroll_round_sums_share", "payroll_round_sums_people")


class CrewOutlier(Check):
    code = "crew_outlier"
    title = "实发远高于班组中位数"
    what = "一个人的实发达到所在班组中位数的若干倍（班组人数不足提示人数的不核验）。"
    family = Family.WAGE_RETURN
    message = "{name}的实发 {net} 元是{crew}中位数 {median} 元的 {times} 倍。请核对金额，属班组长代领的应改为逐人发放。"
    basis = TO_ONES_OWN_CARD
    figures = ("payroll_outlier_times", "payroll_outlier_people")


class ConsecutiveCards(Check):
    code = "consecutive_cards"
    title = "银行卡号连号"
    what = "表内多人的银行卡号连续，像同一网点同时开出。银行进场批量开卡也会如此。"
    family = Family.WAGE_RETURN
    default = Severity.NOTICE
    lighter = Severity.NOTICE
    whole_batch = True
    message = (
        "有 {people} 人的银行卡号前后相连（第 {rows} 行）。如系银行进场批量开卡可不处理；否则请核实卡是否由本人持有。"
    )
    basis = FROM_THE_ACCOUNT
    figures = ("payroll_consecutive_cards",)


class SameAsLastMonth(Check):
    code = "same_as_last_month"
    title = "与上月逐人相同"
    what = "同一用工单位上个月提交的工资表与本表人员相同，每个人的天数和实发也都一样（不足 3 人的表不核验）。"
    family = Family.WAGE_RETURN
    default = Severity.NOTICE
    lighter = Severity.NOTICE
    whole_batch = True
    message = "与 {month} 的工资表逐人相同（天数、实发都一样）。请核对是否照抄上月。"
    basis = TO_ONES_OWN_CARD


class Seen(NamedTuple):
    """Where a row stands and whose it is."""

    row: int
    sheet_no: int
    name: str
    net: Decimal


# Fields of a line by position: this is done for every row, and a getter reads them ten times faster.
ROW, SHEET, NAME, CARD, CREW, NET, DAYS, PRICE = (
    itemgetter(Line._fields.index(name))
    for name in ("row", "sheet_no", "name", "bank_card", "crew", "net", "days", "unit_price")
)


class Gathered:
    """What the rows of a batch say together. Some 100 bytes a row are kept until the end."""

    def __init__(self, thresholds: Thresholds) -> None:
        self.thresholds = thresholds
        self._rows, self._sheets, self._names = array("L"), array("H"), []
        self._crews: list[str] = []
        self._nets: list[Decimal] = []
        self._days: list[Decimal | None] = []
        self._prices: list[Decimal | None] = []
        self._cards: list[int] = []

    def add(self, lines: Sequence[Line]) -> None:
        """Take accepted lines in."""
        self._rows.extend(map(ROW, lines))
        self._sheets.extend(map(SHEET, lines))
        self._names += map(NAME, lines)
        self._crews += map(CREW, lines)
        self._nets += map(NET, lines)
        self._days += map(DAYS, lines)
        self._prices += map(PRICE, lines)
        # Without the check digit, numbers that follow each other are consecutive.
        self._cards += [
            int(card[:-1]) if card and len(card) >= 16 and card.isdigit() else 0 for card in map(CARD, lines)
        ]

    @property
    def total(self) -> Decimal:
        """What all rows pay, yuan."""
        return sum(self._nets, Decimal("0.00"))

    def same_as(self, last: LastMonth, workers: Sequence[int | None]) -> bool:
        """Whether the rows pay the same people the same for the same days as a month before; `workers` by row.

        The lines of that month are asked for only where people and sum agree.
        """
        if not LEAST_COPIED <= len(workers) == last.people or self.total != last.total:
            return False
        return Counter(zip(workers, self._days, self._nets, strict=True)) == Counter(last.lines())

    def identical(self) -> Iterator[tuple[Seen, dict]]:
        """(first row, words) of each group of people of one crew whose pay is the same and unexplained."""
        least, share = self.thresholds.identical_people, self.thresholds.identical_share or 0
        if least is None:
            return
        common = {net for net, count in Counter(self._nets).items() if count >= least and net}
        pairs = zip(self._crews, self._nets, strict=True)
        counts = Counter(pair for pair in pairs if pair[1] in common) if common else {}
        same: dict[tuple[str, Decimal], list[int]] = {pair: [] for pair, count in counts.items() if count >= least}
        if not same:
            return
        crews: Counter[str] = Counter()
        for position, key in enumerate(zip(self._crews, self._nets, strict=True)):
            crews[key[0]] += bool(key[1])
            if key in same:
                same[key].append(position)
        for (crew, net), positions in same.items():
            why = self._unexplained(positions) if len(positions) * 100 >= share * crews[crew] else ""
            if not why:
                continue
            words = {"crew": _crew(crew), "people": len(positions), "net": show(net), "rows": self._told(positions)}
            yield self._seen(positions[0]), words | {"why": why}

    def round_sums(self) -> dict | None:
        """The words, where the share is reached."""
        share, least = self.thresholds.round_share, self.thresholds.round_people
        rows = sum(map(bool, self._nets))
        if share is None or not rows or rows < (least or 1):
            return None
        hundreds = [net for net in self._nets if net and not net % HUNDRED]
        if len(hundreds) * 100 < share * rows:
            return None
        thousands = sum(not net % THOUSAND for net in hundreds)
        return {"rows": rows, "round": len(hundreds), "thousands": thousands, "share": len(hundreds) * 100 // rows}

    def outliers(self) -> Iterator[tuple[Seen, dict]]:
        """(row, words) of those paid a multiple of their crew's median."""
        times, least = self.thresholds.outlier_times, self.thresholds.outlier_people
        if times is None:
            return
        nets: dict[str, list[Decimal]] = defaultdict(list)
        for crew, net in zip(self._crews, self._nets, strict=True):
            if net:
                nets[crew].append(net)
        middles = {}
        for crew, found in nets.items():
            found.sort()
            if len(found) >= (least or 1) and found[-1] >= (middle := median(found)) * times:
                middles[crew] = middle
        for position, crew in enumerate(self._crews) if middles else ():
            middle, net = middles.get(crew), self._nets[position]
            if middle is not None and net >= middle * times:
                seen = self._seen(position)
                words = {"crew": _crew(crew), "net": show(net), "median": show(middle), "times": f"{net / middle:.1f}"}
                yield seen, words | {"name": seen.name}

    def consecutive(self) -> dict | None:
        """The words for the longest run of cards, where it is long enough."""
        least = self.thresholds.consecutive_cards
        numbers = sorted(set(self._cards) - {0}) if least is not None else []
        if least is None or len(numbers) < least:
            return None
        best, start = (0, 0), 0
        for at in range(1, len(numbers) + 1):
            if at == len(numbers) or numbers[at] - numbers[at - 1] > 1:
                best, start = max(best, (at - start, start)), at
        length, first = best
        if length < least:
            return None
        run = set(numbers[first : first + length])
        return {"people": length, "rows": self._told([at for at, card in enumerate(self._cards) if card in run])}

    def _unexplained(self, positions: Sequence[int]) -> str:
        """Why an equal pay wants an explanation; empty where equal days at an equal, known price are one."""
        works = {(self._days[position], self._prices[position]) for position in positions}
        if any(None in one for one in works):
            return "而表里没有写全天数和单价，看不出是不是同工同酬"
        return "而天数或单价不同" if len(works) > 1 else ""

    def _seen(self, position: int) -> Seen:
        return Seen(self._rows[position], self._sheets[position], self._names[position], self._nets[position])

    def _told(self, positions: Sequence[int]) -> str:
        """The rows in words, the first dozen of them."""
        rows = "、".join(str(self._rows[position]) for position in positions[:ROWS_TOLD])
        return f"{rows} 等" if len(positions) > ROWS_TOLD else rows


def _crew(crew: str) -> str:
    return f"“{crew}”" if crew else "未分班组的人员"
