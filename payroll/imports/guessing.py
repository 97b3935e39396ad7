"""Which column of one table is what: titles first, then what the cells show.

A title is believed unless its cells are unmistakably something else; cells without a helpful title are believed
only where chance can't make them so (check digits), or where the amounts of most rows add up.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from payroll.imports.arithmetic import agreement, find_gross, find_relation, find_sum
from payroll.imports.columns import BY_NAME, COLUMNS, MONEY_NAMES, TITLES
from payroll.imports.content import NOTHING, Evidence, evidence_of, people_rows, sample
from payroll.imports.mistaken import NO_PAY, template_of
from payroll.imports.sums import sum_of, without_day_counts
from payroll.rules.named_months import months_in
from sheets.columns import bare
from sheets.headers import Header
from sheets.reader import Sheet
from sheets.values import Cell, column_index, column_letter

# Below this a column isn't taken without a person's word.
TAKEN_FROM = 60
# Titles that are used for more than one thing.
VAGUE = frozenset(
    "工人 民工 农民工 务工人员 班组人员 劳务人员 金额 工资 工资金额 发放工资 工资数额 支付金额 付款金额 名称 员工 编号 id no 账号 帐号 账户 卡号 银行 天数 工数 单价 部门 说明 用途 月 收款人 已发工资 已付工资 已支付工资"
    " 本月工资 工资合计 扣除 应扣 代扣 扣减 补发 补发工资 补发金额 实际补发 实际补发工资 实际补发金额 本次补发 本次补发工资 本次补发金额".split()
)
# A title that fits at least this well could be the column too.
RIVAL_FROM = 720
# Numbers of whoever pays, and of banks among themselves.
NOBODYS_CARD = re.compile(r"付款|专户|联行|行号|对公")
PERHAPS_A_FIRMS = re.compile(r"公司|企业|单位")
OF_CARDS = re.compile(r"卡|账|帐|银行|开户")
CARDS_FROM = 0.8
# From this share of its cells on, a column isn't left unread without a word.
UNREAD_FROM = 0.3
# What is counted, not paid.
COUNTED = re.compile(r"天|日数|工日|小时|工时|时长|次数|人数|数量|吨|方|米|里程|占比|比例|率")
# Long numbers that are nobody's.
SERIAL = re.compile(r"流水|单号|审批|代码|税号|合同编号|订单|标题|创建人")
WHOLE = re.compile(r"(?:工资|金额|本月|月|总)*(?:合计|总计|总额|共计|总数)(?:金额|工资)?|总工资|总金额")
TAKEN_OFF = re.compile(r"扣|税|社保|公积金|保险|借支|预支|借款|罚|水电|生活费|应发|应付|已发|已付")
INTERMEDIATE = re.compile(r"税|基数|成本|应发|应付|补|扣|差额|余额|结余|上月|累计|剩|未付|未发|欠|尾款")
FROM_CONTENT = (
    # canonical column, kinds, least share, confidence
    ("id_number", ("id",), 0.8, 92),
    ("bank_card", ("card",), 0.8, 85),
    ("phone", ("phone",), 0.8, 80),
    ("name", ("name",), 0.8, 78),
    ("bank_card", ("card", "account"), 0.8, 62),
    ("id_number", ("id", "like_id", "lost"), 0.8, 62),
    ("bank_name", ("bank",), 0.8, 75),
    ("month", ("month",), 0.9, 62),
    ("crew", ("crew",), 0.9, 65),
)


@dataclass(slots=True)
class ColumnGuess:
    """One column of the sheet and what it is taken for. `reason`: title, content, both, remembered or ""."""

    letter: str
    title: str
    samples: tuple[str, ...]
    column: str | None = None
    confidence: int = 0
    reason: str = ""
    alternatives: tuple[str, ...] = ()
    problem: str = ""  # what contradicts, as a sentence; "" for nothing
    rival: bool = False  # another column has as good a title
    unread: bool = False  # it looks like the card column that the table lacks

    def as_dict(self) -> dict:
        return {
            "letter": self.letter,
            "title": self.title,
            "samples": list(self.samples),
            "column": self.column,
            "confidence": self.confidence,
            "reason": self.reason,
            "alternatives": list(self.alternatives),
            "problem": self.problem,
        }


@dataclass(slots=True)
class _Pick:
    at: int
    confidence: int
    reason: str
    problem: str = ""
    rival: bool = False


def guess_columns(
    sheet: Sheet, header: Header, remembered: Mapping[str, str] | None = None
) -> tuple[dict[str, int], list[ColumnGuess]]:
    """(canonical → column, a guess per column from left to right) for a table; `remembered` letters go first."""
    rows = people_rows(sample(sheet, header))
    width = max([len(cells) for cells in rows] + list(header.titles), default=0)
    last = max(header.titles, default=width) if header.block else width
    evidence = {
        at: evidence_of(cells[at - 1] if at <= len(cells) else None for cells in rows)
        for at in range(header.block or 1, last + 1)
    }
    guessing = _Guessing(header, rows, evidence, template_of(sheet, header) is not None)
    guessing.from_titles()
    guessing.from_content()
    guessing.from_arithmetic()
    guessing.rivals()
    if remembered:
        guessing.remember(remembered)
    else:
        guessing.unread_cards()
    mapping = {
        name: pick.at
        for name, pick in guessing.picks.items()
        if pick.confidence >= TAKEN_FROM or pick.reason != "content"
    }
    return mapping, guessing.columns()


class _Guessing:
    def __init__(
        self, header: Header, rows: Sequence[Sequence[Cell]], evidence: dict[int, Evidence], mistaken: bool
    ) -> None:
        self.header, self.rows, self.evidence = header, rows, evidence
        self.mistaken = mistaken  # an attendance sheet, a register: what adds up there isn't money
        self.picks: dict[str, _Pick] = {}
        self.notes: dict[int, str] = {}  # what is said of columns that are taken for nothing
        self.unread = 0  # the column that looks like cards and is taken for nothing

    def taken(self) -> set[int]:
        return {pick.at for pick in self.picks.values()}

    def _saw(self, at: int) -> Evidence:
        return self.evidence.get(at, NOTHING)

    def from_titles(self) -> None:
        for name, at in self.header.mapping.items():
            seen, title = self._saw(at), bare(self.header.paths.get(at, ("",))[-1])
            vague = title in VAGUE
            if seen.clashes(name):
                said = f"{column_letter(at)} 列的列名是“{self.header.titles.get(at, '')}”，内容却像{_likeness(seen)}。"
                self.picks[name] = _Pick(at, 30, "title", said)
            elif seen.supports(name):
                self.picks[name] = _Pick(at, 80 if vague and name in ("net_pay", "gross", "deductions") else 97, "both")
            else:
                self.picks[name] = _Pick(at, 68 if vague else 88, "title")

    def from_content(self) -> None:
        for name, kinds, least, confidence in FROM_CONTENT:
            pick = self.picks.get(name)
            if pick and not (
                pick.problem
                or (
                    name == "id_number"
                    and self._saw(pick.at).share("id") == 0
                    and kinds == ("id",)
                    and not self._saw(pick.at).supports(name)
                )
            ):
                continue
            free = self.taken() - {pick.at} if pick else self.taken()
            clashing = {one.at for one in self.picks.values() if one.problem}
            best = None
            for at, seen in self.evidence.items():
                if (at in free and at not in clashing) or (pick and at == pick.at) or not self._fits(name, at, seen):
                    continue
                share = seen.share(*kinds)
                if seen.filled and share >= least and (best is None or share > best[0]):
                    best = (share, at)
            if best is None:
                continue
            for other in [other for other, one in self.picks.items() if one.at == best[1]]:
                del self.picks[other]
            problem = ""
            if title := self.header.titles.get(best[1], ""):
                problem = (
                    ""
                    if pick is None
                    else f"按内容认定 {column_letter(best[1])} 列（{title}）是{TITLES[name]}，与列名不一致。"
                )
            self.picks[name] = _Pick(best[1], min(confidence, 75) if problem else confidence, "content", problem)

    def unread_cards(self) -> None:
        """Say of a column that looks like cards and is taken for nothing, where no other one holds any."""
        pick = self.picks.get("bank_card")
        if pick and self._saw(pick.at).filled:
            return
        for at, seen in self.evidence.items():
            title = "".join(self.header.paths.get(at, ()))
            if at in self.taken() or SERIAL.search(title) or NOBODYS_CARD.search(title):
                continue
            kinds = ("card", "account", "lost") if OF_CARDS.search(title) else ("card",)
            if seen.filled and seen.share(*kinds) >= UNREAD_FROM and seen.distinct >= max(1, seen.filled * 0.5):
                said = f"{column_letter(at)} 列（{self.header.titles.get(at, '没有列名')}）的内容像银行卡号，没有读取。"
                self.notes[at], self.unread = said, at
                return

    def _fits(self, name: str, at: int, seen: Evidence) -> bool:
        title = "".join(self.header.paths.get(at, ()))
        if name == "bank_card" and (NOBODYS_CARD.search(title) or PERHAPS_A_FIRMS.search(title)):
            return False
        if name == "bank_card" and seen.share("card") >= CARDS_FROM:
            # No chance makes these cards, whatever the title says besides.
            return not SERIAL.search(title) and seen.distinct >= max(1, seen.filled * 0.5)
        if any(piece in title for piece in BY_NAME[name].never) or SERIAL.search(title):
            return False
        # One name, one bank or one month many times over is no list of people.
        if name in ("id_number", "bank_card", "phone", "name"):
            return seen.distinct >= max(1, seen.filled * 0.5)
        return True

    def from_arithmetic(self) -> None:
        amounts = [
            at
            for at, seen in self.evidence.items()
            if seen.share("amount") >= 0.7
            and not seen.counting
            and not COUNTED.search("".join(self.header.paths.get(at, ())))
        ]
        mapping = {name: pick.at for name, pick in self.picks.items()}
        net = self.picks.get("net_pay")
        if net is None or (net.confidence < 88 and "gross" not in mapping):
            if net and not net.problem and set(amounts) <= {net.at, *self._counted()}:
                net.confidence = 90  # a vague title, but there is nothing else that it could mean
                return
            self._search(amounts)
            return
        share = self._agreement(mapping)
        if share is None:
            if "gross" not in mapping:
                self._search_parts_of(mapping["net_pay"], amounts)
            return
        taken = self.picks.get("deductions")
        if share < 0.5 and taken and self._saw(taken.at).largest <= 31:
            without = {name: at for name, at in mapping.items() if name != "deductions"}
            if (better := self._agreement(without)) is None or better >= 0.8:
                said = f"{column_letter(taken.at)} 列的列名像扣款，内容却像天数，没有当作金额。"
                self.notes[taken.at] = said
                del self.picks["deductions"]
                share = better if better is not None else 1.0
        free = [at for at in amounts if at not in mapping.values() and at < mapping["net_pay"]]
        # 合计, and beside it an 应付工资 from which the deductions were taken already.
        if share < 0.5 and "gross" in mapping and (at := find_gross(self.rows, free, mapping)):
            share = 1.0
            said = f"按各行金额推算，{column_letter(at)} 列（{self.header.titles.get(at, '没有列名')}）是应发工资，与列名不一致。"
            self.picks["gross"] = _Pick(at, 75, "content", said)
        for name in ("gross", "net_pay", "deductions", "advance"):
            if (pick := self.picks.get(name)) is None or pick.problem:
                continue
            if share >= 0.8:
                pick.confidence, pick.reason = max(pick.confidence, 97), "both"
            elif share < 0.5 and name == "net_pay":
                pick.confidence = min(pick.confidence, 55)
                pick.problem = "多数行的“应发 − 扣款 − 预支”不等于实发，这几列可能对应错了。"

    def rivals(self) -> None:
        """Doubt a column beside which another one has as good a title and holds something else."""
        for name in ("net_pay", "id_number", "bank_card", "name"):
            pick = self.picks.get(name)
            if pick is None or pick.problem or pick.reason == "content":
                continue
            for at, path in sorted(self.header.paths.items()):
                if at in self.taken() or BY_NAME[name].score(path) < RIVAL_FROM or not self._saw(at).supports(name):
                    continue
                pairs = [(_cell(cells, pick.at), _cell(cells, at)) for cells in self.rows]
                if sum(1 for one, other in pairs if other is not None and one != other) <= len(pairs) * 0.1:
                    continue
                both = f"{column_letter(pick.at)} 列和 {column_letter(at)} 列"
                pick.problem = f"{both}的列名都像{TITLES[name]}，内容不同，按 {column_letter(pick.at)} 列读取。"
                pick.confidence, pick.rival = min(pick.confidence, 70), True
                break

    def _agreement(self, mapping: dict[str, int]) -> float | None:
        how = without_day_counts(sum_of(self.header.mapped(mapping)), self.rows, mapping)
        return agreement(self.rows, mapping, how)

    def _counted(self) -> set[int]:
        return {pick.at for name, pick in self.picks.items() if name in ("seq", "days", "hours", "unit_price", "month")}

    def _search(self, amounts: list[int]) -> None:
        """Net pay under an unknown title, by what adds up; else the only column of amounts there is."""
        known = {name: pick.at for name, pick in self.picks.items() if name in MONEY_NAMES}
        fixed = {at for name, at in known.items() if name in ("days", "hours", "unit_price")}
        if self.mistaken:
            return
        relation = find_relation(self.rows, [at for at in amounts if at not in fixed])
        net = self.picks.get("net_pay")
        if net and not relation and "gross" not in known and self._is_part_of_a_total(net.at, amounts):
            del self.picks["net_pay"]
        if relation and net and net.at == relation.gross and "gross" not in known:
            # 金额, and right of it what is left of it: the vague title is the gross pay's.
            del self.picks["net_pay"]
        if relation and ("gross" not in known or known["gross"] == relation.gross):
            # What is right of it, or its title, may say that it is only an intermediate sum: a person decides.
            further = any(at > relation.net and self._saw(at).largest > 31 for at in amounts if at not in self.taken())
            between = INTERMEDIATE.search("".join(self.header.paths.get(relation.net, ())))
            self._put("net_pay", relation.net, 55 if further or between else 78)
            self._put("gross", relation.gross, 78)
            names = ("deductions", "advance") if len(relation.taken) == 2 else ("deductions",)
            rest = [at for at in relation.taken if at not in known.values()]
            for name, at in zip([name for name in names if name not in known], rest, strict=False):
                self._put(name, at, 70)
            return
        if relation and "net_pay" not in self.picks:
            self._put("net_pay", relation.net, 55)
            return
        free = [at for at in amounts if at not in self.taken() and self._saw(at).largest > 31]
        if "net_pay" not in self.picks and (whole := find_sum(self.rows, free)):
            if self._is_what_is_paid(whole, amounts):
                self._put("net_pay", whole, 78)
                return
            said = f"{column_letter(whole)} 列等于左边各项之和，像应发合计；表里没有实发列。如果就按它发放，请确认它是实发工资。"
            self.picks["net_pay"] = _Pick(whole, 50, "content", said)
            return
        free = [at for at in free if not NO_PAY.search("".join(self.header.paths.get(at, ())))]
        if "net_pay" not in self.picks and "gross" not in self.picks and len(free) == 1:
            self.picks["net_pay"] = _Pick(free[0], 45, "content", "只有这一列像金额，请确认它是实发工资。")

    def _is_part_of_a_total(self, at: int, amounts: list[int]) -> bool:
        """Whether a vague 工资 is only one of the parts of a 合计 right of it."""
        parts = [one for one in amounts if self._saw(one).largest > 31]
        whole = find_sum(self.rows, parts)
        title = bare(self.header.paths.get(whole, ("",))[-1]) if whole else ""
        return whole is not None and whole > at and at in parts and bool(WHOLE.fullmatch(title))

    def _is_what_is_paid(self, whole: int, amounts: list[int]) -> bool:
        """Whether a sum is the last word of its row: titled as a total, nothing right of it, nothing taken off."""
        titles = {at: "".join(self.header.paths.get(at, ())) for at in {*self.header.titles, *amounts}}
        return (
            bool(WHOLE.fullmatch(bare(self.header.paths.get(whole, ("",))[-1])))
            and not any(at > whole for at in amounts)
            and not any(TAKEN_OFF.search(title) for title in titles.values())
            # Months side by side are not one month's parts.
            and not any(months_in(title) for at, title in titles.items() if at < whole)
        )

    def _search_parts_of(self, net: int, amounts: list[int]) -> None:
        """Gross pay and what was taken off under unknown titles, beside a net pay that is known: so it can be checked."""
        taken = {pick.at for name, pick in self.picks.items() if name not in ("net_pay", "deductions", "advance")}
        relation = find_relation(self.rows, [at for at in amounts if at not in taken])
        if self.mistaken or relation is None or relation.net != net:
            return
        rest = [at for at in relation.taken if at not in self.taken()]
        free = [name for name in ("deductions", "advance") if name not in self.picks]
        # One that is known already has to be among them, or it would be taken off twice; one without amounts is idle.
        known = [self.picks[name].at for name in ("deductions", "advance") if name in self.picks]
        if any(at not in relation.taken and self._saw(at).largest for at in known):
            return
        self._put("gross", relation.gross, 78)
        for name, at in zip(free, rest, strict=False):
            self._put(name, at, 70)

    def _put(self, name: str, at: int, confidence: int) -> None:
        holder = next((other for other, pick in self.picks.items() if pick.at == at), None)
        if holder == name:
            self.picks[name].confidence, self.picks[name].reason = max(self.picks[name].confidence, 95), "both"
        elif holder is None and (name not in self.picks or self.picks[name].confidence < confidence):
            self.picks[name] = _Pick(at, confidence, "content")

    def remember(self, remembered: Mapping[str, str]) -> None:
        for name, letter in remembered.items():
            at = column_index(letter)
            for other in [other for other, pick in self.picks.items() if pick.at == at and other != name]:
                del self.picks[other]
            clash = self._saw(at).clashes(name)
            said = f"上次{TITLES[name]}在 {letter} 列，这次的内容却像{_likeness(self._saw(at))}。" if clash else ""
            self.picks[name] = _Pick(at, 40 if clash else 99, "remembered", said)
        for name in [name for name in self.picks if name not in remembered]:
            del self.picks[name]

    def columns(self) -> list[ColumnGuess]:
        found = []
        of = {pick.at: (name, pick) for name, pick in self.picks.items()}
        for at in sorted({*self.evidence, *self.header.titles}):
            seen, title = self._saw(at), self.header.titles.get(at, "")
            if not title and not seen.filled:
                continue
            name, pick = of.get(at, (None, None))
            guess = ColumnGuess(column_letter(at), title, seen.samples, alternatives=self._alternatives(at, name))
            guess.problem, guess.unread = self.notes.get(at, ""), at == self.unread
            if pick:
                guess.column, guess.confidence, guess.reason, guess.problem = (
                    name,
                    pick.confidence,
                    pick.reason,
                    pick.problem,
                )
                guess.rival = pick.rival
            found.append(guess)
        return found

    def _alternatives(self, at: int, chosen: str | None) -> tuple[str, ...]:
        path, seen = self.header.paths.get(at, ()), self._saw(at)
        scores = {column.name: column.score(path) for column in COLUMNS}
        for name, kinds, least, confidence in FROM_CONTENT:
            if seen.filled and seen.share(*kinds) >= least:
                scores[name] = scores.get(name, 0) + confidence * 5
        ranked = sorted(
            (name for name, score in scores.items() if score > 0 and name != chosen), key=lambda n: -scores[n]
        )
        return tuple(ranked[:3])


def _cell(cells: Sequence[Cell], at: int) -> Cell:
    return cells[at - 1] if at <= len(cells) else None


def _likeness(seen: Evidence) -> str:
    words = {
        "id": "身份证号",
        "card": "银行卡号",
        "account": "银行账号",
        "phone": "手机号",
        "name": "姓名",
        "bank": "银行名称",
        "amount": "金额",
        "lost": "丢失了位数的长号码",
    }
    best = max((kind for kind in words), key=lambda kind: seen.shares.get(kind, 0.0))
    return words[best]
