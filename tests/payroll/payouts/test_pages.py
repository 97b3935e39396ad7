"""The pages of paying: what they say, what they let whom do, and nothing in full that is not asked for."""

import io
from decimal import Decimal

import openpyxl
import pytest

from accounts.rules.statements import Movement
from accounts.services.statements import statement_report
from payroll.models import Payout, PayoutFile, PayrollBatch
from payroll.services.bank_results import result_apply
from payroll.services.card_answers import card_confirm
from payroll.services.pay_links import pay_token
from payroll.services.payout_files import payout_files_make
from payroll.services.result_reading import result_read
from responsibilities.models import AuditEvent
from responsibilities.selectors.clock import today
from responsibilities.services.tokens import token_create
from responsibilities.services.trail import Actor
from tests.factories.payouts import answer_bytes, answered, answers, noticed
from tests.factories.payroll import card_number, draft, person, site

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")


def text_of(response) -> str:
    return response.content.decode()


def page(batch, name="payout/") -> str:
    return f"/payroll/{batch.pk}/{name}"


def test_the_batch_page_leads_to_paying_once_it_may_be_paid(enter, cast, project, batch):
    client = enter(cast.labour_officer)
    shown = text_of(client.get(f"/payroll/{batch.pk}/"))
    assert "办理代发" in shown
    assert "已发 0 / 3" in shown
    assert "办理代发" not in text_of(
        client.get(f"/payroll/{draft(project, [person(30)], month_on=today().replace(day=1)).pk}/")
    )


def test_the_batch_page_tells_every_step_of_paying(enter, cast, batch):
    file = payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM).files[0]
    result = answered(file, answer_bytes(answers(file, {2: "账户已销户"})))
    result_apply(result_id=result.pk, version=result.version, actor=SYSTEM)
    shown = text_of(enter(cast.labour_officer).get(f"/payroll/{batch.pk}/"))
    assert "3 笔，16,140.00 元" in shown
    assert "已发放 2 笔，发放失败 1 笔" in shown
    assert "已发 2 / 3" in shown
    assert "1 笔没有发放成功，等总包更正后重新发放" in shown
    assert "银行正在代发" not in shown, "it has answered"


def test_while_the_bank_has_not_answered_the_batch_page_says_so(enter, cast, batch):
    payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM)
    assert "银行正在代发，等待回盘结果" in text_of(enter(cast.labour_officer).get(f"/payroll/{batch.pk}/"))


def test_the_account_is_held_against_what_is_still_to_be_paid(enter, cast, project, batch):
    day = today()
    inflow = Movement(1, day, False, Decimal(50000), Decimal(50000), "城投", "", "R1", "人工费")
    statement_report(project=project, movements=[inflow], actor=SYSTEM)
    client = enter(cast.labour_officer)
    assert "付这份工资表 16,140.00 元后余" in text_of(client.get(f"/payroll/{batch.pk}/"))
    file = payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM).files[0]
    result = answered(file, answer_bytes(answers(file, {2: "账户已销户"})))
    result_apply(result_id=result.pk, version=result.version, actor=SYSTEM)
    shown = text_of(client.get(f"/payroll/{batch.pk}/"))
    left = batch.lines.get(row=Payout.objects.get(state=Payout.State.FAILED).line.row).net
    assert f"付还要发的 {left:,.2f} 元后余" in shown
    assert "付这份工资表" not in shown


