"""Confirming columns on the page: guesses with words, errors at the column, previews, the memory; without JavaScript."""

import io
import re

import openpyxl
import pytest
from django.urls import reverse

from payroll.models import ColumnLayout, PayrollBatch
from payroll.services.reading import batch_read
from tests.factories.odd_sheets import ODD_LAYOUT, odd_sheet
from tests.factories.payroll import card_number, draft, id_number, person, upload

pytestmark = pytest.mark.django_db
Status = PayrollBatch.Status


@pytest.fixture
def batch(project):
    batch = upload(project, odd_sheet())
    batch_read(batch.pk)
    batch.refresh_from_db()
    return batch


def address(batch, name="mapping"):
    return reverse(f"payroll:{name}", args=[batch.pk])


def answer(batch, **changes):
    """The right answer as the page posts it."""
    posted = {"version": batch.version, "remember": "on", "0-on": "on", "0-from": "2", "0-to": "2"}
    posted |= {f"0-{letter}": name for name, letter in ODD_LAYOUT.items()}
    return {name: value for name, value in (posted | changes).items() if value is not None}


def text_of(response):
    return response.content.decode()


def test_the_page_shows_titles_masked_samples_and_how_sure_it_is(enter, cast, batch):
    shown = text_of(enter(cast.labour_officer).get(address(batch)))
    assert "核对列对应" in shown
    assert re.search(r"确定 \d+%", shown)
    assert "100% 是有效身份证号" in shown
    assert "到手" in shown
    for n in range(1, 7):
        assert id_number(n) not in shown
        assert card_number(n) not in shown


def test_progress_leads_to_the_page_and_the_batch_says_what_is_missing(enter, cast, batch):
    client = enter(cast.labour_officer)
    done = client.get(address(batch, "progress"), headers={"HX-Request": "true"})
    assert done.headers["HX-Redirect"] == address(batch)
    shown = text_of(client.get(address(batch, "batch")))
    assert "还差一步" in shown
    assert address(batch) in shown


def test_a_sheet_read_before_its_page_came_up_leads_to_the_question(enter, cast, batch):
    just_uploaded = address(batch, "batch") + "?new=1"
    response = enter(cast.labour_officer).get(just_uploaded)
    assert (response.status_code, response.url) == (302, address(batch))
    assert enter(cast.supervisor).get(just_uploaded).status_code == 200, "one who may not answer is not sent there"


def test_saving_reads_the_file_anew_and_the_draft_says_by_what(enter, cast, batch):
    client = enter(cast.labour_officer)
    response = client.post(address(batch), answer(batch))
    assert (response.status_code, response.url) == (302, address(batch, "batch"))
    batch_read(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.accepted) == (Status.DRAFT, 6)
    shown = text_of(client.get(address(batch, "batch")))
    assert "您指定的列对应读取" in shown
    assert "列对应不对？调整" in shown
    again = text_of(client.get(address(batch)))
    assert re.search(r'name="0-H".*?value="net_pay" selected', again, re.DOTALL)


def test_what_was_used_from_memory_is_said_on_the_draft(enter, cast, project, batch):
    client = enter(cast.labour_officer)
    client.post(address(batch), answer(batch))
    batch_read(batch.pk)
    later = upload(project, odd_sheet(range(3, 9), name="11月"), month_on=batch.month_on.replace(month=11))
    batch_read(later.pk)
    shown = text_of(client.get(address(later, "batch")))
    assert "您确认的列对应读取" in shown
    assert reverse("payroll:columns") in shown
    other = text_of(enter(cast.supervisor).get(address(later, "batch")))
    assert f"{cast.labour_officer.name}确认的列对应读取" in other
    assert "调整</a>" not in other


@pytest.mark.parametrize(
    ("change", "said", "at"),
    [
        ({"0-H": None, "0-B": ""}, "还没有指定姓名列", "0-on"),
        ({"0-I": "name"}, "同时指定在 B、I 列", "0-I"),
        ({"0-from": "2", "0-to": "6"}, "表头应是相连的", "0-from"),
        ({"0-from": "90", "0-to": "90"}, "行", "0-from"),
        ({"0-on": None}, "没有勾选", None),
    ],
)
def test_an_impossible_answer_comes_back_with_its_error_and_everything_kept(enter, cast, batch, change, said, at):
    response = enter(cast.labour_officer).post(address(batch), answer(batch, **change))
    shown = text_of(response)
    assert response.status_code == 200
    assert said in shown
    assert "还不能读取，请先改正" in shown
    if at:
        assert f'href="#id_{at}"' in shown
    assert re.search(r'name="0-C".*?value="id_number" selected', shown, re.DOTALL)
    batch.refresh_from_db()
    assert (batch.status, batch.layout) == (Status.MAPPING, None)


