"""The whole flow as a table: every status and stage, every act, every role; beside it, by hand, what is possible."""

import datetime
import itertools

import pytest

from payroll.models import PayrollBatch
from payroll.rules.stages import ORDER, STEPS, Act, Stage, may, replaceable
from payroll.rules.step_line import Mark, Terms, step_line, waiting_step
from payroll.services.audits import batch_audit, batch_return
from payroll.services.notices import notice_save
from payroll.services.paper import paper_confirm
from payroll.services.submissions import batch_discard, batch_submit
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.selectors.clock import today
from tests.factories.flow import PICTURE, answers, submitted
from tests.factories.payroll import draft, person

Status = PayrollBatch.Status

# (act, stage) → where it leads; None leads out of the flow. Everything else is refused.
LEADS = {
    ("audit", "confirming"): "audited",
    ("return", "confirming"): None,
    ("return", "audited"): None,
    ("return", "noticed"): None,
    ("notice", "audited"): "noticed",
    ("notice", "noticed"): "noticed",
    ("pay_out", "noticed"): "paying",
    ("pay_out", "paying"): "paying",
    ("bank_result", "paying"): "paying",
    ("paid", "paying"): "paid",
    ("reopen", "paying"): "paying",
    ("reopen", "paid"): "paying",
}


@pytest.mark.parametrize(("act", "stage"), list(itertools.product(Act, ["", *Stage])))
def test_every_act_at_every_stage(act, stage):
    key = (act.value, str(stage))
    assert may(act, stage) is (key in LEADS)
    if key in LEADS:
        assert STEPS[act].target == LEADS[key]


def test_stages_of_rules_and_model_are_the_same_and_in_one_order():
    assert [stage.value for stage in ORDER] == [value for value in PayrollBatch.Stage.values if value]
    assert [stage for stage in ["", *Stage] if replaceable(stage)] == ["", "confirming", "audited", "noticed"]


@pytest.mark.parametrize(("stage", "waits"), [
    ("", "compile"), ("confirming", "confirm"), ("audited", "notice"), ("noticed", "pay"), ("paying", "pay"), ("paid", None),
])  # fmt: skip
def test_the_line_of_steps_says_what_waits(stage, waits):
    day = datetime.date(2026, 11, 23)
    over = day + datetime.timedelta(days=1)
    steps = step_line(stage, submitted_on=day, notice_until=day, terms=Terms(5, 3), today=over)
    step = waiting_step(steps)
    assert (step.key if step else None) == waits
    marks = [one.mark for one in steps]
    assert marks == sorted(marks, key=[Mark.DONE, Mark.CURRENT, Mark.AHEAD].index)
    due = {one.key: one.due_on for one in steps}
    if stage == "confirming":
        assert (due["confirm"].day, due["audit"].day) == (28, 1)


def test_a_notice_that_still_hangs_is_no_step_done():
    day = datetime.date(2026, 11, 23)
    facts = {"submitted_on": day, "notice_until": day, "terms": Terms(5, 3)}
    running = waiting_step(step_line("noticed", **facts, today=day))
    assert (running.key, running.due_on) == ("notice", day)
    assert waiting_step(step_line("noticed", **facts, today=day + datetime.timedelta(days=1))).key == "pay"


# ── the services against roles and states ──────────────────────────────

GENERAL, SUB = "labour_officer", "subcontractor_clerk"
# Who may do what to a subcontractor's sheet, and in which state; everybody else is told nothing or "not allowed".
ACTS = {
    "submit": ({GENERAL, SUB}, {"draft"}),
    "discard": ({GENERAL, SUB}, {"draft"}),
    "audit": ({GENERAL}, {"confirming"}),
    "return": ({GENERAL}, {"confirming", "audited", "noticed"}),
    "notice": ({GENERAL}, {"audited", "noticed"}),
    "paper": ({GENERAL, SUB}, {"confirming", "audited", "noticed", "paying", "paid"}),
}
LOOKERS = {"supervisor", "county_supervisor", "auditor"}
STRANGERS = {
    "other_labour_officer",
    "other_subcontractor_clerk",
    "developer_officer",
    "bank_clerk",
    "leader",
    "stranger",
}
STATES = ("draft", "confirming", "audited", "noticed", "paying", "paid", "returned", "superseded", "discarded")
# Doing what is done already changes nothing and isn't refused.
IDEMPOTENT = {("submit", state) for state in ("confirming", "audited", "noticed", "paying", "paid")} | {
    ("discard", "discarded")
}


def _call(act, batch, who):
    given = {"batch_id": batch.pk, **who}
    if act == "submit":
        batch_submit(**given)
    elif act == "discard":
        batch_discard(**given)
    elif act == "audit":
        batch_audit(reason="测试", **given)
    elif act == "return":
        batch_return(reason="测试", **given)
    elif act == "notice":
        notice_save(place="门口", posted_on=today(), photos=[PICTURE], **given)
    else:
        paper_confirm(confirmation_ids=[one.pk for one in answers(batch)], scan=PICTURE, **given)


def _in_state(batch, state):
    status, stage = (state, "") if state in Status.values else (Status.SUBMITTED, state)
    PayrollBatch.objects.filter(pk=batch.pk).update(status=status, stage=stage)


@pytest.mark.django_db
@pytest.mark.parametrize("act", ACTS)
def test_every_role_in_every_state(cast, project, act):
    from django.db import transaction

    allowed, states = ACTS[act]
    asked = submitted(project, [person(1)], subcontractor=cast.subcontractor, month_on=today().replace(day=1))
    fresh = draft(project, [person(2)], subcontractor=cast.other_subcontractor)
    PayrollBatch.objects.filter(pk=fresh.pk).update(subcontractor=cast.subcontractor)
    wrong = []
    for user, state in itertools.product(sorted({GENERAL, SUB} | LOOKERS | STRANGERS), STATES):
        batch = fresh if state in ("draft", "discarded") else asked
        person_ = getattr(cast, user)
        with transaction.atomic():
            _in_state(batch, state)
            try:
                _call(act, batch, {"actor": cast.actor(person_), "scope": cast.scope(person_)})
                came = "done"
            except NotVisible:
                came = "404"
            except NotAllowed:
                came = "403"
            except Refused:
                came = "refused"
            transaction.set_rollback(True)
        if user in STRANGERS:
            expected = "404"
        elif user not in allowed:
            expected = "403"
        else:
            expected = "done" if state in states or (act, state) in IDEMPOTENT else "refused"
        if came != expected:
            wrong.append(f"{user} {act} {state}: {came}, not {expected}")
    assert not wrong, "\n".join(wrong)
