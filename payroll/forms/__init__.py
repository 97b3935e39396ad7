"""Shapes of the payroll pages' forms. Decisions are the services'."""

from django import forms
from django.conf import settings

from payroll.models import PayrollBatch
from payroll.rules.employers import OWN, OWN_CREWS
from payroll.rules.month import Month
from payroll.selectors.turns import TURNS
from responsibilities.selectors.clock import today

# What comes as a file; a nil return has none.
UPLOADED = [(kind.value, kind.label) for kind in (PayrollBatch.Kind.SHEET, PayrollBatch.Kind.BACK_PAY)]
# A hint to the browser only: what a file is, is told by its bytes.
ACCEPTED_FILES = ".xlsx,.xlsm,.xls,.et,.csv,.tsv,.txt,.html,.htm,.xml"


class MonthField(forms.CharField):
    """`2026-10` as its first day."""

    def __init__(self, **facts):
        widget = forms.TextInput(attrs={"type": "month", "placeholder": "2026-10", "autocomplete": "off"})
        super().__init__(widget=widget, **facts)

    def clean(self, value):
        value = super().clean(value)
        if not value:
            return None
        try:
            return Month.of(value).first
        except ValueError:
            raise forms.ValidationError("月份写法不对，应为 2026-10 这样的年月。") from None


class BegunMonthField(MonthField):
    """A month that has begun: nobody has worked in a later one, and no sheet of it can be uploaded."""

    def clean(self, value):
        first = super().clean(value)
        if first is not None and first > today():
            message = f"{first:%Y-%m} 还没有到。请选择 {today():%Y-%m} 或以前的月份。"
            raise forms.ValidationError(message, code="month_in_future")
        return first


class UploadForm(forms.Form):
    """Project, month, employer, file. The choices are what the caller may upload for."""

    project = forms.ChoiceField(label="项目")
    month = BegunMonthField(label="工资月份")
    employer = forms.ChoiceField(label="用工单位")
    # Set by the links that lead here: back pay, and which one is corrected.
    kind = forms.ChoiceField(choices=UPLOADED, required=False, widget=forms.HiddenInput)
    sequence = forms.IntegerField(min_value=1, max_value=999, required=False, widget=forms.HiddenInput)
    # Asked of back pay only; the service demands it there.
    reason = forms.CharField(label="为什么补发", max_length=200, required=False)
    file = forms.FileField(
        label="工资表文件",
        error_messages={"required": "请选择工资表文件。", "empty": "文件是空的，请检查后重新选择。"},
        widget=forms.FileInput(attrs={"accept": ACCEPTED_FILES}),
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
        megabytes = settings.PORTAL_UPLOAD_LIMIT // (1024 * 1024)
        self.fields[
            "file"
        ].help_text = f"Excel 或 WPS 表格（.xlsx、.xls、.et）、CSV、其他系统导出的表格都可以，不超过 {megabytes} MB。"


class BlankForm(forms.Form):
    """What a workbook to fill in is asked for: month, employer ("" for everybody) and how it is filled."""

    month = BegunMonthField()
    employer = forms.ChoiceField(required=False)
    amounts = forms.BooleanField(required=False)
    formulas = forms.BooleanField(required=False)

    def __init__(self, *arguments, employers, **facts):
        super().__init__(*arguments, **facts)
        self.fields["employer"].choices = [("", ""), *((one.code if one else OWN, "") for one in employers)]


class BatchFilterForm(forms.Form):
    """The list's filters, all in the address."""

    q = forms.CharField(label="项目", required=False)
    month = MonthField(label="工资月份", required=False)
    status = forms.ChoiceField(label="状态", required=False)
    stage = forms.ChoiceField(label="办理环节", required=False)
    kind = forms.ChoiceField(label="类别", required=False)
    employer = forms.ChoiceField(label="用工单位", required=False)
    area = forms.ChoiceField(label="县区", required=False)
    turn = forms.ChoiceField(label="等您办理", required=False, choices=[(turn.key, turn.label) for turn in TURNS])
    sort = forms.CharField(required=False)

    def __init__(self, *arguments, employers, areas=(), onlooker=False, **facts):
        super().__init__(*arguments, **facts)
        if onlooker:
            self.fields["turn"].label = "只看"
        self.fields["area"].choices = [("", "全部县区"), *areas]
        usual = [("", "已提交、已退回的"), ("live", "含没有提交的")] if onlooker else [("", "未作废的")]
        self.fields["status"].choices = [
            *usual,
            *PayrollBatch.Status.choices,
            ("all", "全部"),
        ]
        self.fields["stage"].choices = [("", "全部环节"), *(one for one in PayrollBatch.Stage.choices if one[0])]
        self.fields["kind"].choices = [("", "全部类别"), *PayrollBatch.Kind.choices]
        self.fields["employer"].choices = [
            ("", "全部单位"),
            (OWN, OWN_CREWS),
            *((one.code, one.name) for one in employers),
        ]


class SubmitForm(forms.Form):
    """What the person saw when agreeing, the version and the number of rows, and the name that signs it."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    accepted = forms.IntegerField(widget=forms.HiddenInput)
    signed_name = forms.CharField(max_length=60)


class DiscardForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)


class DiscardManyForm(forms.Form):
    """Which batches are to be withdrawn; with the version of each as it was shown, where it was (`version-<id>`)."""

    ids = forms.TypedMultipleChoiceField(coerce=int)

    MOST = 500

    def __init__(self, *arguments, **facts):
        super().__init__(*arguments, **facts)
        # Any number: the service knows which batches there are.
        self.fields["ids"].valid_value = lambda value: str(value).isdecimal() and len(str(value)) < 10

    def clean_ids(self):
        chosen = list(dict.fromkeys(self.cleaned_data["ids"]))
        if len(chosen) > self.MOST:
            raise forms.ValidationError(f"一次最多撤回 {self.MOST} 份。")
        return chosen

    @property
    def versions(self) -> dict[int, int | None]:
        """{batch: the version that was seen}."""
        said = {pk: self.data.get(f"version-{pk}", "") for pk in self.cleaned_data["ids"]}
        return {pk: int(text) if text.isdecimal() and len(text) < 10 else None for pk, text in said.items()}


class RevealForm(forms.Form):
    """Which number of a line is asked for."""

    field = forms.ChoiceField(choices=[("id_number", "身份证号"), ("bank_card", "银行卡号"), ("phone", "手机号")])
