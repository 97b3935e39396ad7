"""The template: whom it names, its dropdowns and formulas; instructions and sample are never read as people."""

import datetime
import io

import openpyxl
import pytest

from payroll.models import SiteStay
from payroll.rules.month import Month
from payroll.services.sheets import understand
from payroll.services.submissions import batch_submit
from payroll.services.templates import EVERYBODY, template_write
from responsibilities.services.trail import Actor
from sheets.refusal import Refusal
from tests.factories.payroll import draft, person, site
from tests.factories.people import on_roster, worker

pytestmark = pytest.mark.django_db
NOVEMBER = Month(2026, 11)


@pytest.fixture
def project(cast):
    return site(cast)


def submitted(project, rows, **facts):
    batch_submit(batch_id=draft(project, rows, **facts).pk, actor=Actor.system("test"))


def template(project, *, employer=EVERYBODY, formulas=False):
    box = io.BytesIO()
    count = template_write(
        box, project=project, month=NOVEMBER, actor=Actor.system("test"), employer=employer, formulas=formulas
    )
    return count, openpyxl.load_workbook(box)


def names(book):
    return {row[1].value for row in book.worksheets[0].iter_rows(min_row=4)}


def saved(book):
    box = io.BytesIO()
    book.save(box)
    return box.getvalue()


def test_it_names_one_employers_people_when_asked(cast, project):
    submitted(project, [person(1)])
    submitted(project, [person(2)], subcontractor=cast.subcontractor)
    assert names(template(project)[1]) == {person(1)["name"], person(2)["name"]}
    assert names(template(project, employer=None)[1]) == {person(1)["name"]}
    count, book = template(project, employer=cast.subcontractor)
    assert (count, names(book)) == (1, {person(2)["name"]})


def test_it_names_who_was_there_in_that_month_whoever_is_there_now(cast, project):
    def day(month, number=15):
        return datetime.date(2026, month, number)

    on_roster(project, worker(1), cast.contractor, entered_on=day(3))
    on_roster(project, worker(2), cast.contractor, entered_on=day(3), left_on=day(11))
    on_roster(project, worker(3), cast.contractor, entered_on=day(3), left_on=day(10, 31))
    on_roster(project, worker(4), cast.contractor, entered_on=day(12, 1))
    back = on_roster(project, worker(5), cast.contractor, entered_on=day(12, 1))
    SiteStay.objects.create(entry=back, entered_on=day(10), left_on=day(11, 3), source="form")
    assert names(template(project)[1]) == {person(n)["name"] for n in (1, 2, 5)}


def test_the_crews_are_a_list_to_choose_from_even_when_they_are_many(project):
    submitted(project, [person(n, crew=f"第{n}钢筋绑扎班组") for n in range(1, 41)])
    book = template(project)[1]
    (rule,) = book.worksheets[0].data_validations.dataValidation
    assert rule.type == "list"
    assert "填写说明" in rule.formula1
    assert rule.errorStyle == "warning"


def test_instructions_and_sample_are_never_read(project):
    count, book = template(project)
    assert (count, book.sheetnames[-1]) == (0, "填写说明")
    assert book.worksheets[0]["B4"].value == "张三"
    read = understand(saved(book), project=project, month=NOVEMBER)
    assert (read.parsed.rows, read.remarks) == (0, [])
    assert read.parsed.ignored_rows == [{"row": 4, "why": "sample"}]


def test_the_sheet_of_instructions_alone_is_no_payroll(project):
    book = template(project)[1]
    del book[book.sheetnames[0]]
    with pytest.raises(Refusal):
        understand(saved(book), project=project, month=NOVEMBER)


def test_filled_in_it_comes_back_without_a_remark(project):
    submitted(project, [person(1), person(2)])
    book = template(project)[1]
    page = book.worksheets[0]
    header = {cell.value: cell.column for cell in page[3]}
    for row in (4, 5):
        for title, value in (("出勤天数", 20), ("单价", 200), ("应发工资", 4000), ("扣款", 100), ("实发工资", 3900)):
            page.cell(row, header[title], value)
    read = understand(saved(book), project=project, month=NOVEMBER)
    assert (read.parsed.accepted, read.parsed.rejected, read.remarks) == (2, 0, [])


def test_formulas_compute_gross_and_net_and_are_blank_until_then(project):
    submitted(project, [person(1)])
    page = template(project, formulas=True)[1].worksheets[0]
    header = {cell.value: cell.coordinate.rstrip("0123456789") for cell in page[3]}
    days, price, gross = header["出勤天数"], header["单价"], header["应发工资"]
    assert page[f"{gross}4"].value == f'=IF(OR({days}4="",{price}4=""),"",ROUND({days}4*{price}4,2))'
    assert page[f"{header['实发工资']}4"].value.startswith(f'=IF({gross}4="","",ROUND({gross}4-N(')
    assert template(project)[1].worksheets[0][f"{gross}4"].value is None
