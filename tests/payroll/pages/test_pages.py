"""The payroll pages: what they show, to whom, masked; forms that keep the input; reading without JavaScript."""

import datetime
import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from payroll.models import PayrollBatch, PayrollLine, PayrollRemark, Worker
from payroll.services.audits import batch_return
from payroll.services.reading import batch_read
from payroll.services.submissions import batch_submit
from responsibilities.models import AuditEvent
from responsibilities.services.trail import Actor
from tests.factories.odd_sheets import odd_sheet
from tests.factories.payroll import card_number, draft, id_number, person, sheet_bytes, site, upload

pytestmark = pytest.mark.django_db
Status = PayrollBatch.Status


def page(batch, name="batch", query=""):
    return reverse(f"payroll:{name}", args=[batch.pk]) + query


def text_of(response):
    return response.content.decode()


def posted(project, data, **changes):
    return {
        "project": project.code,
        "month": "2026-10",
        "employer": "own",
        "file": SimpleUploadedFile("10月工资.xlsx", data),
    } | changes


def test_uploading_leads_to_the_batch_with_its_progress(enter, cast, project):
    client = enter(cast.labour_officer)
    response = client.post("/payroll/upload/", posted(project, sheet_bytes([person(1)])))
    batch = PayrollBatch.objects.get()
    assert (response.status_code, response.url) == (302, page(batch) + "?new=1")
    shown = text_of(client.get(page(batch)))
    assert "已收到文件，马上开始读取" in shown
    assert "刷新进度" in shown
    fragment = client.get(page(batch, "progress"), headers={"HX-Request": "true"})
    assert "<progress" in text_of(fragment)
    assert "<html" not in text_of(fragment)


def test_progress_says_how_many_rows_and_then_asks_for_the_page(enter, cast, project):
    client = enter(cast.labour_officer)
    batch = upload(project, sheet_bytes([person(1)]))
    PayrollBatch.objects.filter(pk=batch.pk).update(status=Status.READING, rows=1000, rows_done=400)
    assert "400 / 1000 行" in text_of(client.get(page(batch, "progress"), headers={"HX-Request": "true"}))
    PayrollBatch.objects.filter(pk=batch.pk).update(status=Status.DRAFT)
    done = client.get(page(batch, "progress"), headers={"HX-Request": "true"})
    assert done.headers["HX-Refresh"] == "true"
    assert client.get(page(batch, "progress")).status_code == 302


def test_the_same_file_again_leads_to_the_same_batch_and_says_so(enter, cast, project):
    client = enter(cast.labour_officer)
    data = sheet_bytes([person(1)])
    client.post("/payroll/upload/", posted(project, data))
    response = client.post("/payroll/upload/", posted(project, data), follow=True)
    assert PayrollBatch.objects.count() == 1
    assert "没有重复生成" in text_of(response)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"month": "十月"}, "月份写法不对"),
        ({"month": "2099-01"}, "还没有到"),
        ({"file": SimpleUploadedFile("a.xlsx", b"%PDF-1.7")}, "不是电子表格文件"),
        ({"file": ""}, "请选择工资表文件"),
    ],
)
def test_what_is_wrong_is_said_beside_the_input_that_stays(enter, cast, project, change, said):
    response = enter(cast.labour_officer).post("/payroll/upload/", posted(project, sheet_bytes([person(1)]), **change))
    shown = text_of(response)
    assert said in shown
    assert re.search(rf'value="{project.code}" selected', shown)
    assert not PayrollBatch.objects.exists()


def test_the_employers_are_those_of_the_project_and_a_subcontractor_sees_itself_only(enter, cast, project):
    shown = text_of(enter(cast.labour_officer).get(f"/payroll/upload/?project={project.code}"))
    assert "总包自有班组" in shown
    assert cast.other_subcontractor.name in shown
    shown = text_of(enter(cast.subcontractor_clerk).get(f"/payroll/upload/?project={project.code}"))
    assert cast.subcontractor.name in shown
    assert "总包自有班组" not in shown
    assert cast.other_subcontractor.name not in shown


