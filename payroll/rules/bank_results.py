"""What a bank's return file means: words for success and failure, and failure reasons with what to do about them."""

import re
from collections.abc import Iterable

SUCCESS = frozenset(
    "成功 交易成功 处理成功 已成功 支付成功 付款成功 代发成功 入账成功 已入账 已付款 已支付 已发放 正常 完成 已完成 银行处理成功 s "
    "success ok 0 00 000 0000 000000 y 是 √".split()
)
FAILURE = frozenset(
    "失败 交易失败 处理失败 支付失败 付款失败 代发失败 入账失败 未成功 不成功 退票 退汇 已退汇 已退回 退回 拒绝 已拒绝 撤销 已撤销 作废 f fail "
    "failed failure error n 否 × x 1 银行拒绝 校验失败".split()
)
UNDER_WAY = frozenset("处理中 待处理 银行处理中 已受理 待复核 已提交 可疑 未知 超时".split())

# (what the bank's words hold, what it means, what to do); the first that fits is taken.
REASONS: tuple[tuple[str, str, str], ...] = (
    (
        r"户名|姓名|名称.*不[符一]|账户名",
        "姓名与银行卡的户名不一致",
        "核对是否为工人本人的卡、姓名用字是否与银行预留一致，更正后重新发放。",
    ),
    (r"销户|已注销|清户", "银行卡已销户", "请工人提供本人其他银行卡，更换后重新发放。"),
    (r"挂失", "银行卡已挂失", "请工人补卡或提供本人其他银行卡，更换后重新发放。"),
    (
        r"冻结|只收不付|止付|管控|涉案|状态异常|状态不正常|非正常|不收不付",
        "银行卡被冻结或限制使用",
        "请工人到发卡银行解除限制，或提供本人其他银行卡。",
    ),
    (r"睡眠|久悬|未激活|休眠", "银行卡长期未用或未激活", "请工人到发卡银行激活后重新发放，或更换银行卡。"),
    (
        r"(账号|帐号|卡号|账户|帐户).*(不存在|有误|错误|无效|不正确|非法)|无此账户|无此卡|查无",
        "卡号有误",
        "与工人的银行卡核对卡号，更正后重新发放。",
    ),
    (r"余额不足|透支|可用额", "专用账户余额不足", "补足专用账户资金后重新发放；卡号无须更改。"),
    (
        r"限额|超过.*金额|Ⅱ类|II类|二类|Ⅲ类|三类",
        "超过银行卡的收款限额（多为Ⅱ、Ⅲ类账户）",
        "请工人提供本人的Ⅰ类账户银行卡。",
    ),
    (r"行号|行名|开户行|联行|跨行", "开户行信息有误", "核对工资卡的开户银行，更正后重新发放。"),
    (r"证件|身份", "银行预留的证件信息过期或不符", "请工人到发卡银行更新证件信息后重新发放。"),
    (r"超时|系统|通讯|网络|重复", "银行系统原因未处理", "与银行确认未入账后重新发放；卡号无须更改。"),
)
# What to do about a row that isn't taken, by its verdict (`BankResultRow.Verdict`).
NOT_TAKEN = {
    "unmatched": "请核对是不是这份代发文件的回执；是的，请向银行核实这一笔是什么。",
    "ambiguous": "请让银行在回执里写明序号或业务编号，再导入一次。",
    "repeated": "按前面的行登记，这一行不用处理；两行结果不同的，请向银行核实。",
    "amount": "请向银行核实实际发放的金额，由银行出具更正的回执后再导入；这一笔仍等待银行结果。",
    "card": "请向银行核实钱进了哪个账号，由银行出具更正的回执后再导入；这一笔仍等待银行结果。",
    "name": "请向银行核实收款人，由银行出具更正的回执后再导入；这一笔仍等待银行结果。",
    "settled": "此前已经登记过，这一行不用处理；与此前结果不同的，请在那一行登记退汇或向银行核实。",
    "unclear": "请向银行核实是成功还是失败，由银行出具写明结果的回执后再导入。",
}
_REASONS = tuple((re.compile(pattern), meaning, remedy) for pattern, meaning, remedy in REASONS)
# The only reasons that are the account's or the bank's own: the same card will do.
_NOT_THE_CARD = ("专用账户余额不足", "银行系统原因未处理")
_IN_WORDS = re.compile(r"[\u4e00-\u9fff]|[A-Za-z]{3}")
_PURPOSE = re.compile(r"(?:工资|薪|薪酬|薪金|薪水|劳务费|报酬|生活费)(?:款|发放|支付|代发)?$")


def outcome_of(status: str, reason: str) -> str:
    """`paid`, `failed` or `unclear` from a row's status; without one, a reason that isn't success is a failure.

    Never guessed: words that aren't known are unclear.
    """
    word = _word(status)
    if word in SUCCESS:
        return "paid"
    if word in FAILURE:
        return "failed"
    if word:
        if word in UNDER_WAY:
            return "unclear"
        if re.search(r"失败|退[汇票回]|拒绝|不成功|未成功", word):
            return "failed"
        if re.search(r"成功|已入账", word):
            return "paid"
        return "unclear"
    told = _word(reason)
    if not told:
        return "unclear"
    if told in SUCCESS:
        return "paid"
    if told in UNDER_WAY:
        return "unclear"
    return "failed"


def reason_among(remarks: Iterable[str]) -> str:
    """The one of a row's remarks that says why it wasn't paid, empty where none does: words that are known come first.

    Numbers say nothing, nor what the money was for (10月工资), which banks give back beside their own words.
    """
    said = [text for text in remarks if _IN_WORDS.search(text) and not _PURPOSE.search(text.rstrip(" 。.；;"))]
    known = (text for text in said if any(pattern.search(text) for pattern, _meaning, _remedy in _REASONS))
    return next(known, said[0] if said else "")


def failure_words(message: str) -> tuple[str, str]:
    """The bank's words in plain ones: what is wrong, what to do."""
    for pattern, meaning, remedy in _REASONS:
        if pattern.search(message):
            return meaning, remedy
    return (message or "银行没有说明原因"), "向开户银行问明原因后重新发放。"


def blames_card(message: str) -> bool:
    """Whether the bank refused because of the card or its holder's name, so that the same card would be refused again.

    Words that aren't known blame nothing.
    """
    meaning = next((meaning for pattern, meaning, _remedy in _REASONS if pattern.search(message)), "")
    return bool(meaning) and meaning not in _NOT_THE_CARD


def _word(text: str) -> str:
    return re.sub(r"[\s。.！!：:]+", "", text).lower()
