"""What the database knows beside a sheet: before it is parsed (`facts_for`) and after (`remarks_of`). Reads only."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from payroll.rules.checks import Check
from payroll.rules.checks.accounts import CardMissing, RegisteredCard, SharedCard
from payroll.rules.checks.attendance import SameDayOtherSite
from payroll.rules.checks.people import NameDiffers
from payroll.rules.facts import AgeLimits, Facts, MinimumWageFigure
from payroll.rules.month import Month
from payroll.rules.remarks import Remark
from payroll.selectors.people import days_elsewhere_unscoped, minimum_wage_unscoped
from payroll.services.people import People, Recognised
from responsibilities.rules.identifiers import mask_id
from responsibilities.selectors.figures import figures_on

FIGURES = (
    "payroll_single_pay_limit",
    "wage_monthly_paid_days",
    "worker_minimum_age",
    "worker_overage_female",
    "worker_overage_male",
)


def facts_for(project, month: Month, people: People, settings: Mapping[str, str]) -> Facts:
    """The facts a sheet of this project and month is checked against; what isn't known stays silent.

    Without a roster (the first month) nobody is unknown: `worker_of` is None. `settings` are severities by code.
    """
    figures = figures_on(FIGURES, month.first)
    return Facts(
        worker_of=people.worker_of if people.has_roster else None,
        workers_named=people.workers_named if people.has_roster else None,
        card_key=people.card_index,
        minimum_wage=_minimum_wage(project.area_id, month, figures),
        ages=_ages(figures),
        pay_limit=_value(figures, "payroll_single_pay_limit"),
        severities=settings,
        announce=people.announce,
    )


def remarks_of(
    lines: Sequence,
    known: Recognised,
    *,
    elsewhere: int | None,
    month: Month,
    letters: Sequence[dict[str, str]],
    settings: Mapping[str, str],
) -> list[Remark]:
    """Remarks that need people recognised first: names and cards known from elsewhere, registered cards that stand in
    for a blank cell, days on two sites.

    `letters` are the columns of each table, by its place; `elsewhere` is the project whose sheet this is, None where
    no other one has pay of the month. The sentences don't say where else a person works: that may lie outside the
    reader's scope.
    """
    found = []
    # Mostly everybody is on the roster and has his card for himself: then no line need be looked at.
    if known.known.strangers_here:
        found += _names(lines, known, letters)
    if known.known.paid:
        found += _cards(lines, known, letters)
    if None in known.card_indexes:
        found += _stood_in(lines, known, letters)
    if elsewhere is not None:
        found += _days(lines, known, elsewhere, month, letters)
    return [remark._replace(severity=settings[remark.code]) for remark in found]


def _names(lines, known: Recognised, letters):
    for position, line in enumerate(lines):
        worker = known.worker(position) if line.worker is None else None
        if worker and worker.name != line.name:
            message = NameDiffers.elsewhere_message.format(name=line.name, shown=mask_id(line.id_number))
            yield _remark(line, letters, "name", NameDiffers, message)


def _cards(lines, known: Recognised, letters):
    for position, index in enumerate(known.card_indexes):
        paid = known.known.paid.get(index, ()) if index else ()
        if all(worker == known.worker_pk(position) for worker in paid):
            continue
        line = lines[position]
        message = SharedCard.before_message.format(who=line.name, last4=line.bank_card[-4:])
        yield _remark(line, letters, "bank_card", SharedCard, message)


def _stood_in(lines, known: Recognised, letters):
    """Lines of people with registered cards that name none: which one stands in, or that none can."""
    for position, line in enumerate(lines):
        if line.bank_card is not None or line.worker is None or not line.worker.other_cards:
            continue
        if "bank_card" not in letters[line.sheet_no - 1]:
            continue  # told once for the sheet: payroll.rules.checks.without_cards
        if stand_in := known.stand_ins.get(position):
            message = RegisteredCard.message.format(who=line.name, last4=stand_in.last4)
            yield _remark(line, letters, "bank_card", RegisteredCard, message)
        else:
            message = CardMissing.message.format(who=line.name, said="")
            yield _remark(line, letters, "bank_card", CardMissing, message)


def _days(lines, known: Recognised, project_id: int, month: Month, letters):
    workers = {
        pk: line for position, line in enumerate(lines) if line.days and (pk := known.worker_pk(position)) is not None
    }
    elsewhere = days_elsewhere_unscoped(workers, project_id=project_id, month_on=month.first)
    for pk, days in elsewhere.items():
        line = workers[pk]
        if line.days + days > month.days:
            total = f"{(line.days + days).normalize():f}"
            message = SameDayOtherSite.message.format(
                name=line.name, days=f"{line.days:f}", total=total, month=month.chinese, month_days=month.days
            )
            yield _remark(line, letters, "days", SameDayOtherSite, message)


def _remark(line, letters: Sequence[dict[str, str]], column: str, check: type[Check], message: str) -> Remark:
    columns = letters[line.sheet_no - 1]
    letter = columns.get(column) or columns.get("name", "A")
    return Remark(line.row, f"{letter}{line.row}", check.code, check.default, message, line.sheet_no)


def _minimum_wage(area_id: int, month: Month, figures: dict) -> MinimumWageFigure | None:
    monthly = minimum_wage_unscoped(area_id, month.first)
    paid_days = _value(figures, "wage_monthly_paid_days")
    return MinimumWageFigure(monthly, paid_days) if monthly and paid_days else None


def _ages(figures: dict) -> AgeLimits:
    def years(code: str) -> int | None:
        value = _value(figures, code)
        return int(value) if value else None

    return AgeLimits(
        minimum=years("worker_minimum_age"),
        male=years("worker_overage_male"),
        female=years("worker_overage_female"),
    )


def _value(figures: dict, code: str) -> Decimal | None:
    row = figures.get(code)
    return Decimal(row.value) if row else None
