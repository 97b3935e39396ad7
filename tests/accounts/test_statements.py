"""Bank statements: any bank's columns, nothing taken twice, balances that must run on, wages told from the rest."""

import datetime
import io
from decimal import Decimal

import openpyxl
import pytest
from django.db.models.functions import Now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import StatementImport, StatementLine
from accounts.rules.statements import Movement, broken_at, in_order, nature_of
from accounts.selectors.statements import account_balance_unscoped
from accounts.services.statement_imports import (
    STATEMENTS,
    statement_confirm,
    statement_discard,
    statement_read,
    statement_upload,
)
from accounts.services.statements import StatementTaken, statement_report
from responsibilities.models import AuditEvent
from responsibilities.rules.errors import EditedMeanwhile, NotAllowed, NotVisible, Refused
from responsibilities.services import vault
from responsibilities.services.tokens import token_create
from responsibilities.services.trail import Actor
from sheets.writing import OutColumn, OutSheet, write_xlsx
from tests.factories.accounts import credit, month
from tests.factories.payouts import special_account
from tests.factories.payroll import card_number, site

SYSTEM = Actor.system("tests")
TITLES = ("交易日期", "借方发生额", "贷方发生额", "余额", "对方户名", "对方账号", "摘要", "流水号")
ROWS = [
    ("2026-11-02", "", "100000.00", "100000.00", "张掖城投", "62010000000001", "人工费", "S1"),
    ("2026-11-10", "5380.00", "", "94620.00", "张伟", card_number(1), "10月工资", "S2"),
    ("2026-11-10", "5380.00", "", "89240.00", "王芳", card_number(2), "10月工资", "S3"),
    ("2026-11-12", "20000.00", "", "69240.00", "丹霞劳务", "62010000000009", "材料款", "S4"),
    ("2026-11-12", "10.00", "", "69230.00", "", "", "手续费", "S5"),
]


@pytest.fixture(autouse=True)
def today(settings):
    settings.PORTAL_TODAY = "2026-11-23"


@pytest.fixture
def project(cast):
    found = site(cast)
    special_account(found, cast.bank)
    return found


def sheet(rows=ROWS, titles=TITLES) -> bytes:
    box = io.BytesIO()
    write_xlsx(box, [OutSheet("明细", [OutColumn(title) for title in titles], rows, above=("账户交易明细",))])
    return box.getvalue()


def sent(project, data=None, **facts) -> StatementImport:
    """Uploaded and read, waiting for a person's word."""
    imported, _ = statement_upload(
        project=project,
        data=sheet() if data is None else data,
        name="流水.xlsx",
        actor=facts.pop("actor", SYSTEM),
        wake=False,
        **facts,
    )
    statement_read(imported.pk)
    imported.refresh_from_db()
    return imported


def take(project, data=None, **facts):
    """Uploaded, read, confirmed, read again: what became of it. Where there is nothing to add, what was shown."""
    imported = sent(project, data, **facts)
    assert imported.status == "ready", imported.refused_message
    if not imported.found["added"]:
        return StatementTaken(check=True, rows=imported.rows, known=imported.found["known"])
    statement_confirm(import_id=imported.pk, version=imported.version, actor=facts.get("actor", SYSTEM))
    return statement_read(imported.pk)


@pytest.mark.django_db
def test_a_statement_is_taken_in_with_its_balance_and_marks(project):
    taken = take(project)
    assert (taken.rows, taken.added, taken.known, taken.gaps, taken.closing) == (5, 5, 0, [], Decimal("69230.00"))
    lines = list(StatementLine.objects.order_by("position").values_list("direction", "nature"))
    assert lines == [("in", "income"), ("out", "wage"), ("out", "wage"), ("out", "other"), ("out", "fee")]
    line = StatementLine.objects.get(reference="S2")
    assert line.counterparty_last4 == card_number(1)[-4:]
    assert bytes(line.counterparty_index) == vault.blind_index(card_number(1), "bank_card")
    assert vault.unseal_text(line.counterparty_sealed, "bank_card") == card_number(1)
    assert AuditEvent.objects.get(action="statement.import").changes["added"] == ["", "5"]


@pytest.mark.django_db
def test_nothing_counts_before_a_person_says_so(project):
    imported = sent(project)
    assert (imported.status, imported.found["added"], imported.added) == ("ready", 5, 0)
    assert not StatementLine.objects.exists()
    assert not AuditEvent.objects.filter(action="statement.import").exists()
    statement_discard(import_id=imported.pk, actor=SYSTEM)
    with pytest.raises(Refused) as refused:
        statement_confirm(import_id=imported.pk, version=imported.version + 1, actor=SYSTEM)
    assert refused.value.code == "not_ready"
    assert statement_read(imported.pk) is None
    assert not StatementLine.objects.exists()


