"""总包 audits: when it may approve, when it must say why, who may not, and what sending back does."""

import pytest

from payroll.models import PayConfirmation, PayrollBatch
from payroll.rules.audit import AuditFacts, reasons_needed
from payroll.selectors.confirmations import returned_batches
from payroll.services.answers import Claim, contest_raise, pay_confirm
from payroll.services.audits import batch_audit, batch_return
from payroll.services.submissions import batch_submit
from responsibilities.models import AuditEvent, Grant, User
from responsibilities.rules.errors import EditedMeanwhile, NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Role
from tests.factories.flow import SYSTEM, WORKER, answers, submitted, tokens
from tests.factories.payroll import draft, person

pytestmark = pytest.mark.django_db
Status, Stage = PayrollBatch.Status, PayrollBatch.Stage


@pytest.fixture
def batch(cast, project):
    """Three workers of the subcontractor, all confirmed."""
    made = submitted(project, subcontractor=cast.subcontractor)
    for token in tokens(made):
        pay_confirm(token=token, actor=WORKER)
    return made


def facts(cast, user, **changes):
    return {"actor": cast.actor(user), "scope": cast.scope(user)} | changes


@pytest.mark.parametrize(("given", "sentences"), [
    (AuditFacts(10, 8, 0), 0), (AuditFacts(10, 7, 0), 1), (AuditFacts(10, 10, 1), 1), (AuditFacts(10, 0, 2), 2),
    (AuditFacts(0, 0, 0), 0),
])  # fmt: skip
def test_when_an_approval_needs_a_reason(given, sentences):
    from decimal import Decimal

    assert len(reasons_needed(given, minimum_share=Decimal("0.80"))) == sentences


def test_the_general_contractor_approves_and_signs(cast, batch):
    user = cast.labour_officer
    done = batch_audit(batch_id=batch.pk, signed_name=user.name, **facts(cast, user))
    assert done.stage == Stage.AUDITED
    act = batch.acts.last()
    assert (act.act, act.signed_name, act.facts["confirmed"], act.facts["alone"]) == ("audit", user.name, 3, False)
    assert "农民工工资专用账户" in act.statement
    assert AuditEvent.objects.get(action="payroll.audit").project_id == batch.project_id


def test_an_open_contest_or_too_few_confirmations_need_a_reason(cast, project):
    batch = submitted(project, subcontractor=cast.subcontractor)
    contest_raise(token=tokens(batch)[0], claim=Claim(reason="days"), actor=WORKER)
    given = facts(cast, cast.labour_officer, batch_id=batch.pk, signed_name=cast.labour_officer.name)
    with pytest.raises(Refused) as refused:
        batch_audit(**given)
    assert refused.value.code == "reason_needed"
    assert "1 条工资异议" in refused.value.message
    assert "只有 0 人确认" in refused.value.message
    batch_audit(reason="两人已离场，电话核对无误。", **given)
    assert batch.acts.last().reason == "两人已离场，电话核对无误。"


def test_who_may_not_audit(cast, batch):
    for user in (cast.subcontractor_clerk, cast.supervisor, cast.auditor):
        with pytest.raises(NotAllowed):
            batch_audit(batch_id=batch.pk, **facts(cast, user))
    for user in (cast.other_labour_officer, cast.bank_clerk, cast.stranger):
        with pytest.raises(NotVisible):
            batch_audit(batch_id=batch.pk, **facts(cast, user))


def test_whoever_compiled_it_leaves_the_audit_to_a_colleague_where_there_is_one(cast, project):
    user = cast.labour_officer
    batch = draft(project, [person(1)], user=user)
    batch_submit(batch_id=batch.pk, actor=cast.actor(user))
    given = facts(cast, user, batch_id=batch.pk, reason="全部当面核对")
    colleague = User.objects.create(username="colleague", name="祁连建设复核员")
    grant = Grant.objects.create(user=colleague, organization=cast.contractor, role=Role.LABOUR_OFFICER)
    with pytest.raises(Refused) as refused:
        batch_audit(**given)
    assert refused.value.code == "second_person"
    grant.delete()
    batch_audit(**given)
    assert batch.acts.last().facts["alone"] is True