def test_two_people_at_once_do_not_overwrite_each_other(enter, cast, batch):
    client = enter(cast.labour_officer)
    stale = answer(batch, version=batch.version - 1, **{"0-I": ""})
    shown = text_of(client.post(address(batch), stale))
    assert "刚被他人修改过" in shown
    assert f'name="version" value="{batch.version}"' in shown
    batch.refresh_from_db()
    assert batch.status == Status.MAPPING


def test_other_header_rows_are_looked_at_again_on_request(enter, cast, batch):
    shown = text_of(
        enter(cast.labour_officer).post(address(batch), answer(batch, redo="0", **{"0-from": "1", "0-to": "1"}))
    )
    assert "还不能读取" not in shown
    assert re.search(r'name="0-data"[^>]*placeholder="2"', shown)


def test_the_preview_follows_the_form_and_says_what_is_missing(enter, cast, batch):
    client = enter(cast.labour_officer)
    fragment = text_of(client.post(address(batch, "mapping_preview"), answer(batch, table="0")))
    assert "<html" not in fragment
    assert "5,980.00" in fragment
    assert "相符" in fragment
    assert id_number(1) not in fragment
    missing = text_of(client.post(address(batch, "mapping_preview"), answer(batch, table="0", **{"0-H": ""})))
    assert "还没有实发工资列" in missing
    swapped = text_of(
        client.post(address(batch, "mapping_preview"), answer(batch, table="0", **{"0-B": "id_number", "0-C": "name"}))
    )
    assert "不是有效的身份证号" in swapped


def of_titles(project, titles, *rows, merged=()):
    """A batch of people with these amounts, its titles in one row or more, read."""
    book = openpyxl.Workbook()
    for row in titles:
        book.active.append(["姓名" if row is titles[0] else None, "身份证号" if row is titles[0] else None, *row])
    for n, row in enumerate(rows, 1):
        book.active.append([person(n)["name"], id_number(n), *row])
    for area in merged:
        book.active.merge_cells(area)
    box = io.BytesIO()
    book.save(box)
    batch = upload(project, box.getvalue())
    batch_read(batch.pk)
    batch.refresh_from_db()
    return batch


def preview(client, batch, **columns):
    """The live preview of the only table, with these columns chosen by letter instead of the guesses."""
    shown = text_of(client.get(address(batch)))
    chosen = dict(
        re.findall(r'name="(0-[A-Z]+)"[^>]*>(?:<option value="\w*">[^<]*</option>)*<option value="(\w*)" sel', shown)
    )
    rows = {name: re.search(rf'name="0-{name}"[^>]* value="(\d*)"', shown)[1] for name in ("from", "to", "data")}
    posted = {"version": batch.version, "0-on": "on", "table": "0"} | {f"0-{name}": row for name, row in rows.items()}
    return text_of(client.post(address(batch, "mapping_preview"), posted | chosen | columns))


GROUPED = [
    ["应发工资", "代扣部分", None, None, None, "实发工资"],
    [None, "伙食费", "借支", "罚款", "小计", None],
]
GROUP_MERGED = ("A1:A2", "B1:B2", "C1:C2", "D1:G1", "H1:H2")


def test_an_advance_that_stands_within_the_total_is_no_difference(enter, cast, project):
    rows = [[6000, 100, 500, 30, 630, 5370], [5000, 100, 500, 0, 600, 4400]]
    batch = of_titles(project, GROUPED, *rows, merged=GROUP_MERGED)
    assert (batch.accepted, batch.rejected) == (2, 0)
    client = enter(cast.labour_officer)
    for shown in (text_of(client.get(address(batch))), preview(client, batch)):
        assert shown.count("相符") == 2
        assert "相差" not in shown
    wrong = preview(client, batch, **{"0-C": "net_pay", "0-H": "gross"})
    assert wrong.count("相差") == 2, "a wrong column still shows"


def test_single_deductions_without_a_total_are_taken_off(enter, cast, project):
    batch = of_titles(
        project, [["应发工资", "借支", "伙食", "实发工资"]], *[[6000, 500, 200, 5300]] * 3, [6000, 500, 200, 5500]
    )
    assert (batch.accepted, batch.rejected) == (3, 1)
    client = enter(cast.labour_officer)
    for shown in (text_of(client.get(address(batch))), preview(client, batch)):
        assert shown.count("相符") == 3
        assert re.findall("相差 [0-9.]+", shown) == ["相差 200.00"], "what is wrong is said"


def test_a_row_that_only_an_unknown_column_explains_is_said_to_be_so(enter, cast, project):
    rows = [[6000, 100, 70, 5830], [6000, 100, 70, 5850], [6000, 100, 0, 5900]]
    batch = of_titles(project, [["应发工资", "餐费", "考核", "实发工资"]], *rows)
    assert batch.rejected == 0
    shown = text_of(enter(cast.labour_officer).get(address(batch)))
    assert shown.count("计入未识别的列后相符") == 1
    assert shown.count("有未识别的金额，无法核对") == 1
    assert shown.count("相符") == 2
    assert "相差" not in shown


