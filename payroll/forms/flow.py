"""Shapes of the month's flow: audit, return, notice, nil return, answers to contests, signatures on paper."""

import re

from django import forms

from payroll.forms import OWN, MonthField
from payroll.models import PayContest
from payroll.rules.contests import ContestAct
from payroll.rules.employers import OWN_CREWS
from payroll.rules.places import Place
from payroll.rules.row_numbers import row_numbers


class SeveralFiles(forms.FileField):
    """Photos chosen together, as a list."""

    class Widget(forms.FileInput):
        allow_multiple_selected = True

    widget = Widget

    def clean(self, data, initial=None):
        chosen = data if isinstance(data, (list, tuple)) else [data] if data else []
        return [super(SeveralFiles, self).clean(one, initial) for one in chosen]


class AuditForm(forms.Form):
    """The approval: the page that was looked at, one's own name, a reason where something is open."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    signed_name = forms.CharField(
        label="输入您本人的姓名作为签名", max_length=60, error_messages={"required": "请输入您本人的姓名作为签名。"}
    )
    reason = forms.CharField(label="理由", required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 2}))


class ReturnForm(forms.Form):
    """Sending back: why, and which rows: ticked ones, and others by their numbers."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="退回理由",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明退回的理由，编制人要据此改正。"},
    )
    places = forms.TypedMultipleChoiceField(
        coerce=lambda value: Place(*map(int, value.split("-"))),
        required=False,
        error_messages={"invalid_choice": "勾选的行认不出来。请刷新页面后重新勾选。"},
    )
    rows = forms.CharField(label="其他行号", required=False, max_length=200)

    def __init__(self, *arguments, **facts):
        super().__init__(*arguments, **facts)
        # Any sheet and row, as 2-5: the service knows which there are.
        self.fields["places"].valid_value = lambda value: re.fullmatch(r"[0-9]{1,3}-[0-9]{1,7}", value) is not None

    def clean_rows(self) -> list[int]:
        """The numbers that were written."""
        try:
            return row_numbers(self.cleaned_data["rows"])
        except ValueError as wrong:
            raise forms.ValidationError(str(wrong)) from wrong


class NoticeForm(forms.Form):
    """Where it hangs, since when, the photos, what was objected to."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    place = forms.CharField(
        label="公示地点",
        max_length=120,
        help_text="例如：项目部大门口维权告示牌旁",
        error_messages={"required": "请写明公示的地点。"},
    )
    posted_on = forms.DateField(
        label="开始公示的日期",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "请填写开始公示的日期。", "invalid": "日期写法不对，应为 2026-11-23。"},
    )
    photos = SeveralFiles(
        label="现场照片",
        required=False,
        help_text="能看清张贴的位置和内容；JPG、PNG、WebP，每张不超过 8 MB，最多 6 张。",
        widget=SeveralFiles.Widget(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    objections = forms.CharField(
        label="收到的异议及处理", required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 2})
    )


class NilForm(forms.Form):
    """本月无用工: project, month, employer, why, one's own name."""

    project = forms.ChoiceField(label="项目", error_messages={"required": "请选择项目。"})
    month = MonthField(label="月份", error_messages={"required": "请填写月份。"})
    employer = forms.ChoiceField(label="用工单位")
    reason = forms.CharField(
        label="没有用工的原因",
        max_length=400,
        help_text="例如：冬季停工；尚未进场；已全部退场",
        error_messages={"required": "请写明没有用工的原因。"},
    )
    # Asked only where the register has people on site in the month; the service demands it there.
    people = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    people_reason = forms.CharField(
        label="这些人当月为什么没有用工",
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="例如：停工期间留守，未安排工作；已离场，退场手续正在补办。写入办理记录，人社部门看得到。",
    )
    signed_name = forms.CharField(
        label="输入您本人的姓名作为签名", max_length=60, error_messages={"required": "请输入您本人的姓名作为签名。"}
    )

    def __init__(self, *arguments, projects, employers, **facts):
        super().__init__(*arguments, **facts)
        self.fields["project"].choices = [
            ("", "请选择项目"),
            *((project.code, f"{project.name}（{project.code}）") for project in projects),
        ]
        self.fields["employer"].choices = [(one.code, one.name) if one else (OWN, OWN_CREWS) for one in employers] or [
            ("", "请先选择项目")
        ]


class ContestAnswerForm(forms.Form):
    """What is said to the worker, and what it means."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    act = forms.ChoiceField(
        label="处理",
        choices=[
            (ContestAct.ACCEPT.value, "采纳：工资表有误，将更正或补发"),
            (ContestAct.REJECT.value, "不采纳：工资表无误，说明理由"),
            (ContestAct.ANSWER.value, "先答复：说明情况，等本人看后表态"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择怎样处理。"},
    )
    answer = forms.CharField(
        label="给农民工的答复",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="本人在手机上会看到这段话。请写清楚依据和下一步，例如“考勤机记录为 28 天，已更正，本月一并发放”。",
        error_messages={"required": "请写明答复，农民工本人会看到这段话。"},
    )


class TransferForm(forms.Form):
    """人社 takes a contest over."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    answer = forms.CharField(max_length=500, error_messages={"required": "请写明转办的说明。"})


class ConcludeForm(forms.Form):
    """人社 says how a contest ended that it took over."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    answer = forms.CharField(max_length=500, error_messages={"required": "请写明办理结果，农民工本人会看到这段话。"})


class ContestFilterForm(forms.Form):
    """The list's filters, all in the address."""

    q = forms.CharField(required=False)
    state = forms.ChoiceField(required=False, choices=[("", "未了结的"), *PayContest.State.choices, ("all", "全部")])
    insisted = forms.BooleanField(required=False)


class PaperForm(forms.Form):
    """Who signed on paper, and the scan."""

    workers = forms.TypedMultipleChoiceField(coerce=int, required=False)
    scan = forms.FileField(
        label="签字工资表的扫描件",
        error_messages={"required": "请上传签字工资表的扫描件或照片。", "empty": "文件是空的，请重新选择。"},
    )

    def __init__(self, *arguments, **facts):
        super().__init__(*arguments, **facts)
        self.fields["workers"].valid_value = lambda value: str(value).isdigit()
