"""Shapes of the payroll pages' forms. Decisions are the services'."""

from django import forms
from django.conf import settings

from payroll.models import BankResult, PayoutException, PayrollBatch
from payroll.rules.bank_layouts import LAYOUTS
from payroll.rules.month import Month

OWN = "own"
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


class UploadForm(forms.Form):
    """Project, month, employer, file. The choices are what the caller may upload for."""

    project = forms.ChoiceField(label="项目")
    month = MonthField(label="工资月份")
    employer = forms.ChoiceField(label="用工单位")
    # Set by the links that lead here: back pay, and which one is corrected.
    kind = forms.ChoiceField(choices=UPLOADED, required=False, widget=forms.HiddenInput)
    sequence = forms.IntegerField(min_value=1, max_value=999, required=False, widget=forms.HiddenInput)
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
        self.fields["employer"].choices = [
            (one.code, one.name) if one else (OWN, "总包自有班组") for one in employers
        ] or [("", "请先选择项目")]
        megabytes = settings.PORTAL_UPLOAD_LIMIT // (1024 * 1024)
        self.fields[
            "file"
        ].help_text = f"Excel 或 WPS 表格（.xlsx、.xls、.et）、CSV、其他系统导出的表格都可以，不超过 {megabytes} MB。"


class BlankForm(forms.Form):
    """What a workbook to fill in is asked for: month, employer ("" for everybody) and how it is filled."""

    month = MonthField()
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
    sort = forms.CharField(required=False)

    def __init__(self, *arguments, employers, **facts):
        super().__init__(*arguments, **facts)
        self.fields["status"].choices = [
            ("", "未作废的"),
            *PayrollBatch.Status.choices,
            ("all", "全部"),
        ]
        self.fields["stage"].choices = [("", "全部环节"), *(one for one in PayrollBatch.Stage.choices if one[0])]
        self.fields["kind"].choices = [("", "全部类别"), *PayrollBatch.Kind.choices]
        self.fields["employer"].choices = [
            ("", "全部单位"),
            (OWN, "总包自有班组"),
            *((one.code, one.name) for one in employers),
        ]


class SubmitForm(forms.Form):
    """What the person saw when agreeing, the version and the number of rows, and the name that signs it."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    accepted = forms.IntegerField(widget=forms.HiddenInput)
    signed_name = forms.CharField(max_length=60)


class DiscardForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)


class RevealForm(forms.Form):
    """Which number of a line is asked for."""

    field = forms.ChoiceField(choices=[("id_number", "身份证号"), ("bank_card", "银行卡号"), ("phone", "手机号")])


class PayoutMakeForm(forms.Form):
    """The layout of the next pay-out file, and the batch's version as it was shown."""

    layout = forms.ChoiceField(label="银行文件版式")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *arguments, **facts):
        super().__init__(*arguments, **facts)
        self.fields["layout"].choices = [(layout.code, layout.title) for layout in LAYOUTS.values()]


class PayoutVoidForm(forms.Form):
    """Why a pay-out file is void."""

    reason = forms.CharField(label="作废理由", max_length=200)


class CardReplaceForm(forms.Form):
    """The worker's other card, copied from the card itself."""

    number = forms.CharField(
        label="新银行卡号", max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"})
    )
    holder = forms.CharField(label="户名", max_length=60, help_text="须为工人本人。")
    bank_name = forms.CharField(label="开户银行", max_length=80, help_text="例如：甘肃银行张掖分行。")
    reason = forms.CharField(
        label="更换理由", max_length=200, help_text="写明依据，例如：工人提供的新卡照片、银行说明。"
    )


class PayoutExceptionForm(forms.Form):
    """Why the line can't be paid now."""

    kind = forms.ChoiceField(label="情形", choices=PayoutException.Kind.choices)
    reason = forms.CharField(label="情况说明", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class PayoutReturnForm(forms.Form):
    """The bank gave the money back."""

    returned_on = forms.DateField(label="退汇日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    reason = forms.CharField(label="银行说明", max_length=200)


class BankResultForm(forms.Form):
    """The bank's return file, what it lists, and the day of payment where its rows name none."""

    file = forms.FileField(
        label="银行回执文件",
        error_messages={"required": "请选择银行返回的代发结果文件。", "empty": "文件是空的，请检查后重新选择。"},
        widget=forms.FileInput(attrs={"accept": ACCEPTED_FILES}),
    )
    covers = forms.ChoiceField(
        label="回执列出的是", choices=BankResult.Covers.choices, initial="all", widget=forms.RadioSelect
    )
    paid_on = forms.DateField(
        label="发放日期",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="回执里没有日期的行，用这一天。",
    )


class WholeFileForm(forms.Form):
    """The bank's word on a whole pay-out file."""

    outcome = forms.ChoiceField(
        label="银行结果",
        choices=[("paid", "全部发放成功"), ("failed", "整批退回，全部未发放")],
        widget=forms.RadioSelect,
    )
    on = forms.DateField(label="日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    note = forms.CharField(label="依据", max_length=80, help_text="全部成功的填银行回单号，整批退回的填银行说明。")


class ResultVersionForm(forms.Form):
    """The result as it was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)
