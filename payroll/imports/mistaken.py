"""Sheets that people upload by mistake: what their titles give away, and what they are."""

import re

from payroll.imports.arithmetic import cents
from payroll.imports.columns import MONEY_NAMES
from payroll.imports.content import people_rows, sample
from sheets.headers import HEAD_ROWS, Header
from sheets.reader import Sheet
from sheets.refusal import Refusal

OTHER_TEMPLATES = (
    (re.compile(r"企业类型|参建单位类型"), "参建单位或班组表"),
    (re.compile(r"刷卡|打卡|考勤表|考勤时间|通行方式|上班时间|签到"), "考勤表"),
    (re.compile(r"合同期限|生效日期|合同开始|合同类型"), "劳动合同表"),
    (re.compile(r"进退场|进场时间|退场时间|离场"), "进退场表"),
    (re.compile(r"请假|休假|加班(?:人|类型|原因)"), "请假或加班表"),
    (re.compile(r"班组长|是否班组长|工人类型|政治面貌|民族|文化程度|发证机关|签发机关|籍贯"), "人员名册"),
    (re.compile(r"负责人|责任人|项目经理"), "参建单位或班组表"),
)
# Where the portal takes such a sheet.
PLACES = {
    "考勤表": "考勤请在“工资发放”的“考勤”里上传",
    "劳动合同表": "合同请在“工资发放”的“工人”里点“表格导入”上传",
    "进退场表": "进退场请在“工资发放”的“工人”里点“表格导入”上传",
    "人员名册": "名册请在“工资发放”的“工人”里点“表格导入”上传",
    "参建单位或班组表": "参建单位请在项目页登记",
}
# Amounts that are nobody's pay.
NO_PAY = re.compile(r"额度|限额|信用|余额|结余|押金|保证金|保额|保费|合同|定额|标准|年龄|身高|编号")
PERSONAL = frozenset(("id_number", "phone", "bank_card", "bank_name"))
# Smaller numbers may be days.
AMOUNT_FROM = 3100  # cents


def template_of(sheet: Sheet, header: Header | None) -> str | None:
    """What a sheet is where it is no payroll; None where its titles speak of pay, or of nothing known."""
    if header and set(header.mapping) & (set(MONEY_NAMES) - {"unit_price", "days", "hours"}):
        return None
    titles = list(header.titles.values()) if header else []
    titles += [sheet.name] + [cell for row in sheet.head(6) for cell in row if type(cell) is str and len(cell) <= 20]
    for pattern, template in OTHER_TEMPLATES:
        if any(pattern.search(title) for title in titles):
            return template
    return "人员名册" if header and _is_register(sheet, header) else None


def _is_register(sheet: Sheet, header: Header) -> bool:
    """Whether people stand here with their numbers, and nothing beside them that could be pay."""
    if "name" not in header.mapping or len(PERSONAL & header.mapping.keys()) < 2:
        return False
    people = people_rows(sample(sheet, header))
    others = [
        at
        for at in range(1, sheet.width + 1)
        if at not in header.mapping.values() and not NO_PAY.search("".join(header.paths.get(at, ())))
    ]
    amounts = (cents(cells[at - 1]) for cells in people for at in others if at <= len(cells))
    return bool(people) and not any(amount and amount > AMOUNT_FROM for amount in amounts)


def no_payroll(tables: list[tuple[Sheet, Header | None]]) -> Refusal:
    """Say what is missing on the table that comes nearest to a payroll."""
    hidden = [sheet.name for sheet, header in tables if header and not header.missing and sheet.hidden]
    if hidden:
        return Refusal("no_header", f"只有隐藏的工作表“{hidden[0]}”像工资表。请取消隐藏后重新上传。")
    visible = [(sheet, header) for sheet, header in tables if not sheet.hidden]
    headed = [(sheet, header) for sheet, header in visible if header and len(header.mapping) >= 2]
    mapped = {name for _sheet, header in headed for name in header.mapping}
    if not mapped & {"net_pay", "gross"}:
        for sheet, header in visible:
            if template := template_of(sheet, header):
                place = f"{PLACES[template]}；" if template in PLACES else ""
                return Refusal("wrong_template", f"这是{template}，不是工资表。{place}这里请上传当月的工资表。")
    if not headed:
        return Refusal(
            "no_header",
            f"前 {HEAD_ROWS} 行里没有找到表头。表头应有“姓名”“身份证号”“实发工资”等列名，请补上后重新上传。",
        )
    _sheet, header = max(headed, key=lambda one: (-len(one[1].missing), len(one[1].mapping)))
    seen = "、".join(title for _at, title in sorted(header.titles.items()))[:160]
    where = f"第 {header.rows[-1]} 行的表头" if header.rows else "表格"
    if "name" in header.missing:
        return Refusal("no_name_column", f"{where}里没有姓名列。表头有：{seen}。请把姓名列的列名改为“姓名”。")
    return Refusal("no_net_column", f"{where}里没有实发工资列。表头有：{seen}。请把实发金额列的列名改为“实发工资”。")
