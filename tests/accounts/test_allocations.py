"""Credits name their month, surpluses move only by a recorded act, nothing is counted twice."""

import datetime
from decimal import Decimal

import pytest

from accounts.models import Allocation, AllocationMonth, AllocationPeriod
from accounts.selectors.months import months_in_span
from accounts.services.allocations import allocation_record, allocation_void, surplus_move
from accounts.services.periods import period_state, periods_open
from responsibilities.models import AuditEvent, Touched
from responsibilities.rules.errors import EditedMeanwhile, NotVisible, Refused
from responsibilities.services.trail import Actor
from tests.factories.accounts import credit, month, started_project

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 23)
OCTOBER = datetime.date(2026, 10, 1)
NOVEMBER = datetime.date(2026, 11, 1)
SYSTEM = Actor.system("试验")


@pytest.fixture(autouse=True)
def pinned(settings):
    settings.PORTAL_TODAY = TODAY.isoformat()


@pytest.fixture
def project(cast):
    return started_project(parties=[("developer", cast.developer), ("general_contractor", cast.contractor)])


def record(project, **changed):
    facts = {
        "month_on": OCTOBER,
        "credited_on": datetime.date(2026, 10, 30),
        "amount": Decimal("300000"),
        "bank_receipt_number": "HD-1",
    }
    return allocation_record(project=project, actor=SYSTEM, **(facts | changed))


def test_the_same_receipt_twice_is_one_credit(project):
    assert record(project) == record(project)
    assert Allocation.objects.count() == 1
    assert AuditEvent.objects.filter(action="allocation_record").count() == 1


def test_a_receipt_typed_in_another_way_is_the_same_paper(project):
    first = record(project)
    for typed in (" hd-1 ", "ＨＤ－１", "Hd-1"):
        assert record(project, bank_receipt_number=typed) == first
    assert Allocation.objects.count() == 1


def test_a_key_hit_too_often_is_refused_and_harms_no_page(project):
    with pytest.raises(Refused) as refused:
        record(project, amount=Decimal("99999999999999"))
    assert refused.value.code == "amount_too_large"
    assert "多打了数字" in refused.value.fields["amount"]
    with pytest.raises(Refused) as refused:
        period_state(project=project, month_on=OCTOBER, completed_value=Decimal("99999999999999"), actor=SYSTEM)
    assert refused.value.code == "amount_too_large"
    for n in range(20):
        record(project, amount=Decimal("9999999999.99"), bank_receipt_number=f"HD-{n}X")
    assert AllocationMonth.objects.get(project=project, month_on=OCTOBER).credited == Decimal("199999999999.80")


def test_the_same_receipt_with_another_amount_is_refused(project):
    record(project)
    with pytest.raises(Refused) as refused:
        record(project, amount=Decimal("1"))
    assert refused.value.code == "receipt_used"
    assert "2026-10" in refused.value.fields["bank_receipt_number"]


def test_a_credit_of_tomorrow_is_refused(project):
    with pytest.raises(Refused, match="晚于今天"):
        record(project, credited_on=datetime.date(2026, 11, 24))


def test_a_voided_credit_counts_nothing_and_frees_its_receipt(project):
    allocation = record(project)
    allocation_void(allocation_id=allocation.pk, reason="银行退汇", actor=SYSTEM)
    assert AllocationMonth.objects.get(month_on=OCTOBER).credited == 0
    assert record(project, amount=Decimal("200")).pk != allocation.pk


def test_a_void_without_reason_is_refused(project):
    allocation = record(project)
    with pytest.raises(Refused, match="作废理由"):
        allocation_void(allocation_id=allocation.pk, reason=" ", actor=SYSTEM)


def test_a_write_touches_its_project(project):
    Touched.objects.all().delete()
    record(project)
    assert list(Touched.objects.values_list("project_id", flat=True)) == [project.pk]


