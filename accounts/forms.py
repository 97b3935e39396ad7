"""Shape of what people type about accounts and allocations; the services decide."""

from decimal import Decimal

from django import forms

from accounts.models import SpecialAccount


class MonthStatementForm(forms.Form):
    """当月产值填报: what is known of the month."""

    completed_value = forms.DecimalField(
        label="当月完成工程价款（元）",
        max_digits=16,
        decimal_places=2,
        min_value=0,
        required=False,
        help_text="以建设单位确认的当月计量金额为准。",
    )
    contract_amount = forms.DecimalField(
        label="合同约定当月人工费用（元）",
        max_digits=16,
        decimal_places=2,
        min_value=0,
        required=False,
        help_text="合同按固定金额约定的填写；按比例约定的留空。",
    )
    wages_due = forms.DecimalField(
        label="专户余额不足支付的应发工资（元）",
        max_digits=16,
        decimal_places=2,
        min_value=0,
        required=False,
        help_text="冬季停工等月份没有产值但仍有工资应发的，填写专户余额不足部分。",
    )
    nil_statement_on = forms.DateField(
        label="无产值说明日期",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="当月确无完成产值的，填写出具说明的日期。",
    )
    note = forms.CharField(label="说明", max_length=200, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self):
        cleaned = super().clean()
        stated = ("completed_value", "contract_amount", "wages_due", "nil_statement_on")
        if not self.errors and all(cleaned.get(name) is None for name in stated):
            raise forms.ValidationError("请至少填写一项：当月完成工程价款、合同约定金额、应发工资或无产值说明日期。")
        return cleaned


class AllocationForm(forms.Form):
    """拨付登记: one bank credit."""

    credited_on = forms.DateField(label="到账日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    amount = forms.DecimalField(label="到账金额（元）", max_digits=16, decimal_places=2, min_value=Decimal("0.01"))
    bank_receipt_number = forms.CharField(
        label="银行回单号", max_length=80, help_text="与银行回单一致；同一回单号不会重复登记。"
    )
    note = forms.CharField(label="说明", max_length=200, required=False)


class VoidForm(forms.Form):
    """作废一笔拨付。"""

    reason = forms.CharField(label="作废理由", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class SurplusForm(forms.Form):
    """结余结转: only by a recorded act."""

    to_month = forms.RegexField(
        label="转入月份",
        regex=r"^\d{4}-(0[1-9]|1[0-2])$",
        widget=forms.TextInput(attrs={"type": "month"}),
        error_messages={"invalid": "月份应写成 2026-10 的形式。"},
    )
    amount = forms.DecimalField(label="结转金额（元）", max_digits=16, decimal_places=2, min_value=Decimal("0.01"))
    note = forms.CharField(label="结转理由", max_length=200)


class SpecialAccountForm(forms.ModelForm):
    """专用账户开立与备案。"""

    number = forms.CharField(label="账号", max_length=40, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = SpecialAccount
        fields = ["bank", "account_name", "number", "opened_on", "agreement_on", "filed_on", "closed_on"]
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            for name in ("opened_on", "agreement_on", "filed_on", "closed_on")
        }

    def __init__(self, *args, banks, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["bank"].queryset = banks
        self.fields["bank"].empty_label = "请选择开户银行"
        if self.instance.pk:
            self.fields["number"].help_text = f"现登记账号尾号 {self.instance.number_last4}；不更换账号可留空。"
        else:
            self.fields["number"].required = True

    def clean(self):
        cleaned = super().clean()
        opened, closed = cleaned.get("opened_on"), cleaned.get("closed_on")
        if opened and closed and closed < opened:
            self.add_error("closed_on", "销户日期早于开户日期，请核对。")
        return cleaned


class StatementFilterForm(forms.Form):
    """The statement list's filters, all in the address."""

    q = forms.CharField(label="对方、摘要、流水号", required=False, max_length=60)
    month = forms.DateField(
        label="月份", required=False, input_formats=["%Y-%m"], error_messages={"invalid": "月份应写成 2026-10 的形式。"}
    )
    kind = forms.CharField(label="类别", required=False, max_length=10)


class StatementVersionForm(forms.Form):
    """The statement as it was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)
