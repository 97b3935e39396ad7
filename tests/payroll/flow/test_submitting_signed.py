"""Submitting with a signature: whose name, which words, what stands in the record; workers are asked, once each."""

import pytest

from payroll.models import BatchAct, PayConfirmation, PayrollBatch
from payroll.rules.signing import UNSIGNED, same_name
from payroll.services.answers import Claim, contest_raise, pay_confirm
from payroll.services.reading import batch_read
from payroll.services.submissions import batch_submit
from responsibilities.models import AuditEvent
from responsibilities.rules.errors import Refused
from tests.factories.flow import SYSTEM, WORKER, answers, submitted, tokens
from tests.factories.payroll import COLUMNS, draft, person, sheet_bytes, upload

pytestmark = pytest.mark.django_db
State = PayConfirmation.State


@pytest.mark.parametrize(("typed", "same"), [
    ("祁连建设劳资专管员", True), (" 祁连建设 劳资专管员　", True), ("", False), ("祁连建设", False), ("祁连建设劳资专管员甲", False),
])  # fmt: skip
def test_a_name_is_ones_own_or_it_is_not(typed, same):
    assert same_name(typed, "祁连建设劳资专管员") is same


def test_the_signed_statement_is_kept_with_the_act_and_in_the_trail(cast, project):
    batch = draft(project, [person(1)])
    user = cast.labour_officer
    batch_submit(batch_id=batch.pk, actor=cast.actor(user), scope=cast.scope(user), signed_name=user.name)
    act = batch.acts.get()
    assert (act.act, act.by, act.signed_name) == ("submit", user, user.name)
    assert "如有虚假，愿意承担法律责任" in act.statement
    assert AuditEvent.objects.get(action="payroll.submit").changes["signed_name"] == ["", user.name]


def test_another_name_submits_nothing(cast, project):
    batch = draft(project, [person(1)])
    with pytest.raises(Refused) as refused:
        batch_submit(batch_id=batch.pk, actor=cast.actor(cast.labour_officer), signed_name=cast.supervisor.name)
    assert refused.value.code == "signature_differs"
    batch.refresh_from_db()
    assert batch.status == PayrollBatch.Status.DRAFT
    assert not batch.acts.exists()
    assert not batch.confirmations.exists()


def test_without_a_name_the_record_says_so(cast, project):
    batch = draft(project, [person(1)])
    batch_submit(batch_id=batch.pk, actor=cast.actor(cast.labour_officer))
    assert (batch.acts.get().signed_name, batch.acts.get().statement) == ("", UNSIGNED)


def test_every_line_asks_its_worker_once(project):
    batch = submitted(project)
    assert [one.state for one in answers(batch)] == [State.PENDING] * 3
    assert len({one.key for one in answers(batch)}) == 3
    batch_submit(batch_id=batch.pk, actor=SYSTEM)
    assert batch.confirmations.count() == 3


def test_an_answer_stands_in_the_next_version_where_the_pay_is_the_same(project):
    first = submitted(project, [person(1), person(2), person(3)])
    for token in tokens(first)[:2]:
        pay_confirm(token=token, actor=WORKER)
    second = submitted(project, [person(1), person(2, gross=6000, net_pay=5400), person(3), person(4)])
    assert second.supersedes == first
    assert {one.state for one in answers(first)} == {State.VOID}
    assert [one.voided_from for one in answers(first)] == [State.CONFIRMED, State.CONFIRMED, State.PENDING]
    new = answers(second)
    assert [one.state for one in new] == [State.CONFIRMED, State.PENDING, State.PENDING, State.PENDING]
    assert new[0].carried_from == answers(first)[0]
    assert new[0].channel == "link"


@pytest.mark.parametrize(("hours", "state"), [(208, State.CONFIRMED), (216, State.PENDING)])
def test_whoever_is_paid_the_same_for_other_hours_is_asked_again(project, hours, state):
    first = with_hours(project, 208)
    pay_confirm(token=tokens(first)[0], actor=WORKER)
    second = with_hours(project, hours)
    assert second.lines.get().hours == hours
    assert answers(second)[0].state == state


def with_hours(project, hours) -> PayrollBatch:
    batch = upload(project, sheet_bytes([person(1, hours=hours)], columns=(*COLUMNS, "hours")))
    batch_read(batch.pk)
    return batch_submit(batch_id=batch.pk, actor=SYSTEM)


def test_an_open_contest_goes_over_to_the_corrected_sheet(project):
    first = submitted(project, [person(1), person(2)])
    contest = contest_raise(token=tokens(first)[0], claim=Claim(reason="days", should_be="28 天"), actor=WORKER)
    second = submitted(project, [person(1, days=28), person(2)])
    contest.refresh_from_db()
    assert contest.batch == second
    assert contest.confirmation == answers(second)[0]
    assert contest.figures["days"] == "26.00"
    assert answers(second)[0].state == State.CONTESTED
    # And ends when the worker agrees to the new figures.
    pay_confirm(token=tokens(second)[0], actor=WORKER)
    contest.refresh_from_db()
    assert contest.state == "withdrawn"


def test_both_versions_say_that_one_replaced_the_other(project):
    first, second = submitted(project, [person(1)]), submitted(project, [person(2)])
    assert [act.act for act in first.acts.all()] == ["submit", "supersede"]
    assert first.acts.last().facts == {"superseded_by": second.pk}
    assert second.acts.get().facts["supersedes"] == first.pk


@pytest.mark.parametrize("stage", ["paying", "paid"])
def test_money_on_its_way_is_not_replaced(project, stage):
    first = submitted(project, [person(1)])
    PayrollBatch.objects.filter(pk=first.pk).update(stage=stage)
    second = draft(project, [person(2)])
    with pytest.raises(Refused) as refused:
        batch_submit(batch_id=second.pk, actor=SYSTEM)
    assert refused.value.code == "money_on_its_way"
    assert "补发" in refused.value.message
    assert BatchAct.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "said"), [("张三", "签名须与登录人的姓名完全一致"), ("", "请输入您本人的姓名作为签名，再提交。")]
)
def test_a_wrong_name_stays_in_its_field_with_what_is_wrong_until_the_next_look(cast, project, client, typed, said):
    batch = draft(project, [person(1)])
    client.force_login(cast.labour_officer)
    address = f"/payroll/{batch.pk}/"

    def field() -> str:
        return (
            client.get(address).content.decode().split('<label for="id_signed_name"')[1].split('<p class="wp-help"')[0]
        )

    assert "is-invalid" not in field(), "the control"
    form = {"version": batch.version, "accepted": batch.accepted, "signed_name": typed}
    response = client.post(f"{address}submit/", form)
    assert (response.status_code, response["Location"]) == (302, f"{address}#sign")
    shown = field()
    assert "is-invalid" in shown
    assert f'value="{typed}"' in shown
    assert "autofocus" in shown
    assert f'id="signed_error">{said}' in shown
    assert "is-invalid" not in field(), "told once"
    batch.refresh_from_db()
    assert batch.status == PayrollBatch.Status.DRAFT