@pytest.mark.django_db
def test_the_same_file_twice_is_one_import_and_taking_it_twice_adds_once(project):
    data = sheet()
    first = sent(project, data)
    again, created = statement_upload(project=project, data=data, name="x.xlsx", actor=SYSTEM, wake=False)
    assert (again.pk, created) == (first.pk, False)
    statement_confirm(import_id=first.pk, version=first.version, actor=SYSTEM)
    statement_confirm(import_id=first.pk, version=first.version, actor=SYSTEM)
    assert statement_read(first.pk).added == 5
    assert statement_read(first.pk) is None
    assert StatementLine.objects.count() == 5


@pytest.mark.django_db
def test_what_was_shown_to_somebody_else_meanwhile_is_not_confirmed(project):
    imported = sent(project)
    with pytest.raises(EditedMeanwhile):
        statement_confirm(import_id=imported.pk, version=imported.version - 1, actor=SYSTEM)


@pytest.mark.django_db
def test_a_file_that_kills_its_reader_stops_after_three_attempts(project, monkeypatch):
    def explode(_data):
        raise MemoryError

    monkeypatch.setattr("accounts.services.statements.read", explode)
    imported, _ = statement_upload(project=project, data=sheet(), name="x.xlsx", actor=SYSTEM, wake=False)
    for _ in range(3):
        with pytest.raises(MemoryError):
            statement_read(imported.pk)
    assert statement_read(imported.pk) is None
    imported.refresh_from_db()
    assert (imported.status, imported.attempts) == ("failed", 3)
    assert f"流水编号 {imported.pk}" in imported.refused_message


@pytest.mark.django_db
def test_a_stranded_statement_is_found_in_either_of_its_readings(project):
    imported, _ = statement_upload(project=project, data=sheet(), name="x.xlsx", actor=SYSTEM, wake=False)
    StatementImport.objects.update(imported_at=Now())
    assert STATEMENTS.stranded_unscoped() == []
    StatementImport.objects.update(status="reading")
    assert STATEMENTS.stranded_unscoped() == [imported.pk]
    with STATEMENTS.alone(imported.pk):
        assert STATEMENTS.stranded_unscoped() == [], "one in a living reader's hands"


@pytest.mark.django_db
def test_again_or_overlapping_adds_only_what_is_new(project):
    take(project)
    assert take(project).added == 0
    later = [*ROWS[2:], ("2026-11-20", "", "500.00", "69730.00", "张掖城投", "", "人工费", "S6")]
    taken = take(project, sheet(later))
    assert (taken.added, taken.known) == (1, 3)
    assert StatementLine.objects.count() == 6
    assert StatementImport.objects.filter(status="stored").count() == 2


@pytest.mark.django_db
def test_equal_lines_without_a_bank_number_are_counted_each_and_not_again(project):
    rows = [
        ("2026-11-10", "100", "", "", "张伟", "", "工资", ""),
        ("2026-11-10", "100", "", "", "张伟", "", "工资", ""),
    ]
    assert take(project, sheet(rows)).added == 2
    assert take(project, sheet(rows)).added == 0
    assert take(project, sheet([*rows, rows[0]])).added == 1


@pytest.mark.django_db
def test_the_newest_line_first_is_turned_round(project):
    assert take(project, sheet(ROWS[::-1])).gaps == []
    assert account_balance_unscoped(project.pk).amount == Decimal("69230.00")


@pytest.mark.django_db
def test_missing_lines_are_said(project):
    taken = take(project, sheet([ROWS[0], *ROWS[2:]]))
    assert len(taken.gaps) == 1
    assert "相差 5,380.00 元" in taken.gaps[0]
    later = [("2026-11-20", "", "1.00", "70000.00", "", "", "结息", "S9")]
    assert "相差 769.00 元" in take(project, sheet(later)).gaps[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("titles", "rows"),
    [
        (("日期", "收/支", "金额", "账户余额", "对方名称", "用途"), [("20261102", "收入", "1,000.00", "1,000.00", "城投", "人工费"), ("20261103", "支出", "400", "600", "张伟", "工资")]),
        (("记账日期", "借贷标志", "交易金额", "余额", "对方户名", "摘要"), [("2026年11月2日", "贷", "1000", "1000", "城投", "人工费"), ("2026/11/3", "借", "400元", "600", "张伟", "代发工资")]),
        (("交易时间", "交易金额", "余额", "对方户名", "附言"), [("2026-11-02 10:00:00", "1000", "1000", "城投", "人工费"), ("2026-11-03 11:00:00", "-400", "600", "张伟", "工资")]),
    ],
)  # fmt: skip
def test_columns_of_different_banks(project, titles, rows):
    taken = take(project, sheet(rows, titles))
    assert (taken.added, taken.problems, taken.gaps) == (2, [], [])
    assert list(StatementLine.objects.order_by("position").values_list("direction", "amount", "nature")) == [
        ("in", Decimal("1000.00"), "income"),
        ("out", Decimal("400.00"), "wage"),
    ]


