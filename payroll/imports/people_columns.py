"""How rosters, contracts, entries, exits and attendance name their columns in the field.

Apart from the payroll's columns: a date of entry means nothing there, an amount nothing here. Titles as seen in the
national real-name templates and in site clerks' own sheets.
"""

from sheets.columns import Column

PERSON = r"(?:工人|员工|人员|农民工|民工|职工|务工人员|本人)?"


class PersonName(Column):
    name, title = "name", "姓名"
    synonyms = ("工人姓名", "人员姓名", "员工姓名", "农民工姓名", "民工姓名", "职工姓名", "务工人员", "name")
    patterns = (PERSON + r"姓名", r".*姓名.*日期", r".*日期.*姓名")
    never = ("负责人", "责任人", "联系人", "经理", "组长", "班组名称", "企业")


class PersonId(Column):
    name, title, kind = "id_number", "身份证号", "id"
    synonyms = ("身份证号码", "证件号码", "身份证", "证件号", "居民身份证号", "公民身份号码", "身份证件号码", "idcard")
    patterns = (PERSON + r"(?:居民)?(?:身份证|证件|身份证件)(?:编?号|号码|编码)?",)
    never = ("类型", "有效期", "机关", "地址", "负责人", "责任人", "经理", "企业", "单位", "开始", "结束")


class EmployeeNumber(Column):
    name, title = "number", "工号"
    synonyms = ("员工编号", "人员编号", "编号", "考勤号", "考勤号码", "登记号码", "工人编号", "卡号")
    never = ("银行", "证件", "身份", "合同")


class CorpCode(Column):
    name, title = "corp_code", "企业统一社会信用代码"
    synonyms = (
        "统一社会信用代码",
        "参建单位信用代码",
        "所属企业统一社会信用代码",
        "信用代码",
        "组织机构代码",
        "用工单位代码",
    )


class CorpName(Column):
    name, title = "corp_name", "企业名称"
    synonyms = (
        "工人所属企业名称",
        "参建单位名称",
        "所属企业",
        "用工单位",
        "所属单位",
        "参建单位",
        "劳务公司",
        "分包单位",
        "单位名称",
    )


class Crew(Column):
    name, title = "crew", "班组"
    synonyms = ("班组名称", "工人所属班组名称", "所属班组", "所在班组", "作业班组", "施工班组", "部门", "部门名称")
    never = ("组长", "负责人", "电话", "是否")


class Trade(Column):
    name, title = "trade", "工种"
    synonyms = ("当前工种", "工种名称", "岗位", "工种/岗位", "从事工种")


class Phone(Column):
    name, title, kind = "phone", "手机号", "phone"
    synonyms = ("手机号码", "联系电话", "电话", "手机", "联系方式")
    patterns = (PERSON + r"(?:手机|电话|联系)(?:号码?|电话|方式)?",)
    never = ("紧急", "负责人", "责任人", "企业", "经理")


class BankCard(Column):
    name, title, kind = "bank_card", "银行卡号", "card"
    synonyms = ("发放工资银行卡号", "工资卡号", "银行账户", "工资卡", "银行账号", "工资银行卡号", "银行卡")
    patterns = (PERSON + r"(?:发放工资)?(?:工资|银行)*(?:卡号|账号|账户)",)
    never = ("名称", "联号", "开户地", "考勤")


class BankName(Column):
    name, title = "bank_name", "开户行"
    synonyms = ("发放工资银行名称", "银行名称", "发放工资卡银行", "开户银行", "开户行名称", "工资卡银行")
    never = ("联号", "联行", "卡号", "账号")


class EnteredOn(Column):
    name, title, kind = "entered_on", "进场日期", "date"
    synonyms = ("入场日期", "进场时间", "入场时间", "进场", "开始工作日期", "入职日期", "上岗日期")
    never = ("工会", "退场", "离场")


class LeftOn(Column):
    name, title, kind = "left_on", "退场日期", "date"
    synonyms = ("离场日期", "退场时间", "离场时间", "退场", "离职日期", "出场日期")
    never = ("进退场",)


class EventOn(Column):
    name, title, kind = "event_on", "进退场日期", "date"
    synonyms = ("进退场时间", "进出场日期", "日期")


class EventKind(Column):
    name, title = "event_kind", "类型"
    synonyms = ("进退场类型", "进退场", "进场/退场", "进出场类型")
    never = ("证件", "合同", "工人类型", "企业", "期限")


class ContractNumber(Column):
    name, title = "contract_number", "合同编号"
    synonyms = ("劳动合同编号", "合同号", "协议编号")


class ContractKind(Column):
    name, title = "contract_kind", "合同类别"
    synonyms = ("合同类型", "合同种类", "用工形式", "协议类型")
    never = ("期限",)


class TermKind(Column):
    name, title = "term_kind", "合同期限类型"
    synonyms = ("期限类型", "合同期限", "劳动合同期限类型")


