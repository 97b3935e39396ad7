"""Titles that only gather columns below them, as regular expressions for a whole title without its brackets."""

_WHEN = r"(?:(?:20\d\d年)?(?:1[0-2]|0?[1-9])月份?|本月|当月|本期|月)?"

# 工资（元）, 10月份工资, 工资发放情况, 劳务费结算.
OF_PAY = (
    rf"{_WHEN}(?:工资|薪资|薪酬|薪金|劳务费|人工费|报酬|金额|收入)"
    r"(?:计算|核算|结算|发放|支付|构成|组成)?(?:情况|明细|内容|项目|部分|栏)?"
)
# 出勤情况, 10月份考勤, 工作量.
OF_WORK = rf"{_WHEN}(?:实际)?(?:出勤|考勤|出工|用工|上班|上工|工作|工作量|工日)(?:情况|记录|统计|汇总|明细|天数)?"
# 应发工资, 本月应发项目, 应付部分.
OF_GROSS = rf"{_WHEN}应[发付得](?:工资|金额|薪资|款项?)?(?:计算|构成|组成|合计)?(?:情况|明细|项目|部分|项)?"

# 计时工资, 本月计件工资情况: what a day or a piece pays.
OF_RATE = r"(?:本月|当月)?(?:计时|计件)(?:工资|薪资|金额)?(?:情况|计算|明细)?"

# For a whole path of titles: what the gross pay is made of, and what is taken off.
WITHIN_GROSS = r".*应[发付].*"
WITHIN_DEDUCTIONS = r".*扣.*"
