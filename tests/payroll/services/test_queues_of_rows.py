"""Every queue of rows keeps the same promises, and none stands in another's way."""

import pytest

from accounts.services.statement_imports import STATEMENTS
from payroll.services.queue import ATTENDANCE, BATCHES, RESULTS

QUEUES = {"batches": BATCHES, "attendance": ATTENDANCE, "results": RESULTS, "statements": STATEMENTS}


@pytest.mark.django_db
def test_the_same_number_in_another_queue_is_free():
    with BATCHES.alone(7) as batch, ATTENDANCE.alone(7) as sheet, RESULTS.alone(7) as result:
        assert (batch, sheet, result) == (True, True, True)


def test_no_two_queues_share_a_space():
    assert len({queue.space for queue in QUEUES.values()}) == len(QUEUES)


@pytest.mark.django_db
@pytest.mark.parametrize("queue", QUEUES.values(), ids=QUEUES)
def test_an_empty_queue_has_nothing_to_claim_and_nothing_stranded(queue):
    with queue.alone(1) as alone:
        assert alone
        assert queue.claim(1) is None
    assert queue.stranded_unscoped() == []