@pytest.mark.django_db
def test_a_row_that_says_no_direction_is_told_and_not_guessed(project):
    rows = [("2026-11-02", "?", "1000"), ("2026-11-03", "收", "1")]
    taken = take(project, sheet(rows, ("日期", "借贷标志", "金额")))
    assert (taken.added, len(taken.problems)) == (1, 1)


@pytest.mark.django_db
def test_another_accounts_statement_is_refused(project):
    rows = [("6210000000000001111", *ROWS[0])]
    refused = sent(project, sheet(rows, ("账号", *TITLES)))
    assert (refused.status, refused.refused_code) == ("refused", "other_account")
    assert "尾号 1111" in refused.refused_message
    assert "尾号 9999" in refused.refused_message
    assert take(project, sheet([("6210000000000009999", *ROWS[0])], ("账号", *TITLES))).added == 1


@pytest.mark.django_db
def test_two_accounts_that_end_alike_are_told_apart(project):
    refused = sent(project, titled("账户交易明细", "账号：6230*******9999"))
    assert "6230…9999" in refused.refused_message
    assert "6210…9999" in refused.refused_message


def titled(*above) -> bytes:
    box = io.BytesIO()
    write_xlsx(box, [OutSheet("明细", [OutColumn(title) for title in TITLES], ROWS, above=above)])
    return box.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "line",
    [
        "账号：6230123456789990054 币种：人民币",
        "查询帐号 6230 1234 5678 9990 054",
        "账户：6230*******0054",
        "账　　号：6230123456789990054",
    ],
)
def test_another_accounts_number_above_the_table_is_refused(project, line):
    refused = sent(project, titled("账户交易明细", line))
    assert (refused.status, refused.refused_code) == ("refused", "other_account")
    assert "尾号 0054" in refused.refused_message
    assert "尾号 9999" in refused.refused_message


@pytest.mark.django_db
@pytest.mark.parametrize(
    "line",
    [
        "账号：6210000000000009999",
        "卡号：6210 **** **** 9999",
        "对方账号：6230123456789990054",
        "收款方账号：6230123456789990054",
        "户名：张掖建工 2026-11-01",
    ],
)
def test_its_own_number_or_none_above_the_table_is_taken_without_a_word(project, line):
    shown = sent(project, titled(line))
    assert (shown.status, shown.found["problems"]) == ("ready", [])


@pytest.mark.django_db
@pytest.mark.parametrize("line", ["账号：6210********", "账号：6210000000000009999001", "账号：*******99"])
def test_a_number_that_is_shown_in_part_is_said_on_the_preview(project, line):
    shown = sent(project, titled(line))
    assert shown.status == "ready"
    assert "无法确认就是本项目的专用账户（尾号 9999）" in shown.found["problems"][0]


@pytest.mark.django_db
def test_days_that_have_not_come_and_sheets_that_say_nothing_are_refused(project):
    future = sent(project, sheet([("2026-12-01", "", "1", "1", "", "", "", "")]))
    assert (future.status, future.refused_code) == ("refused", "day_in_future")
    assert sent(project, sheet([("张三", "甘肃")], ("姓名", "籍贯"))).refused_code == "no_header"
    with pytest.raises(Refused) as refused:
        sent(project, b"%PDF-1.7")
    assert refused.value.code == "not_a_sheet"


@pytest.mark.django_db
def test_the_balance_adds_credits_after_the_statement(project):
    take(project)
    period = month(project, datetime.date(2026, 11, 1))
    credit(period, "1000", datetime.date(2026, 11, 12))
    credit(period, "2500", datetime.date(2026, 11, 20))
    balance = account_balance_unscoped(project.pk)
    assert (balance.amount, balance.now) == (Decimal("69230.00"), Decimal("71730.00"))
    assert balance.source == "截至 2026-11-12 银行流水，另加其后到账 2,500.00 元"


@pytest.mark.django_db
def test_who_may_take_a_statement_in(cast, project):
    for who in ("bank_clerk", "labour_officer"):
        user = getattr(cast, who)
        assert take(project, actor=cast.actor(user), scope=cast.scope(user)).rows == 5
    for who, error in (
        ("developer_officer", NotAllowed),
        ("supervisor", NotAllowed),
        ("other_labour_officer", NotVisible),
    ):
        user = getattr(cast, who)
        with pytest.raises(error):
            take(project, actor=cast.actor(user), scope=cast.scope(user))


