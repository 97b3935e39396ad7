"""专户流水: what the top says of debits that aren't called wages is what the rows say; the bank, who sees no pay, is told
neither.
"""

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import StatementLine
from accounts.rules.statements import Movement
from accounts.services.statements import statement_report
from payroll.models import DebitExplanation, Payout, StatementMatch
from payroll.services.payout_files import payout_files_make
from responsibilities.selectors.clock import now
from responsibilities.services.trail import Actor
from tests.factories.debits import movement

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_23_november")]
SYSTEM = Actor.system("tests")
DAY = datetime.date(2026, 11, 20)
RULE = "专户资金只能用于支付本项目农民工工资"
AMOUNTS = (Decimal(5000), Decimal(300), Decimal(80))


@pytest.fixture
def lines(project) -> list[StatementLine]:
    """Three debits that aren't called wages, of 5,380 yuan in all."""
    return [movement(project, amount, reference=f"R{n}", purpose="往来") for n, amount in enumerate(AMOUNTS, start=1)]


def explain(line, kind):
    """Said, whatever the service would ask for to believe it."""
    DebitExplanation.objects.create(statement_line=line, kind=kind, reason="已查", at=now())


@pytest.fixture
def page(project, client):
    def shown(who, query="") -> str:
        client.force_login(who)
        return client.get(f"/projects/{project.code}/account/statements/{query}").content.decode()

    return shown


def badge(colour: str, words: str) -> str:
    return f'<span class="wp-badge u-{colour}">非工资支出 {words}</span>'


def test_while_nothing_is_known_all_is_red(cast, lines, page):
    shown = page(cast.labour_officer)
    assert badge("red", "3 笔") in shown
    assert '<a class="wp-stat u-red" href="?kind=other">' in shown
    assert "已核对或说明" not in shown


def test_what_is_said_to_be_pay_is_told_apart_and_red_stays_for_the_rest(cast, lines, page):
    explain(lines[0], "part")
    explain(lines[1], "other")
    for who in (cast.labour_officer, cast.supervisor):
        shown = page(who)
        assert badge("red", "3 笔，其中已核对或说明 1 笔") in shown
        assert f"其中 5,000.00 元已核对或说明为工资、结算、退回；{RULE}" in shown
        assert '<a class="wp-stat u-red" href="?kind=other">' in shown
        assert shown.count("已说明：") == 1, "another expense stays one in its row too"


def test_nothing_is_red_once_all_of_it_is_pay_a_settlement_or_came_back(cast, project, batch, lines, page):
    payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM)
    payout = Payout.objects.earliest("row")
    StatementMatch.objects.create(statement_line=lines[0], file=payout.file, payout=payout, at=now())
    explain(lines[1], "settle")
    explain(lines[2], "reversed")
    shown = page(cast.supervisor)
    assert badge("green", "3 笔，均已核对或说明") in shown
    assert '<a class="wp-stat" href="?kind=other">' in shown
    assert "均已核对或说明为工资、结算、退回" in shown
    assert "u-red" not in shown.partition("<tbody")[2].partition("</tbody>")[0]
    assert "已核对：工资" in shown
    assert "?show=matched" in shown
    DebitExplanation.objects.update(undone_at=now())
    assert badge("red", "3 笔，其中已核对或说明 1 笔") in page(cast.supervisor), "what was undone counts no more"


def test_the_sums_are_those_of_the_rows_that_the_filter_leaves(cast, lines, page):
    explain(lines[0], "part")
    shown = page(cast.labour_officer, "?q=R1")
    assert badge("red", "3 笔，其中已核对或说明 1 笔") in shown, "the badge is of the whole account"
    assert "均已核对或说明为工资、结算、退回" in shown
    assert "其中 5,000.00 元" not in shown


def test_for_the_bank_nothing_changes(cast, lines, page):
    before = page(cast.bank_clerk)
    assert badge("red", "3 笔") in before
    explain(lines[0], "part")
    after = page(cast.bank_clerk)
    assert badge("red", "3 笔") in after
    assert "已核对或说明" not in after
    assert RULE in after


def test_the_number_of_queries_does_not_grow(cast, project, lines, client, django_assert_num_queries):
    client.force_login(cast.labour_officer)
    address = f"/projects/{project.code}/account/statements/"
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    more = [Movement(n, DAY, True, Decimal(n), None, "", "", f"M{n}", "往来") for n in range(10, 40)]
    statement_report(project=project, movements=more, actor=SYSTEM)
    for line in StatementLine.objects.filter(amount__lt=40):
        explain(line, "part")
    with django_assert_num_queries(len(few)):
        client.get(address)
