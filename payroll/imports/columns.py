"""The canonical columns of a payroll sheet and how they are called in the field.

A synonym is a whole title, seen in a real template or obviously the same; a pattern covers a family.
A title that could mean two things is left unmapped: a missing column is said, a wrong one pays wrongly.
"""

import re

from payroll.rules.net import Sum
from sheets.columns import Column, Header, bare

PERSON = r"(?:工人|员工|人员|农民工|民工|职工|务工人员|收款人|收款方|领款人|本人)?"


class Seq(Column):
    name, title = "seq", "序号"
    synonyms = ("编号", "序", "no", "工号", "员工编号", "人员编号", "职工编号", "顺序号", "id")


class Name(Column):
    name, title, required = "name", "姓名", True
    synonyms = (
        "员工姓名",
        "工人姓名",
        "人员姓名",
        "农民工姓名",
        "民工姓名",
        "职工姓名",
        "务工人员姓名",
        "户名",
        "收款人姓名",
    )
    synonyms += (
        "收款人户名",
        "收款方户名",
        "收款户名",
        "收款人名称",
        "账户名称",
        "账户名",
        "开户名",
        "开户姓名",
        "领款人",
        "名称",
        "收款人",
        "员工",
        "name",
    )
    patterns = (PERSON + r"姓名",)
    never = ("企业", "单位", "班组名称", "银行名称", "项目名称", "公司", "联系人", "队长", "组长姓名", "签名", "签字")


class IdNumber(Column):
    name, title, kind = "id_number", "身份证号", "id"
    synonyms = (
        "身份证号码",
        "身份证",
        "居民身份证号",
        "公民身份号码",
        "公民身份证号码",
        "居民身份证号码",
        "证件号码",
        "证件号",
        "身份证件号码",
        "身份证件号",
    )
    synonyms += (
        "员工身份证号",
        "工人身份证号",
        "身份号码",
        "身份证编号",
        "收款人证件号码",
        "idcard",
        "idnumber",
        "id号",
    )
    patterns = (PERSON + r"(?:居民)?(?:身份证|证件|身份证件)(?:编?号|号码|编码)?",)
    never = ("类型", "有效期", "机关", "地址", "代班", "经理", "负责人", "复印件", "企业", "单位")


class Phone(Column):
    name, title, kind = "phone", "手机号", "phone"
    synonyms = (
        "手机号码",
        "联系电话",
        "电话",
        "手机",
        "电话号码",
        "联系方式",
        "本人电话",
        "员工手机号",
        "移动电话",
        "tel",
        "phone",
    )
    patterns = (PERSON + r"(?:手机|电话|联系)(?:号码?|电话|方式)?",)
    never = ("紧急", "负责人", "企业", "单位")


class BankCard(Column):
    name, title, kind = "bank_card", "银行卡号", "card"
    synonyms = (
        "工资卡号",
        "工人工资卡号",
        "工资卡",
        "银行账号",
        "银行帐号",
        "银行卡",
        "卡号",
        "工资账号",
        "工资帐号",
        "工资卡账号",
        "工资银行卡号",
    )
    synonyms += (
        "发放工资银行卡号",
        "员工工资卡号",
        "银行账户",
        "银行帐户",
        "收款账号",
        "收款帐号",
        "收款方账号",
        "收款人账号",
        "收款账户",
        "收款人账户",
    )
    synonyms += (
        "账号",
        "帐号",
        "账户",
        "发放账户",
        "发放账号",
        "发放帐号",
        "工资账户",
        "打款账号",
        "工资发放卡号",
        "农民工工资卡号",
        "储蓄卡号",
        "个人账号",
    )
    patterns = (PERSON + r"(?:个人|本人)?(?:工资|银行|社保|储蓄|发放)*(?:卡号?|账号|帐号|账户)(?:号码)?",)
    never = ("名称", "户名", "开户", "付款", "考勤", "联行", "专户")


class BankName(Column):
    name, title = "bank_name", "开户行"
    synonyms = (
        "开户银行",
        "开户行名称",
        "开户银行名称",
        "银行名称",
        "所属银行",
        "银行",
        "发卡行",
        "发卡银行",
        "收款银行",
        "收款行",
        "收款人开户行",
    )
    synonyms += (
        "收款方开户行",
        "发放工资银行名称",
        "发放工资卡银行",
        "开户网点",
        "开户支行",
        "收款行名称",
        "开户行全称",
        "卡所属银行",
    )
    never = ("账号", "卡号", "地址", "联行", "行号")


