"""Excel's number formats as files of other kinds name them: which can be taken over, and which show a day. Child only."""

import re

NAMED_FORMATS = {
    "General": None,
    "General Number": None,
    "Fixed": "0.00",
    "Standard": "#,##0.00",
    "Percent": "0.00%",
    "Currency": "#,##0.00",
    "Scientific": "0.00E+00",
    "Short Date": "yyyy/m/d",
    "Medium Date": "yyyy/m/d",
    "Long Date": 'yyyy"年"m"月"d"日"',
    "General Date": "yyyy/m/d h:mm",
    "Long Time": "h:mm:ss",
    "Medium Time": "h:mm AM/PM",
    "Short Time": "h:mm",
}
LONGEST = 255
MOST_SECTIONS = 4
FORMAT = re.compile(
    r'(?:"[^"]*"|\\.|[_*].|General|AM/PM|A/P|E[+-]|a{3,4}(?!a)|[0#?.,%@/ymdhs:;()$¥￥年月日时分秒元 +-]'
    r"|\[(?:\$[^\[\]\"]{0,20}|[hms]{1,2}|red|black|blue|green|white|yellow|cyan|magenta|DBNum[1-4]|[<>=]{1,2}-?\d{1,9})\])*",
    re.IGNORECASE,
)
LITERAL = re.compile(r'"[^"]*"|\\.|[_*].|\[[^\]]*\]')
DATE, ELAPSED = re.compile(r"[ymdhs]|aaa", re.IGNORECASE), re.compile(r"\[[hms]{1,2}\]", re.IGNORECASE)


def sensible(text: str) -> str | None:
    """The format that Excel would take; None for General, and for what it wouldn't open."""
    text = NAMED_FORMATS.get(text, text) or ""
    if len(text) > LONGEST or not text.isprintable() or not FORMAT.fullmatch(text):
        return None
    bare = LITERAL.sub("", text)
    if bare.count(";") >= MOST_SECTIONS or text.lower() == "general":
        return None
    return text if text and not (shows_date(text) and re.search(r"[#?%]", bare)) else None


def shows_date(form: str) -> bool:
    """Whether a number would stand as a day or a time."""
    return bool(DATE.search(LITERAL.sub("", form)) or ELAPSED.search(form))
