"""What is known may change between preview and submission: the checks are made again, and what changed is told."""

import datetime
from decimal import Decimal

import pytest

from payroll.models import BatchAct, CheckSetting, MinimumWage, PayrollBatch, RosterEntry
from payroll.rules.checks.again import change_words
from payroll.services.submissions import batch_submit
from responsibilities.rules.errors import Refused
from responsibilities.selectors import clock
from responsibilities.services.trail import Actor
from tests.factories.accounts import bare_statement_line
from tests.factories.payroll import draft, id_number, person, site
from tests.factories.people import attended, on_roster, worker

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")
OCTOBER = [datetime.date(2026, 10, day) for day in range(1, 32)]


@pytest.fixture
def project(cast):
    return site(cast)


def submit(batch):
    return batch_submit(batch_id=batch.pk, actor=SYSTEM)


def changed(batch) -> dict:
    return BatchAct.objects.get(batch=batch, act="submit").facts["changed"]


def stops(code):
    CheckSetting.objects.create(
        check_code=code, severity="stop", in_force_from="2026-01-01", reason="测试", set_at=clock.now()
    )


def codes(batch) -> list:
    return sorted(batch.remarks.values_list("code", "row"))


def test_where_nothing_changed_nothing_is_told_and_the_remarks_stand(cast, project):
    """The oracle: judging again says of every kind of finding what reading said."""
    elsewhere = site(cast, "ZY-2026-011")
    submit(draft(project, [person(1), person(2)], month_on=datetime.date(2026, 9, 1)))
    submit(draft(elsewhere, [person(2, days=Decimal(20))], name="b.xlsx"))
    MinimumWage.objects.create(area=project.area, monthly=Decimal(9000), in_force_from="2026-01-01", instrument="测试")
    attended(project, worker(1), OCTOBER[:5])
    attended(elsewhere, worker(1), OCTOBER[3:6])
    bare_statement_line(project, datetime.date(2026, 11, 3), cast.bank)
    rows = [
        person(1, bank_card=person(7)["bank_card"]),
        person(2),
        person(3),
        person(4, id_number=id_number(4), bank_card=person(2)["bank_card"]),
    ]
    batch = draft(project, rows, name="c.xlsx")
    before = codes(batch)
    for code in ("unknown_worker", "card_differs", "shared_card", "below_minimum_wage", "same_day_other_site", "balance_too_low", "days_over_attendance"):  # fmt: skip
        assert code in {found for found, _row in before}, f"the trial lost {code}"
    submit(batch)
    assert changed(batch) == {}
    assert codes(batch) == before


def test_pay_on_another_site_that_came_meanwhile_is_told_and_kept(cast, project):
    elsewhere = site(cast, "ZY-2026-011")
    batch = draft(project, [person(1), person(2)])
    assert codes(batch) == []
    submit(draft(elsewhere, [person(2)], name="b.xlsx"))
    submit(batch)
    assert changed(batch) == {"new": {"same_day_other_site": [4]}}
    assert codes(batch) == [("same_day_other_site", 4)]
    assert "1 处（第 4 行）" in change_words(changed(batch))


def test_a_stop_found_then_refuses_names_the_row_and_changes_nothing(cast, project):
    elsewhere = site(cast, "ZY-2026-011")
    stops("same_day_other_site")
    batch = draft(project, [person(1), person(2)])
    submit(draft(elsewhere, [person(2)], name="b.xlsx"))
    with pytest.raises(Refused) as refused:
        submit(batch)
    assert refused.value.code == "check_stops"
    assert "第 4 行" in refused.value.message
    assert "上传以后新出现" in refused.value.message
    batch.refresh_from_db()
    assert (batch.status, codes(batch)) == (PayrollBatch.Status.DRAFT, [])


def test_who_left_the_roster_meanwhile_is_a_stranger_and_who_came_is_none(cast, project):
    entry = on_roster(project, worker(1), cast.contractor, entered_on=datetime.date(2026, 3, 1))
    batch = draft(project, [person(1), person(2)])
    assert codes(batch) == [("unknown_worker", 4)]
    on_roster(project, worker(2), cast.contractor, entered_on=datetime.date(2026, 3, 1))
    RosterEntry.objects.filter(project=project, worker=worker(1)).update(left_on=datetime.date(2026, 9, 30))
    assert entry
    submit(batch)
    assert changed(batch)["new"]["unknown_worker"] == [3]
    assert changed(batch)["gone"]["unknown_worker"] == [4]
    assert ("unknown_worker", 3) in codes(batch)
    assert ("unknown_worker", 4) not in codes(batch)


def test_who_came_meanwhile_and_is_left_off_is_told_at_submission(cast, project):
    batch = draft(project, [person(1)])
    assert "roster_left_out" not in {code for code, _row in codes(batch)}
    on_roster(project, worker(2), cast.contractor, entered_on=datetime.date(2026, 10, 20))
    submit(batch)
    assert changed(batch)["new"]["roster_left_out"] == [0]


def test_a_minimum_wage_entered_meanwhile_counts_and_a_stop_of_it_refuses(project):
    batch = draft(
        project, [person(1), person(2, gross=Decimal(20000), net_pay=Decimal(20000), deductions=None, advance=None)]
    )
    MinimumWage.objects.create(area=project.area, monthly=Decimal(9000), in_force_from="2026-01-01", instrument="测试")
    stops("below_minimum_wage")
    with pytest.raises(Refused) as refused:
        submit(batch)
    assert "低于最低工资标准" in refused.value.message
    CheckSetting.objects.all().delete()
    submit(batch)
    assert changed(batch) == {"new": {"below_minimum_wage": [3]}}


def test_a_card_paid_to_somebody_else_meanwhile_is_told(cast, project):
    batch = draft(project, [person(1)])
    other = site(cast, "ZY-2026-011")
    submit(draft(other, [person(2, bank_card=person(1)["bank_card"])], name="b.xlsx"))
    submit(batch)
    assert changed(batch)["new"]["shared_card"] == [3]


def test_a_statement_that_came_meanwhile_changes_the_balance(cast, project):
    batch = draft(project, [person(1), person(2)])
    line = bare_statement_line(project, datetime.date(2026, 11, 3), cast.bank)
    type(line).objects.filter(pk=line.pk).update(balance=Decimal("10.00"))
    submit(batch)
    assert changed(batch) == {"new": {"balance_too_low": [0]}}
    assert "（整批）" in change_words(changed(batch))


def test_the_clerk_is_told_on_the_page_and_the_record_keeps_it(cast, project, client):
    elsewhere = site(cast, "ZY-2026-011")
    batch = draft(project, [person(1), person(2)])
    submit(draft(elsewhere, [person(2)], name="b.xlsx"))
    client.force_login(cast.labour_officer)
    batch.refresh_from_db()
    shown = client.post(
        f"/payroll/{batch.pk}/submit/",
        {"version": batch.version, "accepted": 2, "signed_name": cast.labour_officer.name},
        follow=True,
    ).content.decode()
    assert "上传以后情况有变化" in shown
    assert "与上传时相比" in shown
