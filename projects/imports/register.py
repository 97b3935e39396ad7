"""The register of projects as a workbook: which sheets and columns there are, and how it is read.

Sheets 项目, 审批, 拨付; a csv is 项目 alone. The template is written from the same declarations.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from projects.imports.tables import NoHeader, Table, read_table
from sheets.columns import Column
from sheets.reader import Workbook
from sheets.refusal import Refusal


def column(name: str, title: str, *synonyms: str, kind: str = "text", required: bool = False, note: str = ""):
    """Declare one column."""
    return type(
        f"Column_{name}",
        (Column,),
        {"name": name, "title": title, "synonyms": synonyms, "kind": kind, "required": required, "note": note},
    )


PROJECT_COLUMNS = (
    column(
        "code", "项目编号", "项目编码", "项目代码", required=True, note="必填，全市唯一，可用投资项目在线审批代码。"
    ),
    column("name", "项目名称", "工程名称", required=True, note="必填。"),
    column("area", "县区", "所属县区", "所在县区", "区县", required=True, note="必填，如 甘州区、张掖经开区、市本级。"),
    column("project_type", "项目类型", "工程类别", "工程类型", required=True, note="必填，见“说明”中的类型。"),
    column("funding_nature", "投资性质", "投资类型", note="政府投资、国有企业投资、社会投资。"),
    column("funding_source", "资金来源", note="没有明确资金来源的会提示。"),
    column("funds_in_place", "资金落实", "资金是否落实", "建设资金已落实", kind="flag", note="是 或 否。"),
    column("contract_value", "合同价款", "合同金额", "合同价", kind="amount", note="单位：元。"),
    column("address", "建设地点", "项目地址"),
    column("developer", "建设单位", "建设单位名称"),
    column("developer_uscc", "建设单位统一社会信用代码", "建设单位信用代码", note="名录中没有的单位必填。"),
    column("contractor", "施工总承包单位", "总承包单位", "施工单位", "总包单位"),
    column(
        "contractor_uscc",
        "施工总承包单位统一社会信用代码",
        "总承包单位统一社会信用代码",
        "总包单位统一社会信用代码",
        "施工单位统一社会信用代码",
        note="名录中没有的单位必填。",
    ),
    column("industry_unit", "行业主管部门", note="不填则按项目类型和县区确定。"),
    column("contract_number", "合同编号", note="施工总承包合同编号。"),
    column("signed_on", "合同签订日期", "签订日期", kind="date"),
    column("labour_cost_ratio", "人工费用比例", "人工费比例", kind="share", note="合同约定，如 20%。"),
    column("allocation_day", "每月拨付日", "拨付日", kind="day", note="1 至 31；不填为每月最后一日。"),
    column("planned_start_on", "计划开工日期", kind="date"),
    column("actual_start_on", "实际开工日期", "开工日期", kind="date"),
    column("planned_completion_on", "计划竣工日期", kind="date"),
    column("completed_on", "实际竣工日期", "竣工日期", kind="date"),
    column("platform_code", "陇明公项目编码", "陇明公编码", "陇明公项目编号"),
    column("enrolled_on", "纳入陇明公日期", "陇明公纳入日期", kind="date"),
)
APPROVAL_COLUMNS = (
    column("code", "项目编号", "项目编码", "项目代码", required=True, note="必填，与“项目”表或系统中已有的一致。"),
    column(
        "kind",
        "审批事项",
        "审批类型",
        "事项",
        required=True,
        note="必填：立项审批、概算批复、核准备案、资金审查、施工许可、中标。",
    ),
    column("number", "批准文号", "文号", "审批文号", required=True, note="必填。"),
    column("approved_on", "批准日期", "审批日期", kind="date", required=True, note="必填，三个工作日自次日起算。"),
    column("funding_source", "资金来源", note="不填则取项目的资金来源。"),
    column(
        "approving_unit", "审批部门", "审批单位", "批准部门", required=True, note="必填，单位名称、简称或单位编码。"
    ),
    column("received_at", "人社接收时间", "推送时间", "人社接收日期", kind="moment", note="日期或时刻（北京时间）。"),
)
ALLOCATION_COLUMNS = (
    column("code", "项目编号", "项目编码", "项目代码", required=True, note="必填。"),
    column("month_on", "所属月份", "月份", kind="month", required=True, note="必填，如 2026-10。"),
    column("completed_value", "当月完成工程价款", "完成工程价款", "当月产值", kind="amount", note="单位：元。"),
    column("credited_on", "到账日期", "拨付日期", kind="date"),
    column("amount", "拨付金额", "到账金额", kind="amount", note="单位：元。"),
    column("bank_receipt_number", "银行回单号", "回单号", note="有拨付金额时必填。"),
    column("nil_statement_on", "无产值说明日期", kind="date", note="当月没有产值的，填写说明日期。"),
)
PROJECTS, APPROVALS, ALLOCATIONS = "项目", "审批", "拨付"
SHEETS: dict[str, Sequence[type[Column]]] = {
    PROJECTS: PROJECT_COLUMNS,
    APPROVALS: APPROVAL_COLUMNS,
    ALLOCATIONS: ALLOCATION_COLUMNS,
}


@dataclass
class Register:
    """What stands in a file: the tables that it has, in order of writing."""

    tables: dict[str, Table]


def read_register(book: Workbook) -> Register:
    """Read every known sheet. Raises sheets.Refusal (`wrong_template`) where the file is no register."""
    named = {"".join(sheet.name.split()): sheet for sheet in book.sheets}
    chosen = {name: named[name] for name in SHEETS if name in named and named[name].height}
    if not chosen:
        filled = [sheet for sheet in book.sheets if sheet.height]
        if len(filled) == 1:
            chosen = {PROJECTS: filled[0]}
    if not chosen:
        raise Refusal("wrong_template", "文件里没有名为“项目”“审批”或“拨付”的工作表，请使用系统提供的登记表模板。")
    tables = {}
    for name, sheet in chosen.items():
        try:
            tables[name] = read_table(sheet, SHEETS[name], name)
        except NoHeader:
            required = "、".join(item.title for item in SHEETS[name] if item.required)
            raise Refusal(
                "wrong_template", f"“{name}”工作表里没有找到完整的表头（须有 {required}），请使用系统提供的登记表模板。"
            ) from None
    return Register(tables)
