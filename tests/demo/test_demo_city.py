"""The demo tells a story, the same one for the same arguments, about people who don't exist."""

import datetime
import hashlib

import pytest
from django.db import transaction

from accounts.models import Allocation
from escalation.models import Deadline, Decision, Escalation, Notice, Response
from payroll.models import BankCard, LabourContract, PayContest, PayoutFile, PayrollBatch, RosterEntry, Worker
from payroll.rules.bank_layouts import LAYOUTS
from projects.models import Approval, Project, ProjectType
from responsibilities.models import Area, User
from responsibilities.rules.identifiers import is_luhn_valid, is_valid_id
from responsibilities.services import vault
from zhangye_wages.demo.logins import LOGINS
from zhangye_wages.demo.seed import seed_rows

TODAY = datetime.date(2026, 11, 23)


def tell(seed_number: int) -> str:
    """Seed, digest what it said, and take it all back."""
    with transaction.atomic():
        seed_rows(scale=1, today=TODAY, seed_number=seed_number)
        facts = [
            *Project.objects.order_by("code").values_list("code", "name", "contract_value", "actual_start_on"),
            *Approval.objects.order_by("project__code", "kind", "number").values_list("number", "pushed_at"),
            *Allocation.objects.order_by("project__code", "bank_receipt_number").values_list("amount", "credited_on"),
            *Worker.objects.order_by("id_number_index").values_list("name", "id_last4"),
            *Deadline.objects.order_by("project__code", "rule", "due_on", "anchor_on").values_list("due_on", "status"),
        ]
        transaction.set_rollback(True)
    return hashlib.sha256(repr(facts).encode()).hexdigest()


@pytest.mark.django_db
def test_the_same_arguments_tell_the_same_story_and_another_seed_another():
    first = tell(7)
    assert tell(7) == first
    assert tell(8) != first


@pytest.mark.django_db
def test_the_story_has_everything_that_the_screens_show():
    counts = seed_rows(scale=1, today=TODAY, seed_number=20251128)

    assert counts["projects"] == 60
    assert set(Project.objects.values_list("area_id", flat=True)) == set(
        Area.objects.exclude(kind=Area.Kind.CITY).values_list("id", flat=True)
    )
    assert set(Project.objects.values_list("project_type_id", flat=True)) == set(
        ProjectType.objects.values_list("id", flat=True)
    )
    seen = set(Deadline.objects.values_list("rule", "status"))
    for rule in ("approval_info_push", "platform_onboard", "labor_cost_allocation"):
        assert {(rule, "met"), (rule, "met_late"), (rule, "overdue")} <= seen
    assert set(Notice.objects.values_list("level", flat=True)) == {1, 2, 3}
    assert set(Escalation.objects.values_list("status", flat=True)) >= {"pending", "decided", "settled"}
    disputed = PayContest.objects.select_related("confirmation__line").get(reason="deductions")
    assert disputed.should_be == f"不应扣 {disputed.confirmation.line.deductions:.0f} 元", (
        "what the sheet really took off"
    )
    assert disputed.figures["deductions"] == str(disputed.confirmation.line.deductions)
    assert Decision.objects.filter(kind="waiver", status="awaiting_second").exists()
    assert Response.objects.exists()
    months = PayrollBatch.objects.filter(status="submitted").values_list("month_on", flat=True)
    assert len(set(months)) == 4
    latest = PayrollBatch.objects.filter(status="submitted", month_on=max(months))
    assert set(latest.values_list("stage", flat=True)) == {"confirming", "audited", "noticed"}
    assert PayrollBatch.objects.filter(stage="paying").exists()
    for file in PayoutFile.objects.select_related("file"):
        assert LAYOUTS[file.layout].kind == "xlsx", "what a bank takes as it is"
        assert vault.unseal_bytes(file.file.sealed, "file").startswith(b"PK")
    assert counts["stays"]
    assert counts["attended_days"]
    assert 0 < LabourContract.objects.count() < RosterEntry.objects.count()
    assert set(User.objects.values_list("username", flat=True)) == {login.username for login in LOGINS}


@pytest.mark.django_db
def test_ids_and_cards_are_invented_but_valid_in_checksum():
    seed_rows(scale=1, today=TODAY, seed_number=3)
    for sealed in Worker.objects.values_list("id_number_sealed", flat=True):
        assert is_valid_id(vault.unseal_text(sealed, "id_number"))
    for sealed in BankCard.objects.values_list("number_sealed", flat=True):
        assert is_luhn_valid(vault.unseal_text(sealed, "bank_card"))