def test_preview_make_download_send(enter, cast, batch):
    client = enter(cast.labour_officer)
    shown = text_of(client.get(page(batch) + "?layout=ccb"))
    assert "跨行标识" in shown
    assert card_number(1) not in shown
    assert "生成代发文件（3 笔，16,140.00 元）" in shown
    made = client.post(page(batch, "payout/make/"), {"layout": "ccb", "version": batch.version}, follow=True)
    assert "代发文件已生成：3 笔" in text_of(made)
    again = client.post(page(batch, "payout/make/"), {"layout": "ccb", "version": batch.version}, follow=True)
    assert "没有重复生成" in text_of(again)
    row = PayoutFile.objects.get()
    got = client.get(f"/payroll/payouts/{row.pk}/download/")
    assert got["Cache-Control"] == "no-store"
    assert openpyxl.load_workbook(io.BytesIO(got.content)).active["B2"].value == card_number(1)
    assert AuditEvent.objects.filter(action="payout.download").count() == 1
    assert "等待银行结果" in text_of(client.post(f"/payroll/payouts/{row.pk}/send/", follow=True))
    assert "已送交银行，不能作废" in text_of(
        client.post(f"/payroll/payouts/{row.pk}/void/", {"reason": "x"}, follow=True)
    )


def test_a_result_is_uploaded_read_looked_at_and_taken(enter, cast, batch):
    file = payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM).files[0]
    client = enter(cast.labour_officer)
    address = f"/payroll/payouts/{file.pk}/result/"
    assert "导入银行回执文件" in text_of(client.get(address))
    data = io.BytesIO(answer_bytes(answers(file, {2: "账户已销户"})))
    data.name = "回执.xlsx"
    form = {"act": "file", "file": data, "covers": "all", "paid_on": f"{today()}"}
    sent = client.post(address, form)
    result = file.results.get()
    assert sent.headers["Location"] == f"/payroll/results/{result.pk}/"
    assert "已收到回执" in text_of(client.get(f"/payroll/results/{result.pk}/"))
    result_read(result.pk)
    shown = text_of(client.get(f"/payroll/results/{result.pk}/"))
    assert "登记 3 笔结果" in shown
    assert "银行卡已销户" in shown
    assert (
        "核对一致，已发放"
        not in text_of(client.get(f"/payroll/results/{result.pk}/?verdict=failed")).split("<tbody")[1]
    )
    assert client.get(f"/payroll/results/{result.pk}/progress/", headers={"HX-Request": "true"}).status_code == 204
    result.refresh_from_db()
    done = text_of(client.post(f"/payroll/results/{result.pk}/take/", {"version": result.version}, follow=True))
    assert "银行结果已登记" in done
    assert "已发 2 / 3" in done
    assert "请工人提供本人其他银行卡" in done


def test_mistakes_in_the_result_form_stay_on_the_page(enter, cast, batch):
    file = payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM).files[0]
    client = enter(cast.labour_officer)
    address = f"/payroll/payouts/{file.pk}/result/"
    data = io.BytesIO(b"x")
    data.name = "x.pdf"
    for form in (
        {"act": "file", "covers": "all", "paid_on": f"{today()}"},
        {"act": "whole", "outcome": "paid", "on": f"{today()}", "note": ""},
        {"act": "whole", "outcome": "paid", "on": "2020-01-01", "note": "HD1"},
    ):
        assert "结果还没有登记" in text_of(client.post(address, form))
    done = client.post(address, {"act": "whole", "outcome": "paid", "on": f"{today()}", "note": "HD1"}, follow=True)
    assert "3 笔已登记为已发放" in text_of(done)
    batch.refresh_from_db()
    assert batch.stage == PayrollBatch.Stage.PAID


