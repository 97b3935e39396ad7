"""The worker on the telephone: sees the own line and nothing else, confirms, contests, withdraws, insists."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from payroll.models import PayConfirmation, PayContest, PayrollBatch
from payroll.services.pay_links import visit_token
from responsibilities.models import AuditEvent
from responsibilities.selectors.clock import now
from responsibilities.services import vault
from tests.factories.flow import answers, submitted, tokens
from tests.factories.payroll import id_number, person
from tests.factories.pictures import exif, jpeg, png

pytestmark = pytest.mark.django_db
State = PayConfirmation.State
PNG = png()


@pytest.fixture
def phone():
    """A browser that keeps no cookie and checks what a server should ask for."""
    return Client(enforce_csrf_checks=True)


def pay(token: str) -> str:
    return f"/public/pay/{token}/"


def shown(response) -> str:
    return response.content.decode()


def test_the_page_shows_ones_own_line_without_full_numbers(phone, project):
    batch = submitted(project)
    mine, other, _ = answers(batch)
    page = shown(phone.get(pay(tokens(batch)[0])))
    assert project.name in page
    for said in ("26 天", "230.00", "5,980.00", "100.00", "500.00", mine.line.worker.name, mine.line.card.last4):
        assert said in page
    assert f"{mine.line.net:,.2f}" in page
    assert id_number(0) not in page
    assert other.line.worker.name not in page
    assert "139000" not in page


def test_the_page_is_small_uses_no_script_no_cookie_and_leaves_no_trace(phone, project):
    response = phone.get(pay(tokens(submitted(project))[0]))
    assert "<script" not in shown(response)
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert not response.cookies
    sheet = (settings_static() / "css/phone.css").read_bytes()
    icon = (settings_static() / "img/favicon.svg").read_bytes()
    assert len(response.content) + len(sheet) + len(icon) < 50_000


def settings_static():
    from django.conf import settings

    return settings.STATICFILES_DIRS[0]


def test_confirming_needs_one_press_and_is_kept_once(phone, project):
    batch = submitted(project)
    token = tokens(batch)[0]
    assert "金额无误，确认" in shown(phone.get(pay(token)))
    assert "已确认" in shown(phone.post(pay(token), {"act": "confirm"}))
    mine = answers(batch)[0]
    assert (mine.state, mine.channel) == (State.CONFIRMED, "link")
    assert mine.seen_at is not None
    first = mine.at
    phone.post(pay(token), {"act": "confirm"})
    assert answers(batch)[0].at == first
    event = AuditEvent.objects.get(action="payroll.confirm")
    assert event.actor is None
    assert event.actor_name == "系统（农民工）"
    assert event.project_id == project.pk


def test_who_is_signed_in_on_the_same_telephone_plays_no_part(cast, project):
    batch = submitted(project)
    client = Client()
    client.force_login(cast.labour_officer)
    client.post(pay(tokens(batch)[0]), {"act": "confirm"})
    assert AuditEvent.objects.get(action="payroll.confirm").actor is None


def test_a_contest_keeps_what_is_wrong_and_seals_the_telephone(phone, project):
    batch = submitted(project)
    token = tokens(batch)[0]
    assert "哪里不对" in shown(phone.get(f"{pay(token)}contest/"))
    answer = phone.post(
        f"{pay(token)}contest/",
        {
            "reason": "days",
            "should_be": "28 天",
            "text": "25、26 日加班没有记",
            "phone": "139 0000 0000",
            "photo": SimpleUploadedFile("IMG.jpg", PNG),
        },
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, pay(token))
    contest = PayContest.objects.get()
    assert (contest.state, contest.batch, contest.phone_last4) == ("open", batch, "0000")
    assert vault.unseal_text(contest.phone_sealed, "phone") == "13900000000"
    assert vault.unseal_bytes(contest.photo.sealed, "file") == PNG
    assert contest.photo.name == "异议照片.png"
    assert contest.figures["net"] == str(answers(batch)[0].line.net)
    assert answers(batch)[0].state == State.CONTESTED
    page = shown(phone.get(pay(token)))
    assert "等待答复" in page
    assert "28 天" in page
    assert "金额无误" not in page
    assert "0000 0000" not in page


@pytest.mark.parametrize(("form", "said"), [
    ({}, "请选一个"),
    ({"reason": "other"}, "请写一句话"),
    ({"reason": "days", "phone": "123"}, "11 位"),
    ({"reason": "days", "photo": SimpleUploadedFile("a.jpg", b"GIF89a")}, "JPG"),
    ({"reason": "days", "photo": SimpleUploadedFile("a.jpg", b"%PDF-1.4")}, "JPG"),
])  # fmt: skip
def test_a_contest_that_lacks_something_says_what(phone, project, form, said):
    answer = phone.post(f"{pay(tokens(submitted(project))[0])}contest/", form)
    assert answer.status_code == 422
    assert said in shown(answer)
    assert not PayContest.objects.exists()


def test_everything_that_a_contest_lacks_is_told_at_once(phone, project):
    answer = phone.post(f"{pay(tokens(submitted(project))[0])}contest/", {"reason": "other", "phone": "123"})
    assert "请写一句话" in shown(answer)
    assert "11 位" in shown(answer)


def test_one_contest_at_a_time(phone, project):
    token = tokens(submitted(project))[0]
    for _ in range(2):
        answer = phone.post(f"{pay(token)}contest/", {"reason": "days"})
    assert answer.status_code == 422
    assert "已经提出过异议" in shown(answer)
    assert PayContest.objects.count() == 1


def test_withdrawing_waits_for_a_confirmation_again(phone, project):
    batch = submitted(project)
    token = tokens(batch)[0]
    phone.post(f"{pay(token)}contest/", {"reason": "days"})
    assert "异议已撤回" in shown(phone.post(pay(token), {"act": "withdraw"}))
    assert PayContest.objects.get().state == "withdrawn"
    assert answers(batch)[0].state == State.PENDING
    assert "金额无误，确认" in shown(phone.get(pay(token)))


def test_insisting_opens_the_contest_again_for_the_supervisor(phone, project):
    token = tokens(submitted(project))[0]
    phone.post(f"{pay(token)}contest/", {"reason": "days"})
    assert "没有可以办理的异议" in shown(phone.post(pay(token), {"act": "insist"}))
    PayContest.objects.update(state="rejected", answer="考勤机记录为 26 天。", answered_at=now())
    assert "考勤机记录为 26 天。" in shown(phone.get(pay(token)))
    phone.post(pay(token), {"act": "insist"})
    contest = PayContest.objects.get()
    assert contest.state == "open"
    assert contest.insisted_at is not None
    assert "人社部门能看到" in shown(phone.get(pay(token)))


def test_other_months_on_this_site_are_ones_own_and_other_sites_stay_out(phone, cast, project):
    from tests.factories.payroll import site

    batch = submitted(project, [person(1), person(2)])
    before = submitted(project, [person(1, net_pay=4321, gross=4921), person(2)], month_on=datetime.date(2026, 9, 1))
    elsewhere = submitted(
        site(cast, "ZY-2026-011"), [person(1, net_pay=7777, gross=8377)], month_on=datetime.date(2026, 8, 1)
    )
    page = shown(phone.get(pay(tokens(batch)[0])))
    assert "4,321.00" in page
    assert pay(tokens(before)[0]) in page
    assert "7,777.00" not in page
    assert pay(tokens(elsewhere)[0]) not in page


def test_an_old_link_leads_to_the_corrected_sheet(phone, project):
    first = submitted(project, [person(1)])
    old = tokens(first)[0]
    second = submitted(project, [person(1, net_pay=5000, gross=5600)])
    page = shown(phone.get(pay(old)))
    assert "已经更正" in page
    assert "更正以前的数" in page
    assert pay(tokens(second)[0]) in page
    assert "已经更正" in shown(phone.post(pay(old), {"act": "confirm"}))
    assert answers(first)[0].state == State.VOID


def test_a_link_ends_after_its_days_and_a_visit_after_its_minutes(phone, project, settings):
    batch = submitted(project)
    own, visit = tokens(batch)[0], visit_token(answers(batch)[0].key)
    assert phone.get(pay(visit)).status_code == 200
    day = now().date()
    settings.PORTAL_TODAY = (day + datetime.timedelta(days=1)).isoformat()
    assert phone.get(pay(visit)).status_code == 410
    assert phone.get(pay(own)).status_code == 200
    settings.PORTAL_TODAY = (day + datetime.timedelta(days=91)).isoformat()
    for answer in (phone.get(pay(own)), phone.post(pay(own), {"act": "confirm"}), phone.get(f"{pay(own)}contest/")):
        assert answer.status_code == 410
        assert "已经过期" in shown(answer)
    assert answers(batch)[0].state == State.PENDING


def test_a_draft_has_no_links(project):
    from tests.factories.payroll import draft

    assert not draft(project, [person(1)]).confirmations.exists()
    assert PayrollBatch.objects.get().stage == ""


def test_a_worker_s_photo_doesn_t_say_where_it_was_taken(phone, project):
    photo = jpeg(30, 20, exif(turned=6, place=b"38.93N 100.45E"))
    answer = phone.post(
        f"{pay(tokens(submitted(project))[0])}contest/",
        {"reason": "days", "photo": SimpleUploadedFile("IMG_20261101.jpg", photo)},
    )
    assert answer.status_code == 302
    kept = vault.unseal_bytes(PayContest.objects.get().photo.sealed, "file")
    assert b"100.45E" not in kept
    assert len(kept) == len(photo) - len(b"38.93N 100.45E")


@pytest.mark.parametrize(("photo", "said"), [(png(60_000, 60_000), "尺寸过大"), (png()[:20], "不完整")])
def test_a_photo_that_nobody_could_look_at_is_refused_in_words(phone, project, photo, said):
    answer = phone.post(
        f"{pay(tokens(submitted(project))[0])}contest/",
        {"reason": "days", "photo": SimpleUploadedFile("a.png", photo)},
    )
    assert answer.status_code == 422
    assert said in shown(answer)
    assert not PayContest.objects.exists()


def test_a_photo_beyond_the_limit_is_refused_before_it_is_read(phone, project):
    token = tokens(submitted(project))[0]
    photo = SimpleUploadedFile("a.jpg", PNG + bytes(9 * 1024 * 1024))
    answer = phone.post(f"{pay(token)}contest/", {"reason": "days", "photo": photo})
    assert answer.status_code == 413
    assert "超过 8 MB" in shown(answer)
    assert not PayContest.objects.exists()
