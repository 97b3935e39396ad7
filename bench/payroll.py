"""A month's payroll of 10,000 and 100,000 rows × 14 columns: the whole reading against its floor and its peer.

Floor: calamine in this very process, then bare COPY of the same stored values (people, cards, lines, remarks, rejected
rows: whatever the reading stored) into the same indexed tables with their foreign keys, in one transaction, after a
VACUUM. What the reading does on top: a limited child process, every check, blind indexes and SM4 sealing, recognition
of people, progress, the trail. Two months of each site are measured: the first, when everybody is new, and the next,
when everybody is known and on the roster, which is what happens each month. Reading and floor take turns, so that
whatever else the machine does slows both. Peer: django-import-export (`bench.payroll_peer`), rolled back; well tuned
at both sizes (of 100,000 rows with new people only: it takes minutes), as it comes on 2,000 rows.
`PAYROLL_ROWS=10000` measures one size only.
"""

import datetime
import functools
import os
import statistics
import time
from contextlib import ExitStack
from io import BytesIO
from unittest import mock

import python_calamine
from django.db import connection, transaction

from bench import payroll_peer
from payroll.models import PayrollBatch
from payroll.services import newcomers, reading, sheets
from payroll.services.courier import Courier
from payroll.services.reading import batch_read
from payroll.services.submissions import batch_submit
from payroll.services.uploads import batch_upload
from responsibilities.services.trail import Actor
from tests.payroll.services.alone import LARGEST, LIMIT, read_alone

SIZES = {10_000: 7, 100_000: 3}  # rows: repeats
PLAIN_ROWS = 2_000
# Who of them is tried, and how it reads the file.
PEERS = {
    (10_000, "人员全新"): ("calamine", "openpyxl"),
    (10_000, "人员已知"): ("calamine",),
    (100_000, "人员全新"): ("calamine",),
}
ACTOR = Actor.system("bench")
NEW, KNOWN, LATER = datetime.date(2026, 8, 1), datetime.date(2026, 9, 1), datetime.date(2026, 10, 1)
CASES = {"人员全新": NEW, "人员已知": KNOWN}
MB = 1024 * 1024
# In the order of their foreign keys: table, the columns that a reading gives, which of its rows one reading stored.
PEOPLE = "id > {most}"
OF_BATCH = "batch_id = {batch}"
STORED = (
    (
        "payroll_worker",
        (
            "id, name, pinyin_key, id_number_sealed, id_number_index, id_last4, birth_on, phone_sealed, phone_last4,"
            " created_at"
        ),
        PEOPLE,
    ),
    ("payroll_bankcard", "id, worker_id, number_sealed, number_index, last4, bank_name", PEOPLE),
    (
        "payroll_payrollline",
        (
            "batch_id, sheet_no, row, worker_id, card_id, crew, trade, days, hours, unit_price, gross, deductions, advance,"
            " net, remark"
        ),
        OF_BATCH,
    ),
    ("payroll_payrollremark", "batch_id, sheet_no, row, cell, code, severity, message", OF_BATCH),
    ("payroll_payrollrejectedrow", "batch_id, sheet_no, row, cells", OF_BATCH),
)
# What of a reading is timed: label → the function that does it. Beside each other, so they don't add up.
PARTS = {
    "读文件": (sheets, "read"),
    "查人": (sheets.People, "_look_up"),
    "密封": (newcomers.Newcomers, "settle"),
    "写新人": (newcomers, "copy_in"),
    "备文本": (reading, "lines_text"),
    "写明细": (reading, "lines_add"),
    "等写完": (Courier, "finish"),
    "写提示": (reading, "remarks_replace"),
}


def run(report) -> None:
    """Tells `report(name, seconds, floor_seconds, note)`; then a table of where the time goes."""
    sizes = [int(os.environ["PAYROLL_ROWS"])] if "PAYROLL_ROWS" in os.environ else SIZES
    _read(_uploaded(_project(), range(50), NEW)[1])  # the warm process starts, code is loaded
    _plain(report)
    for rows in sizes:
        _size(report, rows, SIZES.get(rows, 3))


