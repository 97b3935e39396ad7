"""Telling a worker's row from everything else that stands below a header.

Only rows without an identity can be anything else: a row that carries an ID number is always a
worker's, whatever its other cells say.
"""

import re
from collections.abc import Sequence

from payroll.imports.arithmetic import cents
from payroll.imports.columns import COLUMNS
from payroll.imports.crews import section_of
from payroll.rules.amounts import BLANK, NotMoney, parse_money
from payroll.rules.names import SPACES
from sheets.columns import normalise
from sheets.headers import Header, match_columns
from sheets.values import ErrorValue, as_text

TOTAL = re.compile(
    r"(?:本月|本表|本期|工资|实发|应发|全部|项目|以上|人员|班组)*(?:合计|总计|共计|总合计|累计|总和)(?:金额|人数|大写|小写|工资)*(?:[(（:：].*|[\d,.，元人民币¥￥]*)"
)
GRAND = re.compile(r".*(?:总计|总合计|全部合计).*")
SUBTOTAL = re.compile(
    r".{0,24}小计.{0,12}|.{0,20}(?:本页|页|班|组|队)[)）]?(?:合计|共计|累计).{0,12}|(?:承|接)[上前]页|[过转][次下]页"
)
SIGNATURE = re.compile(
    r"(?:制表|编制|编表|填表|填报|审核|复核|审批|核准|批准|签发|负责人|项目经理|项目负责|劳资|班组长|班组负责|组长|分管|财务|会计|出纳|经办|总经理|领导|"
    r"部门|单位负责|单位|施工|总包|分包|建设|监理|劳务|盖章|公章|签字|签章|签名|日期|工长|队长|公司|主管|法人|法定代表).{0,80}"
)
NOTE = re.compile(
    r"(?:注|备注|说明|填[表写]|附注|附[:：]|提示|温馨|承诺|声明|本人|本表|本工资|以上|兹|※|★|\*|必填|选填|文本|数字|[(（]?[1-9][)）、.．])(?!\d).*",
    re.DOTALL,
)
SAMPLE = re.compile(
    r"[(（【\[]?(?:示例|样例|范例|举例|例如|例[:：]|例子|样本|填写示例)[)）】\]]?.*|例|[xX×]{2,}|.*[(（](?:示例|样例|例)[)）]"
)
HEADS = re.compile(r"(?:共|合计|总计)?\d{1,5}[人名]")
COUNT = re.compile(r"(?:总?记录数|总?人数|合计人数|共计?)[:：]?\d*[人条名笔]?")
CODE = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,40}")
INSTRUCTION = re.compile(
    r".*(?:必填|选填|填写|不填|格式|文本|下拉|选择|保留|小数|数字|位数|不能|请勿|如[:：]|例[如:：]|自动).*", re.DOTALL
)
DIGIT = re.compile(r"\d")
TITLE = re.compile(
    r".*(?:工资条|工资单|工资表|发放表|工资明细|签收表|签领表|领取表|代发表|花名册|考勤|二维表|汇总表|明细表|统计表|登记表)\S{0,20}"
)
HINT = re.compile(r"[\d①-⑳a-zA-Z=＝+＋\-－–*×/÷()（）.]{1,24}")


