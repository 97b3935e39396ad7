"""A month's payroll of 10,000 and 100,000 rows × 14 columns: the whole reading against its floor and its peer.

Floor: calamine in this very process, then bare COPY of the same stored values into the same indexed tables with
their foreign keys. What the pipe does on top: a limited child process, every check, blind indexes and SM4 sealing,
recognition of people, progress, remarks, the trail. Two months are measured: the first, when everybody is new, and
a later one, when everybody is known and on the roster, which is what happens each month. Pipe and floor take turns,
so that whatever else the machine does slows both. Peer: django-import-export (`bench.payroll_peer`).
`PAYROLL_ROWS=10000` measures one size only.
"""

import datetime
import functools
import os
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from io import BytesIO, StringIO
from unittest import mock

import python_calamine
from django.db import connection, transaction

from payroll.models import PayrollBatch
from payroll.services import newcomers, reading, sheets
from payroll.services.courier import Courier
from payroll.services.reading import batch_read
from payroll.services.submissions import batch_submit
from payroll.services.uploads import batch_upload
from responsibilities.services.trail import Actor

SIZES = {10_000: 5, 100_000: 3}  # rows: repeats
ACTOR = Actor.system("bench")
NEW, KNOWN = datetime.date(2026, 8, 1), datetime.date(2026, 9, 1)
WORKER = (
    "id, name, pinyin_key, id_number_sealed, id_number_index, id_last4, birth_on, phone_sealed, phone_last4, created_at",
    "payroll_worker",
)
CARD = ("id, worker_id, number_sealed, number_index, last4, bank_name", "payroll_bankcard")
LINE = (
    "batch_id, row, worker_id, card_id, crew, trade, days, hours, unit_price, gross, deductions, advance, net, remark",
    "payroll_payrollline",
)
# What of a reading is timed: label → the function that does it. Beside each other, so they don't add up.
PARTS = {
    "读文件": (sheets, "read"),
    "查人": (sheets.People, "_look_up"),
    "密封": (newcomers.Newcomers, "settle"),
    "备文本": (reading, "lines_text"),
    "写明细": (reading, "lines_add"),
    "写暂存": (newcomers, "_copy_aside"),
    "新人入库": (newcomers.Newcomers, "store"),
}


def run(report) -> None:
    """Tells `report(name, seconds, floor_seconds, note)`; then a table of where the time goes."""
    sizes = [int(os.environ["PAYROLL_ROWS"])] if "PAYROLL_ROWS" in os.environ else SIZES
    for rows in sizes:
        _size(report, rows, SIZES.get(rows, 3))


def _size(report, rows: int, repeats: int) -> None:
    from bench import payroll_peer

    project, note = _project(), f"{rows:,} 行 × 14 列"
    times: dict[str, list[float]] = {}
    spent: dict[str, dict[str, list[float]]] = {"人员全新": {}, "人员已知": {}}
    peers: dict[tuple[str, str], float] = {}
    for repeat in range(repeats):
        people = range(repeat * rows + 1, (repeat + 1) * rows + 1)
        for label, month_on in (("人员全新", NEW), ("人员已知", KNOWN)):
            data, batch = _uploaded(project, people, month_on)
            if label == "人员全新" and repeat == 0:
                for reader in ("calamine", "openpyxl"):
                    peers[label, reader] = payroll_peer.seconds(data, batch.pk, reader=reader)
            seconds, parts = _read(batch)
            floor = _floor(data, batch, newcomers=label == "人员全新")
            times.setdefault(label, []).append(seconds)
            times.setdefault(f"{label} floor", []).append(floor)
            for part, took in parts.items():
                spent[label].setdefault(part, []).append(took)
            batch_submit(batch_id=batch.pk, actor=ACTOR)
    for label in spent:
        ratios = [one / other for one, other in zip(times[label], times[f"{label} floor"], strict=True)]
        seconds, floor = statistics.median(times[label]), statistics.median(times[f"{label} floor"])
        report(f"工资表读取：{label}", seconds, floor, f"{note}；各次比值的中位数 {statistics.median(ratios):.2f}")
    best = min(peers.values())
    for (label, reader), seconds in peers.items():
        report(f"同类：import-export（{reader}）", seconds, None, f"{note}，{label}")
    report("比同类快的倍数", best / statistics.median(times["人员全新"]), None, "越大越好")
    for label, parts in spent.items():
        told = "，".join(f"{part} {statistics.median(took):.2f}" for part, took in parts.items())
        print(f"  {label}各部分的秒数（部分同时进行）：{told}", flush=True)
    people = range(repeats * rows + 1, (repeats + 1) * rows + 1)
    for label, month_on in (("人员全新", NEW), ("人员已知", KNOWN)):
        _data, batch = _uploaded(project, people, month_on)
        took, loader, child = _alone(batch)
        report(
            f"内存 MB：{label}", loader / 1024, None, f"{note}；读取子进程 {child / 1024:.0f} MB；用时 {took:.2f} 秒"
        )
        batch_submit(batch_id=batch.pk, actor=ACTOR)