class Crew(Column):
    name, title = "crew", "班组"
    synonyms = (
        "班组名称",
        "所属班组",
        "所在班组",
        "工人所属班组名称",
        "作业班组",
        "施工班组",
        "劳务班组",
        "班组队",
        "班组/工种",
        "队组",
        "部门",
    )
    never = ("组长", "负责人", "电话", "签")


class Trade(Column):
    name, title = "trade", "工种"
    synonyms = (
        "工种名称",
        "当前工种",
        "岗位",
        "工种/岗位",
        "岗位/工种",
        "工种岗位",
        "职务",
        "职位",
        "岗位名称",
        "作业工种",
    )
    never = ("工资", "津贴", "班组")


class Days(Column):
    name, title, kind = "days", "出勤天数", "days"
    synonyms = (
        "实出勤天数",
        "实际出勤天数",
        "实际出勤",
        "本月出勤天数",
        "本月出勤",
        "出勤工日",
        "出勤",
        "实出勤",
        "出勤日数",
        "考勤天数",
        "工作天数",
        "出工天数",
    )
    synonyms += (
        "工日",
        "工天",
        "出工",
        "上工天数",
        "上班天数",
        "天数",
        "工数",
        "总工日",
        "工日数",
        "考勤工日",
        "出勤合计",
        "出勤数",
        "计薪天数",
        "用工天数",
        "出勤天",
        "总天数",
    )
    never = ("应出勤", "应到", "缺勤", "加班", "请假", "工时")


class Hours(Column):
    name, title, kind = "hours", "总工时", "hours"
    synonyms = (
        "工时",
        "工作时长",
        "工时数",
        "累计工时",
        "出勤工时",
        "出勤小时",
        "小时数",
        "总小时",
        "工作小时",
        "总工时小时",
    )
    never = ("加班", "标准", "单价")


class UnitPrice(Column):
    name, title, kind = "unit_price", "单价", "money"
    synonyms = (
        "日工资",
        "工日单价",
        "日单价",
        "日工资标准",
        "工资标准",
        "日薪",
        "工价",
        "计量单价",
        "元/天",
        "元/工日",
        "日均工资",
        "工日工资",
        "日工资额",
        "单价元/天",
    )
    synonyms += ("时薪", "小时工资", "工资单价", "计件单价", "每日工资", "人工单价", "日工价", "月工资标准")


class Gross(Column):
    name, title, kind = "gross", "应发工资", "money"
    synonyms = (
        "应发合计",
        "应发金额",
        "应发工资合计",
        "应发工资总额",
        "应发",
        "工资总额",
        "应付工资",
        "应发总额",
        "应得工资",
        "应发数",
        "应付金额",
        "应付合计",
    )
    synonyms += (
        "应发工资小计",
        "应发小计",
        "本月应发工资",
        "本月应发",
        "本月工资",
        "应发薪资",
        "应发部分",
        "应发额",
        "应领工资",
        "应付工资合计",
        "应支付工资",
        "工资合计",
    )
    patterns = (r"(?:本月|当月|本期)?应[发付得](?:工资|金额|薪资|工资金额|总额|合计|总计|总数)+",)
    never = ("其他应发", "未发", "个税", "税")


class Deductions(Column):
    name, title, kind = "deductions", "扣款", "money"
    synonyms = (
        "扣款合计",
        "应扣合计",
        "扣款小计",
        "代扣合计",
        "扣除合计",
        "应扣款合计",
        "应扣款项合计",
        "代扣款项小计",
        "代扣款项",
        "应扣款项",
        "应扣小计",
    )
    synonyms += (
        "应扣款",
        "应扣工资",
        "扣款金额",
        "应扣金额",
        "扣除",
        "扣除金额",
        "应扣",
        "扣发合计",
        "扣款项",
        "各项扣款",
        "代扣代缴合计",
        "代扣代缴",
        "代扣款",
        "扣款总额",
    )
    synonyms += (
        "扣款总计",
        "本月扣款",
        "扣除款",
        "减项合计",
        "扣发",
        "扣减",
        "代扣",
        "代扣小计",
        "应扣部分",
        "各项扣款合计",
        "扣工资",
        "应扣总额",
        "扣除项",
        "扣除项合计",
    )
    never = ("其他", "天数", "社保", "公积金", "缺勤", "事假", "病假", "迟到", "原因")


