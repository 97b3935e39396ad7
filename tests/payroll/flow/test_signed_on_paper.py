"""The payroll as it is printed to be signed: whole, with who answered already, for nobody but those who hand it out."""

import re

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from payroll.services.answers import Claim, contest_raise, pay_confirm
from tests.factories.flow import WORKER, submitted, tokens
from tests.factories.payroll import draft, id_number, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch(cast, project):
    rows = [person(1, crew="瓦工班"), person(2, crew="瓦工班"), person(3, crew="木工班")]
    return submitted(project, rows, subcontractor=cast.subcontractor)


def page(batch):
    return reverse("payroll:paper_print", args=[batch.pk])


def rows(response) -> list[str]:
    body = response.content.decode().split("<tbody>")[1].split("</tbody>")[0]
    return [
        " ".join(strip_tags(row.replace("<", " <")).split()) for row in re.findall(r"<tr>.*?</tr>", body, re.DOTALL)
    ]


def test_everybody_has_a_row_to_sign_and_who_answered_already_reads_so(cast, batch, enter):
    first, second, _silent = tokens(batch)
    pay_confirm(token=first, actor=WORKER)
    contest_raise(token=second, claim=Claim(reason="days"), actor=WORKER)
    response = enter(cast.subcontractor_clerk).get(page(batch))
    told = rows(response)
    assert len(told) == 3
    assert told[0].endswith("已在手机上确认")
    assert told[1].endswith("已提出异议")
    assert told[2].endswith(f"尾号 {batch.lines.last().card.last4}"), "room to sign"
    shown = response.content.decode()
    assert "16,140.00" in shown, "the sum of three"
    assert "用工单位负责人" in shown
    assert cast.contractor.name in shown
    assert id_number(1) not in shown


def test_a_crew_signs_on_a_sheet_of_its_own(cast, batch, enter):
    response = enter(cast.labour_officer).get(page(batch), {"crew": "木工班"})
    assert len(rows(response)) == 1
    assert "5,380.00" in response.content.decode().split("<tfoot>")[1]


def test_nobody_else_prints_it_and_a_draft_is_nothing_to_sign(cast, project, batch, enter):
    assert enter(cast.supervisor).get(page(batch)).status_code == 403
    assert enter(cast.other_subcontractor_clerk).get(page(batch)).status_code == 404
    open_one = draft(project, [person(9)], subcontractor=cast.subcontractor, month_on=batch.month_on.replace(month=9))
    response = enter(cast.subcontractor_clerk).get(page(open_one), follow=True)
    assert "只有已提交的工资表可以打印签字表" in response.content.decode()
