"""Judging a draft once more when it is submitted: settings and what is known may have changed since it was read.

What is made again and what isn't says `payroll.rules.checks.again`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from payroll.models import PayrollBatch, PayrollRemark
from payroll.rules.amounts import show
from payroll.rules.checks import BatchChecks, Line, Severity, catalogue, severities, stops_batch
from payroll.rules.checks.accounts import CardDiffers, SharedCard
from payroll.rules.checks.again import REMADE, Place, change_words, place_of, rows_by_code, where
from payroll.rules.checks.attendance import SameDayOtherSite
from payroll.rules.checks.minimum_wage import BelowMinimumWage
from payroll.rules.checks.people import UnknownWorker
from payroll.rules.remarks import LONGEST, Remark
from payroll.selectors.checks import severities_on_unscoped
from payroll.selectors.judged_lines import (
    cards_of_others_unscoped,
    days_here_unscoped,
    differing_cards_unscoped,
    lines_judged_unscoped,
    strangers_unscoped,
    underpaid_unscoped,
)
from payroll.selectors.people import (
    days_elsewhere_unscoped,
    has_registered_unscoped,
    has_roster_unscoped,
    minimum_wage_unscoped,
)
from payroll.services.month_facts import Occasion, month_facts_for
from payroll.services.remarks import remarks_forget
from responsibilities.rules.errors import Refused
from responsibilities.rules.identifiers import mask_id
from responsibilities.selectors import clock
from responsibilities.selectors.figures import figure_on
from responsibilities.services import vault

PAID_DAYS = "wage_monthly_paid_days"


@dataclass(slots=True)
class Judged:
    """What differs from what was shown: {"new": {code: rows}, "gone": {code: rows}}; empty where nothing does."""

    changed: dict[str, dict[str, list[int]]] = field(default_factory=dict)

    @property
    def words(self) -> str:
        return change_words(self.changed)


def batch_judge_again(batch: PayrollBatch) -> Judged:
    """Make a draft's checks again, in the submission's transaction. What was submitted is never judged anew.

    Refuses (`check_stops`) where a check that stops today finds something: newly found, found before under a lighter
    setting, or on the batch as a whole. Otherwise the batch's remarks become those of today, so that whoever audits
    reads what is true, and what changed is told.
    """
    area_id, day = batch.project.area_id, clock.today()
    now = severities_on_unscoped(area_id, day)
    read_at = batch.judged_at
    then = (
        severities_on_unscoped(area_id, read_at.astimezone(clock.SHANGHAI).date(), read_at)
        if read_at
        else severities({})
    )
    stored = [
        Remark(row or 0, cell, code, severity, message, sheet_no)
        for row, cell, code, severity, message, sheet_no in PayrollRemark.objects.filter(batch=batch).values_list(
            "row", "cell", "code", "severity", "message", "sheet_no"
        )
    ]
    # A row that is out already is not judged: its remarks stay as they are.
    out = {(one.sheet_no, one.row) for one in stored if one.severity == Severity.ERROR and not stops_batch(one.code)}
    shown = _by_place(one for one in stored if (one.sheet_no, one.row) not in out or not one.row)
    found = _by_place(_remade(batch, now, shown))
    new = [place for place in found if place not in shown]
    gone = [place for place in shown if place[0] in REMADE and place not in found]
    stops = [one for remarks in found.values() for one in remarks if now[one.code] == Severity.ERROR]
    stops += [
        one
        for place, remarks in shown.items()
        if place not in found
        for one in remarks
        if one.code not in REMADE and now.get(one.code) == Severity.ERROR and _stops(one, then)
    ]
    if stops:
        raise Refused("check_stops", _sentence(stops, set(new), f"{day:%Y-%m-%d}"))
    _keep(batch, found, shown, new, gone)
    changed = {"new": rows_by_code(new), "gone": rows_by_code(gone)}
    return Judged({name: rows for name, rows in changed.items() if rows})


def _by_place(remarks: Iterable[Remark]) -> dict[Place, list[Remark]]:
    places: dict[Place, list[Remark]] = defaultdict(list)
    for one in remarks:
        places[place_of(one)].append(one)
    return places


def _stops(remark: Remark, then: Mapping[str, Severity]) -> bool:
    if stops_batch(remark.code):
        return True
    # A row's error keeps the row out already; some wordings of a stopping check are warnings on purpose.
    return remark.severity != Severity.ERROR and then[remark.code] != Severity.ERROR


def _keep(batch: PayrollBatch, found: Mapping, shown: Mapping, new: list, gone: list) -> None:
    """Bring the stored remarks up to today; nearly always nothing changed."""
    told_anew = [
        place
        for place, remarks in found.items()
        if place in shown and place[0] in REMADE and _messages(remarks) != _messages(shown[place])
    ]
    remarks_forget(batch.pk, [*gone, *told_anew])
    PayrollRemark.objects.bulk_create(
        [
            PayrollRemark(
                batch=batch,
                sheet_no=one.sheet_no,
                row=one.row or None,
                cell=one.cell or "",
                code=one.code,
                severity=one.severity,
                message=one.message[:400],
            )
            for place in [*new, *told_anew]
            for one in found[place]
        ],
        batch_size=1000,
    )
    if new or gone or told_anew:
        # The workbook with remarks is made anew when somebody asks for it.
        batch.annotated = None
        batch.save(update_fields=["annotated"])


def _messages(remarks: Iterable[Remark]) -> list[str]:
    return sorted(one.message for one in remarks)


def _remade(batch: PayrollBatch, now: Mapping[str, Severity], shown: Mapping) -> list[Remark]:
    letters = [part["columns"] for part in batch.parts] or [batch.columns]
    occasion = Occasion.of(batch)
    return [
        *(one for one in _by_batch(batch, occasion, letters, now) if one.code in REMADE),
        *_by_row(batch, occasion, letters, now, shown),
    ]


def _by_batch(batch: PayrollBatch, occasion: Occasion, letters: list, now: Mapping[str, Severity]) -> list[Remark]:
    """What `BatchChecks` says of the stored lines."""
    facts = month_facts_for(occasion)
    checks = BatchChecks(
        month=occasion.month, facts=facts, letters_of=lambda sheet_no: letters[sheet_no - 1], settings=now
    )
    lines, workers = [], []
    # Cards are opened only where consecutive numbers are looked for.
    cards = facts.thresholds.consecutive_cards is not None
    for row, sheet_no, name, crew, days, price, net, worker, sealed in lines_judged_unscoped(batch, cards=cards):
        card = vault.unseal_text(sealed, "bank_card") if sealed else None
        days = None if days is None else days.normalize()  # as the sheet had it: 26, not 26.00
        lines.append(_line(row, sheet_no, name, crew, days, price, net, card))
        workers.append(worker)
    return [*checks.see(lines, workers.__getitem__), *checks.finish()]


def _by_row(
    batch: PayrollBatch, occasion: Occasion, letters: list, now: Mapping[str, Severity], shown: Mapping
) -> list[Remark]:
    """What the row checks and those of recognised people say, asked of the stored lines in a few queries."""

    def at(sheet_no: int, row: int, column: str, check, message: str) -> Remark:
        columns = letters[sheet_no - 1]
        letter = columns.get(column) or columns.get("name", "A")
        return Remark(row, f"{letter}{row}", check.code, now[check.code], message[:LONGEST], sheet_no)

    found = []
    if has_roster_unscoped(batch.project_id, batch.month_on):
        registers = has_registered_unscoped(batch.project_id, batch.month_on)
        for sheet_no, row, name, sealed, paid_before in strangers_unscoped(batch, registers=registers):
            if "id_number" not in letters[sheet_no - 1]:
                continue
            known = shown.get((UnknownWorker.code, sheet_no, row))
            # Only a new finding needs the number opened.
            number = "" if known else mask_id(vault.unseal_text(sealed, "id_number"))
            words = UnknownWorker.from_pay_message if paid_before else UnknownWorker.message
            message = known[0].message if known else words.format(name=name, shown=number)
            found.append(at(sheet_no, row, "id_number", UnknownWorker, message))
        for sheet_no, row, name, last4 in differing_cards_unscoped(batch):
            message = CardDiffers.message.format(who=name, last4=last4)
            found.append(at(sheet_no, row, "bank_card", CardDiffers, message))
    for sheet_no, row, name, last4 in cards_of_others_unscoped(batch):
        message = SharedCard.before_message.format(who=name, last4=last4)
        found.append(at(sheet_no, row, "bank_card", SharedCard, message))
    month = occasion.month
    monthly, paid_days = minimum_wage_unscoped(batch.project.area_id, month.first), figure_on(PAID_DAYS, month.first)
    if monthly and paid_days:
        for sheet_no, row, name, pay, due in underpaid_unscoped(batch, monthly=monthly, paid_days=Decimal(paid_days)):
            if "id_number" not in letters[sheet_no - 1]:
                continue
            column = "gross" if "gross" in letters[sheet_no - 1] else "net_pay"
            message = BelowMinimumWage.message.format(name=name, pay=show(pay), due=show(due))
            found.append(at(sheet_no, row, column, BelowMinimumWage, message))
    here = days_here_unscoped(batch)
    elsewhere = days_elsewhere_unscoped(here, project_id=batch.project_id, month_on=month.first)
    for worker, days in elsewhere.items():
        sheet_no, row, name, own = here[worker]
        if own + days > month.days:
            message = SameDayOtherSite.message.format(
                name=name,
                days=f"{own.normalize():f}",
                total=f"{(own + days).normalize():f}",
                month=month.chinese,
                month_days=month.days,
            )
            found.append(at(sheet_no, row, "days", SameDayOtherSite, message))
    return found


def _line(row: int, sheet_no: int, name: str, crew: str, days, price, net: Decimal, card: str | None) -> Line:
    """A stored line as far as checks of the batch look at it."""
    nothing = dict.fromkeys(Line._fields)
    known = {
        "row": row,
        "sheet_no": sheet_no,
        "name": name,
        "crew": crew,
        "days": days,
        "unit_price": price,
        "net": net,
        "bank_card": card,
    }
    return Line(**nothing | known)


def _sentence(stops: Iterable[Remark], new: set, day: str) -> str:
    places: dict[str, list[Remark]] = defaultdict(list)
    for remark in stops:
        places[remark.code].append(remark)
    said = "；".join(
        f"“{catalogue()[code].title}”{where(sorted(one.row for one in remarks))}"
        + ("，上传以后新出现" if any(place_of(one) in new for one in remarks) else "")
        for code, remarks in places.items()
    )
    return (
        f"按 {day} 有效的核验设置和最新的登记情况重新核验，这份工资表有不得提交的问题：{said}。"
        "请改正后重新上传；如果是上传以后设置才变严的，可先点“重新核验”，剔出有问题的行，再提交其余的行。"
    )