class SignedOn(Column):
    name, title, kind = "signed_on", "签订日期", "date"
    synonyms = ("合同签订日期", "签订时间", "签约日期", "签署日期")


class StartsOn(Column):
    name, title, kind = "starts_on", "生效日期", "date"
    synonyms = ("合同生效日期", "合同开始日期", "起始日期", "开始日期", "合同起始日期", "合同开始时间", "期限起")
    never = ("工作日期", "证件", "有效期")


class EndsOn(Column):
    name, title, kind = "ends_on", "失效日期", "date"
    synonyms = (
        "合同失效日期",
        "合同结束日期",
        "终止日期",
        "结束日期",
        "合同终止日期",
        "到期日期",
        "合同结束时间",
        "期限止",
    )
    never = ("证件", "有效期")


class WageForm(Column):
    name, title = "wage_form", "工资计算方式"
    synonyms = ("计薪方式", "工资形式", "工资支付形式", "计酬方式", "工资标准类型")


class PriceUnit(Column):
    name, title = "price_unit", "计量单位"
    synonyms = ("计价单位", "单位")
    never = ("用工", "参建", "所属", "名称")


class UnitPrice(Column):
    name, title, kind = "unit_price", "计量单价", "money"
    synonyms = ("单价", "日工资", "日工资标准", "工资标准", "工价", "日薪", "合同单价", "工资单价")


class PayDay(Column):
    name, title = "pay_day", "工资支付日"
    synonyms = ("发薪日", "每月支付日", "工资发放日", "支付日", "发放日")


class PunchedAt(Column):
    name, title = "punched_at", "刷卡时间"
    synonyms = (
        "打卡时间",
        "考勤时间",
        "通行时间",
        "记录时间",
        "进出时间",
        "日期时间",
        "刷卡日期时间",
        "时间",
        "出入时间",
    )
    never = ("签到", "签退", "上班", "下班", "制表", "进场时间", "入场时间", "退场")


class WorkedOn(Column):
    name, title, kind = "worked_on", "考勤日期", "date"
    synonyms = ("打卡日期", "出勤日期", "刷卡日期", "日期")


class CameAt(Column):
    name, title = "came_at", "上班时间"
    synonyms = ("签到时间", "签到", "上班打卡", "首次打卡", "最早打卡", "上班", "进场刷卡", "上班打卡时间")


class LeftAt(Column):
    name, title = "left_at", "下班时间"
    synonyms = ("签退时间", "签退", "下班打卡", "末次打卡", "最晚打卡", "下班", "出场刷卡", "下班打卡时间")


class Direction(Column):
    name, title = "direction", "进出方向"
    synonyms = ("刷卡进出方向", "方向", "进出", "进出类型", "出入方向", "进/出", "通行方向")


class TotalDays(Column):
    name, title = "total_days", "出勤天数"
    synonyms = (
        "合计",
        "合计天数",
        "出勤合计",
        "实际出勤",
        "实出勤",
        "出勤",
        "天数",
        "总天数",
        "总工日",
        "工日合计",
        "合计工日",
        "本月出勤",
    )
    synonyms += ("出勤天数合计", "出勤日数", "合计出勤", "总计", "计", "小计")
    never = ("应出勤", "缺勤", "请假", "工时", "小时", "加班")


class TotalHours(Column):
    name, title = "total_hours", "合计工时"
    synonyms = ("总工时", "工时合计", "工时", "出勤工时", "合计小时", "总小时", "小时合计")
    never = ("加班",)


class PartOfDay(Column):
    name, title = "part", "时段"
    synonyms = ("上下午", "班次", "时间段", "出勤时间", "考勤时段", "项目", "出勤情况", "内容", "类别", "考勤", "时间")


class Seq(Column):
    name, title = "seq", "序号"
    synonyms = ("序", "no", "顺序号")


ROSTER = (
    PersonName, PersonId, CorpCode, CorpName, Crew, Trade, Phone, BankCard, BankName, EnteredOn, LeftOn, Seq,
)  # fmt: skip
STAYS = (PersonName, PersonId, CorpCode, CorpName, Crew, Trade, EventOn, EventKind, EnteredOn, LeftOn, Seq)
CONTRACTS = (
    PersonName, PersonId, CorpCode, CorpName, Crew, Trade, ContractNumber, ContractKind, TermKind, SignedOn, StartsOn,
    EndsOn, WageForm, PriceUnit, UnitPrice, PayDay, Seq,
)  # fmt: skip
GRID = (PersonName, PersonId, EmployeeNumber, Crew, Trade, TotalDays, TotalHours, PartOfDay, Seq)
PUNCHES = (
    PersonName, PersonId, EmployeeNumber, CorpCode, CorpName, Crew, PunchedAt, WorkedOn, CameAt, LeftAt, Direction,
    TotalDays, TotalHours, Seq,
)  # fmt: skip