def test_a_line_is_helped_on_from_its_own_page(enter, cast, batch):
    file = payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM).files[0]
    Payout.objects.filter(file=file).update(state="failed", bank_message="户名不符")
    line = batch.lines.select_related("worker").order_by("row").first()
    client = enter(cast.labour_officer)
    address = f"/payroll/lines/{line.pk}/payout/"
    shown = text_of(client.get(address))
    assert "姓名与银行卡的户名不一致" in shown
    wrong = {"act": "card", "number": card_number(77), "holder": "别人", "bank_name": "甘肃银行", "reason": "新卡"}
    refused = text_of(client.post(address, wrong))
    assert "不得使用他人的卡" in refused
    assert card_number(77) in refused
    done = text_of(client.post(address, wrong | {"holder": line.worker.name}, follow=True))
    assert "工资卡已更换" in done
    card_confirm(token=pay_token(line.confirmation.key), actor=SYSTEM)
    standing = text_of(client.get(f"/payroll/{batch.pk}/payout/"))
    assert "上次发放失败（姓名与银行卡的户名不一致），工资卡已经更正或核实无误" in standing
    assert f"{batch.total_net:,.2f} 元" in standing, "what waits for a card is still to be paid"
    assert 'value="" selected' in client.get(address).content.decode(), "nobody is dead by default"
    exception = {"act": "exception", "kind": "frozen", "reason": "法院冻结"}
    assert "已登记为暂不能发放" in text_of(client.post(address, exception, follow=True))
    assert "登记已解除" in text_of(client.post(address, {"act": "lift"}, follow=True))
    assert enter(cast.auditor).get(address).status_code == 200
    assert enter(cast.auditor).post(address, {"act": "lift"}).status_code == 403


def test_whoever_only_looks_gets_no_buttons_and_no_file(enter, cast, batch):
    file = payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM).files[0]
    shown = text_of(enter(cast.county_supervisor).get(page(batch)))
    assert "已发 0 / 3" in shown
    assert "下载" not in shown
    for who, status in (("county_supervisor", 403), ("subcontractor_clerk", 403), ("other_labour_officer", 404)):
        assert enter(getattr(cast, who)).get(f"/payroll/payouts/{file.pk}/download/").status_code == status


def test_the_formats_are_shown(enter, cast):
    shown = text_of(enter(cast.auditor).get("/payroll/layouts/"))
    assert "工行 批量支付" in shown
    assert "金额以分计" in shown


def test_reconciliation_shows_projects_then_workers_then_a_workbook(enter, cast, project, batch, settings):
    settings.PORTAL_TODAY = "2026-12-01"
    client = enter(cast.labour_officer)
    span = f"first=2026-06&last={today():%Y-%m}"
    assert project.name in text_of(client.get(f"/payroll/reconciliation/?{span}"))
    shown = text_of(
        client.get(f"/payroll/reconciliation/?project={project.code}&{span}&only=different&sort=-difference")
    )
    assert "未发" in shown
    assert "共 <strong>3</strong> 项" in shown
    book = client.get(f"/payroll/reconciliation/?project={project.code}&{span}&export=xlsx").content
    sheet = openpyxl.load_workbook(io.BytesIO(book)).active
    assert sheet.max_row == 4
    assert sheet["L2"].value == 5380
    assert enter(cast.other_labour_officer).get(f"/payroll/reconciliation/?project={project.code}").status_code == 404


def test_the_matching_page_takes_again_pair_and_undo(enter, cast, project, batch):
    client = enter(cast.labour_officer)
    address = f"/payroll/reconciliation/{project.code}/matching/"
    assert "没有等待核对的支出" in text_of(client.get(address))
    assert "新对上 0 笔" in text_of(client.post(address, {"act": "again"}, follow=True))
    assert "请选择" in text_of(client.post(address, {"act": "pair"}, follow=True))
    assert enter(cast.auditor).get(address).status_code == 403


# ── the API ────────────────────────────────────────────────────────────


def test_another_system_reads_the_standing_and_reports_results_once(cast, batch, client):
    file = payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM).files[0]
    headers = {"Authorization": f"Token {token_create(cast.labour_officer)}"}
    one = client.get(f"/api/v1/payroll-batches/{batch.pk}/payout/", headers=headers).json()
    assert (one["paid"], one["lines"], one["files"][0]["id"]) == (0, 3, file.pk)
    body = {
        "payout_file": file.pk,
        "rows": [
            {"seq": 1, "card": card_number(1), "amount": "5380.00", "outcome": "paid"},
            {"seq": 2, "card": card_number(2), "amount": "5380.00", "outcome": "failed", "message": "户名不符"},
            {"seq": 3, "card": card_number(9), "amount": "5380.00", "outcome": "paid"},
        ],
    }

    def post(key):
        keys = headers | {"Idempotency-Key": key}
        return client.post("/api/v1/bank-results/", body, content_type="application/json", headers=keys)

    first = post("r1")
    assert first.status_code == 201, first.content
    assert (first.json()["paid"], first.json()["failed"]) == (1, 1)
    assert first.json()["not_taken"][0]["verdict"] == "card"
    assert post("r1").json() == first.json()
    assert post("r2").json()["paid"] == 0
    one = client.get(f"/api/v1/payroll-batches/{batch.pk}/payout/", headers=headers).json()
    assert (one["paid"], one["failed"], one["pending"]) == (1, 1, 1)


