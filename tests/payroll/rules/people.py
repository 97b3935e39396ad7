"""Made-up people with right check digits, for the tests."""

import datetime

from responsibilities.rules.identifiers import id_check_digit, luhn_check_digit


def id_number(index=0, born=datetime.date(1985, 6, 1), area="620702"):
    body = f"{area}{born:%Y%m%d}{index % 1000:03d}"
    return body + id_check_digit(body)


def card(index=0, bank="622202", length=19):
    body = f"{bank}{index:0{length - len(bank) - 1}d}"
    return body + luhn_check_digit(body)


TITLES = [
    "序号",
    "姓名",
    "身份证号",
    "手机号",
    "银行卡号",
    "开户行",
    "班组",
    "出勤天数",
    "应发工资",
    "扣款",
    "预支",
    "实发工资",
]
PLACE = {title: index for index, title in enumerate(TITLES)}


def row(index=1, **changes):
    """A row without any fault under TITLES; changes by title."""
    cells = [
        float(index),
        "王伟",
        id_number(index),
        f"138{index:08d}",
        card(index),
        "中国农业银行",
        "钢筋班",
        26.0,
        6000.0,
        100.0,
        500.0,
        5400.0,
    ]
    for title, value in changes.items():
        cells[PLACE[title]] = value
    return cells