def test_the_sheet_is_shown_with_its_bad_cells_and_the_words_beside(enter, cast, project):
    batch = draft(project, [person(1), person(2, net_pay=1)], total="5381.00")
    shown = text_of(enter(cast.labour_officer).get(page(batch)))
    assert "提交 1 行" in shown
    assert "两者不符" in shown
    assert re.search(r'class="num is-net u-red">1.00</td>', shown)
    assert "有错误的 1 行不会提交" in shown
    assert "与表内合计一致" in shown
    assert "第 5 行（合计）" in shown


def test_single_deductions_are_shown_as_the_amount_that_slips_will_tell(enter, cast, project):
    client = enter(cast.labour_officer)

    def shown(titles, *amounts):
        rows = [[person(n)["name"], id_number(n), *amounts] for n in (1, 2)]
        batch = upload(project, odd_sheet(rows, titles=["姓名", "身份证号", *titles], above=()))
        batch_read(batch.pk)
        return text_of(client.get(page(batch)))

    told = shown(["应发工资", "伙食费", "水电费", "实发工资"], 6000, 300, 45, 5655)
    assert ">扣款合计</th>" in told
    assert told.count(">345.00</td>") == 2
    assert "扣款合计" not in shown(["应发工资", "实发工资"], 6000, 6000), "the control"


BAD_ID = "620702199001011234"


def figures(client, project, titles, *rows, above=()):
    """What the page of a batch shows of each row in its columns of amounts; a row is an ID number and its amounts."""
    rows = [[person(n)["name"], *row] for n, row in enumerate(rows, 1)]
    batch = upload(project, odd_sheet(rows, titles=["姓名", "身份证号", *titles], above=above))
    batch_read(batch.pk)
    batch.refresh_from_db()
    shown = text_of(client.get(page(batch)))
    found = [
        re.findall(r'class="num[^>]*>([^<]*)</td>', row)
        for row in re.findall(r'<tr id="r\d+".*?</tr>', shown, re.DOTALL)
    ]
    return batch, found


def test_a_refused_row_shows_what_it_will_once_it_is_put_right(enter, cast, project):
    """An advance within the total is told beside it, as of the rows that were taken."""
    titles = ["应发工资", "预支", "餐费", "扣款合计", "实发工资"]
    amounts = [6380, 800, 330, 1130, 5250]
    batch, shown = figures(
        enter(cast.labour_officer), project, titles,
        [id_number(1), *amounts], [BAD_ID, *amounts], [id_number(3), *amounts[:4], 5000],
    )  # fmt: skip
    assert (batch.accepted, batch.rejected) == (1, 2)
    assert shown[0] == ["6,380.00", "800.00", "330.00", "5,250.00"]
    assert shown[1] == shown[0]
    assert shown[2] == ["6,380.00", "800.00", "1,130.00", "5,000.00"], "what contradicts stands as in the file"


def test_a_refused_row_shows_its_single_deductions_as_one_amount(enter, cast, project):
    titles, amounts = ["应发工资", "伙食费", "水电费", "实发工资"], [6000, 300, 45, 5655]
    client = enter(cast.labour_officer)
    batch, shown = figures(
        client, project, titles, [id_number(1), *amounts], [BAD_ID, *amounts], [id_number(3), *amounts[:3], 6000]
    )
    assert (batch.accepted, batch.rejected) == (1, 2)
    assert shown[:2] == [["6,000.00", "345.00", "5,655.00"]] * 2
    assert shown[2] == ["6,000.00", "", "6,000.00"], "what contradicts stands as in the file"
    batch, shown = figures(client, project, titles, [BAD_ID, *amounts])
    assert (batch.accepted, shown) == (0, [["6,000.00", "345.00", "5,655.00"]]), "where no row was taken at all, too"


