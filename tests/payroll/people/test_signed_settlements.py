"""The papers that a leaver signed: each stays with what it was signed for, also when the settlement is agreed anew."""

import datetime
from decimal import Decimal
from importlib import import_module
from urllib.parse import quote

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from payroll.models import LeaverSettlement, Payout, SignedSettlement
from payroll.selectors.site_people import signed_settlement_by_pk, signed_settlements
from payroll.services.payout_files import payout_files_make
from payroll.services.stay_withdrawals import stay_withdraw
from responsibilities.models import AuditEvent
from responsibilities.rules.errors import NotVisible, Refused
from responsibilities.services.trail import Actor
from tests.factories.flow import PICTURE
from tests.factories.payouts import paying_site
from tests.factories.settlements import ADVANCE, NET, agree, left, october, pay, sign

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")
FIRST, SECOND = b"%PDF-1.7 signed first", b"%PDF-1.7 signed anew"


def november(number):
    return datetime.date(2026, 11, number)


@pytest.fixture(autouse=True)
def today(settings):
    settings.PORTAL_TODAY = "2026-11-23"


@pytest.fixture
def project(cast):
    return paying_site(cast)


@pytest.fixture
def batch(cast, project):
    return october(project, cast.subcontractor)


@pytest.fixture
def officer(cast):
    return cast.actor(cast.labour_officer)


@pytest.fixture
def stay(cast, project, batch, officer):
    """What he is owed is agreed, and signed for on the 16th."""
    stay = left(project, cast.subcontractor)
    agree(stay, actor=officer)
    sign(stay, scan=FIRST, actor=officer)
    return stay


def agreed_anew(stay, batch, actor):
    """The bank paid in the meantime, so the signed balance is wrong."""
    payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM)
    Payout.objects.update(state="paid", paid_on=november(17))
    agree(stay, actor=actor, paid=NET + ADVANCE)


def told(stay=None) -> list[tuple]:
    """(day, amount, counts), newest first."""
    rows = signed_settlements(None)
    rows = rows.filter(settlement__stay=stay) if stay else rows
    return [(one.signed_on, one.balance, one.counts) for one in rows]


def page(client, user, stay) -> str:
    client.force_login(user)
    return client.get(f"/payroll/stays/{stay.pk}/settlement/").content.decode()


def test_a_signed_paper_is_kept_with_its_day_its_amount_and_who_recorded_it(cast, stay):
    assert told(stay) == [(november(16), NET, True)]
    assert SignedSettlement.objects.get().recorded_by == cast.labour_officer


def test_agreed_anew_the_old_paper_stays_and_counts_no_more(stay, batch, officer):
    agreed_anew(stay, batch, officer)
    assert told(stay) == [(november(16), NET, False)], "nothing counts until he signs anew"
    sign(stay, scan=SECOND, on=november(18), actor=officer)
    assert told(stay) == [(november(18), Decimal(0), True), (november(16), NET, False)]
    pay(stay, paid_on=november(19), payment_note="", actor=officer)
    assert [counts for _on, _balance, counts in told(stay)] == [True, False], "paying changes no paper"


def test_a_confirmation_that_is_refused_leaves_no_paper(stay, batch, officer):
    agreed_anew(stay, batch, officer)
    with pytest.raises(Refused):
        sign(stay, scan=b"no scan", on=november(18), actor=officer)
    with pytest.raises(Refused):
        sign(stay, scan=SECOND, on=november(1), actor=officer)
    assert len(told(stay)) == 1


def test_the_database_itself_refuses_to_change_or_drop_a_paper(stay):
    with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
        SignedSettlement.objects.update(balance=1)
    with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
        SignedSettlement.objects.all()._raw_delete("default")
    with pytest.raises(IntegrityError), transaction.atomic():
        LeaverSettlement.objects.all().delete()
    assert told(stay) == [(november(16), NET, True)]


def test_an_exit_whose_settlement_was_ever_signed_is_not_taken_back(stay, batch, officer):
    """Its settlement is open again, but would take the signed paper with it."""
    agreed_anew(stay, batch, officer)
    stay.refresh_from_db()
    with pytest.raises(Refused) as refused:
        stay_withdraw(stay_id=stay.pk, reason="登记错误", version=stay.version, actor=SYSTEM)
    assert refused.value.code == "settlement_confirmed"
    assert "签过字的结算单必须留存" in refused.value.message


def test_the_page_lists_the_papers_newest_first_and_says_which_counts(cast, client, stay, batch, officer):
    shown = page(client, cast.labour_officer, stay)
    assert "有效" in shown
    assert "不再作数" not in shown
    agreed_anew(stay, batch, officer)
    shown = page(client, cast.labour_officer, stay)
    assert "不再作数" in shown
    assert '<span class="wp-badge u-green">有效</span>' not in shown
    sign(stay, scan=SECOND, on=november(18), actor=officer)
    newer, older = SignedSettlement.objects.all()
    shown = page(client, cast.labour_officer, stay)
    assert shown.index(f"/payroll/signed-settlements/{newer.pk}/") < shown.index(
        f"/payroll/signed-settlements/{older.pk}/"
    )
    for said in ("2026-11-18", "2026-11-16", "5,380.00", cast.labour_officer.name, "有效", "不再作数", "共 2 份"):
        assert said in shown