def test_a_page_that_was_overtaken_approves_nothing(cast, batch):
    with pytest.raises(EditedMeanwhile):
        batch_audit(batch_id=batch.pk, version=batch.version - 1, **facts(cast, cast.labour_officer))
    batch_audit(batch_id=batch.pk, **facts(cast, cast.labour_officer))
    with pytest.raises(Refused) as refused:
        batch_audit(batch_id=batch.pk, **facts(cast, cast.labour_officer))
    assert refused.value.code == "wrong_stage"


def test_sending_back_says_why_and_where_and_frees_the_month(cast, batch):
    row = batch.lines.order_by("row").first().row
    done = batch_return(batch_id=batch.pk, reason=" 第一行天数不对 ", rows=[row], **facts(cast, cast.labour_officer))
    assert (done.status, done.stage) == (Status.RETURNED, "")
    act = batch.acts.last()
    assert (act.act, act.reason, act.facts["rows"]) == ("return", "第一行天数不对", [row])
    assert {one.state for one in answers(batch)} == {PayConfirmation.State.VOID}
    found = returned_batches(cast.scope(cast.subcontractor_clerk)).get()
    assert (found, found.returned_why) == (batch, "第一行天数不对")
    assert not returned_batches(cast.scope(cast.other_subcontractor_clerk)).exists()
    # The new version goes on where this one stopped; who is paid the same needn't confirm again.
    second = submitted(batch.project, [person(0, days=25), person(1), person(2)], subcontractor=cast.subcontractor)
    batch.refresh_from_db()
    assert (second.supersedes, batch.status) == (batch, Status.SUPERSEDED)
    assert [one.state for one in answers(second)] == ["pending", "confirmed", "confirmed"]
    assert not returned_batches(cast.scope(cast.subcontractor_clerk)).exists()


@pytest.mark.parametrize(("reason", "rows", "code"), [("  ", None, "reason_needed"), ("错", [999], "no_such_row")])
def test_a_return_without_a_reason_or_with_a_row_that_is_not_there_is_refused(cast, batch, reason, rows, code):
    with pytest.raises(Refused) as refused:
        batch_return(batch_id=batch.pk, reason=reason, rows=rows, **facts(cast, cast.labour_officer))
    assert refused.value.code == code
    batch.refresh_from_db()
    assert batch.status == Status.SUBMITTED


def test_the_screen_shows_what_decides_and_approves(cast, batch, enter):
    client = enter(cast.labour_officer)
    page = client.get(f"/payroll/{batch.pk}/audit/").content.decode()
    assert "3<small>/ 3 人" in page
    assert "没有考勤记录" in page
    form = {"version": batch.version, "signed_name": "别人"}
    answer = client.post(f"/payroll/{batch.pk}/audit/", form)
    assert answer.status_code == 422
    assert "签名须与登录人的姓名完全一致" in answer.content.decode()
    form["signed_name"] = cast.labour_officer.name
    answer = client.post(f"/payroll/{batch.pk}/audit/", form, follow=True)
    assert "下一步在工地公示" in answer.content.decode()


def test_the_screen_sends_back_and_the_compiler_reads_why_on_the_first_page(cast, batch, enter):
    client = enter(cast.labour_officer)
    answer = client.post(f"/payroll/{batch.pk}/return/", {"version": batch.version, "reason": ""})
    assert answer.status_code == 422
    assert "请写明退回的理由" in answer.content.decode()
    form = {"version": batch.version, "reason": "木工班天数与考勤不符", "places": ["1-3", "1-4"]}
    assert "已退回" in client.post(f"/payroll/{batch.pk}/return/", form, follow=True).content.decode()
    clerk = enter(cast.subcontractor_clerk)
    for address in ("/", "/payroll/"):
        assert "木工班天数与考勤不符" in clerk.get(address).content.decode(), address
    page = clerk.get(f"/payroll/{batch.pk}/").content.decode()
    assert ">第 3 行 " in page
    assert ">第 4 行 " in page
    assert "退回的行：第 3、4 行" in page
    assert "重新上传" in page


def test_a_system_without_a_user_audits_unsigned(batch):
    assert batch_audit(batch_id=batch.pk, actor=SYSTEM).stage == Stage.AUDITED