class Rows:
    """Says for a row under one header why it isn't a worker's; remembers where a second table began."""

    def __init__(self, header: Header, merged_rows: dict[int, int]) -> None:
        self.header = header
        self.merged_rows = merged_rows  # row → width of its widest merged text
        self.name, self.net = header.mapping["name"] - 1, header.mapping["net_pay"] - 1
        self.id = header.mapping["id_number"] - 1 if "id_number" in header.mapping else None
        self.card = header.mapping["bank_card"] - 1 if "bank_card" in header.mapping else None
        self.seq = header.mapping["seq"] - 1 if "seq" in header.mapping else None
        self.leaves = {at - 1: path for at, path in header.paths.items()}
        self.in_second_table = False
        self.heads = 0  # the row of another table's titles
        self.section = ""  # the crew that the last section row named
        self.seen = False  # whether a worker's row has come yet
        self.after_gap = False

    def why_not(self, row: int, cells: Sequence[object], running: object, since: object) -> str | None:
        """None for a worker's row, else total, subtotal, empty, header, title, note, section, signature, sample
        or second_table. `running` and `since` are the nets summed so far, and since a subtotal."""
        name, net = _at(cells, self.name), _at(cells, self.net)
        identity = _at(cells, self.id) if self.id is not None else None
        if is_identity(identity):
            labels = self._labels(cells, name)
            if any(SAMPLE.fullmatch(label) for label in labels):
                return "sample"
            # Whoever sums up every column sums up the numbers of people too.
            summed = type(identity) is float and any(
                TOTAL.fullmatch(label) or SUBTOTAL.fullmatch(label) for label in labels
            )
            if not summed:
                self.in_second_table = False
                return None
        filled = [cell for cell in cells if cell is not None and not (type(cell) is str and not SPACES.sub("", cell))]
        if not filled:
            self.after_gap = True
            return "empty"
        labels = self._labels(cells, name)
        if self._repeats_header(cells):
            self.in_second_table = False
            return "header"
        gap = self.after_gap
        self.after_gap = gap and len(filled) == 1
        if self._is_title(row, filled, labels):
            self.in_second_table = True
            return "title"
        if self.in_second_table:
            if not self.heads and self._heads_other_table(filled, gap=True):
                self.heads = row
            return "second_table"
        others = [] if name is not None else [SPACES.sub("", cell) for cell in filled if type(cell) is str]
        for label in (*labels, *others):
            if SUBTOTAL.fullmatch(label):
                return "subtotal"
            if TOTAL.fullmatch(label):
                return "total"
            if HEADS.fullmatch(label):
                return "total" if cents(net) else "note"
        if any(SAMPLE.fullmatch(label) for label in labels):
            return "sample"
        if not self.seen and (self._numbers_the_columns(cells, filled) or self._names_the_columns(filled)):
            return "header"
        if self._heads_other_table(filled, gap):
            self.in_second_table, self.heads = True, self.heads or row
            return "second_table"
        texts = [cell for cell in filled if type(cell) is str]
        if len(texts) == len(filled) and (crew := section_of(list(dict.fromkeys(texts)))):
            self.section = crew
            return "section"
        if not self.seen and self._instructs(cells, name, net, identity):
            return "note"
        return self._by_what_is_missing(row, cells, name, net, identity, filled, labels, running, since)

    def _by_what_is_missing(self, row, cells, name, net, identity, filled, labels, running, since) -> str | None:
        card = _at(cells, self.card) if self.card is not None else None
        # Words in the columns of numbers are labels that happen to stand there.
        identity, card = (None if type(one) is str and not DIGIT.search(one) else one for one in (identity, card))
        paid = (
            net is not None
            and not (type(net) is float and net == 0)
            and not (type(net) is str and BLANK.match(SPACES.sub("", net)))
        )
        named = name is not None and as_text(name).strip() != ""
        if self._signs(labels, net, filled):
            return "signature"
        if named:
            if paid or identity is not None or card is not None:
                return None
            label = SPACES.sub("", as_text(name))
            if SIGNATURE.fullmatch(label) and (len(label) > 4 or label.endswith((":", "：")) or len(filled) == 1):
                return "signature"
            if NOTE.fullmatch(label) or len(label) > 30 or any(COUNT.fullmatch(one) for one in labels):
                return "note"
            # A signature row may have its first label left of the name and a person's name here.
            if labels and labels[0] != label and SIGNATURE.fullmatch(labels[0]):
                return "signature"
            return None
        if identity is not None or card is not None:
            return None
        if any(COUNT.fullmatch(label) for label in labels):
            return "note"
        if isinstance(net, ErrorValue) and net.without_value and not any(type(cell) is str for cell in filled):
            # Before the first worker there is nothing to sum, and sums have no number: a row that was only prepared.
            return "total" if self.seen and not self._is_numbered(cells) else "empty"
        if paid and not isinstance(net, str):
            # A row of sums whose label was left out.
            try:
                amount = parse_money(net) if not isinstance(net, ErrorValue) else None
            except NotMoney:
                amount = None
            if amount is not None and running and amount in (running, since) and not self._is_numbered(cells):
                return "total"
            return None
        texts = [SPACES.sub("", cell) for cell in filled if type(cell) is str]
        words = [text for text in texts if not text.replace(".", "").isdigit()]
        if not words:
            return "empty"
        if any(SIGNATURE.fullmatch(word) for word in words):
            return "signature"
        if any(NOTE.fullmatch(word) for word in words) or len(filled) == 1:
            return "note"
        if paid:
            return None
        return "note" if all(type(cell) is str for cell in filled) else "empty"

    def _is_numbered(self, cells: Sequence[object]) -> bool:
        """Whether the row has a number as every worker's: sums have none."""
        number = _at(cells, self.seq) if self.seq is not None else None
        return type(number) is float or (type(number) is str and SPACES.sub("", number).isdigit())

    @staticmethod
    def _signs(labels: list[str], net: object, filled: list) -> bool:
        """制表人：… 审核：… 2025年11月5日: a label with its colon, and nothing that is an amount."""
        if not any(SIGNATURE.fullmatch(label) and (":" in label or "：" in label) for label in labels):
            return False
        try:
            return all(type(cell) is not float for cell in filled) and parse_money(net) is None
        except NotMoney:
            return type(net) is str

    def _labels(self, cells: Sequence[object], name: object) -> list[str]:
        """The texts that may say what a row is: its first one, the one at the number, the one at the name."""
        found = []
        first = next((cell for cell in cells if cell is not None), None)
        for cell in (first, _at(cells, self.seq) if self.seq is not None else None, name):
            if type(cell) is str and (label := SPACES.sub("", cell)) and label not in found:
                found.append(label)
        if found and found[0] in ("合", "小", "总", "共"):
            # 合 and 计 in two cells.
            after = next((cell for cell in cells[1:] if type(cell) is str and SPACES.sub("", cell) == "计"), None)
            found[:1] = [found[0] + "计"] if after else found[:1]
        return found

    def _repeats_header(self, cells: Sequence[object]) -> bool:
        """The titles once more, as printed pages have them: name and net must stand where they stood."""

        def same(position: int) -> bool:
            cell = _at(cells, position)
            return type(cell) is str and normalise(cell) in self.leaves.get(position, ())

        return same(self.name) and same(self.net)

    def _is_title(self, row: int, filled: list, labels: list[str]) -> bool:
        if not labels or not TITLE.fullmatch(labels[0]):
            return False
        texts = [cell for cell in filled if type(cell) is str]
        return len(filled) == 1 or (len(texts) == len(filled) <= 3 and self.merged_rows.get(row, 0) >= 3)

    def _numbers_the_columns(self, cells: Sequence[object], filled: list) -> bool:
        """A row 1 2 3 4 …, or ① ② ③=①−②, right under the header."""
        texts = [SPACES.sub("", as_text(cell)) for cell in filled]
        if len(texts) < 3 or not all(HINT.fullmatch(text) for text in texts):
            return False
        name = SPACES.sub("", as_text(_at(cells, self.name)))
        net = as_text(_at(cells, self.net))
        if not name or re.search(r"[\u4e00-\u9fff]", name):
            return False
        numbers = [int(text) for text in texts if text.isascii() and text.isdigit()]
        return bool(
            len(name) <= 2
            and net
            and ((numbers == sorted(set(numbers)) and len(numbers) >= 3) or "=" in net or "①" in texts)
        )

    def _names_the_columns(self, filled: list) -> bool:
        """A row of machine codes under the Chinese titles: name, idCard, netPay."""
        texts = [cell for cell in filled if type(cell) is str]
        return len(texts) == len(filled) >= 3 and all(CODE.fullmatch(text.strip()) for text in texts)

    def _instructs(self, cells: Sequence[object], name: object, net: object, identity: object) -> bool:
        """How to fill in the columns, told between titles and people: no amount stands in the net pay."""
        if type(net) is float or (name is not None and type(name) is not str):
            return False
        try:
            if parse_money(net) is not None:
                return False
        except NotMoney:
            pass
        return any(type(cell) is str and INSTRUCTION.fullmatch(cell) for cell in (name, identity, net))

    def _heads_other_table(self, filled: list, gap: bool) -> bool:
        """Titles of another table below the first one."""
        texts = [cell for cell in filled if type(cell) is str]
        if any(len(text) >= 15 and text[:15].isdigit() for text in texts):
            return False
        if len(texts) < (3 if gap else 4) or len(texts) < len(filled):
            return False
        found = match_columns({at: (normalise(text),) for at, text in enumerate(texts)}, COLUMNS)
        return "name" in found and len(found) >= (3 if gap else 4) and len(found) * 2 >= len(texts)


def _at(cells: Sequence[object], position: int) -> object:
    return cells[position] if position < len(cells) else None


def is_identity(value: object) -> bool:
    """A number long enough for a person's; whether it is right is for the checks to say."""
    if type(value) is float:
        return value >= 1e13
    return type(value) is str and len(value) >= 15 and sum(character.isdigit() for character in value) >= 10