def test_a_refused_row_of_a_sheet_in_another_unit_is_shown_in_yuan(enter, cast, project):
    amounts = [0.605, 0.01, 0.595]
    _batch, shown = figures(
        enter(cast.labour_officer), project, ["应发工资（万元）", "扣款（万元）", "实发工资（万元）"],
        [id_number(1), *amounts], [BAD_ID, *amounts], [id_number(3), 0.605, 0.01, 0.6],
    )  # fmt: skip
    assert shown[:2] == [["6,050.00", "100.00", "5,950.00"]] * 2
    assert shown[2] == ["0.605", "0.01", "0.60"], "what contradicts stands as in the file"


def test_on_a_phone_what_was_taken_off_is_shown_where_anything_was(enter, cast, project):
    batch = draft(project, [person(1), person(2, deductions=0, advance=0, net_pay=person(2)["gross"])])
    taken, nothing = (
        {cell.title: cell.secondary for cell in row.cells}
        for row in enter(cast.labour_officer).get(page(batch)).context["page"].object_list
    )
    assert (taken["扣款"], taken["预支"], taken["开户行"]) == (False, False, True)
    assert (nothing["扣款"], nothing["预支"], nothing["实发工资"]) == (True, True, False)


def test_only_rows_with_problems_are_shown_when_asked(enter, cast, project):
    batch = draft(project, [person(n) for n in range(1, 6)] + [person(6, net_pay=1)])
    client = enter(cast.labour_officer)
    everything, problems = text_of(client.get(page(batch))), text_of(client.get(page(batch, query="?only=remarks")))
    assert person(1)["name"] in everything
    assert person(1)["name"] not in problems
    assert person(6)["name"] in problems


@pytest.mark.parametrize("only", ["errors", "remarks"])
def test_no_such_rows_leave_the_totals_and_the_choice_on_the_page(enter, cast, project, only):
    batch = draft(project, [person(1)])
    shown = text_of(enter(cast.labour_officer).get(page(batch, query=f"?only={only}")))
    assert "没有这样的行" in shown
    assert "全部行" in shown
    assert "可受理" in shown
    assert person(1)["name"] not in shown


def test_numbers_are_masked_on_every_page_and_export(enter, cast, project):
    batch = draft(project, [person(1), person(2, net_pay=1)])
    worker = Worker.objects.get()
    client = enter(cast.labour_officer)
    book = client.get(page(batch, "export")).content
    sheet = openpyxl.load_workbook(io.BytesIO(book)).active
    exported = " ".join(str(cell.value) for row in sheet for cell in row)
    pages = [page(batch), "/payroll/", reverse("payroll:worker", args=[worker.pk]), page(batch, query="?only=errors")]
    for shown in [text_of(client.get(address)) for address in pages] + [exported]:
        for n in (1, 2):
            assert id_number(n) not in shown
            assert card_number(n) not in shown
            assert f"139{n:08d}" not in shown
    assert id_number(1)[-4:] in exported


def test_a_number_is_shown_on_request_with_a_trace_and_never_cached(enter, cast, project):
    line = PayrollLine.objects.get(batch=draft(project, [person(1)]))
    address = reverse("payroll:reveal", args=[line.pk])
    client = enter(cast.labour_officer)
    response = client.post(address, {"field": "id_number"}, headers={"HX-Request": "true"})
    assert id_number(1) in text_of(response)
    assert "<html" not in text_of(response)
    assert response["Cache-Control"] == "no-store"
    assert id_number(1) in text_of(client.post(address, {"field": "id_number"}))
    assert AuditEvent.objects.filter(action="payroll.reveal").count() == 2
    assert client.get(address).status_code == 405
    assert enter(cast.auditor).post(address, {"field": "id_number"}).status_code == 403
    assert enter(cast.other_labour_officer).post(address, {"field": "id_number"}).status_code == 404
    assert AuditEvent.objects.filter(action="payroll.reveal").count() == 2


def test_the_button_to_show_numbers_is_only_for_those_who_may(enter, cast, project):
    batch = draft(project, [person(1)])
    assert ">显示</button>" in text_of(enter(cast.labour_officer).get(page(batch)))
    assert ">显示</button>" not in text_of(enter(cast.auditor).get(page(batch)))


