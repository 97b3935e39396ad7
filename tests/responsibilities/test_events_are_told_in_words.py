"""Whoever reads the trail meets words: no code of a choice, no Python value, no row without a name. Events stay as they
were recorded; they are translated when shown.
"""

import ast
import datetime

import pytest
from django.apps import apps
from django.db import models
from django.test import Client

from payroll.imports.columns import TITLES
from responsibilities.models import AuditEvent
from responsibilities.rules.told import COLUMN_WORDS, SUBJECT_OF_ACT, value_words
from responsibilities.rules.words import SYSTEM_WORDS, WORKER_WORDS
from responsibilities.selectors.told import kind_words, told
from responsibilities.services.trail import Actor, record_event, target_name
from tests.cast import GANZHOU
from zhangye_wages.launcher.paths import PROJECT

ROOMS = ("responsibilities", "projects", "accounts", "payroll", "escalation")
MODELS = [
    model for room in ROOMS for model in apps.get_app_config(room).get_models() if not model.__name__.endswith("Event")
]
CHOICES = [(model, field) for model in MODELS for field in model._meta.fields if field.flatchoices]


def lines(object_type: str, changes: dict, action: str = "x") -> list[str]:
    event = AuditEvent(action=action, object_type=object_type, object_id="1", object_name="", changes=changes)
    (row,) = told([event])
    return row.changes


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_row_of_every_table_has_a_name(model):
    if model.__str__ is models.Model.__str__:
        assert target_name(model(pk=7)) == f"{model._meta.verbose_name} #7"
    nameless = AuditEvent(
        object_type=model._meta.label_lower, object_id="7", object_name=f"{model.__name__} object (7)"
    )
    (row,) = told([nameless])
    assert row.target == f"{model._meta.verbose_name} #7"


@pytest.mark.parametrize(("model", "field"), CHOICES, ids=lambda one: getattr(one, "name", None) or one.__name__)
def test_every_choice_of_every_table_is_told_by_its_label(model, field):
    acts = [act for act, subject in SUBJECT_OF_ACT.items() if subject == model._meta.label_lower]
    for code, label in field.flatchoices:
        if code in ("", None):
            continue
        for action, object_type in [("x", model._meta.label_lower), *((act, "payroll.worker") for act in acts)]:
            (line,) = lines(object_type, {field.name: ["", str(code)]}, action)
            assert line.endswith(f"：{label}")


def test_a_contract_is_told_as_the_form_says_it():
    said = {
        "kind": ["", "contract"],
        "wage_form": ["", "daily"],
        "task_based": ["", "False"],
        "unit_price": ["", "240"],
        "number": ["", ""],
    }
    assert lines("payroll.worker", said, "contract.register") == [
        "类别：劳动合同",
        "以完成一定工作任务为期限：否",
        "工资计算方式：日薪",
        "单价：240.00 元",
    ]


def test_the_amounts_of_a_settlement_are_told_as_amounts():
    said = {"balance": ["", "1890.00"], "paid": ["12910.00", "12910.00"], "earned": ["", "14800.00"]}
    assert lines("payroll.worker", said, "leaver.agree") == [
        "应得工资：14,800.00 元",
        "已支付：12,910.00 元",
        "应补发：1,890.00 元",
    ]


def test_a_share_is_no_amount_nor_is_a_text_that_looks_like_one():
    said = {"labour_cost_ratio": ["0.15", "0.3250"], "value": ["", "800000.00"], "number": ["", "12.50"]}
    assert lines("projects.contract", said, "contract.edit") == [
        "合同编号：12.50",
        "合同价款：800,000.00 元",
        "约定人工费用比例：15% → 32.5%",
    ]


def test_moments_are_told_in_local_time_to_the_minute():
    assert value_words("pushed_at", "2026-11-28T03:56:25.329629+08:00") == "2026-11-28 03:56"
    assert value_words("pushed_at", "2026-11-27T19:56:25+00:00") == "2026-11-28 03:56"
    assert value_words("since_on", "2026-11-28") == "2026-11-28"


@pytest.mark.django_db
def test_units_are_told_by_their_names_and_rows_by_what_they_are(cast):
    unit = cast.unit("zjj", GANZHOU)
    said = {"owed_by": ["", f"{unit.code}、{cast.contractor.code}、no-such-unit"], "deadline": ["", "99999"]}
    assert lines("escalation.decision", said) == [
        "时限：#99999",
        f"责任单位：{unit.name}、{cast.contractor.name}、no-such-unit",
    ]


def test_columns_batches_rules_and_refusals_are_told_in_words():
    said = {"columns": ["", "Sheet：name=A net_pay=E"], "supersedes": ["", "115"], "batches": ["", "3、4"]}
    assert lines("payroll.payrollbatch", said, "payroll.submit") == [
        "列对应：Sheet：姓名（A 列） 实发工资（E 列）",
        "替换：工资表 #115",
        "工资批次：工资表 #3、#4",
    ]
    assert lines("x", {"versions": ["", "approval_info_push v1"]}, "fixtures.load") == ["时限规则：推送审批信息第 1 版"]
    assert lines("payroll.payrollbatch", {"code": ["", "no_header"]}) == ["原因代码：没有找到表头"]


def test_a_row_is_told_as_a_row_with_its_sheet_where_that_was_kept():
    assert lines("payroll.worker", {"row": ["", "5"]}, "payout.card") == ["所在行：第 5 行"]
    assert lines("payroll.worker", {"row": ["", "工作表“木工班”第 5 行"]}, "payout.card") == [
        "所在行：工作表“木工班”第 5 行"
    ]


def test_the_headers_of_a_payroll_are_told_as_the_import_names_them():
    assert COLUMN_WORDS == TITLES


def test_every_part_of_the_system_that_acts_by_itself_has_a_word():
    labels = set()
    for room in (*ROOMS, "zhangye_wages"):
        for file in (PROJECT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "system":
                    labels |= {one.value for one in node.args if isinstance(one, ast.Constant)}
    assert len(labels) > 8
    raw = {one for one in labels if one.isascii()}
    assert raw - set(SYSTEM_WORDS) == set()
    assert all(words for words in (*SYSTEM_WORDS.values(), *WORKER_WORDS.values()))


def test_what_is_no_row_has_a_word_too():
    assert kind_words("field_key") == "字段密钥"
    assert kind_words("payroll.debitexplanation") == "支出说明"
    assert kind_words("") == ""


@pytest.mark.django_db
def test_the_event_itself_stays_as_it_was_recorded(cast):
    changes = {"kind": ["", "contract"], "signed_on": ["", str(datetime.date(2026, 11, 28))]}
    record_event(actor=Actor(user=cast.supervisor), action="contract.register", target=cast.contractor, changes=changes)
    client = Client()
    client.force_login(cast.auditor)
    text = client.get("/trail/", {"action": "contract.register"}).content.decode()
    assert "类别：劳动合同" in text
    assert AuditEvent.objects.get(action="contract.register").changes == changes
