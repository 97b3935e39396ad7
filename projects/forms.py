"""Shape of what people type about projects; the services decide."""

import datetime

from django import forms

from projects.models import Approval, Contract, FourPartyAssignment, Project, ProjectParty
from projects.rules.codes import CODE_HELP

FUNDS = [("", "尚未核实"), ("yes", "已落实"), ("no", "未落实")]
SUGGESTIONS = "organization-names"
_NEW_ORGANIZATION = "名录中没有的单位，请同时填写。"


def date_field(label: str, *, required: bool = False, help_text: str = "") -> forms.DateField:
    """A day, with the browser's own calendar."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


def money_field(label: str, *, required: bool = False, help_text: str = "") -> forms.DecimalField:
    """Yuan, two places."""
    return forms.DecimalField(
        label=label, required=required, max_digits=16, decimal_places=2, min_value=0, help_text=help_text
    )


def organization_field(label: str, *, required: bool = True, help_text: str = "") -> forms.CharField:
    """An organization by name, short name, or credit code; the register is offered while typing."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=120,
        help_text=help_text or "填写单位全称，或统一社会信用代码、单位编码。",
        widget=forms.TextInput(attrs={"list": SUGGESTIONS, "autocomplete": "off"}),
    )


def uscc_field(label: str) -> forms.CharField:
    return forms.CharField(label=f"{label}统一社会信用代码", required=False, max_length=18, help_text=_NEW_ORGANIZATION)


def reason_field() -> forms.CharField:
    """Asked for when an obstacle stands against a unit; empty otherwise."""
    return forms.CharField(
        label="继续办理的理由",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="单位存在欠薪或列入失信名单时必填，由您决定并记录在案。",
    )