def test_submitting_from_the_page_supersedes_and_says_so(enter, cast, project):
    first = draft(project, [person(1)])
    batch_submit(batch_id=first.pk, actor=Actor.system("test"))
    second = draft(project, [person(1), person(2)])
    client = enter(cast.labour_officer)
    assert f"批次 #{first.pk}（1 行）将被替换" in text_of(client.get(page(second)))
    response = client.post(
        page(second, "submit"),
        {"version": second.version, "accepted": 2, "signed_name": cast.labour_officer.name},
        follow=True,
    )
    assert f"原批次 #{first.pk} 已被替换" in text_of(response)
    second.refresh_from_db()
    assert second.status == Status.SUBMITTED


def test_a_stale_page_submits_nothing(enter, cast, project):
    batch = draft(project, [person(1)])
    response = enter(cast.labour_officer).post(
        page(batch, "submit"),
        {"version": batch.version - 1, "accepted": 1, "signed_name": cast.labour_officer.name},
        follow=True,
    )
    assert "刚被他人修改过" in text_of(response)
    batch.refresh_from_db()
    assert batch.status == Status.DRAFT


def test_who_may_not_submit_gets_403_and_a_stranger_404(enter, cast, project):
    batch = draft(project, [person(1)], subcontractor=cast.subcontractor)
    form = {"version": batch.version, "accepted": 1, "signed_name": "某人"}
    for user, status in (
        (cast.auditor, 403),
        (cast.supervisor, 403),
        (cast.bank_clerk, 403),
        (cast.other_labour_officer, 404),
    ):
        assert enter(user).post(page(batch, "submit"), form).status_code == status
    batch.refresh_from_db()
    assert batch.status == Status.DRAFT
    assert "提交 1 行" not in text_of(enter(cast.supervisor).get(page(batch)))


@pytest.mark.parametrize("name", ["batch", "progress", "original", "annotated", "export"])
def test_another_companys_batch_does_not_exist(enter, cast, project, name):
    batch = draft(project, [person(1)])
    assert enter(cast.other_labour_officer).get(page(batch, name)).status_code == 404
    assert enter(cast.subcontractor_clerk).get(page(batch, name)).status_code == 404
    assert enter(cast.bank_clerk).get(page(batch, name)).status_code == 403


def test_withdrawing_from_the_page(enter, cast, project):
    batch = draft(project, [person(1)])
    response = enter(cast.labour_officer).post(page(batch, "discard"), {"version": batch.version}, follow=True)
    assert "已撤回" in text_of(response)
    batch.refresh_from_db()
    assert batch.status == Status.DISCARDED


def test_the_list_says_what_is_missing_and_filters(enter, cast, project, settings):
    settings.PORTAL_TODAY = "2026-11-23"
    other = site(cast, "ZY-2026-011", name="临泽县第二中学教学楼")
    batch = draft(project, [person(1)])
    client = enter(cast.labour_officer)
    shown = text_of(client.get("/payroll/"))
    assert "2026-10 未提交工资表的项目" in shown
    assert other.name in shown
    assert project.name in shown.split('id="missing"')[1].split("</section>")[0]
    batch_submit(batch_id=batch.pk, actor=Actor.system("test"))
    missing = text_of(client.get("/payroll/")).split('id="missing"')[1].split("</section>")[0]
    assert project.name not in missing
    assert "共 <strong>1</strong> 份" in text_of(client.get("/payroll/?month=2026-10&status=submitted&employer=own"))
    assert "没有符合条件" in text_of(client.get("/payroll/?month=2026-09"))
    assert "没有符合条件" in text_of(client.get("/payroll/?status=draft"))


@pytest.mark.parametrize(
    "sort", ["month", "-month", "project", "-project", "status", "rows", "-net", "uploaded", "nonsense"]
)
def test_the_list_sorts_by_every_header(enter, cast, project, sort):
    draft(project, [person(1)])
    assert enter(cast.labour_officer).get(f"/payroll/?sort={sort}").status_code == 200