class Advance(Column):
    name, title, kind = "advance", "预支", "money"
    synonyms = (
        "借支",
        "预支工资",
        "预支费",
        "预支款",
        "借款",
        "已借支",
        "已预支",
        "预支金额",
        "借支金额",
        "预借",
        "预支借支",
        "预支/借支",
        "借支/预支",
        "借支款",
    )
    synonyms += (
        "预发工资",
        "已预支工资",
        "已借款",
        "前期借支",
        "本月借支",
        "本月预支",
        "预借工资",
        "借支合计",
        "预支合计",
        "借支生活费",
        "预支生活费",
        "已支生活费",
        "已支付工资",
        "已发工资",
        "已付工资",
        "生活费预支",
        "生活费借支",
    )


class NetPay(Column):
    name, title, kind, required = "net_pay", "实发工资", "money", True
    synonyms = (
        "实发金额",
        "实发合计",
        "实发",
        "实发工资合计",
        "实发数",
        "实领工资",
        "实领金额",
        "实付工资",
        "实付金额",
        "实发总额",
        "实发工资总额",
        "本月实发工资",
    )
    synonyms += (
        "本月实发",
        "本月实际支付",
        "实际支付",
        "实际发放",
        "实际发放金额",
        "实际发放工资",
        "实发薪资",
        "实得工资",
        "实得金额",
        "实发额",
        "实际支付工资",
        "实际工资",
    )
    synonyms += (
        "支付金额",
        "发放金额",
        "代发金额",
        "打款金额",
        "转账金额",
        "付款金额",
        "实付",
        "实领",
        "实发工资金额",
        "本次发放金额",
        "本次支付金额",
        "本次实发",
        "代发工资",
    )
    synonyms += (
        "代发工资金额",
        "应打款金额",
        "实际到账",
        "到账金额",
        "税后工资",
        "税后实发",
        "本月发放金额",
        "工资金额",
        "金额",
    )
    patterns = (
        r"(?:本月|当月|本期|本次|税后)?实[发付领得](?:工资|金额|薪资|工资金额|总额|合计|总计|总数|数额)+",
        r"(?:本月|本次)?实际(?:支付|发放|领取|到账)(?:工资|金额|总额)*",
    )
    never = ("人力成本", "未发", "大写", "差额")


class Signed(Column):
    name, title = "signed", "签名"
    synonyms = (
        "签字",
        "本人签字",
        "领款人签字",
        "签收",
        "工人签字",
        "签名/手印",
        "签字按手印",
        "领取人签字",
        "员工签字",
        "签字确认",
        "本人签名",
        "签字(按手印)",
        "工人签名",
        "签章",
        "领款签字",
        "农民工签字",
    )
    patterns = (PERSON + r"(?:确认)?签[名字收章](?:确认|按手印|捺印|\(?手印\)?|/?指印)*",)


class Remark(Column):
    name, title = "remark", "备注"
    synonyms = ("说明", "附言", "备注说明", "备注(附言)", "摘要", "用途", "备注栏")


class PayMonth(Column):
    name, title, kind = "month", "工资月份", "month"
    synonyms = (
        "发放工资的月份",
        "月份",
        "所属月份",
        "工资所属月份",
        "发放月份",
        "工资所属期",
        "考勤月份",
        "所属期",
        "月",
        "结算月份",
        "薪资月份",
        "工资期间",
        "年月",
        "工资年月",
    )
    never = ("补发", "是否")


COLUMNS: tuple[type[Column], ...] = (
    Seq,
    Name,
    IdNumber,
    Phone,
    BankCard,
    BankName,
    Crew,
    Trade,
    Days,
    Hours,
    UnitPrice,
    Gross,
    Deductions,
    Advance,
    NetPay,
    Signed,
    Remark,
    PayMonth,
)
BY_NAME = {column.name: column for column in COLUMNS}
TITLES = {column.name: column.title for column in COLUMNS}

