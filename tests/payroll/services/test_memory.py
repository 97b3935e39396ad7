"""A sheet of 20,000 rows takes little memory, in the child that reads it and in the process that loads it.

The limit of 300 MB each is meant for 100,000 rows; here the child may take a fifth of it, and the loader may grow by
little, however much there is to say about the rows. `make soak ARGS=payroll_memory` reads 100,000.
"""

import datetime

import pytest

from payroll.services.reading import batch_read
from payroll.services.submissions import batch_submit
from responsibilities.services.trail import Actor
from tests.cast import build_cast
from tests.factories.payroll import person, sheet_bytes, site, upload
from tests.payroll.services.alone import LARGEST, LIMIT, read_alone
from tests.payroll.services.worst import WORST

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 20_000
MAY_GROW = 60 * 1024 * 1024  # some 25 of it whatever the rows
AUGUST, SEPTEMBER = datetime.date(2026, 8, 1), datetime.date(2026, 9, 1)


def sheet(project, beginning: int, month_on: datetime.date, row=person):
    people = [row(n) for n in range(beginning, beginning + ROWS)]
    return upload(project, sheet_bytes(people), month_on=month_on, name=f"{beginning}.xlsx")


def test_new_people_and_strangers_beside_a_roster_stay_below_the_limit(transactional_db):
    project = site(build_cast())
    first = sheet(project, 1, AUGUST)
    costs = {"everybody is new": read_alone(first.pk)}
    batch_submit(batch_id=first.pk, actor=Actor.system("test"))
    strangers = sheet(project, ROWS + 1, SEPTEMBER)
    costs["nobody is on the roster"] = read_alone(strangers.pk)
    assert strangers.remarks.filter(code="unknown_worker").count() == ROWS
    for case, cost in costs.items():
        assert 0 < cost.child * LARGEST / ROWS < LIMIT, case
        assert cost.loader - cost.before < MAY_GROW, f"{case}: {cost}"
        assert cost.loader < LIMIT, case


def test_rows_with_much_to_say_about_stay_below_it_too(transactional_db):
    project = site(build_cast())
    roster = upload(project, sheet_bytes([person(1)]), month_on=AUGUST)
    batch_read(roster.pk)
    batch_submit(batch_id=roster.pk, actor=Actor.system("test"))
    for case in ("三条提示", "同一行"):
        worst = WORST[case]
        batch = sheet(project, 2, SEPTEMBER, worst.row)
        cost = read_alone(batch.pk)
        assert batch.remarks.count() >= worst.remarks * (ROWS - 1), case
        assert batch.rejected_rows.count() >= worst.errors * (ROWS - 1), case
        assert cost.loader - cost.before < MAY_GROW, f"{case}: {cost}"


def test_a_reading_that_keeps_every_chunk_is_noticed(transactional_db):
    """A negative control."""
    cost = read_alone(sheet(site(build_cast()), 1, AUGUST).pk, hungry=True)
    assert cost.loader - cost.before > MAY_GROW, cost