def test_without_a_signature_the_page_lists_no_paper(cast, client, project, officer):
    stay = left(project, cast.subcontractor, 3, entered_on=november(1))
    assert "签字金额" not in page(client, cast.labour_officer, stay)


def test_whoever_agrees_anew_is_told_that_the_old_paper_is_kept(cast, client, stay, batch):
    payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM)
    Payout.objects.update(state="paid", paid_on=november(17))
    client.force_login(cast.labour_officer)
    facts = {
        "step": "agree",
        "agree-earned": f"{NET + ADVANCE}",
        "agree-deductions": "0",
        "agree-paid": f"{NET + ADVANCE}",
        "agree-agreed_on": "2026-11-18",
        "agree-off_sheet_checked": "on",
        "agree-version": LeaverSettlement.objects.get().version,
    }
    shown = client.post(f"/payroll/stays/{stay.pk}/settlement/", facts, follow=True).content.decode()
    assert "已重新核定，原来签字的结算单留存备查，不再作数。" in shown


def test_old_and_new_papers_are_opened_and_each_look_is_on_the_trail(cast, client, stay, batch, officer):
    agreed_anew(stay, batch, officer)
    sign(stay, scan=PICTURE, on=november(18), actor=officer)
    newer, older = SignedSettlement.objects.all()
    client.force_login(cast.supervisor)
    scan = client.get(f"/payroll/signed-settlements/{older.pk}/")
    assert scan.content == FIRST
    assert scan["Content-Disposition"] == f"attachment; filename*=utf-8''{quote('签字的结算单-2026-11-16.pdf')}"
    assert (scan["Cache-Control"], scan["X-Content-Type-Options"]) == ("no-store", "nosniff")
    photo = client.get(f"/payroll/signed-settlements/{newer.pk}/")
    assert (photo.content, photo["Content-Type"]) == (PICTURE, "image/png")
    assert photo["Content-Disposition"].startswith("inline")
    looks = AuditEvent.objects.filter(action="leaver.open_signed").order_by("id")
    assert [look.changes["sha256"][1] for look in looks] == [older.file.sha256, newer.file.sha256]
    assert {(look.actor, look.object_id, look.project_id) for look in looks} == {
        (cast.supervisor, f"{stay.entry.worker_id}", stay.entry.project_id)
    }


def test_another_contractor_finds_no_paper_and_leaves_no_look(cast, client, stay):
    paper = SignedSettlement.objects.get()
    for stranger in (cast.other_labour_officer, cast.other_subcontractor_clerk):
        client.force_login(stranger)
        assert client.get(f"/payroll/signed-settlements/{paper.pk}/").status_code == 404
        assert not signed_settlements(cast.scope(stranger)).exists()
        with pytest.raises(NotVisible):
            signed_settlement_by_pk(cast.scope(stranger), paper.pk)
    assert not AuditEvent.objects.filter(action="leaver.open_signed").exists()
    client.force_login(cast.subcontractor_clerk)
    assert client.get(f"/payroll/signed-settlements/{paper.pk}/").status_code == 200, "the control: the own employer"
    assert client.post(f"/payroll/signed-settlements/{paper.pk}/").status_code == 405


def test_papers_from_before_are_found_through_their_settlements_and_the_trail(stay, batch, officer):
    """What the services keep now is what the migration makes of the rows from before; only a replaced one's day is lost."""
    agreed_anew(stay, batch, officer)
    sign(stay, scan=SECOND, on=november(18), actor=officer)
    kept = _facts()
    assert len(kept) == 2
    _from_before()
    assert _facts() == [kept[0], {**kept[1], "signed_on": None}]
    assert [counts for _on, _balance, counts in told(stay)] == [True, False]


def test_a_replaced_paper_of_one_of_two_settlements_is_not_guessed(cast, project, stay, batch, officer):
    agreed_anew(stay, batch, officer)
    again = left(project, cast.subcontractor, entered_on=november(17), left_on=november(18))
    agree(again, actor=officer, paid=Decimal(0))
    sign(again, scan=SECOND, on=november(18), actor=officer)
    _from_before()
    assert [one.settlement.stay for one in SignedSettlement.objects.all()] == [again], "only what counts is certain"


def _facts() -> list[dict]:
    return list(SignedSettlement.objects.values("settlement", "file", "signed_on", "balance", "recorded_by"))


def _from_before() -> None:
    """As if nobody had kept the papers, and then the migration."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM payroll_signedsettlement")
        cursor.execute("SET LOCAL session_replication_role = origin")
        migration = import_module("payroll.migrations.0028_signed_settlements_until_now").Migration
        for operation in migration.operations:
            cursor.execute(operation.sql)
