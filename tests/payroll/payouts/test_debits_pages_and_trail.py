"""Who says what a debit is and undoes it, what the trail keeps of it, and the pages that lead there."""

from decimal import Decimal

import pytest

from payroll.models import DebitExplanation
from payroll.services import debits, statement_matching
from payroll.services.debits import debit_unexplain
from payroll.services.statement_matching import statement_pair, statement_unpair
from payroll.views import matching as matching_page
from responsibilities.models import AuditEvent
from responsibilities.rules.errors import NotAllowed, NotVisible
from responsibilities.selectors.clock import now
from responsibilities.services.trail import Actor
from tests.factories.debits import explain, movement, to_worker

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_23_november")]
SYSTEM = Actor.system("tests")
NET = Decimal("5380.00")


def test_only_who_pays_on_the_project_says_what_a_debit_is(cast, project, paid):
    line = movement(project, NET * 2)
    for user, error in (
        (cast.auditor, NotAllowed),
        (cast.supervisor, NotAllowed),
        (cast.other_labour_officer, NotVisible),
    ):
        by = {"actor": cast.actor(user), "scope": cast.scope(user)}
        with pytest.raises(error):
            explain(line, "other", **by)
        with pytest.raises(error):
            debit_unexplain(explanation_id=explain(line, "other").pk, **by)
        debit_unexplain(explanation_id=DebitExplanation.objects.get(undone_at=None).pk, actor=SYSTEM)


def test_the_trail_keeps_what_was_said_and_that_it_was_undone(cast, project, paid):
    by = {"actor": cast.actor(cast.labour_officer), "scope": cast.scope(cast.labour_officer)}
    found = explain(movement(project, NET * 2), "several", paid[:2], **by)
    debit_unexplain(explanation_id=found.pk, **by)
    debit_unexplain(explanation_id=found.pk, **by)
    said = AuditEvent.objects.get(action="statement.explain")
    assert (said.reason, said.changes["payouts"]) == ("银行回单 0012", ["", f"{paid[0].pk}、{paid[1].pk}"])
    undone = AuditEvent.objects.get(action="statement.unexplain")
    assert undone.changes["payouts"] == [f"{paid[0].pk}、{paid[1].pk}", ""]
    found.refresh_from_db()
    assert found.undone_by == cast.labour_officer


@pytest.mark.parametrize("kind", ["match", "explanation"])
def test_two_clicks_at_once_undo_once(cast, project, paid, monkeypatch, kind):
    """The other click goes through while this one waits for its turn."""
    first, second = cast.actor(cast.labour_officer), SYSTEM
    if kind == "match":
        found = statement_pair(statement_line_id=to_worker(project, 1, NET).pk, payout_id=paid[0].pk, actor=SYSTEM)
        module, turn, action = statement_matching, "batch_lock", "statement.unpair"

        def undo(actor):
            statement_unpair(match_id=found.pk, actor=actor)
    else:
        found = explain(movement(project, NET * 2), "several", paid[:2])
        module, turn, action = debits, "matching_turn", "statement.unexplain"

        def undo(actor):
            debit_unexplain(explanation_id=found.pk, actor=actor)

    waits = getattr(module, turn)

    def meanwhile(*arguments):
        monkeypatch.setattr(module, turn, waits)
        undo(first)
        return waits(*arguments)

    monkeypatch.setattr(module, turn, meanwhile)
    undo(second)
    found.refresh_from_db()
    assert found.undone_by == cast.labour_officer
    assert AuditEvent.objects.filter(action=action).count() == 1


def test_the_pages_lead_out_of_the_dead_end(cast, project, paid, client):
    client.force_login(cast.labour_officer)
    line = movement(project, NET * 2)
    matching = f"/payroll/reconciliation/{project.code}/matching/"
    page = f"/payroll/reconciliation/{project.code}/debits/{line.pk}/"
    assert page in client.get(matching).content.decode()
    shown = client.post(page, {"kind": "several", "payouts": [paid[0].pk], "reason": "合并支付"}).content.decode()
    assert "请选择两笔以上代发" in shown
    assert f'value="{paid[0].pk}"' in shown
    assert "checked" in shown
    sent = {"kind": "several", "payouts": [one.pk for one in paid[:2]], "reason": "合并支付"}
    assert "已说明这笔支出" in client.post(page, sent, follow=True).content.decode()
    assert client.get(page).status_code == 302, "what is said is said once"
    found = DebitExplanation.objects.get()
    assert "合并支付" in client.get(f"/payroll/reconciliation/?project={project.code}").content.decode()
    client.post(matching, {"act": "unexplain", "explanation": found.pk})
    assert page in client.get(matching).content.decode()
    client.force_login(cast.supervisor)
    seen = client.get(f"/payroll/reconciliation/?project={project.code}").content.decode()
    assert "合并支付" in seen
    assert "撤销" in seen


