"""Attendance against pay."""

from payroll.rules.checks.declared import LEDGER, PAY_IN_FULL, REAL_NAME, Check, Family


class DaysOverAttendance(Check):
    code = "days_over_attendance"
    title = "天数多于考勤"
    what = "工资表的出勤天数多于当月考勤记录的天数；没有这个人的考勤记录时不比较。"
    family = Family.ATTENDANCE
    message = "{name}的出勤天数是 {days} 天，考勤记录只有 {present} 天。请核对考勤。"
    basis = REAL_NAME


class DaysUnderAttendance(Check):
    code = "days_under_attendance"
    title = "天数少于考勤"
    what = "工资表的出勤天数少于当月考勤记录的天数，可能少发工资；在本项目其他用工单位工资表里计发的不比较。"
    family = Family.ATTENDANCE
    message = "{name}的出勤天数是 {days} 天，考勤记录有 {present} 天，少计 {short} 天。请核对是否少发工资。"
    basis = PAY_IN_FULL


class SameDayOtherSite(Check):
    code = "same_day_other_site"
    title = "同日在两处出勤"
    what = "同一人同一天在其他项目也有考勤；没有考勤的，各项目申报的天数相加超过当月天数。"
    family = Family.PEOPLE
    message = (
        "{name}本表出勤 {days} 天，加上其他项目已报的天数共 {total} 天，"
        "超过{month}的 {month_days} 天，存在同日在两处出勤。请核对考勤。"
    )
    days_message = "{name}有 {count} 天同日在其他项目也有考勤：{days}。请核对是否本人出勤。"
    basis = LEDGER


class PaidWithoutAttendance(Check):
    code = "paid_without_attendance"
    title = "没有考勤却发工资"
    what = "本单位当月有考勤记录，但其中没有这个人；整月没有导入考勤的不核验。"
    family = Family.ATTENDANCE
    message = "{name}{month}没有一天考勤记录，实发 {net} 元。请补录考勤或核对是否应当发放。"
    basis = REAL_NAME


class AttendedNotPaid(Check):
    code = "attended_not_paid"
    title = "有考勤没有工资"
    what = "本单位当月考勤里有、工资表里没有、本项目其他工资表里也没有的人。"
    family = Family.ATTENDANCE
    whole_batch = True
    message = "有 {people} 人{month}有考勤、没有工资：{names}。请核对是否漏报；已另行结清的请说明。"
    basis = PAY_IN_FULL
