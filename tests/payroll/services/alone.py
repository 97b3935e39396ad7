"""One reading in a process of its own, as a worker has it, which then says what memory it took; also for bench and soak.

`python -m tests.payroll.services.alone BATCH [hungry]` prints a JSON object with the fields of `Cost`. `hungry` keeps
all rows and chunks until the end, as a careless change would: what the tests of memory must notice.
"""

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import django

KB = 1024
# What the reader (the limited child) and the loader may take at most, bytes.
LIMIT = 300 * 1024 * KB
LARGEST = 100_000  # rows that the limit is meant for


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of the reading; most memory of loader and child, and what the loader had before it began, bytes."""

    seconds: float
    loader: int
    child: int
    before: int


def read_alone(batch_id: int, *, hungry: bool = False) -> Cost:
    """Read a queued batch of the current database in a process of its own."""
    from django.db import connection

    here = os.environ["DATABASE_URL"]
    address = re.sub(r"/[^/?]+\?", f"/{connection.settings_dict['NAME']}?", here, count=1)
    done = subprocess.run(
        [sys.executable, "-m", "tests.payroll.services.alone", str(batch_id), *(["hungry"] if hungry else [])],
        env=os.environ | {"DATABASE_URL": address}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def main(batch_id: int, *, hungry: bool) -> None:
    django.setup()
    from zhangye_wages.celery import app

    app.loader.import_default_modules()  # as a worker has it: every room's tasks with all that they need
    from payroll.models import PayrollBatch
    from payroll.services.reading import batch_read
    from sheets.process import nursery

    if hungry:
        _keep_everything()
    before, begun = _peak(), time.perf_counter()
    batch_read(batch_id)
    took = time.perf_counter() - begun
    status = PayrollBatch.objects.get(pk=batch_id).status
    assert status == PayrollBatch.Status.DRAFT, status
    print(json.dumps(asdict(Cost(took, _peak(), nursery.peak * KB, before))))


def _peak() -> int:
    # Not ru_maxrss: it would begin with what the process that started this one had.
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) * KB


def _keep_everything() -> None:
    from payroll.services.sheets import Understood

    chunks = Understood.chunks

    def hungry(self, *arguments, **options):
        rows = [(cells, str(cells).encode("utf-32")) for sheet in self._reading.sheets for _row, cells in sheet.rows()]
        found = list(chunks(self, *arguments, **options))
        assert rows
        return iter(found)

    Understood.chunks = hungry


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhangye_wages.settings.development")
    main(int(sys.argv[1]), hungry=sys.argv[2:] == ["hungry"])