class ProjectForm(forms.Form):
    """项目登记和修改."""

    code = forms.CharField(label="项目编号", max_length=40, help_text=CODE_HELP)
    name = forms.CharField(label="项目名称", max_length=160)
    area = forms.ModelChoiceField(label="县区", queryset=None, empty_label="请选择")
    project_type = forms.ModelChoiceField(
        label="项目类型", queryset=None, empty_label="请选择", help_text="据此确定行业主管部门和人工费用比例下限。"
    )
    address = forms.CharField(label="建设地点", max_length=160, required=False)
    funding_nature = forms.ChoiceField(label="投资性质", choices=[("", "请选择"), *Project.FundingNature.choices])
    funding_source = forms.CharField(
        label="资金来源", max_length=160, required=False, help_text="没有明确资金来源的项目不予审批。"
    )
    funds_in_place = forms.ChoiceField(
        label="建设资金落实情况", choices=FUNDS, required=False, help_text="资金未落实的不予办理施工许可。"
    )
    contract_value = money_field("合同价款（元）")
    developer = organization_field("建设单位", required=False)
    developer_uscc = uscc_field("建设单位")
    general_contractor = organization_field("施工总承包单位", required=False)
    general_contractor_uscc = uscc_field("施工总承包单位")
    planned_start_on = date_field("计划开工日期")
    actual_start_on = date_field("实际开工日期", help_text="自开工之日起 30 日内纳入“陇明公”平台。")
    planned_completion_on = date_field("计划竣工日期")
    completed_on = date_field("实际竣工日期")
    obstacle_reason = reason_field()
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    groups = (
        ("基本情况", ("code", "name", "area", "project_type", "address")),
        ("资金", ("funding_nature", "funding_source", "funds_in_place", "contract_value")),
        (
            "参建单位",
            ("developer", "developer_uscc", "general_contractor", "general_contractor_uscc", "obstacle_reason"),
        ),
        ("日期", ("planned_start_on", "actual_start_on", "planned_completion_on", "completed_on")),
    )
    only_new = (
        "code",
        "developer",
        "developer_uscc",
        "general_contractor",
        "general_contractor_uscc",
        "obstacle_reason",
    )

    def __init__(self, *args, areas, types, editing: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = areas
        self.fields["project_type"].queryset = types
        if editing:
            for name in self.only_new:
                del self.fields[name]

    def clean_funds_in_place(self) -> bool | None:
        return {"yes": True, "no": False}.get(self.cleaned_data["funds_in_place"])

    @staticmethod
    def initial_of(project: Project) -> dict:
        """The form's first values for a project on record."""
        values = {name: getattr(project, name) for name in ProjectForm.base_fields if hasattr(project, name)}
        values["funds_in_place"] = {True: "yes", False: "no", None: ""}[project.funds_in_place]
        return values


class ApprovalForm(forms.Form):
    """审批登记."""

    kind = forms.ChoiceField(label="审批事项", choices=Approval.Kind.choices)
    number = forms.CharField(label="批准文号", max_length=80)
    approved_on = date_field("批准日期", required=True, help_text="自次日起 3 个工作日内推送人社部门。")
    approving_unit = forms.ModelChoiceField(label="审批部门", queryset=None, empty_label=None)
    funding_source = forms.CharField(
        label="资金来源", max_length=160, required=False, help_text="不填则取项目登记的资金来源。"
    )
    decided_in_portal = forms.TypedChoiceField(
        label="办理方式",
        choices=[("no", "已在其他系统办理，在此登记"), ("yes", "在本平台办理")],
        coerce=lambda value: value == "yes",
        initial="no",
        widget=forms.RadioSelect,
        help_text="在本平台办理的，不符合条件时不予审批；已办理的照实登记，并记录不合规情形。",
    )
    obstacle_reason = reason_field()
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, units, editing: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["approving_unit"].queryset = units
        self.fields["approving_unit"].label_from_instance = lambda unit: unit.name
        if editing:
            del self.fields["decided_in_portal"]
            del self.fields["obstacle_reason"]


class ContractForm(forms.Form):
    """合同登记."""

    kind = forms.ChoiceField(label="合同类别", choices=Contract.Kind.choices)
    number = forms.CharField(label="合同编号", max_length=80)
    employer = organization_field("发包人")
    employer_uscc = uscc_field("发包人")
    contractor = organization_field("承包人")
    contractor_uscc = uscc_field("承包人")
    signed_on = date_field("签订日期", required=True)
    value = money_field("合同价款（元）", required=True)
    labour_cost_percent = forms.DecimalField(
        label="约定人工费用比例（%）",
        required=False,
        max_digits=5,
        decimal_places=2,
        min_value=0,
        max_value=100,
        help_text="与政策下限相比取较大者；政策没有规定下限的项目类型按此比例。",
    )
    monthly_amount = money_field("约定每月人工费用（元）", help_text="按固定金额约定的填写。")
    allocation_day = forms.IntegerField(
        label="每月拨付日",
        required=False,
        min_value=1,
        max_value=31,
        help_text="不填则为每月最后一日（本系统默认，可调整）。",
    )
    measuring_cycle = forms.CharField(label="计量周期", max_length=40, required=False, help_text="例如“按月计量”。")
    obstacle_reason = reason_field()
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean(self):
        cleaned = super().clean()
        percent = cleaned.pop("labour_cost_percent", None)
        cleaned["labour_cost_ratio"] = None if percent is None else percent / 100
        return cleaned

    def add_error(self, field, error):
        """A refusal names the share as the service knows it."""
        super().add_error("labour_cost_percent" if field == "labour_cost_ratio" else field, error)

    @staticmethod
    def initial_of(contract: Contract) -> dict:
        values = {name: getattr(contract, name) for name in ContractForm.base_fields if hasattr(contract, name)}
        ratio = contract.labour_cost_ratio
        return values | {
            "employer": contract.employer.name,
            "contractor": contract.contractor.name,
            "labour_cost_percent": None if ratio is None else f"{(ratio * 100).normalize():f}",
        }


class PartyForm(forms.Form):
    """参建与监管单位."""

    part = forms.ChoiceField(
        label="身份",
        choices=[
            (part.value, part.label)
            for part in ProjectParty.Part
            if part not in (ProjectParty.Part.HUMAN_RESOURCES, ProjectParty.Part.FINANCE)
        ],
    )
    organization = organization_field("单位")
    organization_uscc = uscc_field("单位")
    awarded_by = organization_field(
        "发包单位", required=False, help_text="分包单位填写由谁发包；不填则为施工总承包单位。"
    )
    obstacle_reason = reason_field()


class RemovalForm(forms.Form):
    """移除单位的理由."""

    reason = forms.CharField(label="理由", required=False, widget=forms.Textarea(attrs={"rows": 3}))


class FourPartyForm(forms.Form):
    """One of the four responsible persons."""

    organization = organization_field("单位", help_text=" ")
    person_name = forms.CharField(label="监管责任人", max_length=40)
    telephone = forms.CharField(
        label="联系电话",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, part: str, assignment: FourPartyAssignment | None, suggestion: str = "", **kwargs):
        initial = {"version": 0, "organization": suggestion}
        if assignment:
            initial = {
                "version": assignment.version,
                "organization": assignment.organization.name,
                "person_name": assignment.person_name,
            }
        super().__init__(*args, prefix=part, initial=initial, **kwargs)
        self.part = FourPartyAssignment.Part(part)
        self.assignment = assignment
        self.fields["telephone"].required = assignment is None
        self.fields["telephone"].help_text = (
            f"已登记尾号 {assignment.telephone_last4}，不修改请留空。" if assignment else "手机号，或带区号的固定电话。"
        )


class EnrolmentForm(forms.Form):
    """纳入陇明公."""

    platform_code = forms.CharField(label="陇明公项目编码", max_length=40)
    enrolled_on = date_field("纳入陇明公日期", required=True, help_text="平台显示的项目建立日期。")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    @staticmethod
    def initial_of(project: Project, today: datetime.date) -> dict:
        return {
            "platform_code": project.platform_code,
            "enrolled_on": project.enrolled_on or today,
            "version": project.version,
        }
