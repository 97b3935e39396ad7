"""How the trail's stored changes are told. An event is never rewritten: codes, ids and moments become words when shown.

Pure: what a code or an id stands for (a unit's name, a deadline) is looked up by the caller.
"""

import datetime
import re
from decimal import Decimal
from zoneinfo import ZoneInfo

from sheets.refusal import MESSAGES

# Acts recorded with the worker as their object, whose changes are columns of what was registered for him.
SUBJECT_OF_ACT = {
    "contract.register": "payroll.labourcontract",
    "contract.correct": "payroll.labourcontract",
    "leaver.agree": "payroll.leaversettlement",
}
# The name means something else in this act than in others, or than the column of the object that is called the same.
CHANGE_OF_ACT = {
    "attendance.confirm": {"days": "计入的出勤记录（每人每日一条）"},
    "attendance.api": {"days": "计入的出勤记录（每人每日一条）"},
    "contract.end": {"reason": "解除（终止）原因"},
    "contract.open_scan": {"sha256": "扫描件校验值"},
    "decision.take": {"effective_on": "指定日期"},
    "fixtures.load": {"versions": "时限规则"},
    "leaver.agree": {"paid": "已支付", "balance": "应补发"},
    "leaver.confirm": {"sha256": "签字结算单校验值"},
    "leaver.open_signed": {"sha256": "签字结算单校验值"},
    "payout.make": {"layout": "银行文件版式", "rows": "笔数"},
    "payout.send": {"rows": "笔数"},
    "payout.void": {"rows": "退回待发放的笔数"},
    "payout.download": {"rows": "笔数"},
    "payroll.paper_confirm": {"sha256": "签字表校验值"},
    "payroll.return": {"rows": "要改的行"},
    "payroll.set_columns": {"columns": "列对应"},
    "payroll.submit": {"supersedes": "替换", "changed": "提交前重新核验"},
    "result.apply": {"file": "代发文件（第几份）"},
    "result.whole": {"file": "代发文件（第几份）"},
    "worker.leave": {"reason": "退场原因"},
}
# A number that names a row; the words say which kind of row it is.
NUMBERED = {
    "batch": "工资表",
    "batches": "工资表",
    "from_batch": "工资表",
    "decision": "决定",
    "payouts": "代发明细",
    "result": "银行回执",
    "reversed_by": "流水",
    "settlement": "退场结算",
}
SUPERSEDED = {"payroll.submit": "工资表", "attendance.confirm": "考勤表"}
# Units are recorded by their codes here, and rows by their ids.
UNITS = frozenset({"owed_by"})
ROWS = {"deadline": "escalation.deadline"}
RULE_WORDS = {
    "approval_info_push": "推送审批信息",
    "platform_onboard": "纳入“陇明公”平台",
    "labor_cost_allocation": "拨付人工费用",
}
# The canonical columns of a payroll (CONTRACT.md) as their headers read.
COLUMN_WORDS = {
    "seq": "序号",
    "name": "姓名",
    "id_number": "身份证号",
    "phone": "手机号",
    "bank_card": "银行卡号",
    "bank_name": "开户行",
    "crew": "班组",
    "trade": "工种",
    "days": "出勤天数",
    "hours": "总工时",
    "unit_price": "单价",
    "gross": "应发工资",
    "deductions": "扣款",
    "advance": "预支",
    "net_pay": "实发工资",
    "signed": "签名",
    "remark": "备注",
    "month": "工资月份",
}
# Why a file was turned away, shortly; what sheets itself refuses has its own sentences.
REFUSAL_WORDS = {
    "no_header": "没有找到表头",
    "no_name_column": "没有姓名列",
    "no_net_column": "没有实发工资列",
    "no_people": "表里没有人员",
    "wrong_template": "不是这里要传的表",
    "month_mismatch": "表内月份与所选月份不符",
    "layout_invalid": "列对应的格式不对",
    "figure_missing": "没有该月的有效数值",
}
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:?\d\d|Z)")
_MONEY = re.compile(r"-?\d+\.\d\d")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
COUNTED = frozenset({"days", "total_days", "hours"})
_COLUMN = re.compile(r"\b([a-z_]+)=([A-Z]{1,3})\b")
_RULE = re.compile(r"\b([a-z_]+) v(\d+)\b")
_NAMELESS = re.compile(r"\w+ object \((\w+)\)")


def value_words(name: str, value: str, *, action: str = "", typed: bool = False) -> str:
    """One stored value as people read it: 是 for True, `2026-11-28 11:56` for a moment, amounts with separators in 元.

    `typed`: it is of a column, whose kind tells whether it is an amount; of others their form does.
    """
    if value in ("True", "False"):
        return "是" if value == "True" else "否"
    if _MOMENT.fullmatch(value):
        moment = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
        return f"{moment.astimezone(_SHANGHAI):%Y-%m-%d %H:%M}"
    if name == "supersedes" and value.isdigit():
        return f"{SUPERSEDED.get(action, '')} #{value}".strip()
    if name == "row" and value.isdigit():
        return f"第 {value} 行"
    if name in NUMBERED and all(part.isdigit() for part in value.split("、")):
        return f"{NUMBERED[name]} " + "、".join(f"#{part}" for part in value.split("、"))
    if name == "columns":
        return _COLUMN.sub(lambda found: f"{COLUMN_WORDS.get(found[1], found[1])}（{found[2]} 列）", value)
    if name == "versions":
        return _RULE.sub(lambda found: f"{RULE_WORDS.get(found[1], found[1])}第 {found[2]} 版", value)
    if name == "code":
        return MESSAGES.get(value) or REFUSAL_WORDS.get(value, value)
    if not typed and _MONEY.fullmatch(value) and name not in COUNTED:
        return money_words(value)
    return value


def number_words(name: str, value: str, places: int) -> str | None:
    """A value of a column with so many decimal places: two are yuan, four a share of one. None where it is neither."""
    if name in COUNTED or not _NUMBER.fullmatch(value):
        return None
    if places == 4:
        return f"{(Decimal(value) * 100).normalize():f}%"
    return money_words(value) if places == 2 else None


def money_words(value: str) -> str:
    """`12910.00` → 12,910.00 元."""
    return f"{Decimal(value):,.2f} 元"


def change_label(action: str, name: str) -> str | None:
    """What `name` is called in this act alone; None where it has no meaning of its own here."""
    return CHANGE_OF_ACT.get(action, {}).get(name)


def told_once(before: str, after: str) -> str:
    """`before → after`, or the one of them that there is; nothing where both are empty."""
    if before and after and before != after:
        return f"{before} → {after}"
    return after or (before and f"{before} → （空）")


def object_words(name: str, *, kind: str, number: str) -> str:
    """The object's name; a row that was recorded without one (`X object (1)`) is called by its kind and number."""
    if name and not _NAMELESS.fullmatch(name):
        return name
    return f"{kind} #{number}" if kind and number else kind or name
