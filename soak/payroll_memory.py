"""十万行的工资表：人员全新、人员已知、全部不在花名册，读取和入库的内存峰值各不超过 300 MB。"""

import datetime

from payroll.services.submissions import batch_submit
from responsibilities.services.trail import Actor
from tests.cast import build_cast
from tests.factories.payroll import person, sheet_bytes, site, upload
from tests.payroll.services.alone import LARGEST, LIMIT, read_alone
from zhangye_wages.launcher.copies import copied_database

MB = 1024 * 1024
MONTHS = [datetime.date(2026, month, 1) for month in (7, 8, 9)]


def run(tell) -> list[str]:
    """Read them; returns what took too much."""
    with copied_database("soak_payroll_memory"):
        return _run(tell)


def _run(tell) -> list[str]:
    project, wrong = site(build_cast()), []
    for label, beginning, month_on in zip(("全新", "已知", "花名册外"), (1, 1, LARGEST + 1), MONTHS, strict=True):
        people = [person(n) for n in range(beginning, beginning + LARGEST)]
        batch = upload(project, sheet_bytes(people), month_on=month_on, name=f"{label}.xlsx")
        cost = read_alone(batch.pk)
        said = f"{label}：入库 {cost.loader // MB} MB，读取子进程 {cost.child // MB} MB，{cost.seconds:.1f} 秒"
        tell(said)
        if max(cost.loader, cost.child) > LIMIT:
            wrong.append(f"{said}，超过 {LIMIT // MB} MB")
        batch_submit(batch_id=batch.pk, actor=Actor.system("soak"))
    return wrong