def test_all_that_was_said_and_matched_can_be_found_and_undone_however_old(cast, project, paid, client, monkeypatch):
    monkeypatch.setattr(matching_page, "MATCHES_SHOWN", 1)
    client.force_login(cast.labour_officer)
    old = explain(to_worker(project, 1, NET - 1, reference="A"), "part", paid[:1], reason="说在前面")
    explain(movement(project, 5, reference="B"), "other", reason="说在后面")
    match = statement_pair(
        statement_line_id=to_worker(project, 2, NET, reference="C").pk, payout_id=paid[1].pk, actor=SYSTEM
    )
    matching, told = (f"/payroll/reconciliation/{project.code}/{name}/" for name in ("matching", "debits"))
    assert "说在前面" not in client.get(matching).content.decode(), "the page of work shows the latest"
    everything = client.get(told).content.decode()
    assert "说在前面" in everything
    assert "说在后面" in everything
    found = client.get(told, {"q": paid[0].line.worker.name}).content.decode()
    assert "说在前面" in found
    assert "说在后面" not in found
    assert f'action="{matching}"' in found
    assert f'name="explanation" value="{old.pk}"' in found
    matched = client.get(told, {"show": "matched", "q": paid[1].line.worker.name}).content.decode()
    assert f'name="match" value="{match.pk}"' in matched
    assert "没有找到" in client.get(told, {"show": "matched", "q": paid[0].line.worker.name}).content.decode()
    client.force_login(cast.supervisor)
    seen = client.get(told).content.decode()
    assert "说在前面" in seen
    assert "_ask" not in seen, "who only looks undoes nothing"
    # A subcontractor on the site has its pay to see, and nothing of the account; other contractors have neither.
    client.force_login(cast.subcontractor_clerk)
    theirs = client.get(told)
    assert theirs.status_code == 200
    assert "说在前面" not in theirs.content.decode()
    client.force_login(cast.other_labour_officer)
    assert client.get(told).status_code == 404


def test_the_statement_leads_human_resources_to_what_was_said_and_who_pays_to_the_form(cast, project, paid, client):
    line = movement(project, Decimal("150000"), purpose="材料款")
    explain(line, "other", reason="误付材料款，已要求退回")
    statements = f"/projects/{project.code}/account/statements/?kind=other"
    told = f"/payroll/reconciliation/{project.code}/debits/"
    client.force_login(cast.supervisor)
    shown = client.get(statements).content.decode()
    assert f'href="{told}"' in shown
    assert f"/debits/{line.pk}/" not in shown
    assert "误付材料款，已要求退回" in client.get(told).content.decode()
    unsaid = movement(project, Decimal("900"), purpose="往来")
    client.force_login(cast.labour_officer)
    shown = client.get(statements).content.decode()
    assert f"/debits/{unsaid.pk}/" in shown
    assert f"/debits/{line.pk}/" not in shown, "what is said is said once"
    client.force_login(cast.bank_clerk)
    assert told not in client.get(statements).content.decode()


@pytest.mark.parametrize(
    ("kind", "badge"), [("reversed", "已说明：已退回"), ("part", "已说明：工资"), ("other", "非工资支出</span>")]
)
def test_the_statement_shows_what_a_debit_was_explained_as(cast, project, paid, client, kind, badge):
    line = movement(project, Decimal("5280"), purpose="往来")
    statements = f"/projects/{project.code}/account/statements/?kind=other"
    client.force_login(cast.supervisor)
    red = '<span class="wp-badge u-red">非工资支出</span>'
    assert red in client.get(statements).content.decode()
    DebitExplanation.objects.create(statement_line=line, kind=kind, reason="已查", at=now())
    shown = client.get(statements).content.decode()
    assert badge in shown
    assert (red in shown) == (kind == "other")
    # The bank's clerk reads the statement, and nothing of pay.
    client.force_login(cast.bank_clerk)
    assert "已说明" not in client.get(statements).content.decode()