def test_amounts_in_another_unit_are_shown_as_they_will_be_read(enter, cast, project):
    titles = [["应发工资（万元）", "扣款（万元）", "实发工资（万元）"]]
    batch = of_titles(project, titles, [0.605, 0.01, 0.595], [0.605, 0.01, 0.594])
    assert (batch.accepted, batch.rejected) == (1, 1)
    shown = text_of(enter(cast.labour_officer).get(address(batch)))
    assert shown.count(">6,050.00</td>") == 2
    assert re.findall("相[符差][^<]*", shown.partition("这样读取时")[2]) == ["相符", "相差 10.00"]


def test_days_and_cards_are_shown_as_the_reader_takes_them(enter, cast, project):
    titles = [["银行账号（开户行）", "出勤天数", "应发工资", "实发工资"]]
    rows = [
        [f"{card_number(1)}（甘肃银行）", "26天", 6000, 6000],
        [f"甘肃银行 {card_number(2)}", "28/30", 6000, 6000],
        [f"卡号：{card_number(3)}", "很多", 6000, 6000],
    ]
    batch = of_titles(project, titles, *rows)
    assert [line.card.last4 for line in batch.lines.order_by("row")] == [card_number(n)[-4:] for n in (1, 2)]
    shown = text_of(enter(cast.labour_officer).get(address(batch))).partition("这样读取时")[2]
    assert "不像银行卡号" not in shown
    assert re.findall(r'<td class="num ">([\d.]+)</td>', shown) == ["26", "28"]
    assert shown.count("不是数字") == 2, "the title of the cell and its word"
    assert card_number(1)[:12] not in shown


def test_a_total_that_holds_the_advance_is_shown_without_it_as_the_sheet_is(enter, cast, project):
    rows = [[6000, 100, 500, 30, 630, 5370], [5000, 100, 500, 0, 600, 4400]]
    batch = of_titles(project, GROUPED, *rows, merged=GROUP_MERGED)
    client = enter(cast.labour_officer)
    shown = text_of(client.get(address(batch))).partition("这样读取时")[2]
    kept = [f"{amount:,.2f}" for amount in batch.lines.order_by("row").values_list("deductions", flat=True)]
    assert kept == ["130.00", "100.00"]
    assert all(f">{amount}</td>" in shown for amount in kept)
    assert ">630.00</td>" not in shown


def test_a_draft_can_be_opened_again_and_a_submitted_one_not(enter, cast, project):
    from payroll.services.submissions import batch_submit
    from responsibilities.services.trail import Actor

    batch = draft(project, [person(1)])
    client = enter(cast.labour_officer)
    assert "系统能读懂这份表" in text_of(client.get(address(batch)))
    batch_submit(batch_id=batch.pk, actor=Actor.system("test"))
    assert client.get(address(batch)).status_code == 302


def test_the_memory_is_listed_and_forgotten(enter, cast, batch):
    client = enter(cast.labour_officer)
    client.post(address(batch), answer(batch))
    batch_read(batch.pk)
    memory = ColumnLayout.objects.get()
    shown = text_of(client.get(reverse("payroll:columns")))
    assert "到手" in shown
    assert cast.contractor.name in shown
    assert "到手" not in text_of(enter(cast.other_labour_officer).get(reverse("payroll:columns")))
    assert "到手" not in text_of(enter(cast.subcontractor_clerk).get(reverse("payroll:columns")))
    assert enter(cast.subcontractor_clerk).post(reverse("payroll:columns_forget", args=[memory.pk])).status_code == 404
    shown = text_of(enter(cast.labour_officer).post(reverse("payroll:columns_forget", args=[memory.pk]), follow=True))
    assert "已忘记" in shown
    assert not ColumnLayout.objects.exists()


def test_the_first_row_of_people_is_set_on_the_page(enter, cast, batch):
    client = enter(cast.labour_officer)
    redone = text_of(client.post(address(batch), answer(batch, **{"0-data": "5", "redo": "0"})))
    assert person(3)["name"] in redone
    assert re.search(r'name="0-data"[^>]*value="5"', redone)
    assert person(1)["name"] not in redone.partition("这样读取时")[2]
    client.post(address(batch), answer(batch, **{"0-data": "5"}))
    batch_read(batch.pk)
    batch.refresh_from_db()
    assert batch.accepted == 4
    assert re.search(r'name="0-data"[^>]*value="5"', text_of(client.get(address(batch))))


def test_a_first_row_inside_the_header_is_said_at_its_field(enter, cast, batch):
    shown = text_of(enter(cast.labour_officer).post(address(batch), answer(batch, **{"0-data": "2"})))
    assert "数据起始行应在表头（第 2 行）之下" in shown
    batch.refresh_from_db()
    assert batch.status == Status.MAPPING
