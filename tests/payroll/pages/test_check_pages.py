"""Checks, minimum wages and the problems of a batch: what the pages show, to whom, and what a setting changes."""

import datetime
import io
import re

import openpyxl
import pytest
from django.urls import reverse

from payroll.models import CheckSetting, MinimumWage, PayrollBatch
from payroll.rules.checks import catalogue
from payroll.services.submissions import batch_submit
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor
from tests.factories.payroll import draft, person

pytestmark = pytest.mark.django_db
SEPTEMBER = datetime.date(2026, 9, 1)


def text_of(response):
    return response.content.decode()


def problems(batch, query=""):
    return reverse("payroll:problems", args=[batch.pk]) + query


@pytest.fixture
def faulty(project):
    """Three errors of two kinds, a warning, a notice."""
    rows = [
        person(1),
        person(2, net_pay=1),
        person(3, net_pay=2),
        person(4, id_number="123"),
        person(5, phone=person(1)["phone"]),
        person(6, bank_name="星际银行"),
    ]
    return draft(project, rows)


def test_every_check_is_listed_with_its_severity_basis_and_figures(enter, cast):
    shown = text_of(enter(cast.auditor).get("/payroll/checks/"))
    for check in catalogue().values():
        assert check.title in shown
    assert "《保障农民工工资支付条例》（国务院令第724号）第三十一条" in shown
    assert "单笔工资提示限额 50000 元（本系统默认，可调整）" in shown
    assert "系统初始" in shown


def test_the_list_is_filtered_searched_sorted_and_taken_along(enter, cast, faulty):
    batch_submit(batch_id=faulty.pk, actor=Actor.system("t"))
    client = enter(cast.supervisor)
    shown = text_of(client.get("/payroll/checks/?family=wage_return"))
    assert "班组实发金额雷同" in shown
    assert "身份证号校验不符" not in shown
    assert "显示 1 项" in text_of(client.get("/payroll/checks/?q=花名册里&family=format"))
    assert "没有符合条件" in text_of(client.get("/payroll/checks/?q=没有这样的"))
    shown = text_of(client.get("/payroll/checks/?sort=-hits"))
    assert shown.index("实发与应发不符") < shown.index("身份证号位数不对") < shown.index("身份证号校验不符")
    book = openpyxl.load_workbook(io.BytesIO(client.get("/payroll/checks/?export=xlsx").content))
    assert book.active.max_row == len(catalogue()) + 1


def test_hits_link_to_the_batches_that_the_caller_sees(enter, cast, faulty):
    batch_submit(batch_id=faulty.pk, actor=Actor.system("t"))
    shown = text_of(enter(cast.supervisor).get("/payroll/checks/net_mismatch/"))
    assert f"{problems(faulty)}?code=net_mismatch" in shown
    shown = text_of(enter(cast.other_labour_officer).get("/payroll/checks/net_mismatch/"))
    assert problems(faulty) not in shown
    assert "近三个月提交的工资表没有命中这一项" in shown


def test_hits_are_those_of_sheets_that_count_now(enter, cast, faulty):
    client, page = enter(cast.supervisor), "/payroll/checks/net_mismatch/"
    assert problems(faulty) not in text_of(client.get(page)), "a draft"
    batch_submit(batch_id=faulty.pk, actor=Actor.system("t"))
    assert problems(faulty) in text_of(client.get(page))
    assert "2 处</a>" in text_of(client.get("/payroll/checks/?q=net_mismatch"))
    PayrollBatch.objects.filter(pk=faulty.pk).update(status="superseded")
    assert problems(faulty) not in text_of(client.get(page))
    assert "处</a>" not in text_of(client.get("/payroll/checks/?q=net_mismatch"))