def _uploaded(project, people: range, month_on: datetime.date):
    from tests.factories.payroll import person, sheet_bytes

    data = sheet_bytes([person(n) for n in people])
    batch, _created = batch_upload(
        project=project, month_on=month_on, subcontractor=None, name="bench.xlsx", data=data, actor=ACTOR, wake=False
    )
    return data, batch


def _read(batch: PayrollBatch) -> tuple[float, dict[str, float]]:
    """Seconds of the whole reading, and of its parts."""
    parts: dict[str, float] = {}
    with ExitStack() as stack:
        for label, (owner, name) in PARTS.items():
            stack.enter_context(mock.patch.object(owner, name, _timed(getattr(owner, name), label, parts)))
        stack.enter_context(mock.patch.object(Courier, "finish", _timed(Courier.finish, "等写完", parts)))
        begun = time.perf_counter()
        batch_read(batch.pk)
        seconds = time.perf_counter() - begun
    batch.refresh_from_db()
    assert batch.status == PayrollBatch.Status.DRAFT, batch.refused_message
    assert batch.rejected == 0
    return seconds, parts


def _timed(function, label: str, parts: dict[str, float]):
    def timed(*arguments, **options):
        begun = time.perf_counter()
        try:
            return function(*arguments, **options)
        finally:
            parts[label] = parts.get(label, 0.0) + time.perf_counter() - begun

    return timed


def _floor(data: bytes, batch: PayrollBatch, newcomers: bool) -> float:
    """Take the stored values out, then time calamine and the bare COPY that puts them back."""
    ours = f"SELECT {{}} FROM payroll_payrollline WHERE batch_id = {batch.pk}"
    selects = {
        WORKER: f"id IN ({ours.format('worker_id')})",
        CARD: f"id IN ({ours.format('card_id')})",
        LINE: f"batch_id = {batch.pk}",
    }
    targets = (WORKER, CARD, LINE) if newcomers else (LINE,)
    texts = {}
    with connection.cursor() as cursor:
        for columns, table in targets:
            box = texts[columns, table] = StringIO()
            cursor.copy_expert(f"COPY (SELECT {columns} FROM {table} WHERE {selects[columns, table]}) TO STDOUT", box)
        cursor.execute(f"CREATE TEMPORARY TABLE gone AS {ours.format('worker_id')}")
        cursor.execute("DELETE FROM payroll_payrollline WHERE batch_id = %s", [batch.pk])
        if newcomers:
            cursor.execute("DELETE FROM payroll_bankcard WHERE worker_id IN (SELECT worker_id FROM gone)")
            cursor.execute("DELETE FROM payroll_worker WHERE id IN (SELECT worker_id FROM gone)")
        cursor.execute("DROP TABLE gone")
        begun = time.perf_counter()
        python_calamine.load_workbook(BytesIO(data)).get_sheet_by_index(0).to_python()
        with transaction.atomic():
            for columns, table in targets:
                texts[columns, table].seek(0)
                cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", texts[columns, table])
        return time.perf_counter() - begun


def _alone(batch: PayrollBatch) -> tuple[float, int, int]:
    """Seconds, and the most kilobytes of loader and child, of a reading in a process of its own."""
    name = connection.settings_dict["NAME"]
    address = os.environ["DATABASE_URL"].replace("/portal?", f"/{name}?")
    done = subprocess.run(
        [sys.executable, "-m", "bench.payroll_alone", str(batch.pk)],
        env=os.environ | {"DATABASE_URL": address}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    seconds, loader, child = done.stdout.split()
    return float(seconds), int(loader), int(child)


def _project():
    """A site with its general contractor, so that who was paid stands on the roster the month after."""
    from tests.factories.payroll import site

    return site(_cast(), f"BENCH-{time.time_ns()}")


@functools.cache
def _cast():
    from tests.cast import build_cast

    return build_cast()
