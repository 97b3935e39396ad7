"""What 应发实发对账 says of a project's months, with the query held against the rule."""

import datetime
from dataclasses import replace

from payroll.rules.reconciliation import ASKED_FOR
from payroll.selectors.reconciliation import Asked, WorkerMonth, count_worker_months, sums_of_all, worker_months

FIRST, LAST = datetime.date(2026, 6, 1), datetime.date(2026, 11, 1)


def asked(project, **changes) -> Asked:
    """June to November 2026 of a project."""
    return Asked(**{"first_on": FIRST, "last_on": LAST, "project_id": project.pk} | changes)


def months(scope, wanted: Asked) -> list[WorkerMonth]:
    """The rows asked for. Whatever the query filters by is what the rule calls them, and the sums are theirs."""
    found = worker_months(scope, wanted)
    everything = worker_months(scope, replace(wanted, only=""))
    for only, states in ASKED_FOR.items():
        filtered = replace(wanted, only=only)
        by_rule = {_key(row) for row in everything if row.state in states}
        assert {_key(row) for row in worker_months(scope, filtered)} == by_rule, only
        assert count_worker_months(scope, filtered) == len(by_rule)
    total = sums_of_all(scope, wanted)
    assert total.difference == sum(row.difference for row in found)
    assert total.preparing == sum(row.preparing for row in found)
    assert total.differing == len([row for row in found if row.state in ASKED_FOR["different"]])
    return found


def by_worker(scope, project, **changes) -> dict[int, WorkerMonth]:
    """The rows of a project by worker: of one month and employer, so that each has one."""
    return {row.worker_id: row for row in months(scope, asked(project, **changes))}


def _key(row: WorkerMonth) -> tuple:
    return row.project_id, row.month_on, row.worker_id, row.employer
