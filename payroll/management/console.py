"""What payroll's commands read from their arguments; the rest they share with every room's commands."""

from payroll.rules.month import Month
from payroll.selectors.batches import employers_for_upload
from responsibilities.rules.errors import Refused


def month_of(text: str) -> Month:
    """`2026-10`; raises Refused."""
    try:
        return Month.of(text)
    except ValueError:
        raise Refused("bad_month", f"月份“{text}”写法不对，应为 2026-10 这样的年月。") from None


def subcontractor_of(project, code: str | None):
    """The project's subcontractor with this code; None is the general contractor's own crews. Raises Refused."""
    if not code:
        return None
    for employer in employers_for_upload(None, project):
        if employer and employer.code == code:
            return employer
    raise Refused("employer_not_on_project", f"项目 {project.code} 没有编码为 {code} 的分包单位，请先登记或核对编码。")
