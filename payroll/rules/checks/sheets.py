"""What is to be said of whole sheets: which were left out, and how columns were understood."""

from payroll.rules.checks.declared import LEDGER, Check, Family, Severity


class SheetLeftOut(Check):
    code = "sheet_left_out"
    title = "有工作表没有读取"
    what = "文件里另有像工资表的工作表没有计入：写的是别的月份、与已读取的表是同一批人，或者是隐藏的。"
    family = Family.OTHER
    whole_batch = True
    fixed = "这只是说明读了哪些表；需要改动的，请调整文件后重新上传。"
    message = "工作表“{sheet}”与{others}是同一批人，没有重复计入。"
    lost_message = "其中 {count} 人（{names}）不在已读取的表里，请核对是否漏发。"
    sum_message = "它的实发合计是 {total} 元，已读取的是 {read} 元，两者不同，请核对。"
    other_month_message = "工作表“{sheet}”写的是{named}，上传时选的是{month}，没有读取。"
    no_people_message = "工作表“{sheet}”里没有工人，没有读取。"
    hidden_message = "隐藏的工作表“{sheet}”像工资表，没有读取。如果其中有人要发放，请取消隐藏后重新上传。"
    basis = LEDGER


class OtherMonth(Check):
    code = "other_month"
    title = "工作表写的是别的月份"
    what = "工作表的名称或标题写的月份不是正在导入的月份。"
    family = Family.OTHER
    whole_batch = True
    message = "工作表“{sheet}”写的是{named}，上传时选的是{month}。请核对月份，或者换一份表。"
    unnamed_message = "工作表“{sheet}”没有写明月份，已与写明{month}的表一起读取。请核对它是不是同一个月的工资。"
    basis = LEDGER


class AmountsConverted(Check):
    code = "amounts_converted"
    title = "金额单位已换算"
    what = "表头写明金额以分、千元或万元为单位，已换算为元。"
    family = Family.OTHER
    default = Severity.NOTICE
    lighter = Severity.NOTICE
    whole_batch = True
    fixed = "按表头的单位换算，只作说明。"
    message = "表中金额以{unit}为单位（{columns}），已换算为元。请核对换算后的金额。"


class RowsJoined(Check):
    code = "rows_joined"
    title = "一人几行已相加"
    what = "一个人的姓名合并了几行、每行各有金额（一人干几个工种），已相加为一行。几行的身份证号或卡号不同的不相加。"
    family = Family.OTHER
    default = Severity.NOTICE
    lighter = Severity.NOTICE
    message = (
        "{name}的姓名合并了第 {first} 至 {last} 行，这几行的金额已相加，实发合计 {net} 元。请核对是不是同一个人的工资。"
    )
    basis = LEDGER


class ColumnAmbiguous(Check):
    code = "column_ambiguous"
    title = "两列都像同一项"
    what = (
        "表里有两列的列名都像实发工资（或姓名、身份证号、银行卡号），内容不同，只按其中一列读取；"
        "或者有一列的内容像银行卡号，却不能认定，没有读取。"
    )
    family = Family.OTHER
    whole_batch = True
    message = "{said}请核对，并改正另一列的列名。"
    unread_message = "{said}如果是工资卡号，请把列名改为“银行卡号”后重新上传。"
    basis = LEDGER


class ColumnByContent(Check):
    code = "column_by_content"
    title = "按内容认定的列"
    what = "列名看不出是什么，或与内容不符，按单元格的内容认定。"
    family = Family.OTHER
    default = Severity.NOTICE
    lighter = Severity.NOTICE
    whole_batch = True
    fixed = "只作说明；认定错了的，请改列名或重新指定各列。"
    message = "{letter} 列（{title}）按内容认定为{column}。请核对。"
    other_title_message = "{letter} 列的列名是“{title}”，按内容认定为{column}。请核对，并改正列名。"
