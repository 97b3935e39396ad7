"""What workbooks to fill in have in common: columns, dropdowns, formulas, what is known of a person, instructions."""

from collections.abc import Sequence

from payroll.imports.columns import TITLES
from payroll.models import BankCard, Worker
from payroll.rules.month import Month
from responsibilities.services import vault
from sheets.forms import FormColumn
from sheets.values import column_letter

WIDTHS = {"seq": 6, "id_number": 22, "bank_card": 24, "bank_name": 18, "phone": 14, "signed": 10, "remark": 18}
MONEY = frozenset({"unit_price", "gross", "deductions", "advance", "net_pay"})
NUMBERS = frozenset({"seq", "days", "hours"})
_HOW = {
    "name": ("与身份证一致。", "张三"),
    "id_number": (
        "18 位，最后一位可以是 X。单元格保持文本格式，否则 Excel 会丢掉后几位。整列都不填的，按姓名认本单位花名册上的人，有同名的不认。",
        "620702198506010011",
    ),
    "phone": ("本人手机号，工人凭它确认工资。", "13900000000"),
    "bank_card": (
        "本人的工资卡。单元格保持文本格式。花名册上的人登记过工资卡的可以不填，按登记的卡发放；没有登记过的必须填。",
        "6217000000000000000",
    ),
    "bank_name": ("发卡银行，写到银行名称即可。", "甘肃银行"),
    "crew": ("从下拉中选，新班组可以直接填写。", "木工1班"),
    "trade": ("如木工、钢筋工、普工。", "木工"),
    "days": ("本月实际出勤天数，可以填半天，如 26.5。", "26"),
    "unit_price": ("每个工日的工资，元。计件的可以不填。", "230"),
    "gross": ("扣款之前的全部工资，元。", "5980"),
    "deductions": ("代扣的个税、社保等，元。没有就不填。", "100"),
    "advance": ("本月已经预支的，元。没有就不填。", "500"),
    "net_pay": ("应发 − 扣款 − 预支，元。系统会核对。", "5380"),
    "signed": ("打印后由工人本人签字。", ""),
    "remark": ("需要说明的情况。", ""),
}


def kind_of(name: str | None) -> str:
    """The kind of cell for a canonical column; columns that the system doesn't know take what is typed."""
    if name is None or name in NUMBERS:
        return "number"
    return "money" if name in MONEY else "text"


def form_columns(names: Sequence[str | None], crews: Sequence[str], *, formulas: bool = False) -> list[FormColumn]:
    """A column for each canonical name, in order."""
    places = {name: at for at, name in enumerate(names) if name}
    computed = _formulas(places) if formulas else {}
    return [
        FormColumn(
            kind_of(name),
            WIDTHS.get(name, 12),
            choices=tuple(crews) if name == "crew" else (),
            formula=computed.get(name),
        )
        for name in names
    ]


def numbers_in_full(worker: Worker, card: BankCard | None) -> dict[str, str]:
    """A person's ID number, telephone and card, unsealed. Only for those who may see them; the caller records it."""
    return {
        "id_number": vault.unseal_text(worker.id_number_sealed, "id_number"),
        "phone": vault.unseal_text(worker.phone_sealed, "phone") if worker.phone_sealed else "",
        "bank_card": vault.unseal_text(card.number_sealed, "bank_card") if card else "",
        "bank_name": card.bank_name if card else "",
    }


def instructions(names: Sequence[str], month: Month, titles: dict[str, str] | None = None) -> list[tuple[str, ...]]:
    """The rows of 填写说明: each column, how to fill it in, an example. The reader takes no people from it."""
    titles = titles or TITLES
    rows = [("栏目", "怎样填", "举例")]
    rows += [(titles[name], *_HOW[name]) for name in names if name in _HOW]
    rows += [
        ("", "", ""),
        ("一般要求", f"这份表用于申报 {month.chinese}的工资。一人一行；人员增减直接加行、删行。", ""),
        ("", "灰色斜体是上月的数，请改成本月的。合计行可有可无，有就会核对。", ""),
        ("", "填好后在“上传工资表”页拖入即可，列名和列的次序可以照自己的习惯改。", ""),
        ("依据", "《保障农民工工资支付条例》第十五条、第三十一条", ""),
    ]
    return rows


def _formulas(places: dict[str, int]) -> dict:
    """Gross from days and unit price, net from gross; blank until there is something to compute."""
    cell = {name: column_letter(at + 1) for name, at in places.items()}
    found = {}
    if {"days", "unit_price", "gross"} <= places.keys():
        days, price = cell["days"], cell["unit_price"]
        found["gross"] = lambda row: f'=IF(OR({days}{row}="",{price}{row}=""),"",ROUND({days}{row}*{price}{row},2))'
    if {"gross", "net_pay"} <= places.keys():
        gross = cell["gross"]
        taken = [cell[name] for name in ("deductions", "advance") if name in cell]
        found["net_pay"] = lambda row: (
            f'=IF({gross}{row}="","",ROUND({gross}{row}{"".join(f"-N({letter}{row})" for letter in taken)},2))'
        )
    return found