def _size(report, rows: int, repeats: int) -> None:
    note = f"{rows:,} 行 × 14 列"
    times: dict[str, list[tuple[float, float]]] = {label: [] for label in CASES}
    spent: dict[str, dict[str, list[float]]] = {label: {} for label in CASES}
    peers: dict[tuple[str, str], float] = {}
    submissions: dict[str, list[float]] = {label: [] for label in CASES}
    for repeat in range(repeats):
        project, people = _project(), range(repeat * rows + 1, (repeat + 1) * rows + 1)
        for label, month_on in CASES.items():
            data, batch = _uploaded(project, people, month_on)
            if repeat == 0:
                for reader in PEERS.get((rows, label), ()):
                    peers[label, reader] = payroll_peer.seconds(data, batch.pk, month_on, reader=reader)
            before = _most_people()
            seconds, parts = _read(batch)
            times[label].append((seconds, _floor(data, batch, before)))
            for part, took in parts.items():
                spent[label].setdefault(part, []).append(took)
            begun = time.perf_counter()
            batch_submit(batch_id=batch.pk, actor=ACTOR)
            submissions[label].append(time.perf_counter() - begun)
            _a_month_passes()
    for label, pairs in times.items():
        seconds, floor = (statistics.median(column) for column in zip(*pairs, strict=True))
        ratio = statistics.median(one / other for one, other in pairs)
        said = f"{note}；各次比值 {min(a / b for a, b in pairs):.2f}–{max(a / b for a, b in pairs):.2f}，中位数 {ratio:.2f}"
        report(f"工资表读取：{label}", seconds, floor, said)
        for (case, reader), took in peers.items():
            if case == label:
                said = f"{note}；是我们的 {took / seconds:.1f} 倍，下限的 {took / floor:.1f} 倍"
                report(f"同类 import-export（{reader}）", took, None, said)
        # On lines that the planner knows nothing of yet: the slowest tells of a plan gone wrong.
        slowest = f"{note}；最慢 {max(submissions[label]):.2f} 秒；下限栏是读取"
        report(f"签名提交：{label}", statistics.median(submissions[label]), seconds, slowest)
    for label, parts in spent.items():
        told = "，".join(f"{part} {statistics.median(took):.2f}" for part, took in parts.items())
        print(f"  {label}各部分的秒数（部分同时进行）：{told}", flush=True)
    if rows == LARGEST:
        _memory(report, rows, repeats)


def _plain(report) -> None:
    """The peer as it comes and the reading, on the same sheets of new people, in turns."""
    pairs = []
    for repeat in range(2):
        begin = 10_000_000 + repeat * PLAIN_ROWS
        data, batch = _uploaded(_project(), range(begin, begin + PLAIN_ROWS), NEW)
        took = payroll_peer.plain_seconds(data, batch.pk, NEW)
        pairs.append((took, _read(batch)[0]))
    took, seconds = (statistics.median(column) for column in zip(*pairs, strict=True))
    said = f"{PLAIN_ROWS:,} 行 × 14 列，人员全新；是我们（{seconds:.2f} 秒）的 {took / seconds:.0f} 倍"
    report("同类 import-export（原样）", took, None, said)


def _memory(report, rows: int, repeats: int) -> None:
    """The peaks of a reading in a process of its own; the last month brings strangers only, to a site with a roster."""
    project, people = _project(), range(repeats * rows + 1, (repeats + 1) * rows + 1)
    strangers = range((repeats + 1) * rows + 1, (repeats + 2) * rows + 1)
    for label, who, month_on in (
        ("人员全新", people, NEW),
        ("人员已知", people, KNOWN),
        ("花名册外", strangers, LATER),
    ):
        _data, batch = _uploaded(project, who, month_on)
        cost = read_alone(batch.pk)
        said = (
            f"{rows:,} 行；读取子进程 {cost.child / MB:.0f} MB；上限各 {LIMIT / MB:.0f} MB；用时 {cost.seconds:.2f} 秒"
        )
        report(f"内存 MB：{label}", cost.loader / MB, None, said)
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


def _most_people() -> dict[str, int]:
    with connection.cursor() as cursor:
        found = {}
        for table in ("payroll_worker", "payroll_bankcard"):
            cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
            (found[table],) = cursor.fetchone()
    return found


def _floor(data: bytes, batch: PayrollBatch, before: dict[str, int]) -> float:
    """Take out what the reading stored, then time calamine and the bare COPY that puts it back."""
    rows = [(table, columns, which.format(batch=batch.pk, most=before.get(table))) for table, columns, which in STORED]
    texts = {}
    with connection.cursor() as cursor:
        for table, columns, which in rows:
            box = texts[table] = BytesIO()
            cursor.copy_expert(f"COPY (SELECT {columns} FROM {table} WHERE {which} ORDER BY id) TO STDOUT", box)
        for table, _columns, which in reversed(rows):
            cursor.execute(f"DELETE FROM {table} WHERE {which}")
        cursor.execute(f"VACUUM {', '.join(table for table, _columns, _which in rows)}")
        begun = time.perf_counter()
        python_calamine.load_workbook(BytesIO(data)).get_sheet_by_index(0).to_python()
        with transaction.atomic():
            for table, columns, _which in rows:
                texts[table].seek(0)
                cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", texts[table], 1 << 22)
        took = time.perf_counter() - begun
        for table, _columns, which in rows:
            cursor.execute(f"SELECT count(*) FROM {table} WHERE {which}")
            assert cursor.fetchone()[0] == texts[table].getvalue().count(b"\n"), (
                f"{table}: the floor stored something else"
            )
    return took


def _a_month_passes() -> None:
    """The server has counted what was stored, as it does by itself within minutes; a bench doesn't wait for that."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE payroll_rosterentry, {', '.join(table for table, _columns, _which in STORED)}")


def _project():
    """A site with its general contractor, so that who was paid stands on the roster the month after."""
    from tests.factories.payroll import site

    return site(_cast(), f"BENCH-{time.time_ns()}")


@functools.cache
def _cast():
    from tests.cast import build_cast

    return build_cast()