def test_a_sheet_that_was_sent_back_is_not_called_missing(enter, cast, project, settings):
    settings.PORTAL_TODAY = "2026-11-23"
    site(cast, "ZY-2026-011")
    batch = draft(project, [person(1)])
    client = enter(cast.labour_officer)

    def missing():
        return text_of(client.get("/payroll/")).split('id="missing"')[1].split("</section>")[0]

    def row():
        return next(one for one in missing().split("<tr")[1:] if project.code in one)

    assert "已上传，待签名提交" in row()
    batch = batch_submit(batch_id=batch.pk, actor=Actor.system("test"))
    batch_return(batch_id=batch.pk, version=batch.version, reason="天数有误", actor=Actor.system("test"))
    assert "已退回，待重新上传" in row()
    assert "重新上传</a>" in row()
    assert "无用工" not in row()
    assert "未上传" in missing(), "the control: the other site"
    assert "无用工" in missing()
    tab = text_of(client.get(f"/projects/{project.code}/", {"tab": "payroll"}))
    assert "已退回，待重新上传" in tab
    assert "申报无用工" not in tab


def test_the_list_is_exported_as_filtered_and_formulas_stay_text(enter, cast):
    site(cast, "ZY-1", name="=1+1 工程")
    project = site(cast, "ZY-2", name="@SUM 工程")
    draft(project, [person(1)])
    book = enter(cast.labour_officer).get("/payroll/?export=xlsx").content
    sheet = openpyxl.load_workbook(io.BytesIO(book)).active
    assert sheet.max_row == 2
    assert (sheet["B2"].value, sheet["B2"].data_type) == ("@SUM 工程", "s")
    assert sheet["J2"].value == 5380


def test_the_number_of_queries_does_not_grow_with_the_list(enter, cast, project, django_assert_max_num_queries):
    client = enter(cast.labour_officer)
    for month in range(1, 9):
        draft(project, [person(1)], month_on=datetime.date(2026, month, 1))
    with django_assert_max_num_queries(25):
        client.get("/payroll/")


def test_a_worker_of_another_site_does_not_exist(enter, cast, project):
    draft(project, [person(1)], subcontractor=cast.subcontractor)
    address = reverse("payroll:worker", args=[Worker.objects.get().pk])
    assert enter(cast.labour_officer).get(address).status_code == 200
    assert enter(cast.subcontractor_clerk).get(address).status_code == 200
    assert enter(cast.other_subcontractor_clerk).get(address).status_code == 404
    assert enter(cast.bank_clerk).get(address).status_code == 403


def test_a_workers_history_shows_only_sites_the_caller_sees(enter, cast, project):
    elsewhere = site(cast, "ZY-9", name="别处的工程")
    elsewhere.parties.filter(organization=cast.contractor).update(organization=cast.other_contractor)
    for one in (project, elsewhere):
        batch_submit(batch_id=draft(one, [person(1)]).pk, actor=Actor.system("test"))
    address = reverse("payroll:worker", args=[Worker.objects.get().pk])
    shown = text_of(enter(cast.labour_officer).get(address))
    assert project.name in shown
    assert "别处的工程" not in shown
    assert "别处的工程" in text_of(enter(cast.supervisor).get(address))


def test_the_template_is_downloaded(enter, cast, project):
    client = enter(cast.labour_officer)
    response = client.get(f"/payroll/template/?project={project.code}&month=2026-11")
    assert openpyxl.load_workbook(io.BytesIO(response.content)).active.title == "2026年11月工资"
    assert client.get(f"/payroll/template/?project={project.code}&month=x").status_code == 302
    assert client.get("/payroll/template/?project=NONE&month=2026-11").status_code == 404


def test_a_refused_file_says_why_on_its_page(enter, cast, project):
    batch = upload(project, "甲,乙\n1,2\n".encode())
    batch_read(batch.pk)
    shown = text_of(enter(cast.labour_officer).get(page(batch)))
    assert "文件没有受理" in shown
    assert "重新上传" in shown


