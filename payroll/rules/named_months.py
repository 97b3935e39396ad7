"""Which month of pay a sheet's name or title speaks of: 2025年10月工资, 十月份工资表, 10.1-10.31, 9月工资（10月发放）.

A day's date is no month of pay, nor is the month in which it is paid out. Several months are several.
"""

import re

from payroll.rules.month import CHINESE, DIGITS, Month, common_month

SPACES = re.compile(r"\s+")
NUMERALS = {name: str(number) for name, number in zip("〇零○一二三四五六七八九", "000123456789", strict=True)}
CHINESE_YEAR = re.compile(r"二[〇零○][〇零○一二三四五六七八九]{2}(?=年)")
CHINESE_MONTH = re.compile(r"(?<![十\d])(十[一二]?|[一二三四五六七八九])(?=月)")
YEAR = r"(?P<year>20\d{2}|(?<!\d)\d{2}(?=年))"
NUMBER = r"(?P<month>1[0-2]|0?[1-9])"
# From 2025年10月1日 to 31日: the month where it is one, else nothing that can be told.
PERIOD = re.compile(
    r"(?:(?P<year>20\d{2}|(?<!\d)\d{2}(?=年))[年./\-])?(?P<month>\d{1,2})[月./\-]\d{1,2}[日号]?[至到\-—–~～－]+"
    r"(?:(?P<other_year>20\d{2}|\d{2}(?=年))[年./\-])?(?:(?P<other>\d{1,2})[月./\-])?\d{1,2}[日号]?(?!月)"
)
DATE = re.compile(r"(?:(?:20)?\d{2}年)?\d{1,2}月\d{1,2}[日号]|20\d{2}[./\-]\d{1,2}[./\-]\d{1,2}")
SEVERAL = re.compile(rf"{YEAR}?年?(?P<first>1[0-2]|0?[1-9])月?[、,，\-—–~～至到和及](?P<last>1[0-2]|0?[1-9])月")
# 10月发放, 10月份支付: when, not for what.
PAID_IN = r"(?!份?(?:末|底|初|中旬|下旬|上旬)?(?:发|支付|付|打款))"
PAY = r"[^\d月:：]{0,8}(?:工资|薪资|薪酬|劳务费|发放表|考勤)"
WITH_YEAR = re.compile(
    rf"{YEAR}[年.\-_/]?{NUMBER}月{PAID_IN}|(?P<year_2>20\d{{2}})[.\-/](?P<month_2>1[0-2]|0?[1-9])(?![.\-/\d月])"
    r"|(?P<year_3>20\d{2})(?P<month_3>1[0-2]|0[1-9])(?!\d)"
)
BARE = re.compile(rf"(?<![\d年.\-/])(?P<month>1[0-2]|0?[1-9])月{PAID_IN}(?P<pay>(?=份?{PAY}))?")
LABELLED = re.compile(r"(?:所属|工资|考勤)(?:月份|期间?)[:：](?P<month>1[0-2]|0?[1-9])月?(?!\d)")
OF_PAY = re.compile(PAY)

Named = frozenset[tuple[int | None, int]]  # (year where it is written, month)


def months_in(text: str, *, title: bool = False) -> Named:
    """The months that a text names. In a `title`, words stand around: there a month without its year, or a number that
    may be one, counts only before 工资 and the like."""
    text = SPACES.sub("", text.translate(DIGITS))
    text = CHINESE_YEAR.sub(lambda match: "".join(NUMERALS.get(one, one) for one in match[0]), text)
    text = CHINESE_MONTH.sub(lambda match: str(CHINESE[match[0]]), text)
    found: set[tuple[int | None, int]] = set()
    for match in PERIOD.finditer(text):
        if month := common_month(match["month"], match["other"], match["year"], match["other_year"]):
            found.add((_year(match["year"]), month))
    text = DATE.sub("　", PERIOD.sub("　", text))
    for match in SEVERAL.finditer(text):
        if int(match["first"]) < int(match["last"]):
            found |= {(_year(match["year"]), month) for month in range(int(match["first"]), int(match["last"]) + 1)}
    text = SEVERAL.sub("　", text)
    if title and (match := LABELLED.search(text)):
        found.add((None, int(match["month"])))
    of_pay: set[tuple[int | None, int]] = set()
    for match in WITH_YEAR.finditer(text):
        named = next(
            (_year(match[f"year{no}"]), int(match[f"month{no}"])) for no in ("", "_2", "_3") if match[f"month{no}"]
        )
        before_pay = OF_PAY.match(text, match.end())
        if before_pay:
            of_pay.add(named)
        # 2025.10 alone may be a number, 2025年10月 is a month wherever it stands.
        if before_pay or not title or match["month"]:
            found.add(named)
    text = WITH_YEAR.sub("　", text)
    for match in BARE.finditer(text):
        if match["pay"] is not None:
            of_pay.add((None, int(match["month"])))
        if match["pay"] is not None or not title:
            found.add((None, int(match["month"])))
    # 9月工资, 10月: where one is said to be of pay, the others are something else.
    return frozenset(of_pay or found)


def names_month(named: Named, month: Month) -> int:
    """1 where only this month is named, −1 where others are and this one isn't, 0 where that can't be told."""
    if not named:
        return 0
    ours = {one for one in named if one[1] == month.month and one[0] in (None, month.year)}
    return (1 if len(named) == 1 else 0) if ours else -1


def months_words(named: Named) -> str:
    """2026年10月, 9月、10月: as a sentence names them."""
    told = sorted(named, key=lambda one: (one[0] or 0, one[1]))
    return "、".join(f"{year}年{month}月" if year else f"{month}月" for year, month in told)


def _year(text: str | None) -> int | None:
    return None if text is None else int(text) if len(text) == 4 else 2000 + int(text)