def movement(amount, balance, out=False, day=1, **facts):
    return Movement(
        1, datetime.date(2026, 11, day), out, Decimal(amount), balance, "", "", "", facts.get("purpose", "")
    )


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(steps=st.lists(st.tuples(st.booleans(), st.integers(1, 10**6)), min_size=2, max_size=30))
def test_balances_that_run_on_have_no_break_in_either_order(steps):
    balance, rows = Decimal(10**9), []
    for out, cents in steps:
        amount = Decimal(cents) / 100
        balance += -amount if out else amount
        rows.append(movement(amount, balance, out))
    assert broken_at(in_order(rows)) == []
    assert broken_at(in_order(rows[::-1])) == []
    assert len(broken_at(in_order([rows[0], *rows[2:]]))) <= 1


@pytest.mark.parametrize(
    ("purpose", "nature"),
    [("10月工资", "wage"), ("代发", "wage"), ("工资手续费", "fee"), ("劳务费", "other"), ("", "other")],
)
def test_what_goes_out_is_wages_only_when_it_says_so(purpose, nature):
    assert nature_of(movement(1, None, out=True, purpose=purpose)) == nature


# ── pages and API ──────────────────────────────────────────────────────


def text_of(response) -> str:
    return response.content.decode()


@pytest.mark.django_db
def test_upload_preview_confirm_and_the_list(cast, project, client):
    client.force_login(cast.labour_officer)
    address = f"/projects/{project.code}/account/statements/"
    assert "还没有导入流水" in text_of(client.get(address))
    file = io.BytesIO(sheet())
    file.name = "11月流水.xlsx"
    client.post(f"{address}import/", {"file": file})
    imported = StatementImport.objects.get()
    page = f"{address}{imported.pk}/"
    assert "等待读取" in text_of(client.get(page))
    assert "等待读取" in text_of(client.get(f"{page}progress/", headers={"HX-Request": "true"}))
    statement_read(imported.pk)
    assert client.get(f"{page}progress/", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    preview = client.get(page)
    assert "导入 5 笔" in text_of(preview)
    assert "材料款" in text_of(preview)
    assert not StatementLine.objects.exists()
    client.post(f"{page}take/", {"version": preview.context["one"].version})
    assert "正在写入流水" in text_of(client.get(page))
    statement_read(imported.pk)
    assert "已新增" in text_of(client.get(page))
    done = client.get(address)
    shown = text_of(done)
    assert "5 笔，新增 5 笔" in shown
    assert "截至 2026-11-12 银行流水" in shown
    assert "69,230.00" in shown
    assert "非工资支出 1 笔" in shown
    assert text_of(client.get(f"{address}?kind=other")).count('class="wp-lead nowrap"') == 1
    assert text_of(client.get(f"{address}?q=S2")).count('class="wp-lead nowrap"') == 1
    assert "没有符合条件" in text_of(client.get(f"{address}?month=2026-09"))
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{address}?export=xlsx").content)).active
    assert book.max_row == 6


@pytest.mark.django_db
def test_names_of_paid_workers_are_not_shown_to_developers(cast, project, client):
    take(project)
    client.force_login(cast.developer_officer)
    shown = text_of(client.get(f"/projects/{project.code}/account/statements/"))
    assert "张掖城投" in shown
    assert "张伟" not in shown


@pytest.mark.django_db
def test_a_file_that_is_no_statement_is_refused_on_the_page(cast, project, client):
    client.force_login(cast.bank_clerk)
    file = io.BytesIO(b"%PDF-1.7")
    file.name = "x.pdf"
    shown = text_of(client.post(f"/projects/{project.code}/account/statements/import/", {"file": file}))
    assert "流水没有导入" in shown


@pytest.mark.django_db
def test_the_bank_reports_movements_by_api_and_they_count_once(cast, project, client):
    headers = {"Authorization": f"Token {token_create(cast.bank_clerk)}"}
    body = {
        "project": project.code,
        "lines": [
            {"on": "2026-11-02", "direction": "in", "amount": "100.00", "balance": "100.00", "reference": "A1"},
            {"on": "2026-11-03", "direction": "out", "amount": "40.00", "balance": "60.00", "purpose": "工资"},
        ],
    }

    def post(**more):
        return client.post("/api/v1/statements/", body, content_type="application/json", headers=headers | more)

    first = post(**{"Idempotency-Key": "k1"})
    assert (first.status_code, first.json()["added"]) == (201, 2)
    assert post(**{"Idempotency-Key": "k1"}).json() == first.json()
    assert post().json()["known"] == 2
    listed = client.get(f"/api/v1/statements/?project={project.code}", headers=headers).json()
    assert listed["count"] == 2
    body["lines"][0]["amount"] = "-1"
    assert post().status_code == 400
    assert statement_report(project=project, movements=[movement(1, None)], actor=SYSTEM).added == 1
