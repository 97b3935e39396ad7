"""Which dates of a project can't be true. What is merely irregular is a breach or a warning, not refused."""

import datetime
from collections.abc import Iterable

IN_FUTURE, BEFORE_START, START_MISSING, PLAN_REVERSED = "in_future", "before_start", "start_missing", "plan_reversed"


def date_problems(
    *,
    actual_start_on: datetime.date | None,
    completed_on: datetime.date | None,
    planned_start_on: datetime.date | None,
    planned_completion_on: datetime.date | None,
    today: datetime.date,
) -> dict[str, tuple[str, str]]:
    """Field → (code, sentence) for dates that contradict each other or lie ahead."""
    problems = {}
    if completed_on and not actual_start_on:
        problems["actual_start_on"] = START_MISSING, "填写了实际竣工日期，请一并填写实际开工日期。"
    if actual_start_on and actual_start_on > today:
        problems["actual_start_on"] = IN_FUTURE, "实际开工日期不能晚于今天；尚未开工的，请填写计划开工日期。"
    if completed_on and completed_on > today:
        problems["completed_on"] = IN_FUTURE, "实际竣工日期不能晚于今天；尚未竣工的，请填写计划竣工日期。"
    if completed_on and actual_start_on and completed_on < actual_start_on:
        problems["completed_on"] = BEFORE_START, "实际竣工日期早于实际开工日期，请核对后重新填写。"
    if planned_start_on and planned_completion_on and planned_completion_on < planned_start_on:
        problems["planned_completion_on"] = PLAN_REVERSED, "计划竣工日期早于计划开工日期，请核对后重新填写。"
    return problems


def enrolment_problem(
    enrolled_on: datetime.date, *, known_dates: Iterable[datetime.date | None], today: datetime.date
) -> str | None:
    """An enrolment can't lie ahead, nor before everything that is known of the project."""
    if enrolled_on > today:
        return "纳入陇明公日期不能晚于今天，请核对后重新填写。"
    dates = [day for day in known_dates if day]
    if dates and enrolled_on < min(dates):
        return (
            f"纳入陇明公日期早于本项目最早的审批、合同和开工日期（{min(dates):%Y-%m-%d}）。"
            "请核对年份；确属提前纳入的，请先登记更早的审批或合同。"
        )
    return None


def stage(*, actual_start_on: datetime.date | None, completed_on: datetime.date | None, today: datetime.date) -> str:
    """`preparation`, `construction` or `completed`, from the real dates (policy 二(三)一)."""
    if completed_on and completed_on <= today:
        return "completed"
    if actual_start_on and actual_start_on <= today:
        return "construction"
    return "preparation"


STAGE_LABELS = {"preparation": "施工准备", "construction": "进场施工", "completed": "退场完工"}
