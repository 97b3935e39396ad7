"""Random payrolls written down as clerks write them, and read back: the same people and amounts, or a remark; never
an ID number, a card or an amount that was silently altered."""

import random
import unicodedata
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from payroll.imports.mapping import propose
from payroll.imports.parse import parse
from payroll.rules.amounts import NotMoney, parse_money
from sheets.annotate import annotate
from sheets.reader import Range, Sheet, Workbook, read
from sheets.writing import OutColumn, OutSheet, write_xlsx
from tests.payroll.rules.people import card, id_number

MONTH = "2025-10"
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚"
TITLES = {
    "seq": ("序号", "编号"),
    "name": ("姓名", "工人姓名", "农民工姓名"),
    "id_number": ("身份证号", "身份证号码", "居民身份证号", "证件号码"),
    "bank_card": ("银行卡号", "工资卡号", "银行账号"),
    "phone": ("手机号", "联系电话"),
    "crew": ("班组", "所属班组"),
    "days": ("出勤天数", "实际出勤天数"),
    "gross": ("应发工资", "应发合计", "工资总额"),
    "deductions": ("扣款", "扣款合计"),
    "advance": ("预支", "借支"),
    "net_pay": ("实发工资", "实发金额", "实发"),
    "other": ("籍贯", "进场日期", "安全帽号"),
}
AMOUNTS = ("gross", "deductions", "advance", "net_pay")
NEEDED = ("name", "id_number", "net_pay")
OPTIONAL = ("seq", "bank_card", "phone", "crew", "days", "gross", "deductions", "advance", "other")
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@st.composite
def payrolls(draw, least=1, most=9):
    """People as dicts: what is true."""
    numbers = draw(st.lists(st.integers(0, 999), min_size=least, max_size=most, unique=True))
    people = []
    for position, number in enumerate(numbers, start=1):
        taken, early = Decimal(draw(st.integers(0, 50_000))) / 100, Decimal(draw(st.integers(0, 200_000))) / 100
        net = Decimal(draw(st.integers(1, 2_000_000))) / 100
        people.append(
            {
                "seq": position,
                "name": SURNAMES[number % 15] + GIVEN[number // 15 % 20] + GIVEN[number // 300 % 20],
                "id_number": id_number(number),
                "bank_card": card(number),
                "phone": f"138{number:08d}",
                "crew": draw(st.sampled_from(["木工班", "钢筋班", "瓦工组"])),
                "days": draw(st.integers(1, 31)),
                "gross": net + taken + early,
                "deductions": taken,
                "advance": early,
                "net_pay": net,
                "other": "甘肃",
            }
        )
    return people


def noisy_title(pick, title):
    forms = [
        title,
        f"*{title}",
        f"{title}：",
        " ".join(title),
        f"{title[:2]}\n{title[2:]}" if len(title) > 2 else title,
        f"{title}（必填）",
        f"　{title}",
    ]
    return pick.choice(forms)


def noisy_number(pick, text):
    """An ID, card or telephone as people type it."""
    middle = len(text) // 2
    return pick.choice(
        [
            text,
            f"'{text}",
            f" {text}",
            f"{text[:middle]} {text[middle:]}",
            text.translate(WIDE),
            f"{text}\u200b",
            f"{text[:6]}　{text[6:]}",
        ]
    )


def noisy_amount(pick, amount):
    forms = [float(amount), f"{amount:,.2f}", f"{amount}元", f"￥{amount}", f" {amount} ", str(amount).translate(WIDE)]
    return pick.choice(forms[:1] * 4 + forms)


def written(pick, column, value):
    if column in AMOUNTS:
        return noisy_amount(pick, value)
    if column in ("id_number", "bank_card", "phone"):
        return noisy_number(pick, value)
    if column == "name":
        return pick.choice([value, value, " ".join(value), f"{value}（退场）", f"{value}3月15离职"])
    if column == "days":
        return pick.choice([float(value), f"{value}天", str(value), f"{value}/31" if value <= 31 else value])
    return float(value) if column == "seq" else value


def filled(columns, **values):
    return [values.get(column) for column in columns]


def rendered(pick, people, columns):
    """(rows, merged): the payroll on a sheet, with whatever stands around it."""
    rows, merged, width = [], [], len(columns)
    for line in pick.sample([["农民工工资表"], ["单位：甲公司", None, "2025年10月"], []], pick.randint(0, 3)):
        rows.append(line)
        if line and len(line) == 1:
            merged.append(Range(len(rows), 1, len(rows), width))
    titles = [noisy_title(pick, pick.choice(TITLES[column])) for column in columns]
    if pick.random() < 0.3 and width > 3:
        # Two rows of titles, merged downward; single ones stay whole.
        top = len(rows) + 1
        rows += [titles, [None] * width]
        merged += [Range(top, at, top + 1, at) for at in range(1, width + 1)]
    else:
        rows.append(titles)
    if pick.random() < 0.2:
        rows.append([float(at) for at in range(1, width + 1)])
    if pick.random() < 0.15:
        rows.append([f"{column}Code" for column in columns])
    if pick.random() < 0.2:
        rows.append([pick.choice(["必填", "文本格式", "选填，不填为空"]) for _ in columns])
    first, since, whole = columns[0], Decimal(0), Decimal(0)
    for person in people:
        rows.append([written(pick, column, person[column]) for column in columns])
        since, whole = since + person["net_pay"], whole + person["net_pay"]
        chance = pick.random()
        if chance < 0.1:
            rows.append(filled(columns, **{first: "小 计", "net_pay": float(since)}))
            since = Decimal(0)
        elif chance < 0.15:
            rows.append([])
        elif chance < 0.2:
            rows.append(list(titles))
        elif chance < 0.25:
            rows.append([pick.choice(["二班组（木工）", "钢筋班", "班组：瓦工"])])
    if first != "net_pay" and pick.random() < 0.5:
        rows.append(filled(columns, **{first: pick.choice(["合　计", "合计：", "总计"]), "net_pay": float(whole)}))
    if pick.random() < 0.3 and first == "seq":
        rows += [[float(len(people) + 1)], [float(len(people) + 2)]]
    if pick.random() < 0.5:
        rows += [[], ["制表人：张三", None, "审核：李四", None, "2025年11月5日"]]
    if pick.random() < 0.3:
        rows.append(["注：以上金额已由班组核对。"])
    return rows, merged


def columns_of(pick):
    columns = [*NEEDED, *(column for column in OPTIONAL if pick.random() < 0.7)]
    if "gross" not in columns:
        columns = [column for column in columns if column not in ("deductions", "advance")]
    elif not {"deductions", "advance"} <= set(columns):
        columns = [column for column in columns if column not in AMOUNTS[:3]]
    pick.shuffle(columns)
    if columns[0] in ("net_pay", "id_number", "bank_card", "gross", "deductions", "advance", "phone", "days"):
        # Labels of totals stand where no number does.
        columns.remove("name")
        columns.insert(0, "name")
    return columns


def truth(people, columns):
    return {
        person["id_number"]: tuple(
            person[column] if column in columns else None for column in ("name", "bank_card", *AMOUNTS)
        )
        for person in people
    }


def told(found):
    return {
        line.id_number: (line.name, line.bank_card, line.gross, line.deductions, line.advance, line.net)
        for line in found.lines
    }


@settings(max_examples=150, deadline=None)
@given(payrolls(), st.randoms(use_true_random=False))
def test_whatever_stands_around_them_the_same_people_get_the_same_pay(people, pick):
    columns = columns_of(pick)
    rows, merged = rendered(pick, people, columns)
    found = parse(Workbook("xlsx", [Sheet.of(rows, merged=merged)]), month=MONTH)
    assert found.errors == []
    assert told(found) == truth(people, columns)
    assert found.rows == len(people)
    assert {remark.code for remark in found.warnings} <= {"shared_phone"}


@settings(max_examples=25, deadline=None)
@given(payrolls(least=4), st.randoms(use_true_random=False))
def test_a_payroll_cut_into_crew_sheets_is_whole_again_with_or_without_a_summary(people, pick):
    cut = pick.randint(2, len(people) - 2)
    parts = [people[:cut], people[cut:]]
    sheets = []
    for number, part in enumerate(parts):
        columns = columns_of(pick)
        rows, merged = rendered(pick, part, columns)
        sheets.append(Sheet.of(rows, name=f"{'木工钢筋'[number * 2 : number * 2 + 2]}班", merged=merged))
    if pick.random() < 0.5:
        rows, merged = rendered(pick, people, columns_of(pick))
        sheets.insert(pick.randint(0, 2), Sheet.of(rows, name="汇总", merged=merged))
    found = parse(Workbook("xlsx", sheets), month=MONTH)
    assert found.errors == []
    assert {line.id_number: line.net for line in found.lines} == {one["id_number"]: one["net_pay"] for one in people}
    assert len(found.lines) == len(people)
    assert [one["why"] for one in found.other_sheets] == ["repeats"] * (len(sheets) - 2)


def plain(value):
    """The letters and digits that a person sees in a cell."""
    return "".join(c for c in unicodedata.normalize("NFKC", str(value)).upper() if c.isascii() and c.isalnum())


ANYTHING = st.one_of(
    st.none(),
    st.text(alphabet="0123456789０１２Xx .,-—/'（）元万合计小张三退场例\u3000", max_size=24),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.integers(10**14, 10**19).map(float),
    st.sampled_from(["合计", "小计", "示例", "无", "#REF!", "同上", "现金", "必填", "班组：木工班", "制表人"]),
)
COLUMNS = ["seq", "name", "id_number", "bank_card", "gross", "deductions", "advance", "net_pay"]


@settings(max_examples=150, deadline=None)
@given(payrolls(least=2, most=4), st.integers(0, 10), st.sampled_from(COLUMNS), ANYTHING)
def test_a_cell_with_anything_in_it_alters_nothing_silently(people, position, column, anything):
    titles = [TITLES[name][0] for name in COLUMNS]
    rows = [[float(one[name]) if name in (*AMOUNTS, "seq") else one[name] for name in COLUMNS] for one in people]
    position %= len(people)
    rows[position][COLUMNS.index(column)] = anything
    found = parse(Workbook("xlsx", [Sheet.of([titles, *rows])]), month=MONTH)
    hurt = position + 2
    remarked = {remark.row for remark in (*found.errors, *found.warnings)} | {one["row"] for one in found.ignored_rows}
    lines = {line.row: line for line in found.lines}
    for number, person in enumerate(people, start=2):
        line = lines.get(number)
        if line is None:
            # Nobody disappears without a word.
            assert number in remarked
            continue
        read_back = {
            "name": line.name,
            "id_number": line.id_number,
            "bank_card": line.bank_card,
            "gross": line.gross,
            "deductions": line.deductions,
            "advance": line.advance,
            "net_pay": line.net,
        }
        for name, value in read_back.items():
            if number != hurt or name != column:
                assert value == person[name], (name, number)
    line = lines.get(hurt)
    if line is None:
        return
    if column == "id_number":
        assert line.id_number == plain(anything).removeprefix("ID")
    elif column == "bank_card":
        assert (
            line.bank_card == (str(int(anything)) if type(anything) is float else plain(anything)) or hurt in remarked
        )
    elif column in AMOUNTS:
        try:
            expected = parse_money(anything)
        except NotMoney:
            raise AssertionError(f"{anything!r} was taken for an amount") from None
        assert getattr(line, "net" if column == "net_pay" else column) == expected


@settings(max_examples=15, deadline=None)
@given(payrolls(least=3), st.randoms(use_true_random=False))
def test_a_proposal_never_shows_a_number_in_full_and_its_layout_reads_the_same(people, pick):
    rows, merged = rendered(pick, people, columns_of(pick))
    workbook = Workbook("xlsx", [Sheet.of(rows, merged=merged)])
    proposal = propose(workbook, MONTH)
    shown = str(proposal.as_dict())
    for one in people:
        assert one["id_number"] not in shown
        assert one["bank_card"] not in shown
        assert one["phone"] not in shown
    assert parse(workbook, month=MONTH, layout=proposal.layout()).lines == parse(workbook, month=MONTH).lines


@settings(max_examples=6, deadline=None)
@given(payrolls(least=2))
def test_what_is_exported_annotated_and_sent_back_is_the_same(people):
    kinds = dict.fromkeys(AMOUNTS, "money") | {"seq": "number", "days": "number"}
    names = [name for name in TITLES if name != "other"]
    columns = [OutColumn(TITLES[name][0], kinds.get(name, "text")) for name in names]
    path = __import__("io").BytesIO()
    write_xlsx(path, [OutSheet("10月工资", columns, [[one[name] for name in names] for one in people])])
    first = parse(read(path.getvalue()), month=MONTH)
    assert first.errors == []
    assert told(first) == truth(people, names)
    marked = annotate(path.getvalue(), {"10月工资": [(2, 2, "error", "请核对"), (3, 5, "warning", "请核对")]})
    assert told(parse(read(marked), month=MONTH)) == told(first)


def test_the_random_sheets_are_not_all_alike():
    pick = random.Random(7)
    shapes = {tuple(columns_of(pick)) for _ in range(40)}
    assert len(shapes) > 30
