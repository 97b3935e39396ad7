"""What a form says of a wrong input is a whole sentence that people say, not a translation."""

from decimal import Decimal

import pytest
from django import forms

from payroll.forms.people import ContractForm, SettlementForm


class Everything(forms.Form):
    text = forms.CharField(max_length=3)
    choice = forms.ChoiceField(choices=[("a", "甲")])
    number = forms.IntegerField(min_value=1, max_value=31)
    amount = forms.DecimalField(min_value=0, max_digits=6, decimal_places=2)
    day = forms.DateField()
    file = forms.FileField()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("text", "", "请填写这一项。"),
        ("text", "一二三四", "最多 3 个字，现在有 4 个字，请写短一些。"),
        ("choice", "", "请选择一项。"),
        ("choice", "乙", "“乙”不在可选范围内，请重新选择。"),
        ("number", "三", "请填写整数。"),
        ("number", "0", "不能小于 1。"),
        ("number", "32", "不能大于 31。"),
        ("amount", "-1", "不能小于 0。"),
        ("amount", "多", "请填写数字。"),
        ("amount", "1.234", "小数最多 2 位。"),
        ("amount", "123456", "整数部分最多 4 位。"),
        ("day", "十月八日", "日期写法不对，应为 2026-10-08 这样的年月日。"),
        ("file", "", "请选择文件。"),
    ],
)
def test_each_mistake_is_said_plainly(field, value, said):
    assert Everything({field: value}).errors[field] == [said]


def test_forms_of_the_rooms_say_the_same():
    assert SettlementForm({"earned": "-5"}).errors["earned"] == ["不能小于 0。"]
    assert ContractForm({"kind": "contract", "starts_on": "2026-10-08", "pay_day": "40"}).errors["pay_day"] == [
        "不能大于 31。"
    ]


def test_a_right_input_is_right():
    form = Everything({"text": "甲", "choice": "a", "number": "5", "amount": "1.20", "day": "2026-10-08"})
    assert set(form.errors) == {"file"}
    assert form.cleaned_data["amount"] == Decimal("1.20")