def test_where_no_minimum_wage_is_registered_nothing_was_checked_and_the_page_says_so(enter, cast, project):
    client, words = enter(cast.county_supervisor), "甘州区没有登记标准"
    listed = text_of(client.get("/payroll/checks/?q=below_minimum_wage"))
    assert f'未核验：<a href="/payroll/minimum-wages/">{words}</a>' in listed
    assert "甘州区未核验：没有登记最低工资标准" in text_of(client.get("/payroll/checks/below_minimum_wage/"))
    assert "没有登记最低工资标准" not in text_of(client.get("/payroll/checks/?q=net_mismatch"))
    assert words in text_of(enter(cast.labour_officer).get("/payroll/checks/?q=below_minimum_wage"))
    MinimumWage.objects.create(area=project.area, monthly=2020, in_force_from="2026-01-01", instrument="甘政发")
    for user in (cast.county_supervisor, cast.labour_officer):
        assert "未核验" not in text_of(enter(user).get("/payroll/checks/?q=below_minimum_wage"))
    city = text_of(enter(cast.supervisor).get("/payroll/checks/?q=below_minimum_wage"))
    assert "未核验" in city
    assert words not in city


def test_a_supervisor_sets_a_check_with_a_reason_and_everybody_reads_it(enter, cast):
    client = enter(cast.supervisor)
    form = {"area": "city", "severity": "stop", "in_force_from": f"{today():%Y-%m-%d}", "reason": "甘人社发〔2026〕1号"}
    assert client.post("/payroll/checks/unknown_worker/", form | {"reason": ""}).status_code == 422
    assert not CheckSetting.objects.exists()
    assert client.post("/payroll/checks/unknown_worker/", form).status_code == 302
    shown = text_of(enter(cast.labour_officer).get("/payroll/checks/unknown_worker/"))
    assert "甘人社发〔2026〕1号" in shown
    assert "不得提交" in shown
    assert "改变处理方式" not in shown
    listed = text_of(enter(cast.labour_officer).get("/payroll/checks/?severity=stop"))
    assert "不在花名册" in listed


def test_areas_that_follow_the_city_are_one_line(enter, cast):
    client, page = enter(cast.supervisor), "/payroll/checks/unknown_worker/"
    shown = text_of(client.get(page))
    assert "各县区均按全市设置" in shown
    assert "临泽县" not in shown.split('<option value="city"')[0]
    assert "<code>" not in shown
    form = {"area": "620702", "severity": "stop", "in_force_from": f"{today():%Y-%m-%d}", "reason": "试行"}
    client.post(page, form)
    rows = text_of(client.get(page)).split('<option value="city"')[0]
    assert '<td class="wp-lead">甘州区</td>' in rows
    assert "各县区均按全市设置" not in rows
    assert "个县区按全市设置</summary>" in rows
    assert "临泽县" in rows


def test_a_past_day_is_refused_beside_its_field_and_the_input_stays(enter, cast):
    form = {"area": "city", "severity": "stop", "in_force_from": "2026-01-01", "reason": "试行"}
    response = enter(cast.supervisor).post("/payroll/checks/unknown_worker/", form)
    assert response.status_code == 422
    assert "生效日期不能早于今天" in text_of(response)
    assert 'value="试行"' in text_of(response)


def test_the_whole_city_cannot_follow_the_city_and_the_page_says_so(enter, cast):
    client, page = enter(cast.supervisor), "/payroll/checks/unknown_worker/"
    shown = text_of(client.get(page))
    assert '<option value="follow" data-not-with="area=city">' in shown
    facts = {"in_force_from": f"{today()}", "reason": "统一", "severity": "follow"}
    answer = client.post(page, facts | {"area": "city"})
    assert answer.status_code == 422
    assert "“按全市设置”只用于县区，请改选一个县区" in text_of(answer)
    assert client.post(page, facts | {"area": "620702"}).status_code == 302
    shown = text_of(enter(cast.county_supervisor).get(page))
    assert 'value="city"' not in shown, "only what may be chosen"


