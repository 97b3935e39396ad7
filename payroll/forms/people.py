"""Shapes of the register's forms. Decisions are the services'."""

from django import forms

from payroll.forms import ACCEPTED_FILES
from payroll.forms.attendance import ProjectEmployerForm
from payroll.models import LabourContract, LeaverSettlement
from payroll.selectors.register import WORRIES
from responsibilities.rules.identifiers import (
    is_luhn_valid,
    is_mobile,
    is_valid_id,
    normalise_card,
    normalise_id,
    normalise_phone,
)


class DayField(forms.DateField):
    """A day, chosen or typed as 2026-10-08."""

    def __init__(self, **facts):
        facts.setdefault("error_messages", {"invalid": "日期写法不对，应为 2026-10-08 这样的年月日。"})
        super().__init__(
            widget=forms.DateInput(attrs={"type": "date", "placeholder": "2026-10-08"}, format="%Y-%m-%d"), **facts
        )


class MoneyField(forms.DecimalField):
    """Yuan, two places, not negative."""

    unit = "元"

    def __init__(self, **facts):
        super().__init__(min_value=0, max_digits=12, decimal_places=2, **facts)


class RegisterFilterForm(forms.Form):
    """The list's filters, all in the address but a full ID number."""

    q = forms.CharField(label="查找", required=False, max_length=60)
    project = forms.ChoiceField(label="项目", required=False)
    employer = forms.ChoiceField(label="用工单位", required=False)
    crew = forms.ChoiceField(label="班组", required=False)
    state = forms.ChoiceField(label="在场", required=False, choices=[("", "在场"), ("left", "已退场"), ("all", "全部")])
    worry = forms.ChoiceField(label="缺项", required=False, choices=[("", "不限"), *WORRIES.items()])
    sort = forms.CharField(required=False)

    def __init__(self, *arguments, projects, employers, crews, **facts):
        super().__init__(*arguments, **facts)
        self.fields["project"].choices = [("", "全部项目"), *projects]
        self.fields["employer"].choices = [("", "全部单位"), *employers]
        self.fields["crew"].choices = [("", "全部班组"), *((crew, crew) for crew in crews)]


class IdSearchForm(forms.Form):
    """A full ID number, posted: it never stands in an address."""

    id_number = forms.CharField(label="完整身份证号", max_length=30)

    def clean_id_number(self):
        number = normalise_id(self.cleaned_data["id_number"])
        if not is_valid_id(number):
            raise forms.ValidationError("身份证号应为 18 位且校验位正确，请对照身份证核对。")
        return number


