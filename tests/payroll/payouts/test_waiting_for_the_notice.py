"""No money leaves before the notice on site has hung its days, whoever asks; then it may."""

import datetime

import pytest

from payroll.models import PayNotice, Payout, PayrollBatch
from payroll.rules.payouts import payable_from
from payroll.services.notices import notice_save
from payroll.services.payout_files import payout_files_make
from responsibilities.rules.errors import Refused
from tests.factories.flow import PICTURE
from tests.factories.payouts import noticed

pytestmark = pytest.mark.django_db
MADE_ON = "2026-11-23"


@pytest.fixture(autouse=True)
def today(settings):
    settings.PORTAL_TODAY = MADE_ON


def make(batch, by, **facts):
    return payout_files_make(batch_id=batch.pk, layout="generic", **by, **facts)


def hangs_until(batch, day: str) -> None:
    PayNotice.objects.filter(batch=batch).update(posted_on="2026-11-20", until_on=day)


def test_on_the_last_day_of_the_notice_nothing_is_paid_and_the_refusal_says_from_when(batch, by):
    hangs_until(batch, MADE_ON)
    with pytest.raises(Refused) as refused:
        make(batch, by)
    assert refused.value.code == "notice_running"
    for said in ("2026-11-20 起", "到 2026-11-23 止", "最早 2026-11-24", "总包单位的劳资专管员"):
        assert said in refused.value.message
    assert not Payout.objects.exists()


def test_on_the_day_after_it_is(batch, by):
    hangs_until(batch, "2026-11-22")
    assert make(batch, by).created


def test_without_a_notice_on_record_nothing_is_paid(batch, by):
    PayNotice.objects.filter(batch=batch).delete()
    with pytest.raises(Refused) as refused:
        make(batch, by)
    assert refused.value.code == "not_noticed"


def test_a_notice_put_up_today_opens_the_way_after_its_days(project, by, settings):
    batch = noticed(project)
    PayNotice.objects.filter(batch=batch).delete()
    PayrollBatch.objects.filter(pk=batch.pk).update(
        stage="audited", submitted_at=datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC)
    )
    saved = notice_save(batch_id=batch.pk, place="大门", posted_on=datetime.date(2026, 11, 23), photos=[PICTURE], **by)
    settings.PORTAL_TODAY = f"{saved.until_on}"
    with pytest.raises(Refused):
        make(batch, by)
    settings.PORTAL_TODAY = f"{payable_from(saved.until_on)}"
    assert make(batch, by).created


def test_what_the_bank_refused_is_sent_again_without_another_notice(batch, by):
    (file,) = make(batch, by).files
    file.payouts.update(state="failed")
    hangs_until(batch, "2026-12-31")
    assert make(batch, by).created


def test_the_page_says_from_when_and_shows_no_button(batch, enter, cast):
    hangs_until(batch, MADE_ON)
    client = enter(cast.labour_officer)
    shown = client.get(f"/payroll/{batch.pk}/payout/").content.decode()
    assert "最早 2026-11-24 可以生成代发文件" in shown
    assert "生成代发文件（3 笔" not in shown
    hangs_until(batch, "2026-11-22")
    assert "生成代发文件（3 笔" in client.get(f"/payroll/{batch.pk}/payout/").content.decode()
    hangs_until(batch, MADE_ON)
    posted = client.post(
        f"/payroll/{batch.pk}/payout/make/", {"layout": "generic", "version": batch.version}, follow=True
    )
    assert "公示还没有期满" in posted.content.decode()
