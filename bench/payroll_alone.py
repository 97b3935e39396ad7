"""One reading in a process of its own, which then says how much memory it and its child took at most.

`python -m bench.payroll_alone BATCH` prints `seconds loader_kilobytes child_kilobytes`.
"""

import os
import re
import sys
import time
from pathlib import Path

import django


def main(batch_id: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhangye_wages.settings.development")
    django.setup()
    import zhangye_wages.celery  # noqa: F401 - as a worker has it
    from payroll.models import PayrollBatch
    from payroll.services.reading import batch_read
    from sheets.process import nursery

    begun = time.perf_counter()
    batch_read(batch_id)
    took = time.perf_counter() - begun
    status = PayrollBatch.objects.get(pk=batch_id).status
    assert status == PayrollBatch.Status.DRAFT, status
    # Not ru_maxrss: it would begin with what the process that started this one had.
    peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    print(f"{took:.3f}", peak[1], nursery.peak)


if __name__ == "__main__":
    main(int(sys.argv[1]))