class EnterForm(ProjectEmployerForm):
    """A person who enters a site: who, for whom, when; a person known by ID number is met again."""

    name = forms.CharField(label="姓名", max_length=60)
    id_number = forms.CharField(label="身份证号", max_length=30, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    phone = forms.CharField(label="手机号", max_length=20, required=False)
    bank_card = forms.CharField(
        label="工资卡号", max_length=40, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    bank_name = forms.CharField(label="开户行", max_length=80, required=False)
    crew = forms.CharField(label="班组", max_length=60, required=False)
    trade = forms.CharField(label="工种", max_length=40, required=False)
    entered_on = DayField(label="进场日期")

    def clean_id_number(self):
        number = normalise_id(self.cleaned_data["id_number"])
        if not is_valid_id(number):
            raise forms.ValidationError("身份证号应为 18 位且校验位正确，请对照身份证核对。")
        return number

    def clean_phone(self):
        phone = normalise_phone(self.cleaned_data["phone"])
        if phone and not is_mobile(phone):
            raise forms.ValidationError("手机号应为 11 位，请核对。")
        return phone

    def clean_bank_card(self):
        card = normalise_card(self.cleaned_data["bank_card"])
        if card and not (card.isdigit() and 12 <= len(card) <= 19):
            raise forms.ValidationError("银行卡号应为 12 到 19 位数字，请核对。")
        if card.startswith("62") and len(card) >= 16 and not is_luhn_valid(card):
            raise forms.ValidationError("银行卡号的校验位不对，至少有一位写错，请核对。")
        return card


class AgainForm(forms.Form):
    """Somebody on the roster who enters again."""

    entered_on = DayField(label="进场日期")
    crew = forms.CharField(label="班组", max_length=60, required=False)


class LeaveForm(forms.Form):
    """The end of a stay."""

    left_on = DayField(label="退场日期")
    reason = forms.CharField(label="退场原因", max_length=200, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


class StayWithdrawForm(forms.Form):
    """Why an entry or exit is taken back."""

    reason = forms.CharField(
        label="撤回原因", max_length=200, help_text="如：日期登记错误、登记成了别人。原因记入操作留痕。"
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class ContractForm(forms.Form):
    """A labour contract or written agreement; the scan is sealed."""

    kind = forms.ChoiceField(label="类别", choices=LabourContract.Kind.choices)
    number = forms.CharField(label="合同编号", max_length=60, required=False)
    signed_on = DayField(label="签订日期", required=False)
    starts_on = DayField(label="生效日期")
    task_based = forms.BooleanField(label="以完成一定工作任务为期限", required=False)
    ends_on = DayField(label="终止日期", required=False)
    trade = forms.CharField(label="工种", max_length=40, required=False)
    wage_form = forms.ChoiceField(
        label="工资计算方式", required=False, choices=[("", "请选择"), *LabourContract.WageForm.choices]
    )
    unit_price = MoneyField(label="工资标准", required=False)
    price_unit = forms.CharField(
        label="计价单位", max_length=20, required=False, help_text="每一个什么：天、月、小时、平方米。"
    )
    pay_day = forms.IntegerField(
        label="每月支付日",
        required=False,
        min_value=1,
        max_value=31,
        help_text="合同约定每月几日付工资，填 1 至 31 的数字。",
    )
    scan = forms.FileField(
        label="扫描件", required=False, help_text="PDF、JPG 或 PNG，不超过 10 MB；加密保存，查看留痕。"
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    # A contract that doesn't say it is registered as it is, and the list tells what is missing (724 art 12).
    for stated in (signed_on, wage_form, unit_price, pay_day):
        stated.needed_when = "合同写明的都要填"
    ends_on.needed_when = "没有约定的不填"
    del stated


class ContractEndForm(forms.Form):
    """The termination of a contract."""

    ended_on = DayField(label="解除（终止）日期")
    reason = forms.CharField(label="原因", max_length=200)
    version = forms.IntegerField(widget=forms.HiddenInput)


class SettlementForm(forms.Form):
    """What a leaver is owed."""

    earned = MoneyField(label="应得工资")
    deductions = MoneyField(label="扣款")
    deduction_reason = forms.CharField(label="扣款事由", max_length=200, required=False)
    paid = MoneyField(label="已支付")
    paid_reason = forms.CharField(
        label="与发放记录不同的理由",
        max_length=200,
        required=False,
        help_text="如：9 月工资另由总包直接转账，有银行回单。",
    )
    agreed_on = DayField(label="核定日期")
    off_sheet_checked = forms.BooleanField(required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *arguments, counted: str = "", off_sheet: str = "", checked: str = "", **facts):
        """`off_sheet`: which months stand on no payroll; `checked`: what the tick below says of them."""
        super().__init__(*arguments, **facts)
        if off_sheet:
            self.fields["off_sheet_checked"].label = checked
            self.fields["off_sheet_checked"].help_text = f"{off_sheet}。"
        else:
            del self.fields["off_sheet_checked"]
        if counted:
            self.fields["paid"].help_text = f"按工资表逐笔计：{counted}。银行退回的、停发的和等待结果的不算已支付。"
        self.fields["deduction_reason"].needed_when = "有扣款时必填"
        self.fields["paid_reason"].needed_when = "与发放记录不同时必填"


class SettlementConfirmForm(forms.Form):
    """The worker's signature on the paper."""

    confirmed_on = DayField(label="工人确认日期")
    scan = forms.FileField(
        label="签字的结算单",
        error_messages={"required": "请上传工人签字的结算单（PDF 或照片）。"},
        help_text="工资须经农民工本人签字确认（《保障农民工工资支付条例》第三十一条）。PDF、JPG 或 PNG，不超过 10 MB。",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class SettlementPayForm(forms.Form):
    """The balance was paid."""

    paid_on = DayField(label="付清日期")
    payment_note = forms.CharField(
        label="支付凭证", max_length=200, required=False, help_text="如银行回单号；余额为零的可不填。"
    )
    open_pay = forms.ChoiceField(
        label="还没有发放的工资",
        choices=LeaverSettlement.OpenPay.choices[1:],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择结算款是否已包含这些工资，以免重复支付。"},
    )
    open_pay_reason = forms.CharField(
        label="说明", max_length=200, required=False, help_text="结算款不含这些工资的，写明理由。"
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *arguments, waiting=(), **facts):
        super().__init__(*arguments, **facts)
        self.fields["payment_note"].needed_when = "有应补发时必填"
        self.fields["open_pay_reason"].needed_when = "不含时必填"
        if waiting:
            self.fields["open_pay"].help_text = "；".join(one.words for one in waiting) + "。"
        else:
            del self.fields["open_pay"], self.fields["open_pay_reason"]


class PeopleImportForm(ProjectEmployerForm):
    """A sheet of people; its own company column decides where it names one."""

    file = forms.FileField(
        label="文件",
        error_messages={"required": "请选择文件。", "empty": "文件是空的，请检查后重新选择。"},
        widget=forms.FileInput(attrs={"accept": ACCEPTED_FILES}),
    )


class PeopleConfirmForm(ProjectEmployerForm):
    """What a person agreed to in the preview; the file itself waits, sealed, behind the token."""

    token = forms.CharField(max_length=60, widget=forms.HiddenInput)
    name = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)
    writes = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    errors_left_out = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *arguments, **facts):
        super().__init__(*arguments, **facts)
        gone = "已不能登记，预览以后有人改了项目的参建单位。请重新选择，再上传文件。"
        for name in ("project", "employer"):
            label = self.fields[name].label
            self.fields[name].error_messages |= {"required": f"请选择{label}。", "invalid_choice": f"{label}{gone}"}
