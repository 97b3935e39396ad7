"""The confirmation says exactly what a decision will do."""

import datetime

import pytest

from escalation.rules.effects import CaseFacts, consequences, revocation_consequences, second_consequences
from escalation.rules.gravity import band_of
from escalation.rules.review import possible_kinds
from tests.factories.escalation_pages import TODAY, days


def facts(**changes) -> CaseFacts:
    return CaseFacts(
        **{
            "project": "甘州区安置房一期",
            "matter": "向市人社局推送立项审批信息",
            "status": "overdue",
            "due_on": days(-10),
            "owed_by": ("甘州区住建局", "甘州区发改局"),
            "extendable": True,
            "legal_basis": "《意见》二（二）一",
            "today": TODAY,
            "has_escalation": True,
            **changes,
        }
    )


def test_an_extension_names_the_old_and_the_new_date_and_who_is_told():
    said = "".join(consequences("extension", facts(), effective_on=datetime.date(2026, 12, 4)))
    assert "由 2026-11-13 改为 2026-12-04" in said
    assert "不再列为逾期" in said
    assert "通知甘州区住建局、甘州区发改局" in said


def test_an_order_says_that_the_deadline_itself_stays():
    said = "".join(consequences("supervision_order", facts(), effective_on=days(7)))
    assert "须在 2026-11-30 前办结“向市人社局推送立项审批信息”" in said
    assert "到期日仍为 2026-11-13" in said


def test_a_waiver_says_that_it_is_not_in_force_yet():
    assert consequences("waiver", facts())[0] == "豁免现在不生效，须由另一名监管员复核；您本人不能复核。"


def test_an_interview_names_date_and_place():
    assert (
        "2026-11-25，区人社局会议室"
        in consequences("interview", facts(), effective_on=days(2), place="区人社局会议室")[0]
    )


@pytest.mark.parametrize("kind", ["supervision_order", "interview", "circular", "extension", "waiver", "closure"])
def test_every_decision_ends_with_the_trail(kind):
    said = consequences(kind, facts(), effective_on=days(7), place="会议室")
    assert len(said) >= 3
    assert "操作留痕" in said[-1]


def test_a_rejected_waiver_leaves_the_duty_and_an_agreed_one_lifts_it():
    assert "仍须办理" in second_consequences(facts(), agree=False)[0]
    assert "不再计时" in second_consequences(facts(), agree=True)[0]


def test_revoking_an_extension_says_when_it_becomes_overdue_at_once():
    extended = facts(status="open", due_on=days(11))
    assert "随即列为逾期" in revocation_consequences("extension", extended, original_due_on=days(-10))[0]
    assert "随即列为逾期" not in revocation_consequences("extension", extended, original_due_on=days(2))[0]


def test_only_decisions_that_the_state_allows_are_offered():
    assert possible_kinds(facts()) == ["supervision_order", "interview", "circular", "extension", "waiver"]
    assert possible_kinds(facts(due_on=days(3), status="open")) == ["extension", "waiver"]
    assert possible_kinds(facts(status="met_late")) == ["closure"]
    assert possible_kinds(facts(closed=True)) == []
    assert possible_kinds(facts(awaiting=frozenset({"waiver"}))) == []


@pytest.mark.parametrize(("late", "code"), [(0, None), (1, "plain"), (10, "plain"), (11, "serious"), (31, "grave")])
def test_gravity_follows_the_days_of_lateness(late, code):
    band = band_of(days(-late), TODAY)
    assert (band.code if band else None) == code


def test_revoking_a_waiver_that_nobody_seconded_brings_nothing_back_and_its_owners_hear_nothing():
    said = "".join(revocation_consequences("waiver", facts(awaiting=frozenset({"waiver"})), original_due_on=days(-10)))
    assert "没有生效" in said
    assert "照常计时，到期日仍为 2026-11-13" in said
    assert "退回审核队列" in said
    assert "恢复计时" not in said
    assert "首页" not in said
    assert "恢复计时" in revocation_consequences("waiver", facts(), original_due_on=days(-10))[0]