def test_the_annotated_workbook_and_the_original_are_downloads(enter, cast, project):
    batch = draft(project, [person(1, net_pay=1)])
    client = enter(cast.labour_officer)
    for name in ("original", "annotated"):
        response = client.get(page(batch, name))
        assert response["Content-Disposition"].startswith("attachment")
        assert response["Cache-Control"] == "no-store"
        assert response.content[:2] == b"PK"
    assert enter(cast.auditor).get(page(batch, "original")).status_code == 403


def test_what_is_said_of_titles_and_totals_stands_above_the_rows(enter, cast, project):
    """No row of a worker shows it."""
    batch = draft(project, [person(1), person(2)])
    for row, cell, code in ((2, "D2", "hidden_column"), (5, "N5", "total_mismatch"), (3, "N3", "unknown_bank")):
        PayrollRemark.objects.create(
            batch=batch, row=row, cell=cell, code=code, severity="notice", message=f"说的是 {cell}。"
        )
    PayrollBatch.objects.filter(pk=batch.pk).update(ignored_rows=[{"row": 5, "why": "total"}])
    shown = enter(cast.labour_officer).get(f"/payroll/{batch.pk}/").content.decode()
    above = shown.partition('id="whole"')[2].partition("</section>")[0]
    assert ("说的是 D2" in above, "说的是 N5" in above, "说的是 N3" in above) == (True, True, False)
    assert "说的是 N3" in shown


def test_onlookers_see_what_was_submitted_and_ask_for_the_rest(enter, cast, project):
    waiting = draft(project, [person(1)])
    done = draft(project, [person(2)], subcontractor=cast.subcontractor, name="b.xlsx")
    batch_submit(batch_id=done.pk, actor=Actor.system("test"))
    supervisor = enter(cast.supervisor)
    for query, shown in (("", {done.pk}), ("?status=live", {done.pk, waiting.pk}), ("?status=draft", {waiting.pk})):
        page_of_list = supervisor.get(f"/payroll/{query}")
        assert {row.pk for row in page_of_list.context["page"].object_list} == shown
        export = supervisor.get(f"/payroll/{query or '?'}&export=xlsx")
        rows = list(openpyxl.load_workbook(io.BytesIO(export.content)).active.iter_rows(values_only=True))
        assert len(rows) == 1 + len(shown)
    assert "含没有提交的" in text_of(supervisor.get("/payroll/"))
    own = enter(cast.labour_officer).get("/payroll/")
    assert {row.pk for row in own.context["page"].object_list} == {done.pk, waiting.pk}
    assert "含没有提交的" not in text_of(own)


def test_a_workers_history_holds_no_drafts_for_those_who_only_look(enter, cast, project):
    done = draft(project, [person(1)])
    batch_submit(batch_id=done.pk, actor=Actor.system("test"))
    draft(project, [person(1, days=25)], name="b.xlsx")
    worker = Worker.objects.get()
    address = reverse("payroll:worker", args=[worker.pk]) + "?tab=pay"
    assert enter(cast.supervisor).get(address).context["page"].paginator.count == 1
    assert enter(cast.labour_officer).get(address).context["page"].paginator.count == 2


def test_a_submitted_payroll_is_green_only_when_its_pay_has_arrived(enter, cast, project, settings):
    settings.PORTAL_TODAY = "2026-11-23"  # pay of October isn't late yet
    batch = draft(project, [person(1)])
    client = enter(cast.supervisor)
    PayrollBatch.objects.filter(pk=batch.pk).update(status=Status.SUBMITTED, stage=PayrollBatch.Stage.NOTICED)
    tab = reverse("escalation:project", args=[project.code]) + "?tab=payroll"
    for address in ("/payroll/", page(batch), tab):
        assert '<span class="wp-badge u-blue">已公示</span>' in text_of(client.get(address)), address
    PayrollBatch.objects.filter(pk=batch.pk).update(stage=PayrollBatch.Stage.PAID)
    for address in ("/payroll/", page(batch), tab):
        assert '<span class="wp-badge u-green">已发放</span>' in text_of(client.get(address)), address
