"""十万行的工资表：人员全新、已知、列改过再读一次、全部不在花名册，以及每行都有问题的表，读取和入库的内存峰值各不超过 300 MB。"""

import datetime

from payroll.models import PayrollBatch
from payroll.services.submissions import batch_submit
from responsibilities.services.trail import Actor
from tests.cast import build_cast
from tests.factories.payroll import person, sheet_bytes, site, upload
from tests.payroll.services.alone import LARGEST, LIMIT, read_alone
from tests.payroll.services.worst import WORST
from zhangye_wages.launcher.copies import copied_database

MB = 1024 * 1024
PEOPLE, STRANGERS = range(1, LARGEST + 1), range(LARGEST + 1, 2 * LARGEST + 1)
# What a sheet holds, of whom, and whether it is submitted, so that the next one finds its people on the roster.
CASES = (
    ("全新", person, PEOPLE, True),
    ("已知", person, PEOPLE, True),
    ("花名册外", person, STRANGERS, False),
    *((f"每行{label}", worst.row, STRANGERS, False) for label, worst in WORST.items()),
)
AGAIN = "已知"  # whose columns are put right on the page before it is submitted: what the first reading stored goes


def run(tell) -> list[str]:
    """Read them; returns what took too much."""
    with copied_database("soak_payroll_memory"):
        return _run(tell)


def _run(tell) -> list[str]:
    project, wrong = site(build_cast()), []
    for month, (label, row, people, submitted) in enumerate(CASES, start=1):
        data = sheet_bytes([row(n) for n in people])
        batch = upload(project, data, month_on=datetime.date(2026, month, 1), name=f"{label}.xlsx")
        wrong += _read(batch, label, tell)
        if label == AGAIN:
            PayrollBatch.objects.filter(pk=batch.pk).update(status=PayrollBatch.Status.QUEUED)
            wrong += _read(batch, f"{label}，再读一次", tell)
        if submitted:
            batch_submit(batch_id=batch.pk, actor=Actor.system("soak"))
    return wrong


def _read(batch: PayrollBatch, label: str, tell) -> list[str]:
    cost = read_alone(batch.pk)
    said = (
        f"{label}：入库 {cost.loader // MB} MB，读取子进程 {cost.child // MB} MB，"
        f"{batch.remarks.count():,} 条问题，{cost.seconds:.1f} 秒"
    )
    tell(said)
    return [f"{said}，超过 {LIMIT // MB} MB"] if max(cost.loader, cost.child) > LIMIT else []
