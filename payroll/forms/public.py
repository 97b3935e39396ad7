"""Shapes of the workers' forms. Words for people who read little: short, and what to do."""

import re
import unicodedata

from django import forms

from payroll.models import PayContest
from payroll.rules.contests import SAY_WHAT, says_nothing

_PHONE = re.compile(r"(1\d{10}|0\d{2,3}-?\d{7,8}|\d{7,8})\Z")


class ContestForm(forms.Form):
    """What is wrong, what it should be, where to call back."""

    reason = forms.ChoiceField(
        choices=PayContest.Reason.choices,
        error_messages={"required": "请选一个。", "invalid_choice": "请选一个。"},
    )
    should_be = forms.CharField(
        required=False, max_length=120, error_messages={"max_length": "写得太长了，请写短一些。"}
    )
    text = forms.CharField(required=False, max_length=500, error_messages={"max_length": "写得太长了，请写短一些。"})
    phone = forms.CharField(required=False, max_length=20, error_messages={"max_length": "手机号应是 11 位数字。"})
    photo = forms.FileField(required=False, allow_empty_file=True)

    def clean_phone(self):
        phone = re.sub(r"\s", "", self.cleaned_data["phone"])
        if phone and not _PHONE.match(phone):
            raise forms.ValidationError("手机号应是 11 位数字，请检查。")
        return phone

    def clean(self):
        """Told beside whatever else is wrong, not after it."""
        data = super().clean()
        if says_nothing(data.get("reason", ""), data.get("should_be", ""), data.get("text", "")):
            self.add_error("text", SAY_WHAT)
        return data


class TailField(forms.CharField):
    """The end of a number known by heart. Who types the whole number, or with spaces, means its end as well."""

    def __init__(self, *, digits: int, whole: str, tail: str, **options):
        super().__init__(**options)
        self.digits, self.whole, self.tail = digits, re.compile(whole), re.compile(tail)

    def clean(self, value):
        text = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", super().clean(value))).upper()
        if text and not (self.tail.fullmatch(text) or self.whole.fullmatch(text)):
            raise forms.ValidationError(self.error_messages["invalid"])
        return text[-self.digits :]


class SiteForm(forms.Form):
    """Who asks, by what he knows by heart."""

    name = forms.CharField(max_length=60, error_messages={"required": "请写姓名。", "max_length": "姓名太长了。"})
    id_last6 = TailField(
        digits=6,
        whole=r"[0-9]{17}[0-9X]",
        tail=r"[0-9]{5}[0-9X]",
        error_messages={"required": "请写身份证号后 6 位。", "invalid": "应是 6 位，最后一位可以是 X。"},
    )
    phone_last4 = TailField(
        digits=4,
        whole=r"1[0-9]{10}",
        tail=r"[0-9]{4}",
        required=False,
        error_messages={"invalid": "应是 4 位数字，没有登记过的不用写。"},
    )