def test_a_surplus_moves_forward_only_by_a_recorded_act(project):
    period_state(project=project, month_on=OCTOBER, completed_value=Decimal("500000"), actor=SYSTEM)
    period_state(project=project, month_on=NOVEMBER, completed_value=Decimal("500000"), actor=SYSTEM)
    record(project, amount=Decimal("250000"))
    assert AllocationMonth.objects.get(month_on=NOVEMBER).credited == 0

    surplus_move(
        project=project,
        from_month_on=OCTOBER,
        to_month_on=NOVEMBER,
        amount=Decimal("100000"),
        note="十月多拨",
        actor=SYSTEM,
    )

    october, november = (AllocationMonth.objects.get(month_on=day) for day in (OCTOBER, NOVEMBER))
    assert (october.credited, november.credited) == (Decimal("150000"), Decimal("100000"))
    assert october.satisfied_on == datetime.date(2026, 10, 30)
    assert november.satisfied_on is None


def test_more_than_the_surplus_cannot_be_moved(project):
    period_state(project=project, month_on=OCTOBER, completed_value=Decimal("500000"), actor=SYSTEM)
    record(project, amount=Decimal("150000.01"))
    with pytest.raises(Refused) as refused:
        surplus_move(
            project=project,
            from_month_on=OCTOBER,
            to_month_on=NOVEMBER,
            amount=Decimal("0.02"),
            note="",
            actor=SYSTEM,
        )
    assert refused.value.code == "no_surplus"


def test_a_month_with_unknown_requirement_has_no_surplus(project):
    record(project)
    with pytest.raises(Refused, match="待定"):
        surplus_move(
            project=project, from_month_on=OCTOBER, to_month_on=NOVEMBER, amount=Decimal("1"), note="", actor=SYSTEM
        )


def test_a_surplus_moves_only_forward(project):
    with pytest.raises(Refused, match="以后的月份"):
        surplus_move(
            project=project, from_month_on=NOVEMBER, to_month_on=OCTOBER, amount=Decimal("1"), note="", actor=SYSTEM
        )


def test_a_nil_month_with_a_value_is_refused(project):
    with pytest.raises(Refused) as refused:
        period_state(
            project=project,
            month_on=OCTOBER,
            completed_value=Decimal("1"),
            nil_statement_on=datetime.date(2026, 10, 31),
            actor=SYSTEM,
        )
    assert refused.value.code == "nil_with_value"


def test_the_second_of_two_editors_is_told(project):
    first = period_state(project=project, month_on=OCTOBER, completed_value=Decimal("1"), actor=SYSTEM)
    period_state(project=project, month_on=OCTOBER, completed_value=Decimal("2"), version=first.version, actor=SYSTEM)
    with pytest.raises(EditedMeanwhile):
        period_state(
            project=project, month_on=OCTOBER, completed_value=Decimal("3"), version=first.version, actor=SYSTEM
        )
    assert AllocationPeriod.objects.get(month_on=OCTOBER).completed_value == 2


def test_a_foreign_developer_cannot_record_for_the_project(project, cast):
    foreign = cast.scope(cast.other_developer_officer)
    with pytest.raises(NotVisible):
        record(project, scope=foreign)
    assert record(project, scope=cast.scope(cast.developer_officer))


def test_months_open_from_actual_start_to_completion_once(project):
    assert periods_open(today=TODAY) == 4
    assert periods_open(today=TODAY) == 0
    assert periods_open(today=datetime.date(2026, 12, 1)) == 1
    project.completed_on = datetime.date(2026, 10, 15)
    project.save()
    seen = months_in_span(AllocationMonth.objects.order_by("month_on"), TODAY)
    assert [row.month_on.month for row in seen] == [8, 9, 10]
    assert seen[0].opens_on == project.actual_start_on


def test_months_before_a_corrected_start_are_left_out(project):
    periods_open(today=TODAY)
    project.actual_start_on = datetime.date(2026, 10, 8)
    project.save()
    months = months_in_span(AllocationMonth.objects.all(), TODAY)
    assert {row.month_on.month for row in months} == {10, 11}


def test_the_database_refuses_a_negative_credit(project):
    from django.db import IntegrityError

    period = month(project, OCTOBER)
    with pytest.raises(IntegrityError, match="allocation_amount_sign"):
        credit(period, "-5", TODAY)
