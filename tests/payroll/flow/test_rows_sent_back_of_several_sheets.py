"""Rows that are sent back, or that can't be paid, are named with their sheet where the file has several."""

import pytest

from payroll.models import PayrollBatch, PayrollRemark
from payroll.rules.places import Place, places_words
from payroll.services.audits import batch_return
from payroll.services.reading import batch_read
from payroll.services.submissions import batch_submit
from responsibilities.models import AuditEvent
from responsibilities.rules.errors import Refused
from tests.factories.flow import SYSTEM, submitted
from tests.factories.payouts import noticed_batch
from tests.factories.payroll import person, sheets_bytes, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch(cast, project):
    """木工班 with two people and 瓦工班 with two others: rows 3 and 4 of either. Row 3 of both is worth a look."""
    data = sheets_bytes(木工班=[person(1), person(2)], 瓦工班=[person(3), person(4)])
    made = upload(project, data, subcontractor=cast.subcontractor)
    batch_read(made.pk)
    done = batch_submit(batch_id=made.pk, actor=SYSTEM)
    for sheet_no in (1, 2):
        PayrollRemark.objects.create(
            batch=done, sheet_no=sheet_no, row=3, code="overage", severity="warning", message="请核对年龄。"
        )
    return done


def by(cast):
    return {"actor": cast.actor(cast.labour_officer), "scope": cast.scope(cast.labour_officer)}


def test_rows_are_named_by_sheet_in_the_order_of_the_file():
    names = ["木工班", "瓦工班"]
    assert (
        places_words([Place(2, 5), Place(1, 5), Place(1, 3)], names)
        == "工作表“木工班”第 3、5 行；工作表“瓦工班”第 5 行"
    )
    assert places_words([Place(1, 5), Place(1, 3)], ["10月"]) == "第 3、5 行"


def test_two_rows_of_one_number_are_told_apart_from_the_audit_to_the_compiler(cast, batch, enter):
    client = enter(cast.labour_officer)
    page = client.get(f"/payroll/{batch.pk}/audit/").content.decode()
    for place, sheet in (("1-3", "木工班"), ("2-3", "瓦工班")):
        assert f'value="{place}" aria-label="退回工作表“{sheet}”第 3 行"' in page
    form = {"version": batch.version, "reason": "瓦工班天数与考勤不符", "places": ["2-3"]}
    assert "已退回" in client.post(f"/payroll/{batch.pk}/return/", form, follow=True).content.decode()
    page = enter(cast.subcontractor_clerk).get(f"/payroll/{batch.pk}/").content.decode()
    there = batch.lines.get(sheet_no=2, row=3)
    assert f'?sheet=2&amp;at=3#r3">工作表“瓦工班”第 3 行 {there.worker.name}</a>' in page
    assert "退回的行：工作表“瓦工班”第 3 行" in page
    assert "“木工班”第 3 行" not in page
    event = AuditEvent.objects.get(action="payroll.return")
    assert event.changes["rows"] == ["", "工作表“瓦工班”第 3 行"]


def test_what_was_ticked_stays_ticked_where_the_reason_is_missing(cast, batch, enter):
    form = {"version": batch.version, "reason": "", "places": ["2-3"]}
    answer = enter(cast.labour_officer).post(f"/payroll/{batch.pk}/return/", form)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="2-3" checked' in page
    assert 'value="1-3" checked' not in page


@pytest.mark.parametrize("place", ["2", "2-x", "-3", "9999-3", "2-3-4"])
def test_a_place_that_is_none_is_refused_in_words(cast, batch, enter, place):
    form = {"version": batch.version, "reason": "天数不对", "places": [place]}
    enter(cast.labour_officer).post(f"/payroll/{batch.pk}/return/", form)
    batch.refresh_from_db()
    assert batch.status == PayrollBatch.Status.SUBMITTED


def test_a_number_alone_means_the_row_of_every_sheet_that_has_it(cast, batch):
    batch_return(batch_id=batch.pk, reason="天数不对", rows=[4], **by(cast))
    facts = batch.acts.last().facts
    assert (facts["rows"], facts["places"]) == ([4], [[1, 4], [2, 4]])


def test_a_row_that_is_not_on_its_sheet_is_refused_with_the_sheet(cast, batch):
    batch.lines.filter(sheet_no=1, row=4).delete()
    with pytest.raises(Refused) as refused:
        batch_return(batch_id=batch.pk, reason="天数不对", places=[Place(2, 4), Place(1, 4)], **by(cast))
    assert refused.value.code == "no_such_row"
    assert "工作表“木工班”第 4 行" in refused.value.message


def test_a_return_of_before_sheets_were_kept_still_names_its_rows(cast, project, enter):
    batch = submitted(project, subcontractor=cast.subcontractor)
    batch_return(batch_id=batch.pk, reason="天数不对", rows=[3, 4], **by(cast))
    act = batch.acts.last()
    act.facts.pop("places")
    act.save(update_fields=["facts"])
    page = enter(cast.subcontractor_clerk).get(f"/payroll/{batch.pk}/").content.decode()
    assert "（第 3、4 行）" in page
    assert "退回的行：第 3、4 行" in page


def test_a_line_that_waits_for_its_card_is_named_with_its_sheet(cast, batch, enter):
    line = batch.lines.get(sheet_no=2, row=3)
    batch.lines.filter(pk=line.pk).update(card=None)
    noticed_batch(batch)
    client = enter(cast.labour_officer)
    for address in (f"/payroll/{batch.pk}/payout/", f"/payroll/lines/{line.pk}/payout/"):
        assert "工作表“瓦工班”第 3 行" in client.get(address).content.decode(), address
