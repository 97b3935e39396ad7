"""A month's payroll of 10,000 rows × 14 columns: the whole reading against its floor.

Floor: calamine in this very process, then bare COPY of the same stored values into the same indexed tables
with their foreign keys. What the pipe does on top: a limited child process, every check, blind indexes and
SM4 sealing, recognition of people, progress, remarks, the trail. Two months are measured: the first, when
everybody is new, and a later one, when everybody is known, which is what happens each month.
"""

import datetime
import statistics
import time
from io import BytesIO, StringIO

import python_calamine
from django.db import connection, transaction

from payroll.models import PayrollBatch, PayrollLine
from payroll.services.reading import batch_read
from payroll.services.submissions import batch_submit
from payroll.services.uploads import batch_upload
from responsibilities.services.trail import Actor

ROWS = 10_000
REPEATS = 5
ACTOR = Actor.system("bench")
WORKER = (
    "id, name, pinyin_key, id_number_sealed, id_number_index, id_last4, birth_on, phone_sealed, phone_last4, created_at",
    "payroll_worker",
)
CARD = ("id, worker_id, number_sealed, number_index, last4, bank_name", "payroll_bankcard")
LINE = (
    "batch_id, row, worker_id, card_id, crew, trade, days, hours, unit_price, gross, deductions, advance, net, remark",
    "payroll_payrollline",
)


def run(report) -> None:
    """Tells `report(name, seconds, floor_seconds, note)` for both months."""
    project = _project()
    first, first_floor, later, later_floor = [], [], [], []
    for repeat in range(REPEATS):
        people = range(repeat * ROWS + 1, (repeat + 1) * ROWS + 1)
        seconds, floor = _measured(project, people, datetime.date(2026, 8, 1), newcomers=True)
        first.append(seconds)
        first_floor.append(floor)
        seconds, floor = _measured(project, people, datetime.date(2026, 9, 1), newcomers=False)
        later.append(seconds)
        later_floor.append(floor)
    note = f"{ROWS:,} 行 × 14 列"
    report("工资表读取：人员全新", statistics.median(first), statistics.median(first_floor), note)
    report("工资表读取：人员已知", statistics.median(later), statistics.median(later_floor), note)


def _measured(project, people: range, month_on: datetime.date, *, newcomers: bool) -> tuple[float, float]:
    """Seconds of the whole reading, and of its floor with the same values; the batch stays submitted."""
    from tests.factories.payroll import person, sheet_bytes

    data = sheet_bytes([person(n) for n in people])
    batch, _created = batch_upload(
        project=project, month_on=month_on, subcontractor=None, name="bench.xlsx", data=data, actor=ACTOR, wake=False
    )
    begun = time.perf_counter()
    batch_read(batch.pk)
    seconds = time.perf_counter() - begun
    batch.refresh_from_db()
    assert (batch.status, batch.accepted) == (PayrollBatch.Status.DRAFT, ROWS), batch.refused_message
    floor = _floor(data, batch, newcomers)
    batch_submit(batch_id=batch.pk, actor=ACTOR)
    return seconds, floor


def _floor(data: bytes, batch: PayrollBatch, newcomers: bool) -> float:
    """Take the stored values out, then time calamine and the bare COPY that puts them back."""
    workers = PayrollLine.objects.filter(batch=batch).values("worker_id")
    selects = {
        WORKER: f"id IN (SELECT worker_id FROM payroll_payrollline WHERE batch_id = {batch.pk})",
        CARD: f"id IN (SELECT card_id FROM payroll_payrollline WHERE batch_id = {batch.pk})",
        LINE: f"batch_id = {batch.pk}",
    }
    targets = (WORKER, CARD, LINE) if newcomers else (LINE,)
    texts = {}
    with connection.cursor() as cursor:
        for columns, table in targets:
            box = texts[columns, table] = StringIO()
            cursor.copy_expert(f"COPY (SELECT {columns} FROM {table} WHERE {selects[columns, table]}) TO STDOUT", box)
        keys = list(workers.values_list("worker_id", flat=True)) if newcomers else []
        cursor.execute("DELETE FROM payroll_payrollline WHERE batch_id = %s", [batch.pk])
        if newcomers:
            cursor.execute("DELETE FROM payroll_bankcard WHERE worker_id = ANY(%s)", [keys])
            cursor.execute("DELETE FROM payroll_worker WHERE id = ANY(%s)", [keys])
        begun = time.perf_counter()
        python_calamine.load_workbook(BytesIO(data)).get_sheet_by_index(0).to_python()
        with transaction.atomic():
            for columns, table in targets:
                texts[columns, table].seek(0)
                cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", texts[columns, table])
        return time.perf_counter() - begun


def _project():
    from tests.factories.accounts import started_project

    code = f"BENCH-{time.time_ns()}"
    return started_project(code, name="测速用项目")
