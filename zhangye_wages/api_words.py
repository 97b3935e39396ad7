"""What the interface's page says of each operation, in the words of whoever connects a system to it.

Apart from the rooms, because a list that is read as one page is kept as one page; a test asks that nothing is missing.
The docstrings of the endpoints are for us who maintain them and stay out of it.
"""

INTRODUCTION = """供建设、施工、银行和部门的业务系统对接使用。

- **令牌**：由系统管理员按用户签发，放在请求头 `Authorization: Token <令牌>`；能看什么、能办什么与该用户在页面上相同。
- **时间**：日期写作 `2026-11-23`；时刻带时区，北京时间。金额以元为单位，两位小数。
- **重复请求**：POST 请带 `Idempotency-Key`，同一个键和相同内容只办理一次。
- **出错**：`code` 供程序判断，`message` 写明哪里不对、怎样改正，`fields` 指明各项。"""

PAY, MONEY, TERMS, PROJECTS, UNITS, REALNAME = (
    "工资发放",
    "专户与拨付",
    "时限与督办",
    "项目与审批",
    "单位与责任",
    "实名制数据标准接口",
)
# In the order in which a reader meets them.
GROUPS = {
    PAY: "工资表报送、审核、代发结果和工人异议",
    REALNAME: "字段名与《全国建筑工人管理服务信息平台数据标准》一致",
    MONEY: "人工费用到账和专用账户流水",
    PROJECTS: "工程项目登记、审批信息推送",
    TERMS: "时限、通知和督办",
    UNITS: "县区、单位和责任清单",
}
OPERATIONS = {
    "v1_payroll_batches_list": (PAY, "查询工资表"),
    "v1_payroll_batches_create": (PAY, "上传工资表（在后台读取和核验）"),
    "v1_payroll_batches_retrieve": (PAY, "查看一份工资表和核验结果"),
    "v1_payroll_batches_layout_create": (PAY, "指定哪一列是什么，重新读取"),
    "v1_payroll_batches_submit_create": (PAY, "提交可受理的行，送工人确认"),
    "v1_payroll_batches_audit_create": (PAY, "总包审核通过"),
    "v1_payroll_batches_return_create": (PAY, "退回编制单位更正"),
    "v1_payroll_batches_nil_create": (PAY, "申报本月无用工"),
    "v1_payroll_batches_payout_retrieve": (PAY, "查看发到哪一步"),
    "v1_bank_results_list": (PAY, "查询银行回执"),
    "v1_bank_results_create": (PAY, "报送代发结果（逐笔核对后登记）"),
    "v1_bank_results_retrieve": (PAY, "查看一份银行回执"),
    "v1_contests_list": (PAY, "查询工资异议"),
    "v1_contests_retrieve": (PAY, "查看一条工资异议"),
    "v1_contests_answer_create": (PAY, "答复、采纳或不采纳异议"),
    "v1_contests_transfer_create": (PAY, "转人社部门处理"),
    "v1_contests_conclude_create": (PAY, "登记转办的异议已办结"),
    "realname_Payroll_Add": (REALNAME, "报送工资"),
    "realname_Payroll_Query": (REALNAME, "查询工资"),
    "realname_ProjectWorker_Add": (REALNAME, "报送项目工人"),
    "realname_ProjectWorker_Query": (REALNAME, "查询项目工人"),
    "realname_WorkerAttendance_Add": (REALNAME, "报送考勤"),
    "realname_WorkerAttendance_Query": (REALNAME, "查询考勤"),
    "realname_WorkerContract_Add": (REALNAME, "报送劳动合同"),
    "realname_WorkerContract_Query": (REALNAME, "查询劳动合同"),
    "realname_WorkerEntryExit_Add": (REALNAME, "报送进退场"),
    "realname_WorkerEntryExit_Query": (REALNAME, "查询进退场"),
    "v1_allocations_list": (MONEY, "查询人工费用到账（含已作废的）"),
    "v1_allocations_create": (MONEY, "登记一笔到账"),
    "v1_allocations_retrieve": (MONEY, "查看一笔到账"),
    "v1_statements_list": (MONEY, "查询专户流水"),
    "v1_statements_create": (MONEY, "报送专户流水（重复的不再登记）"),
    "v1_statements_retrieve": (MONEY, "查看一笔流水"),
    "v1_projects_list": (PROJECTS, "查询工程项目"),
    "v1_projects_create": (PROJECTS, "登记项目"),
    "v1_projects_retrieve": (PROJECTS, "查看一个项目"),
    "v1_approvals_list": (PROJECTS, "查询审批信息和推送回执"),
    "v1_approvals_create": (PROJECTS, "向人社部门推送审批信息"),
    "v1_approvals_retrieve": (PROJECTS, "查看一项审批和回执"),
    "v1_deadlines_list": (TERMS, "查询时限"),
    "v1_deadlines_retrieve": (TERMS, "查看一项时限"),
    "v1_notices_list": (TERMS, "查询发给本单位的通知"),
    "v1_notices_retrieve": (TERMS, "查看一条通知"),
    "v1_escalations_list": (TERMS, "查询督办提请"),
    "v1_escalations_retrieve": (TERMS, "查看一项督办提请"),
    "v1_escalations_decisions_create": (TERMS, "作出决定（豁免须另一人复核）"),
    "v1_areas_list": (UNITS, "查询县区"),
    "v1_areas_retrieve": (UNITS, "查看一个县区"),
    "v1_organizations_list": (UNITS, "查询单位"),
    "v1_organizations_retrieve": (UNITS, "查看一个单位"),
    "v1_responsibilities_list": (UNITS, "查询责任清单"),
    "v1_responsibilities_retrieve": (UNITS, "查看责任清单的一项"),
}


def say_in_words(result, generator, request, public):
    """A hook of drf-spectacular, run over the finished document: a group and a title for each operation."""
    result["info"]["description"] = INTRODUCTION
    result["tags"] = [{"name": name, "description": text} for name, text in GROUPS.items()]
    for operations in result["paths"].values():
        for operation in operations.values():
            group, title = OPERATIONS[operation["operationId"]]
            method = operation.get("summary", "")
            operation["tags"] = [group]
            operation["summary"] = f"{method} {title}".strip()
            if group != REALNAME:
                operation.pop("description", None)
    return result
