"""Every page says the same of what a correction does with confirmations; the auditor names any row he wants changed."""

import pytest

from payroll.models import BatchAct
from payroll.rules.row_numbers import AT_MOST, row_numbers
from payroll.services.answers import pay_confirm
from payroll.services.audits import batch_return
from responsibilities.models import Figure
from tests.factories.flow import SYSTEM, WORKER, submitted, tokens
from tests.factories.payroll import draft, person

pytestmark = pytest.mark.django_db

CARRIED = "天数、金额和银行卡都没有变的工人不用再确认，其余的要重新确认；审核和公示重新办理"
KEPT = "天数、金额和银行卡没有变的沿用原来的确认"


@pytest.fixture
def batch(cast, project):
    return submitted(project, subcontractor=cast.subcontractor)


def text_of(client, address) -> str:
    return client.get(address).content.decode()


def test_upload_page_audit_page_and_return_dialog_say_the_same(cast, project, batch, enter):
    client = enter(cast.labour_officer)
    again = f"/payroll/upload/?project={project.code}&month=2026-10&employer={cast.subcontractor.code}"
    assert CARRIED in text_of(client, again)
    audit = text_of(client, f"/payroll/{batch.pk}/audit/")
    assert audit.count(CARRIED) == 2
    for contradicting in ("都要重新来过", "确认作废", "金额没有变的人"):
        assert contradicting not in audit + text_of(client, again)


def test_submitting_the_first_version_asks_everybody_and_a_later_one_says_who_is_not_asked(cast, project, enter):
    client = enter(cast.labour_officer)
    first = draft(project, [person(1)])
    assert "逐人确认" in text_of(client, f"/payroll/{first.pk}/")
    assert KEPT not in text_of(client, f"/payroll/{first.pk}/")


@pytest.mark.parametrize("returned", [False, True])
def test_a_later_version_too_where_the_one_before_was_returned(cast, project, batch, enter, returned):
    if returned:
        batch_return(batch_id=batch.pk, reason="请更正", actor=SYSTEM)
    later = draft(project, [person(1)], subcontractor=cast.subcontractor)
    page = text_of(enter(cast.subcontractor_clerk), f"/payroll/{later.pk}/")
    assert KEPT in page
    assert "逐人确认" not in page


# ── rows that nobody listed ──────────────────────────────────────────────


def send_back(client, batch, rows):
    return client.post(f"/payroll/{batch.pk}/return/", {"version": batch.version, "reason": "天数不对", "rows": rows})


def test_the_auditor_names_rows_that_nothing_was_said_of(cast, batch, enter):
    client = enter(cast.labour_officer)
    numbers = list(batch.lines.order_by("row").values_list("row", flat=True))
    page = text_of(client, f"/payroll/{batch.pk}/audit/")
    assert "其他行号" in page
    assert 'name="places"' not in page, "no row is flagged, and still one can be named"
    assert send_back(client, batch, f"{numbers[0]}-{numbers[1]}").status_code == 302
    act = batch.acts.get(act=BatchAct.Act.RETURN)
    assert act.facts["rows"] == numbers[:2]


@pytest.mark.parametrize(("rows", "said"), [("5000", "工资表中没有第 5000 行"), ("五", "行号写法不对")])
def test_a_row_that_is_not_there_or_no_number_is_told_and_kept(cast, batch, enter, rows, said):
    answer = send_back(enter(cast.labour_officer), batch, rows)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert f'value="{rows}"' in page
    batch.refresh_from_db()
    assert batch.status == "submitted"


@pytest.mark.parametrize(("text", "numbers"), [
    ("", []), ("5、7-9", [5, 7, 8, 9]), ("５，7～8；12", [5, 7, 8, 12]), (" 9 , 5 5 ", [5, 9]), ("第5行", [5]),
    ("7 至 8", [7, 8]),
])  # fmt: skip
def test_row_numbers_as_people_write_them(text, numbers):
    assert row_numbers(text) == numbers


@pytest.mark.parametrize(
    "text", ["a", "5-", "9-5", "-3", f"1-{AT_MOST + 1}", f"1-{AT_MOST},{AT_MOST + 1}", "1-99999999"]
)
def test_what_is_no_row_number_is_refused_in_words(text):
    with pytest.raises(ValueError, match=r"行|小到大"):
        row_numbers(text)


# ── one telephone ────────────────────────────────────────────────────────


def test_how_many_confirmed_from_one_telephone_stands_inside_the_warning(cast, batch, enter):
    client = enter(cast.labour_officer)
    assert "同一部手机" not in text_of(client, f"/payroll/{batch.pk}/audit/")
    Figure.objects.filter(code="pay_same_origin").update(value="2")
    for token in tokens(batch):
        pay_confirm(token=token, actor=WORKER)
    page = text_of(client, f"/payroll/{batch.pk}/audit/")
    box = page.split('class="wp-alert u-yellow"')[1].split("</div>")[0]
    assert "3 人的确认来自同一部手机" in box
    assert page.count("来自同一部手机") == 1