def test_a_county_reads_what_holds_there_and_the_city_what_holds_in_the_city(enter, cast):
    form = {
        "area": "620702",
        "severity": "stop",
        "in_force_from": f"{today():%Y-%m-%d}",
        "reason": "甘区人社发〔2026〕1号",
    }
    assert enter(cast.supervisor).post("/payroll/checks/unknown_worker/", form).status_code == 302
    county = text_of(enter(cast.county_supervisor).get("/payroll/checks/?q=unknown_worker"))
    assert "甘州区设置" in county
    assert ">不得提交</span>" in county
    assert "另有设置" not in county
    city = text_of(enter(cast.supervisor).get("/payroll/checks/?q=unknown_worker"))
    assert "全市设置" in city
    assert ">不得提交</span>" not in city
    assert "甘州区另有设置" in city


def test_a_fixed_check_has_no_form_and_says_why(enter, cast):
    shown = text_of(enter(cast.supervisor).get("/payroll/checks/id_checksum/"))
    assert "改变处理方式" not in shown
    assert catalogue()["id_checksum"].fixed in shown
    assert enter(cast.supervisor).get("/payroll/checks/nothing/").status_code == 404


def test_minimum_wages_are_entered_kept_and_withdrawn(enter, cast, project):
    client = enter(cast.county_supervisor)
    form = {"area": "620702", "monthly": "2020", "in_force_from": "2026-01-01", "instrument": "甘政发〔2025〕1号"}
    assert client.post("/payroll/minimum-wages/", form).status_code == 302
    assert client.post("/payroll/minimum-wages/", form).status_code == 422
    foreign = client.post("/payroll/minimum-wages/", form | {"area": "620723"})
    assert foreign.status_code == 422
    row = MinimumWage.objects.get()
    shown = text_of(enter(cast.labour_officer).get("/payroll/minimum-wages/"))
    assert "2,020.00" in shown
    assert "甘政发〔2025〕1号" in shown
    assert "公布文件" in shown
    assert 'name="instrument"' not in shown
    client = enter(cast.county_supervisor)
    client.post(f"/payroll/minimum-wages/{row.pk}/withdraw/", {"reason": "文号写错"})
    assert "文号写错" in text_of(client.get("/payroll/minimum-wages/"))


def test_a_rate_that_looks_like_a_slip_is_asked_about_once(enter, cast, project):
    client, page = enter(cast.supervisor), "/payroll/minimum-wages/"
    form = {"area": "620702", "monthly": "2020", "in_force_from": "2026-01-01", "instrument": "甘政发〔2025〕1号"}
    assert client.post(page, form).status_code == 302, "nothing to compare with"
    assert 'name="checked"' not in text_of(client.get(page))
    for area, whose in (("620702", "甘州区现行标准"), ("620723", "全市其他县区现行标准")):
        wrong = form | {"area": area, "monthly": "20200", "in_force_from": "2026-06-01"}
        shown = text_of(client.post(page, wrong))
        assert f"您填写的是 20,200.00 元，{whose}是 2,020.00 元，相差一半以上" in shown
        assert 'name="checked"' in shown
    assert MinimumWage.objects.count() == 1
    assert 'name="checked"' not in text_of(client.post(page, wrong | {"monthly": ""})), "nothing to be right"
    assert client.post(page, wrong | {"monthly": "900"}).status_code == 422, "far less too"
    assert client.post(page, wrong | {"monthly": "1900"}).status_code == 302, "another rate, but like it"
    assert client.post(page, wrong | {"area": "620702", "checked": "on"}).status_code == 302
    assert MinimumWage.objects.count() == 3


def test_the_problems_are_listed_gravest_first_with_basis_and_a_way_to_the_cell(enter, cast, faulty):
    shown = text_of(enter(cast.labour_officer).get(problems(faulty)))
    assert "共 <strong>5</strong> 处" in shown
    assert shown.index("身份证号位数不对") < shown.index("多人共用电话") < shown.index("开户行不在名单里")
    assert f"/payroll/{faulty.pk}/?sheet=1&amp;at=4#cN4" in shown
    assert person(2)["name"] in shown
    assert "依据：《保障农民工工资支付条例》（国务院令第724号）第十五条" in shown


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("severity=error", ["N4", "N5", "C6"]),
        ("severity=notice", ["F8"]),
        ("family=arithmetic", ["N4", "N5"]),
        ("code=id_length", ["C6"]),
        ("q=星际", ["F8"]),
        ("q=n5", ["N5"]),
        ("sort=-row", ["F8", "D7", "C6", "N5", "N4"]),
        ("sort=row", ["N4", "N5", "C6", "D7", "F8"]),
        ("sort=code", ["C6", "N4", "N5", "D7", "F8"]),
        ("severity=notice&family=format", []),
    ],
)
def test_the_list_narrows_and_sorts(enter, cast, faulty, query, rows):
    shown = text_of(enter(cast.labour_officer).get(problems(faulty, f"?{query}")))
    assert re.findall(r"#c[A-Z]+\d+\">([A-Z]+\d+)</a>", shown) == rows