# Sheets that people upload by mistake: what their titles give away, and what they are.
OTHER_TEMPLATES = (
    (re.compile(r"刷卡|打卡|考勤表|考勤时间|通行方式|上班时间|签到"), "考勤表"),
    (re.compile(r"合同期限|生效日期|合同开始|合同类型"), "劳动合同表"),
    (re.compile(r"进退场|进场时间|退场时间|离场"), "进退场表"),
    (re.compile(r"请假|休假|加班(?:人|类型|原因)"), "请假或加班表"),
    (re.compile(r"班组长|是否班组长|工人类型|政治面貌|民族|文化程度|发证机关|签发机关|籍贯"), "人员名册"),
    (re.compile(r"企业类型|负责人|责任人|项目经理"), "参建单位或班组表"),
)
MONEY_NAMES = ("gross", "deductions", "advance", "net_pay", "unit_price", "days", "hours")

DEDUCTION_ITEM = re.compile(
    r".*(?:社保|社会保险|养老|医疗|医保|失业|工伤|生育|公积金|年金|个税|所得税|个人所得税|水电|水费|电费|伙食|餐费|饭费|住宿|房租|罚款|罚金"
    r"|扣款|扣费|扣除|代扣|工会费|会费|押金|抵押金|工具费|劳保).*"
)
EMPLOYERS_SHARE = re.compile(r".*(?:单位|公司|企业).*")
ADDED_ITEM = re.compile(r".*(?:其他应发|其他应付|补发).*")
# Beside the sum but no part of it.
NO_PART = re.compile(
    r".*(?:应税|计税|纳税|税率|人力成本|基数|发放日期|日期|编号|密码|邮箱|email|电话|备注|是否|占比|说明|原因|大写).*"
)


def sum_of(header: Header) -> Sum:
    """How gross − deductions − advance is to be computed on this sheet, as far as its titles say.

    A total of the deductions is taken where there is one (several groups each may have one); else
    the single deductions between gross and net are added up. Without any deduction or advance
    column there is nothing to compute: the sheet may simply not show them.
    """
    mapping = header.mapping
    gross, net, total = mapping.get("gross"), mapping.get("net_pay"), mapping.get("deductions")
    advance = mapping.get("advance")
    if gross is None or net is None:
        return Sum()
    gross_parts, totals, items, unknown = [gross], [total] if total else [], [], []
    deep = len(header.rows) > 1
    summed = {path[0] for path in header.paths.values() if len(path) > 1 and bare(path[-1]) in ("小计", "合计")}
    # 扣款合计 sums up whatever stands between it and the gross pay.
    covering = total is not None and gross < total and re.search(r"[计总]|各项", header.titles.get(total, ""))
    for at, path in sorted(header.paths.items()):
        if at in mapping.values():
            continue
        whole, leaf = "".join(path), bare(path[-1])
        between = min(gross, net) < at < max(gross, net)
        if NO_PART.fullmatch(whole) or (covering and gross < at < total and not (deep and len(path) > 1)):
            continue
        if deep and len(path) > 1 and leaf in ("小计", "合计"):
            if ADDED_ITEM.fullmatch(path[0]):
                gross_parts.append(at)
                continue
            if "扣" in path[0]:
                totals.append(at)
                continue
        # A part of a group whose subtotal is counted already.
        if deep and len(path) > 1 and (path[0] in summed or "应发" in path[0] or "应付" in path[0]):
            continue
        if EMPLOYERS_SHARE.fullmatch(whole):
            continue
        if DEDUCTION_ITEM.fullmatch(whole) or (deep and len(path) > 1 and "扣" in path[0]):
            if between or net < gross:
                items.append(at)
            continue
        if between or net < gross:
            unknown.append(at)
    if not totals and not items and advance is None:
        return Sum()
    within = bool(total and advance and gross < advance < total and "计" in header.titles.get(total, ""))
    return Sum(
        computable=True,
        gross=tuple(gross_parts),
        deductions=tuple(totals),
        items=tuple(items),
        has_advance=advance is not None,
        advance_within=within,
        unknown=tuple(unknown),
    )
