"""Who the people of an attendance sheet are, and what of their days can't be: compared with roster, stays, others' days.

By a valid ID number, or by a name that the employer's roster holds exactly once. Never guessed: a row that fits
nobody, or two people, is shown with the reason and counts nothing.
"""

import datetime

from payroll.imports.attendance.parsed import ParsedAttendance, PersonMonth
from payroll.selectors.attendance_facts import taken_days_unscoped
from payroll.selectors.roster_facts import OnRoster, SiteRoster, site_roster_unscoped
from payroll.selectors.site_facts import Stay, stays_unscoped
from responsibilities.rules.identifiers import mask_id
from responsibilities.services import vault


def match_people(
    parsed: ParsedAttendance,
    *,
    project_id: int,
    employer_id: int,
    subcontractor_id: int | None,
    today: datetime.date,
) -> list[int | None]:
    """Per person of the sheet the worker, None where nobody is meant for sure. Remarks go to `parsed`."""
    roster = site_roster_unscoped(project_id, not_left_before=parsed.month.first)
    matcher = _Matcher(parsed, roster, employer_id)
    workers = [matcher.worker(person) for person in parsed.people]
    _days_that_cannot_be(parsed, workers, project_id, subcontractor_id, today)
    return workers


class _Matcher:
    def __init__(self, parsed: ParsedAttendance, roster: SiteRoster, employer_id: int) -> None:
        self.parsed, self.roster, self.employer_id = parsed, roster, employer_id
        self.index_of = vault.blind_indexer("id_number")
        self.rows: dict[int, int] = {}

    def worker(self, person: PersonMonth) -> int | None:
        if person.identity_error is not None:
            self.parsed.remarks.append(person.identity_error)
            return None
        found = self._by_id(person) if person.id_number else self._by_name(person)
        if found is None:
            return None
        if found in self.rows:
            message = f"{self._who(person)}在第 {self.rows[found]} 行已经有一行，这一行未计入。请合并后重新上传。"
            self.parsed.error(person.row, "duplicate_worker", message, cell=person.place)
            return None
        self.rows[found] = person.row
        return found

    def _by_id(self, person: PersonMonth) -> int | None:
        anybody = self.roster.by_index.get(self.index_of(person.id_number))
        own = self.roster.of_employer(anybody, self.employer_id)
        if not own:
            return self._not_on_roster(person, anybody)
        one = own[0]
        if person.name and one.name != person.name:
            message = f"{self._who(person)}的身份证号在花名册上是另一个姓名，按身份证号计入。请核对姓名。"
            self.parsed.warn(person.row, "name_differs", message, cell=person.place)
        return one.worker

    def _by_name(self, person: PersonMonth) -> int | None:
        if not person.name:
            message = f"第 {person.row} 行只有工号“{person.number}”，没有姓名和身份证号，无法对应到人，未计入。请补上。"
            self.parsed.error(person.row, "name_missing", message, cell=person.place)
            return None
        anybody = self.roster.by_name.get(person.name)
        own = self.roster.of_employer(anybody, self.employer_id)
        if len(own) > 1:
            message = f"花名册上有 {len(own)} 名“{person.name}”，分不清是哪一位，未计入。请补上身份证号。"
            self.parsed.error(person.row, "name_ambiguous", message, cell=person.place)
            return None
        return own[0].worker if own else self._not_on_roster(person, anybody)

    def _not_on_roster(self, person: PersonMonth, anybody: list[OnRoster] | None) -> None:
        if anybody:
            message = (
                f"{self._who(person)}在本项目登记的是另一家用工单位，未计入。请核对用工单位，或先办理退场、进场登记。"
            )
            self.parsed.error(person.row, "other_employer", message, cell=person.place)
        else:
            message = (
                f"{self._who(person)}不在本单位这个项目当月的花名册上，未计入。请先登记进场（含合同），再上传考勤。"
            )
            self.parsed.error(person.row, "person_unknown", message, cell=person.place)

    @staticmethod
    def _who(person: PersonMonth) -> str:
        return f"{person.name or '此人'}（{mask_id(person.id_number)}）" if person.id_number else f"“{person.name}”"


def _days_that_cannot_be(
    parsed: ParsedAttendance, workers: list[int | None], project_id: int, subcontractor_id: int | None, today
) -> None:
    found = [worker for worker in workers if worker is not None]
    stays = stays_unscoped(project_id, found)
    here, elsewhere = taken_days_unscoped(project_id, parsed.month.first, found, subcontractor_id)
    first = parsed.month.first
    for person, worker in zip(parsed.people, workers, strict=True):
        if worker is None:
            continue
        dates = [first + datetime.timedelta(days=at) for at, day in enumerate(person.days) if day]
        future = [date for date in dates if date > today]
        _take_away(person, future)
        _say(parsed, person, future, "day_in_future", "error", "还没有到，未计入。请核对考勤月份和日期")
        dates = [date for date in dates if date <= today]
        taken = [date for date in dates if date in here.get(worker, ())]
        _take_away(person, taken)
        _say(
            parsed,
            person,
            taken,
            "day_of_other_employer",
            "error",
            "已由本项目的另一家用工单位上报出勤，未计入。请核对",
        )
        double = [date for date in dates if date in elsewhere.get(worker, ())]
        _say(parsed, person, double, "same_day_other_site", "warning", "在另一个项目也有出勤。请核对是否本人")
        if worker in stays:
            out = [date for date in dates if not _on_site(stays[worker], date)]
            _say(parsed, person, out, "outside_stay", "warning", "不在登记的进退场期间内。请核对考勤或补登进退场")


def _on_site(stays: list[Stay], date: datetime.date) -> bool:
    return any(stay.covers(date, date) for stay in stays)


def _take_away(person: PersonMonth, dates: list[datetime.date]) -> None:
    for date in dates:
        person.days[date.day - 1] = person.hours[date.day - 1] = None


def _say(
    parsed: ParsedAttendance, person: PersonMonth, dates: list[datetime.date], code: str, severity: str, what: str
):
    if not dates:
        return
    days = "、".join(str(date.day) for date in dates[:10]) + (" 等" if len(dates) > 10 else "")
    tell = parsed.error if severity == "error" else parsed.warn
    # At the cell where it is one day; else at the row, so that thirty days don't make thirty lines.
    day = dates[0].day if len(dates) == 1 else None
    tell(person.row, code, f"{person.name} {days} 日{what}。", day=day, cell=person.place_of(day))
