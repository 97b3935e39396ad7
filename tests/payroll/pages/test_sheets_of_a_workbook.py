"""A workbook of several sheets on its page: every counter says what it counts, and what is wrong is found on its sheet."""

import re
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest

from payroll.services.reading import batch_read
from tests.factories.payroll import draft, person, upload

pytestmark = pytest.mark.django_db
TITLES = ("姓名", "身份证号", "银行卡号", "应发工资", "扣款", "预支", "实发工资")
NAMES = ("name", "id_number", "bank_card", "gross", "deductions", "advance", "net_pay")


def workbook(**sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, people in sheets.items():
        page = book.create_sheet(name)
        page.append([f"{name}工资表"])
        page.append(TITLES)
        for one in people:
            page.append([one.get(column) for column in NAMES])
        page.column_dimensions["E"].hidden = True
    box = BytesIO()
    book.save(box)
    return box.getvalue()


@pytest.fixture
def batch(cast, project):
    """Two without a fault on the first sheet; on the second two, one of which can't be taken."""
    data = workbook(木工班=[person(1), person(2)], 钢筋班=[person(3), person(4, net_pay=Decimal(1))])
    batch = upload(project, data)
    batch_read(batch.pk)
    batch.refresh_from_db()
    return batch


def shown(enter, cast, batch, query=""):
    return enter(cast.labour_officer).get(f"/payroll/{batch.pk}/{query}").content.decode()


def chips(page):
    """(label, count) of the choices above the rows."""
    found = re.findall(r'<a class="wp-chip" href="[^"]*"[^>]*>([^<]*?) <span class="wp-chip__n">(\d+)</span>', page)
    return [(label.strip(), int(count)) for label, count in found]


def test_the_counters_of_a_sheet_count_its_own_rows(enter, cast, batch):
    first, second = shown(enter, cast, batch), shown(enter, cast, batch, "?sheet=2")
    assert chips(first) == [("本表全部行", 2), ("只看本表有问题的行", 0), ("只看本表错误", 0)]
    assert chips(second) == [("本表全部行", 2), ("只看本表有问题的行", 1), ("只看本表错误", 1)]


def test_the_sheet_with_an_error_is_marked_and_the_way_to_it_is_offered(enter, cast, batch):
    page = shown(enter, cast, batch)
    tabs = re.findall(r'href="(\?sheet=\d)"[^>]*>([^<]+)(<span class="wp-badge u-red">([^<]+))?', page)
    assert [(url, name.strip(), mark) for url, name, _badge, mark in tabs[:2]] == [
        ("?sheet=1", "木工班", ""),
        ("?sheet=2", "钢筋班", "错误 1 行"),
    ]
    assert re.search(r'wp-stat u-red" href="\?sheet=2&amp;only=errors"', page)
    errors = shown(enter, cast, batch, "?sheet=2&only=errors")
    assert person(4)["name"] in errors
    assert person(3)["name"] not in errors
    assert 'href="?sheet=1&amp;only=errors"' in errors, "another sheet keeps what is looked for"


def test_what_is_said_of_a_column_names_its_sheet(enter, cast, batch):
    whole = shown(enter, cast, batch).partition('id="whole"')[2].partition("</section>")[0]
    assert re.findall(r"<strong>([^<]+)</strong>", whole) == ["“木工班”E2", "“钢筋班”E2"]


def test_one_sheet_alone_is_named_nowhere(enter, cast, project):
    page = shown(enter, cast, draft(project, [person(1), person(2, net_pay=1)]))
    assert chips(page) == [("全部行", 2), ("只看有问题的行", 1), ("只看错误", 1)]
    assert 'href="?only=errors"' in page
    assert "本表" not in page
