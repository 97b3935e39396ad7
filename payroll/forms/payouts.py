"""Shapes of what people type about paying, banks' answers and reconciliation. Decisions are the services'."""

from django import forms

from payroll.forms import ACCEPTED_FILES, OWN, MonthField
from payroll.models import BankResult, DebitExplanation, PayoutException
from payroll.rules.bank_layouts import LAYOUTS
from payroll.rules.employers import OWN_CREWS


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
    evidence = forms.FileField(
        label="证明材料",
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*,application/pdf"}),
        help_text="新卡照片或工人签字的换卡说明。工人联系不上、不能在手机上核对的，要有证明材料才能发放。",
    )

    def clean_evidence(self) -> bytes | None:
        """The paper's bytes; what they are, the service looks at."""
        file = self.cleaned_data["evidence"]
        return file.read() if file else None


class CardKeepForm(forms.Form):
    """Why the card that the bank refused is right all the same."""

    reason = forms.CharField(label="核实情况", max_length=200, help_text="例如：银行已更正户名；工人已到银行解除冻结。")


class SettledReleaseForm(forms.Form):
    """Why a line is paid beside its worker's settlement."""

    reason = forms.CharField(
        label="理由", max_length=200, help_text="例如：结算单只包含 11 月工资，10 月工资仍随批发放。"
    )


class PayoutExceptionForm(forms.Form):
    """Why the line can't be paid now."""

    kind = forms.ChoiceField(label="情形", choices=[("", "请选择"), *PayoutException.Kind.choices])
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


ONLY = {
    "different": "只看有差额或疑点的",
    "unpaid": "未发、少发",
    "preparing": "尚在办理",
    "over": "多发",
    "double": "疑似重复",
    "pending": "等待银行结果",
    "settled": "已由退场结算支付",
    "unseen": "流水中未见",
    "uncovered": "流水未覆盖",
}


class ReconciliationForm(forms.Form):
    """应发实发对账's filters, all in the address."""

    project = forms.CharField(label="项目", required=False, max_length=40)
    first = MonthField(label="自", required=False)
    last = MonthField(label="至", required=False)
    employer = forms.ChoiceField(label="用工单位", required=False)
    only = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *ONLY.items()])
    q = forms.CharField(label="工人", required=False, max_length=60)

    def __init__(self, *arguments, employers, **facts):
        super().__init__(*arguments, **facts)
        self.fields["employer"].choices = [
            ("", "全部单位"),
            (OWN, OWN_CREWS),
            *((one.code, one.name) for one in employers),
        ]


class MatchForm(forms.Form):
    """What a person says of a debit: which payment it is, that a match was wrong, or to look again."""

    act = forms.ChoiceField(
        choices=[
            ("pair", "核对"),
            ("file", "整份核对"),
            ("undo", "撤销"),
            ("again", "重新核对"),
            ("unexplain", "撤销说明"),
        ]
    )
    line = forms.IntegerField(required=False)
    payout = forms.IntegerField(required=False)
    file = forms.IntegerField(required=False)
    match = forms.IntegerField(required=False)
    explanation = forms.IntegerField(required=False)


class DebitForm(forms.Form):
    """What a debit is that no single payment equals. The choices are what the page shows."""

    kind = forms.ChoiceField(label="这笔支出是什么", choices=DebitExplanation.Kind.choices)
    payouts = forms.TypedMultipleChoiceField(label="对应的代发明细", coerce=int, required=False)
    settlement = forms.TypedChoiceField(label="哪一份退场结算", coerce=int, empty_value=None, required=False)
    reversed_by = forms.TypedChoiceField(label="哪一笔退回的收入", coerce=int, empty_value=None, required=False)
    reason = forms.CharField(
        label="说明",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明情况和依据。"},
        help_text="写明情况和依据，例如：银行分两次支付，回单号 0012、0013。说明公开给监管部门，并留痕。",
    )

    def __init__(self, *arguments, payouts=(), settlements=(), credits=(), **facts):
        super().__init__(*arguments, **facts)
        self.fields["payouts"].choices = [(one.pk, f"{one}") for one in payouts]
        self.fields["settlement"].needed_when = self.fields["reversed_by"].needed_when = "选了这一种时必填"
        self.fields["settlement"].choices = [
            ("", "请选择"),
            *(
                (
                    one.pk,
                    f"{one.stay.entry.worker.name}，{one.paid_on} 登记付清，应补发 {one.balance:,.2f} 元"
                    + (f"，流水已付 {one.said:,.2f} 元" if one.said else ""),
                )
                for one in settlements
            ),
        ]
        self.fields["reversed_by"].choices = [
            ("", "请选择"),
            *((one.pk, f"{one.on} 收入 {one.amount:,.2f} 元，{one.purpose or '无摘要'}") for one in credits),
        ]