def test_the_lists_number_of_queries_does_not_grow(enter, cast, project, django_assert_max_num_queries):
    batch = noticed(project, 30)
    file = payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM).files[0]
    result = answered(file, answer_bytes(answers(file, dict.fromkeys(range(1, 20), "账户冻结"))))
    client = enter(cast.labour_officer)
    with django_assert_max_num_queries(30):
        client.get(f"/payroll/results/{result.pk}/")
    with django_assert_max_num_queries(35):
        client.get(page(batch))


def test_who_may_not_see_the_account_is_not_told_that_there_is_none(enter, cast, batch):
    client = enter(cast.subcontractor_clerk)
    PayrollBatch.objects.filter(pk=batch.pk).update(subcontractor=cast.subcontractor)
    assert "未登记专用账户" not in text_of(client.get(page(batch)))
    bare = noticed(site(cast, "ZY-BARE"), 1)
    assert "未登记专用账户" in text_of(enter(cast.labour_officer).get(page(bare)))


def test_what_failed_stands_before_files_once_nothing_else_can_be_paid(enter, cast, batch):
    file = payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM).files[0]
    Payout.objects.filter(file=file).update(state="failed", bank_message="户名不符")
    shown = text_of(enter(cast.labour_officer).get(page(batch)))
    assert shown.count("需要处理的行") == 1
    assert shown.index("需要处理的行") < shown.index("生成代发文件")


def test_the_banks_word_on_the_whole_repeats_outcome_number_and_sum_and_needs_its_evidence(enter, cast, batch):
    file = payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM).files[0]
    client = enter(cast.labour_officer)
    address = f"/payroll/payouts/{file.pk}/result/"
    shown = text_of(client.get(address))
    for outcome, label in (("paid", "全部发放成功"), ("failed", "整批退回，全部未发放")):
        assert f'formaction="{address}?outcome={outcome}"' in shown
        assert f"等待结果的 3 笔、合计 16,140.00 元，全部登记为“{label}”" in shown
    whole = shown.split('name="act" value="whole"')[0].rpartition("<form")[2]
    assert "novalidate" not in whole, "the browser asks for the evidence before anything else is asked"
    told = {"act": "whole", "on": f"{today()}", "note": ""}
    assert "结果还没有登记" in text_of(client.post(f"{address}?outcome=failed", told))
    done = client.post(f"{address}?outcome=failed", told | {"note": "文件格式不符"}, follow=True)
    assert "3 笔已登记为发放失败" in text_of(done)


def test_two_employers_files_have_names_of_their_own_that_every_file_system_takes(cast, project, batch):
    cast.subcontractor.name = '张掖/丹霞:劳务 "有限" 公司（甘州分公司）第一项目部以及更长的名字'
    cast.subcontractor.save()
    other = noticed(project, [person(n) for n in range(11, 13)], subcontractor=cast.subcontractor)
    names = [
        payout_files_make(batch_id=one.pk, layout="generic", actor=SYSTEM).files[0].file.name for one in (batch, other)
    ]
    assert names[0].startswith(f"{project.code}-2026-10-总包自有班组-批次{batch.pk}-通用")
    assert "-张掖-丹霞-劳务-" in names[1]
    assert f"批次{other.pk}" in names[1]
    assert not set('\\/:*?"<>| ') & set("".join(names))
    assert all(len(name.encode()) < 200 for name in names)