def test_problems_of_persons_are_found_and_sorted_by_name(enter, cast, faulty):
    client = enter(cast.labour_officer)
    shown = text_of(client.get(problems(faulty, f"?q={person(4)['name']}")))
    assert re.findall(r"#c[A-Z]+\d+\">([A-Z]+\d+)</a>", shown) == ["C6"]
    assert client.get(problems(faulty, "?sort=person")).status_code == 200


def test_the_same_problem_is_gathered_with_one_explanation_and_its_places(enter, cast, faulty):
    shown = text_of(enter(cast.labour_officer).get(problems(faulty, "?view=grouped")))
    assert shown.count(catalogue()["net_mismatch"].what) == 1
    assert "2 处</a>" in shown
    assert f"N4 {person(2)['name']}</a>、" in shown


def test_the_export_holds_what_is_filtered_and_no_number_in_full(enter, cast, faulty):
    client = enter(cast.labour_officer)
    book = openpyxl.load_workbook(io.BytesIO(client.get(problems(faulty, "?family=arithmetic&export=xlsx")).content))
    rows = list(book.active.iter_rows(values_only=True))
    assert [row[2] for row in rows[1:]] == ["N4", "N5"]
    assert rows[1][4] == "错误"
    assert person(2)["id_number"] not in str(rows)


def test_a_batch_without_problems_says_so(enter, cast, project):
    shown = text_of(enter(cast.labour_officer).get(problems(draft(project, [person(1)]))))
    assert "核验没有发现问题" in shown


def test_a_long_list_is_paged_without_a_query_per_row(enter, cast, project, django_assert_max_num_queries):
    batch = draft(project, [person(n, bank_card="") for n in range(1, 121)])
    client = enter(cast.labour_officer)
    client.get(problems(batch))
    with django_assert_max_num_queries(25):
        shown = text_of(client.get(problems(batch, "?page=2")))
    assert "第 51–100 处" in shown
    last = text_of(client.get(reverse("payroll:batch", args=[batch.pk]) + "?sheet=1&at=122"))
    assert 'id="r122"' in last
    assert 'id="r3"' not in last


def test_the_sheet_shows_its_problems_beside_with_basis_and_keys(enter, cast, faulty):
    shown = text_of(enter(cast.labour_officer).get(reverse("payroll:batch", args=[faulty.pk])))
    assert 'data-problem="cN4"' in shown
    assert 'id="cN4"' in shown
    assert "下一处 <kbd>J</kbd>" in shown
    assert "问题清单 5" in shown


def test_what_concerns_the_whole_batch_stands_above_the_sheet(enter, cast, project):
    batch_submit(batch_id=draft(project, [person(1)], month_on=datetime.date(2026, 8, 1)).pk, actor=Actor.system("t"))
    batch = draft(project, [person(1)])
    shown = text_of(enter(cast.labour_officer).get(reverse("payroll:batch", args=[batch.pk])))
    assert "整份工资表的问题" in shown
    assert "2026年9月既没有提交工资表" in shown


def test_a_draft_is_judged_anew_at_the_press_of_a_button(enter, cast, faulty):
    client = enter(cast.labour_officer)
    client.post(reverse("payroll:rejudge", args=[faulty.pk]), {"version": faulty.version})
    faulty.refresh_from_db()
    assert faulty.status == PayrollBatch.Status.QUEUED
