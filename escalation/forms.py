"""Forms of review: shape only, the rules decide in the services."""

from django import forms

from escalation.models import Decision

_AREA = forms.Textarea(attrs={"rows": 4})


class DecisionForm(forms.Form):
    """One kind of decision. `step` "confirm" means that the consequences were shown and accepted."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    effective_on = forms.DateField(
        label="日期", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    place = forms.CharField(label="约谈地点", required=False, max_length=120)
    reason = forms.CharField(
        label="理由", required=False, widget=_AREA, help_text="依据什么事实、为什么这样决定。责任单位能看到。"
    )

    DATE_LABELS = {
        Decision.Kind.SUPERVISION_ORDER: ("督办期限", "责任单位须在这一天前办结并反馈；原到期日不变。"),
        Decision.Kind.INTERVIEW: ("约谈日期", ""),
        Decision.Kind.EXTENSION: ("延期后的到期日", "须晚于现在的到期日。"),
    }

    def __init__(self, *args, kind: str, **kwargs):
        super().__init__(*args, **kwargs)
        if kind in self.DATE_LABELS:
            field = self.fields["effective_on"]
            field.label, field.help_text = self.DATE_LABELS[kind]
        else:
            del self.fields["effective_on"]
        if kind != Decision.Kind.INTERVIEW:
            del self.fields["place"]

    def content(self) -> dict:
        """What the service takes, absent fields left out."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class SecondForm(forms.Form):
    """The second person's word on a waiver."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    agree = forms.ChoiceField(
        label="复核结论",
        choices=[("yes", "同意豁免"), ("no", "不同意，退回审核队列")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择同意或不同意。"},
    )
    note = forms.CharField(label="复核意见", required=False, widget=_AREA, help_text="不同意时必须写明理由。")


class RevokeForm(forms.Form):
    """Why a decision is taken back."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label="撤销理由", required=False, widget=_AREA)


class ResponseForm(forms.Form):
    """办理情况, signed for one of the caller's units."""

    organization = forms.TypedChoiceField(label="签署单位", coerce=int)
    text = forms.CharField(
        label="办理情况",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="做了什么、何时办结、还差什么。签署后不能修改，可以再次反馈。",
    )

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organization"].choices = units
        if len(units) == 1:
            self.fields["organization"].initial = units[0][0]


class CalendarForm(forms.Form):
    """A published year, pasted or as a file: one rest day or make-up day a line."""

    year = forms.IntegerField(label="年份", min_value=2004, max_value=2100)
    source = forms.CharField(
        label="依据",
        max_length=200,
        help_text="如：国务院办公厅关于 2027 年部分节假日安排的通知（国办发明电〔2026〕× 号）",
    )
    days = forms.CharField(
        label="节假日与调休",
        required=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text="每行一天：日期，名称，休或班。例：2027-02-06，春节，休；2027-02-14，春节，班。",
    )
    file = forms.FileField(label="或上传文本文件（每行一天，UTF-8 编码）", required=False)

    def clean(self):
        data = super().clean()
        if not data.get("days", "").strip() and not data.get("file"):
            self.add_error("days", "请粘贴节假日与调休安排，或上传文件。")
        return data
