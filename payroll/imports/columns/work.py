"""What was worked, where and when, and what is written beside it."""

from payroll.imports.columns.groups import OF_GROSS, OF_PAY, OF_RATE, OF_WORK
from payroll.imports.columns.people import PERSON
from sheets.columns import Column


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
        "合计天数",
        "天数合计",
    )
    never = ("应出勤", "应到", "缺勤", "加班", "请假", "工时")
    under = rf"{OF_WORK}|{OF_PAY}|{OF_GROSS}|{OF_RATE}"
    sums = OF_WORK


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
    under = OF_WORK


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
        # Last: where the month of the pay stands in a column of its own, that one is it.
        "补发月份",
        "补发工资月份",
    )
    never = ("是否", "补发金额", "补发工资额")
