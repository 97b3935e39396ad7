"""Public notice with photos, signatures on paper, printed slips and posters."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from payroll.models import PayNotice, PayrollBatch, PayrollLine
from payroll.rules.masking import masked_name
from payroll.services.answers import Claim, contest_raise
from payroll.services.audits import batch_audit
from payroll.services.notices import notice_save
from payroll.services.paper import paper_confirm
from responsibilities.models import AuditEvent, Figure
from responsibilities.rules.errors import NotAllowed, Refused
from responsibilities.selectors.clock import today
from responsibilities.services import vault
from tests.factories.flow import PICTURE, SYSTEM, WORKER, answers, submitted, tokens
from tests.factories.payroll import id_number, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def audited(cast, project):
    batch = submitted(project, subcontractor=cast.subcontractor)
    return batch_audit(batch_id=batch.pk, actor=SYSTEM, reason="测试")


def hang(batch, **changes):
    given = {"batch_id": batch.pk, "place": "大门口", "posted_on": today(), "photos": [PICTURE], "actor": SYSTEM}
    return notice_save(**given | changes)


def test_a_notice_hangs_for_its_days_and_its_photos_are_sealed(audited):
    Figure.objects.filter(code="pay_notice_days").update(value="5")
    notice = hang(audited)
    audited.refresh_from_db()
    assert audited.stage == PayrollBatch.Stage.NOTICED
    assert notice.until_on == today() + datetime.timedelta(days=5)
    photo = notice.photos.get()
    assert photo.content_type == "image/png"
    assert PICTURE not in bytes(photo.file.sealed)
    assert vault.unseal_bytes(photo.file.sealed, "file") == PICTURE
    assert audited.acts.last().act == "notice"


def test_a_notice_can_be_completed_later(audited):
    hang(audited)
    audited.refresh_from_db()
    notice = hang(audited, photos=[], objections="王某提出少记 1 天，已核对补记。")
    assert (PayNotice.objects.count(), notice.photos.count()) == (1, 1)
    assert audited.acts.last().reason == "王某提出少记 1 天，已核对补记。"


@pytest.mark.parametrize(("change", "code"), [
    ({"photos": []}, "photo_missing"),
    ({"photos": [b"GIF89a"]}, "picture_refused"),
    ({"photos": [b"%PDF-1.7"]}, "picture_refused"),
    ({"photos": [b"<svg onload=alert(1)>"]}, "picture_refused"),
    ({"photos": [PICTURE + bytes(8 * 1024 * 1024)]}, "picture_refused"),
    ({"photos": [PICTURE] * 7}, "too_many_photos"),
    ({"posted_on": datetime.date(2099, 1, 1)}, "posted_in_future"),
    ({"posted_on": datetime.date(2020, 1, 1)}, "posted_before_submission"),
])  # fmt: skip
def test_what_a_notice_may_not_be(audited, change, code):
    with pytest.raises(Refused) as refused:
        hang(audited, **change)
    assert refused.value.code == code
    audited.refresh_from_db()
    assert audited.stage == PayrollBatch.Stage.AUDITED


def test_a_notice_before_the_audit_is_refused(cast, project):
    with pytest.raises(Refused) as refused:
        hang(submitted(project))
    assert refused.value.code == "wrong_stage"


def test_the_page_takes_photos_and_shows_them_to_those_in_scope(cast, audited, enter):
    client = enter(cast.labour_officer)
    assert f'value="{today()}"' in client.get(f"/payroll/{audited.pk}/notice/").content.decode()
    form = {
        "version": audited.version,
        "place": "大门口",
        "posted_on": f"{today()}",
        "photos": [SimpleUploadedFile("a.png", PICTURE), SimpleUploadedFile("b.png", PICTURE)],
    }
    answer = client.post(f"/payroll/{audited.pk}/notice/", form, follow=True)
    assert "已登记公示" in answer.content.decode()
    again = client.get(f"/payroll/{audited.pk}/notice/").content.decode()
    assert "补充工地公示" in again
    assert "登记工地公示" not in again, "a notice that hangs isn't registered a second time"
    photos = list(audited.notice.photos.all())
    assert len(photos) == 2
    shown = client.get(f"/payroll/notice-photos/{photos[0].pk}/")
    assert (shown.content, shown.headers["Content-Type"]) == (PICTURE, "image/png")
    assert (shown.headers["Cache-Control"], shown.headers["X-Content-Type-Options"]) == ("no-store", "nosniff")
    assert enter(cast.other_labour_officer).get(f"/payroll/notice-photos/{photos[0].pk}/").status_code == 404


def test_the_printed_notice_masks_names_and_numbers(cast, audited, enter):
    page = enter(cast.subcontractor_clerk).get(f"/payroll/{audited.pk}/notice/print/").content.decode()
    name = person(0)["name"]
    assert name not in page
    assert masked_name(name) in page
    assert id_number(0) not in page
    assert "5,380.00" in page
    assert "12333" in page


@pytest.mark.parametrize(
    ("name", "shown"), [("张三", "张*"), ("欧阳修远", "欧**远"), ("王", "王"), ("李小明", "李*明")]
)
def test_how_a_name_is_masked(name, shown):
    assert masked_name(name) == shown


def test_paper_confirms_who_was_ticked_and_is_counted_apart(cast, project, enter):
    batch = submitted(project, subcontractor=cast.subcontractor)
    contest_raise(token=tokens(batch)[2], claim=Claim(reason="days"), actor=WORKER)
    client = enter(cast.subcontractor_clerk)
    assert person(0)["name"] in client.get(f"/payroll/{batch.pk}/paper/").content.decode()
    one, _two, contested = answers(batch)
    scan = SimpleUploadedFile("s.pdf", b"%PDF-1.7 scan")
    form = {"workers": [one.pk, contested.pk], "scan": scan}
    answer = client.post(f"/payroll/{batch.pk}/paper/", form, follow=True).content.decode()
    assert "已登记 1 人纸质签字确认" in answer
    assert "其中纸质签字 1 人" in answer
    states = [(one.state, one.channel) for one in answers(batch)]
    assert states == [("confirmed", "paper"), ("pending", ""), ("contested", "link")]
    kept = answers(batch)[0]
    assert kept.recorded_by == cast.subcontractor_clerk
    assert vault.unseal_bytes(kept.scan.sealed, "file") == b"%PDF-1.7 scan"


def test_paper_without_ticks_or_scan_or_by_others_is_refused(cast, project):
    batch = submitted(project, subcontractor=cast.subcontractor)
    pk = answers(batch)[0].pk
    for ids, scan, code in (
        ([], PICTURE, "nobody_ticked"),
        ([pk], b"", "scan_missing"),
        ([pk], b"x", "picture_refused"),
    ):
        with pytest.raises(Refused) as refused:
            paper_confirm(batch_id=batch.pk, confirmation_ids=ids, scan=scan, actor=SYSTEM)
        assert refused.value.code == code
    user = cast.supervisor
    with pytest.raises(NotAllowed):
        paper_confirm(
            batch_id=batch.pk, confirmation_ids=[pk], scan=PICTURE, actor=cast.actor(user), scope=cast.scope(user)
        )


def test_slips_are_printed_crew_by_crew_with_a_trace(cast, project, enter):
    batch = submitted(project, subcontractor=cast.subcontractor)
    client = enter(cast.labour_officer)
    answer = client.get(f"/payroll/{batch.pk}/slips/?crew=木工2班")
    page = answer.content.decode()
    assert person(1)["name"] in page
    assert person(0)["name"] not in page
    assert page.count("<svg") - page.count("wp-icon") == 1 or 'class="wp-qr"' in page
    assert id_number(1) not in page
    assert answer.headers["Cache-Control"] == "no-store"
    assert [one.slip_at is not None for one in answers(batch)] == [False, True, False]
    assert AuditEvent.objects.get(action="payroll.slips_print").changes == {"slips": ["", "1"]}


def test_the_poster_leads_to_the_sites_page_and_can_be_renewed(cast, project, enter):
    client = enter(cast.labour_officer)
    page = client.get(f"/payroll/poster/{project.code}/").content.decode()
    assert 'class="wp-qr"' in page
    assert project.name in page
    assert "12333" in page
    key = project.site_code.key
    client.post(f"/payroll/poster/{project.code}/")
    assert type(project).objects.get(pk=project.pk).site_code.key != key


def test_slips_and_the_notice_add_up_or_say_that_the_sheet_does_not_explain_the_rest(cast, project, enter):
    """What wasn't understood of a sheet is told on the slip, in print and on the phone, and on site, with its sign."""
    batch = submitted(project, [person(0), person(1)], subcontractor=cast.subcontractor)
    client = enter(cast.labour_officer)
    link = f"/public/pay/{tokens(batch)[0]}/"
    pages = f"/payroll/{batch.pk}/slips/", link, f"/payroll/{batch.pk}/notice/print/"
    for address in pages:
        assert "其他增减" not in client.get(address).content.decode(), "the control"
    PayrollLine.objects.filter(batch=batch, row=answers(batch)[0].line.row).update(deductions=None)
    printed, shown, hung = (client.get(address).content.decode() for address in pages)
    assert printed.count("其他增减") == 1
    assert "-100.00 元（工资表未写明）" in printed
    assert "-100.00 元<br>工资表没有写明是什么，请问单位" in shown
    assert hung.count("其他增减 -100.00") == 1
    assert "工资表没有写明的差额" in hung
    PayrollLine.objects.filter(batch=batch, row=answers(batch)[0].line.row).update(deductions=300)
    assert "+200.00 元（工资表未写明）" in client.get(pages[0]).content.decode()


def test_the_notice_names_the_general_contractor_its_gross_sum_and_has_a_place_for_the_seal(cast, audited, enter):
    page = enter(cast.labour_officer).get(f"/payroll/{audited.pk}/notice/print/").content.decode()
    assert f"施工总承包单位：{cast.contractor.name}" in page
    gross = sum(line.gross for line in audited.lines.all())
    foot = page.split("<tfoot>")[1].split("</tfoot>")[0]
    assert f"{gross:,.2f}" in foot
    for place in ("施工总承包单位（盖章）", "公示日期", "劳资专管员", "联系电话"):
        assert f'<th scope="row">{place}</th><td></td>' in page
    audited.lines.filter(pk=audited.lines.first().pk).update(gross=None)
    page = enter(cast.labour_officer).get(f"/payroll/{audited.pk}/notice/print/").content.decode()
    assert f"{gross:,.2f}" not in page.split("<tfoot>")[1], "a sum of some is none"
