"""Judging a draft once more when it is submitted: settings and facts may have changed since it was read."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from payroll.models import PayrollBatch, PayrollLine, PayrollRemark
from payroll.rules.checks import BatchChecks, Line, Severity, catalogue, severities, stops_batch
from payroll.rules.checks.batch import BY_FACTS
from payroll.rules.remarks import Remark
from payroll.selectors.checks import severities_on_unscoped
from payroll.services.month_facts import Occasion, month_facts_for
from responsibilities.rules.errors import Refused
from responsibilities.selectors import clock

ROWS_TOLD = 10


def refuse_if_stopped(batch: PayrollBatch) -> None:
    """Refuse (`check_stops`) where a check that stops today applies to a draft; what was submitted is never judged anew.

    Row remarks made under lighter settings stop now where their setting became `stop`; remarks on the batch stop
    where they do. Checks by facts are made again, because attendance, contracts and other sheets may have come
    since; they cost nothing while none of them stops.
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
        if now.get(code) == Severity.ERROR
    ]
    again = {code for code in BY_FACTS if now[code] == Severity.ERROR}
    found = [one for one in stored if one.code not in again and _stops(one, then)]
    if again:
        found += [one for one in _by_facts(batch, now) if one.code in again]
    if found:
        raise Refused("check_stops", _sentence(found, f"{day:%Y-%m-%d}"))


def _stops(remark: Remark, then: dict[str, Severity]) -> bool:
    if stops_batch(remark.code):
        return True
    # A row's error keeps the row out already; some wordings of a stopping check are warnings on purpose.
    return remark.severity != Severity.ERROR and then[remark.code] != Severity.ERROR


def _by_facts(batch: PayrollBatch, now: dict[str, Severity]) -> list[Remark]:
    letters = [part["columns"] for part in batch.parts] or [batch.columns]
    checks = BatchChecks(
        month=Occasion.of(batch).month,
        facts=month_facts_for(Occasion.of(batch)),
        letters_of=lambda sheet_no: letters[sheet_no - 1],
        settings=now,
    )
    lines, workers = [], []
    rows = PayrollLine.objects.filter(batch=batch).order_by("sheet_no", "row")
    for row, sheet_no, name, crew, days, price, net, worker in rows.values_list(
        "row", "sheet_no", "worker__name", "crew", "days", "unit_price", "net", "worker_id"
    ).iterator(chunk_size=5000):
        lines.append(_line(row, sheet_no, name, crew, days, price, net))
        workers.append(worker)
    return [*checks.see(lines, workers.__getitem__), *checks.finish()]


def _line(row: int, sheet_no: int, name: str, crew: str, days: Decimal | None, price: Decimal | None, net) -> Line:
    """A stored line as far as checks by facts look at it; its numbers stay sealed."""
    nothing = dict.fromkeys(Line._fields)
    known = {
        "row": row,
        "sheet_no": sheet_no,
        "name": name,
        "crew": crew,
        "days": days,
        "unit_price": price,
        "net": net,
    }
    return Line(**nothing | known)


def _sentence(found: Iterable[Remark], day: str) -> str:
    places: dict[str, list[Remark]] = defaultdict(list)
    for remark in found:
        places[remark.code].append(remark)
    said = "；".join(f"“{catalogue()[code].title}”{_where(remarks)}" for code, remarks in places.items())
    return (
        f"按 {day} 有效的核验设置，这份工资表有不得提交的问题：{said}。"
        "请改正后重新上传；如果是上传以后设置才变严的，可先点“重新核验”，剔出有问题的行，再提交其余的行。"
    )


def _where(remarks: list[Remark]) -> str:
    rows = sorted({remark.row for remark in remarks if remark.row})
    if not rows:
        return "（整批）"
    shown = "、".join(map(str, rows[:ROWS_TOLD])) + (" 等" if len(rows) > ROWS_TOLD else "")
    return f"{len(remarks)} 处（第 {shown} 行）"
