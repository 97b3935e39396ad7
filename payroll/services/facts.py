"""What the database knows beside a sheet: before it is parsed (`facts_for`) and after (`remarks_of`). Reads only."""

from collections.abc import Sequence
from decimal import Decimal

from payroll.rules.facts import AgeLimits, Facts, KnownWorker, MinimumWageFigure
from payroll.rules.month import Month
from payroll.rules.remarks import Remark
from payroll.selectors.people import KnownWorker as RosterWorker
from payroll.selectors.people import (
    cards_paid_to_unscoped,
    days_elsewhere_unscoped,
    last_cards_unscoped,
    minimum_wage_unscoped,
)
from payroll.services.people import Indexers, Recognised
from responsibilities.rules.identifiers import mask_id
from responsibilities.selectors.figures import figure_on


def facts_for(project, month: Month, indexers: Indexers, roster: dict[bytes, RosterWorker]) -> Facts:
    """The facts a sheet of this project and month is checked against; what isn't known stays silent.

    Without a roster (the first month) nobody is unknown: `worker_of` is None.
    """
    # Only those on the roster are compared; reading everybody's cards took a fifth of a large reading.
    cards = last_cards_unscoped(project.pk, month.first) if roster else {}
    by_index: dict[bytes, KnownWorker] = {}
    by_name: dict[str, list[KnownWorker]] = {}
    for index, worker in roster.items():
        card = cards.get(worker.pk)
        known = KnownWorker(worker.pk, worker.name, frozenset((card,)) if card else frozenset())
        by_index[index] = known
        by_name.setdefault(worker.name, []).append(known)
    return Facts(
        worker_of=(lambda number: by_index.get(indexers.id_number(number))) if by_index else None,
        workers_named=(lambda name: by_name.get(name, ())) if by_index else None,
        card_key=indexers.bank_card,
        minimum_wage=_minimum_wage(project.area_id, month),
        ages=_ages(month),
    )


def remarks_of(
    lines: Sequence, known: Recognised, *, project_id: int, month: Month, letters: dict[str, str]
) -> list[Remark]:
    """Warnings that need people recognised first: names and cards known from elsewhere, days on two sites.

    The sentences don't say where else a person works: that may lie outside the reader's scope.
    """
    found = [*_names(lines, known, letters), *_cards(lines, known, letters)]
    found += _days(lines, known, project_id, month, letters)
    return found


def _names(lines, known: Recognised, letters):
    for position, line in enumerate(lines):
        index = known.id_indexes[position]
        worker = known.workers.get(index) if index and line.worker is None else None
        if worker and worker.name != line.name:
            message = f"{line.name}（{mask_id(line.id_number)}）的身份证号在系统中登记的是另一个姓名。请对照身份证核对姓名和号码。"
            yield Remark(line.row, _cell(letters, "name", line.row), "name_differs", "warning", message)


def _cards(lines, known: Recognised, letters):
    suspects: dict[int, list[int]] = {}
    for position, index in enumerate(known.card_indexes):
        owners = known.cards.get(index, {}) if index else {}
        if others := [card for worker, card in owners.items() if worker != known.worker_pk(position)]:
            suspects[position] = others
    paid = cards_paid_to_unscoped({card for cards in suspects.values() for card in cards})
    for position, cards in suspects.items():
        if paid.isdisjoint(cards):
            continue
        line = lines[position]
        message = (
            f"{line.name}的银行卡（尾号 {line.bank_card[-4:]}）此前用于给另一名工人发工资。工资应发到本人账户，请核对。"
        )
        yield Remark(line.row, _cell(letters, "bank_card", line.row), "shared_card", "warning", message)


def _days(lines, known: Recognised, project_id: int, month: Month, letters):
    workers = {
        pk: line for position, line in enumerate(lines) if line.days and (pk := known.worker_pk(position)) is not None
    }
    elsewhere = days_elsewhere_unscoped(workers, project_id=project_id, month_on=month.first)
    for pk, days in elsewhere.items():
        line = workers[pk]
        if line.days + days > month.days:
            message = (
                f"{line.name}本表出勤 {line.days:f} 天，加上其他项目已报的天数共 {(line.days + days).normalize():f} 天，"
                f"超过{month.chinese}的 {month.days} 天，存在同日在两处出勤。请核对考勤。"
            )
            yield Remark(line.row, _cell(letters, "days", line.row), "same_day_other_site", "warning", message)


def _minimum_wage(area_id: int, month: Month) -> MinimumWageFigure | None:
    monthly = minimum_wage_unscoped(area_id, month.first)
    paid_days = figure_on("wage_monthly_paid_days", month.first)
    return MinimumWageFigure(monthly, Decimal(paid_days)) if monthly and paid_days else None


def _ages(month: Month) -> AgeLimits:
    def years(code: str) -> int | None:
        value = figure_on(code, month.first)
        return int(value) if value else None

    return AgeLimits(
        minimum=years("worker_minimum_age"),
        male=years("worker_overage_male"),
        female=years("worker_overage_female"),
    )


def _cell(letters: dict[str, str], column: str, row: int) -> str:
    letter = letters.get(column) or letters.get("name", "A")
    return f"{letter}{row}"
