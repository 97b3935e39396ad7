"""Where tables stand is remembered too: two side by side on one sheet, and people who begin further down."""

import datetime
from io import BytesIO

import openpyxl
import pytest

from payroll.imports.layout import Layout
from payroll.models import ColumnLayout, PayrollBatch
from payroll.services.layouts import batch_layout_set
from payroll.services.reading import batch_read
from responsibilities.rules.errors import Refused
from tests.factories.odd_sheets import odd_layout, odd_row, odd_sheet
from tests.factories.payroll import card_number, id_number, person, site, upload

pytestmark = pytest.mark.django_db
Status = PayrollBatch.Status
NOVEMBER = datetime.date(2026, 11, 1)
# Which column holds the ID numbers can be told, which the cards only by a person.
TITLES = ("编号", "姓名", "身份证号", "存款处", "实发工资")
LEFT = {"seq": "A", "name": "B", "id_number": "C", "bank_card": "D", "net_pay": "E"}
RIGHT = {"seq": "G", "name": "H", "id_number": "I", "bank_card": "J", "net_pay": "K"}


@pytest.fixture
def project(cast):
    return site(cast)


def half(n):
    return [n, person(n)["name"], id_number(n), f"存折 {card_number(n)} 号" if n > 90 else card_number(n), 5000 + n]


def pairs(numbers, name="10月"):
    """Two people printed in each row."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = name
    page.append([f"{name}工资"])
    page.append([*TITLES, None, *TITLES])
    for one, other in zip(numbers[::2], numbers[1::2], strict=True):
        page.append([*half(one), None, *half(other)])
    box = BytesIO()
    book.save(box)
    return box.getvalue()


def read(project, data, **facts):
    batch = upload(project, data, **facts)
    batch_read(batch.pk)
    batch.refresh_from_db()
    return batch


def answered(cast, batch, layout):
    batch_layout_set(
        batch_id=batch.pk,
        layout=Layout.from_dict(layout),
        actor=cast.actor(cast.labour_officer),
        scope=cast.scope(cast.labour_officer),
    )
    batch_read(batch.pk)
    batch.refresh_from_db()
    return batch


def both(name="10月", **changes):
    sheet = {"name": name, "header_rows": [2]}
    return {"sheets": [sheet | {"columns": LEFT | changes}, sheet | {"columns": RIGHT}]}


def test_two_tables_side_by_side_are_remembered_each_with_its_columns(cast, project):
    batch = answered(cast, read(project, pairs(range(1, 7))), both())
    assert (batch.status, batch.accepted, len(batch.parts)) == (Status.DRAFT, 6, 2)
    assert sorted(one.columns["name"] for one in ColumnLayout.objects.all()) == ["B", "H"]
    assert all(one.is_read and not one.shifted for one in ColumnLayout.objects.all())
    later = read(project, pairs(range(3, 9), name="11月"), month_on=NOVEMBER)
    assert (later.status, later.accepted, later.layout["by"]) == (Status.DRAFT, 6, "memory")
    assert [part["columns"] for part in later.parts] == [LEFT, RIGHT]
    assert set(ColumnLayout.objects.values_list("used", flat=True)) == {1}


def test_a_half_that_was_left_out_stays_left_out(cast, project):
    said = both()
    del said["sheets"][1]
    batch = answered(cast, read(project, pairs(range(1, 7))), said)
    assert (batch.accepted, [part["columns"] for part in batch.parts]) == (3, [LEFT])
    later = read(project, pairs(range(3, 9), name="11月"), month_on=NOVEMBER)
    assert (later.accepted, [part["columns"] for part in later.parts]) == (3, [LEFT])


def test_another_form_side_by_side_is_not_taken_for_it(cast, project):
    answered(cast, read(project, pairs(range(1, 7))), both())
    data = openpyxl.load_workbook(BytesIO(pairs(range(1, 7), name="11月")))
    data.active["D2"], data.active["J2"] = "卡号", "卡号"
    box = BytesIO()
    data.save(box)
    assert read(project, box.getvalue(), month_on=NOVEMBER).layout is None


SAMPLE_ROWS = (odd_row(7), odd_row(8))  # look like people, and are how to fill the form in


def further_down(**changes):
    layout = odd_layout()
    layout["sheets"][0]["first_data_row"] = 5
    return {"sheets": [layout["sheets"][0] | changes]}


def test_people_begin_where_the_person_says_and_next_time_too(cast, project):
    batch = answered(cast, read(project, odd_sheet([*SAMPLE_ROWS, 1, 2])), further_down())
    assert (batch.rows, batch.accepted) == (2, 2)
    assert ColumnLayout.objects.get().gap == 2
    later = read(
        project, odd_sheet([*SAMPLE_ROWS, 3, 4, 5], name="11月", above=("某某项目", "又一行")), month_on=NOVEMBER
    )
    assert (later.status, later.accepted, later.layout["by"]) == (Status.DRAFT, 3, "memory")
    assert later.layout["sheets"][0]["first_data_row"] == 6


def test_without_it_they_begin_below_the_header(cast, project):
    batch = answered(cast, read(project, odd_sheet([*SAMPLE_ROWS, 1, 2])), further_down(first_data_row=None))
    assert batch.accepted == 4
    assert ColumnLayout.objects.get().gap == 0


@pytest.mark.parametrize("row", [2, 1, 99])
def test_a_first_row_inside_the_header_or_outside_the_sheet_is_refused(cast, project, row):
    batch = read(project, odd_sheet([1, 2]))
    with pytest.raises(Refused) as caught:
        answered(cast, batch, further_down(first_data_row=row))
    assert caught.value.code == "layout_invalid"
    assert "sheets.0.first_data_row" in caught.value.fields
