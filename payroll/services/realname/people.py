"""`ProjectWorker.Add`, `WorkerEntryExit.Add`, `WorkerContract.Add`: the same checks as a sheet of people, all or
nothing.
"""

from payroll.imports.people_sheets import ParsedPeople, parse_people
from payroll.models import RecordSource
from payroll.selectors.roster_facts import known_names_unscoped
from payroll.services.people_import import PeopleImported, people_import
from payroll.services.realname.parties import require_citizen_cards, require_rows, subcontractor_of, text
from responsibilities.rules.errors import Refused, RowsRefused
from responsibilities.rules.identifiers import normalise_id
from responsibilities.services import vault
from responsibilities.services.trail import Actor
from sheets.reader import Sheet, Workbook
from sheets.refusal import Refusal

# Titles of our own sheets ← fields of the standard.
WORKERS = {
    "工人姓名": "workerName",
    "证件号码": "idCardNumber",
    "班组名称": "teamName",
    "当前工种": "workType",
    "手机号码": "cellPhone",
    "发放工资银行卡号": "payRollBankCardNumber",
    "发放工资银行名称": "payRollBankName",
    "进场日期": "workDate",
}
STAYS = {"工人姓名": "workerName", "证件号码": "idCardNumber", "进退场日期": "date", "类型": "type"}
CONTRACTS = {
    "工人姓名": "workerName",
    "证件号码": "idCardNumber",
    "合同编号": "contractCode",
    "合同期限类型": "contractPeriodType",
    "签订日期": "signDate",
    "生效日期": "startDate",
    "失效日期": "endDate",
    "计量单位": "unit",
    "计量单价": "unitPrice",
}
# 计量单位 of the standard's dictionary.
UNITS = {"80": "米", "81": "平方米", "82": "立方米"}


def people_add(
    *, project, corp_code: str, name: str, rows: list[dict], fields: dict[str, str], actor: Actor, scope=None
):
    """Import reported rows. `fields` says which method it is. Raises RowsRefused with every row's errors, and Refused."""
    require_rows(rows, name)
    subcontractor = subcontractor_of(scope, project, corp_code)
    cells = [[_cell(row, field) for field in fields.values()] for row in _named(rows)]
    book = Workbook("xlsx", [Sheet.of([list(fields), *cells], "报送")])
    try:
        parsed = parse_people(book)
    except Refusal as refusal:
        raise Refused(refusal.code, refusal.message) from refusal
    facts = {
        "project": project,
        "subcontractor": subcontractor,
        "source": RecordSource.API,
        "actor": actor,
        "scope": scope,
    }
    errors = require_citizen_cards(rows)
    people_import(parsed=parsed, check=True, **facts)
    errors += [_told(remark, fields) for remark in parsed.errors]
    if errors:
        raise RowsRefused(sorted(errors, key=lambda error: error["index"]), name)
    again: ParsedPeople = parse_people(book)
    imported: PeopleImported = people_import(parsed=again, check=False, **facts)
    return imported, [_told(remark, fields) for remark in again.warnings]


def _named(rows: list[dict]) -> list[dict]:
    """The standard names people by their number alone in entries and contracts; the register knows the name."""
    index_of = vault.blind_indexer("id_number")
    numbers = [normalise_id(text(row, "idCardNumber", 60)) for row in rows]
    known = known_names_unscoped({index_of(number) for number in numbers if number})
    return [
        row if text(row, "workerName") else row | {"workerName": known.get(index_of(number), (0, ""))[1]}
        for row, number in zip(rows, numbers, strict=True)
    ]


def _cell(row: dict, field: str) -> str | None:
    value = text(row, field)
    if field == "contractPeriodType":
        return {"0": "固定期限合同", "1": "以完成一定工作任务为期限的合同"}.get(value, value) or None
    return (UNITS.get(value, value) if field == "unit" else value) or None


def _told(remark, fields: dict[str, str]) -> dict:
    letter = remark.cell.rstrip("0123456789")
    at = ord(letter) - 65 if len(letter) == 1 else 0
    names = list(fields.values())
    return {
        "index": max((remark.row or 2) - 2, 0),
        "field": names[at] if at < len(names) else names[0],
        "code": remark.code,
        "message": remark.message,
    }
