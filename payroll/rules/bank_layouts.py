"""The pay-out files of banks, declared: which columns, in which order, how an amount and a text are written.

A layout is data (`payroll.rules.bank_files`). Public templates change without notice: each layout says where it was seen
and how sure that is, and a bank's own template always goes before ours.
"""

from payroll.rules.bank_files import Cell, Layout

ICBC = ("工商银行", "工行")
CCB = ("建设银行", "建行")
ABC = ("农业银行", "农行")
BOC = ("中国银行", "中行")
CMB = ("招商银行", "招行")
BOCOM = ("交通银行", "交行")
HXB = ("华夏银行",)
SEEN = "据公开流传的企业网银模板整理，银行改版时以网银内下载的模板为准。"
OURS = "本系统的通用格式，使用前请与开户银行约定。"

LAYOUTS: dict[str, Layout] = {
    layout.code: layout
    for layout in (
        Layout(
            "generic",
            "通用",
            "通用 Excel",
            "xlsx",
            (
                Cell("序号", "seq"),
                Cell("收款人姓名", "name"),
                Cell("收款账号", "card"),
                Cell("开户银行", "bank_name"),
                Cell("金额（元）", "amount"),
                Cell("附言", "purpose"),
                Cell("业务编号", "reference"),
            ),
            summary="last",
            source=OURS,
        ),
        Layout(
            "generic_csv",
            "通用",
            "通用 CSV",
            "csv",
            (
                Cell("序号", "seq"),
                Cell("收款账号", "card"),
                Cell("收款人姓名", "name"),
                Cell("金额", "amount"),
                Cell("附言", "purpose"),
                Cell("业务编号", "reference"),
            ),
            encoding="gb18030",
            source=OURS,
        ),
        Layout(
            "generic_txt",
            "通用",
            "通用文本（竖线分隔，金额以分计，首行汇总）",
            "txt",
            (
                Cell("序号", "seq"),
                Cell("收款账号", "card"),
                Cell("收款人姓名", "name"),
                Cell("金额（分）", "amount"),
                Cell("附言", "purpose"),
                Cell("业务编号", "reference"),
            ),
            header=False,
            separator="|",
            encoding="gb18030",
            unit="分",
            summary="first",
            most_rows=10_000,
            source=OURS,
        ),
        Layout(
            "icbc",
            "工商银行",
            "工行 批量支付（企业财务室）",
            "xlsx",
            (
                Cell("币种", constant="RMB"),
                Cell("日期", "day"),
                Cell("明细标志"),
                Cell("顺序号", "seq"),
                Cell("付款账号开户行", "payer_bank"),
                Cell("付款账号/卡号", "payer_account"),
                Cell("付款账号名称/卡名称", "payer_name"),
                Cell("收款账号开户行", "bank_name"),
                Cell("收款账号省份"),
                Cell("收款账号地市"),
                Cell("收款账号地区码"),
                Cell("收款账号", "card"),
                Cell("收款账号名称", "name"),
                Cell("金额", "amount"),
                Cell("汇款用途", constant="工资"),
                Cell("备注信息", "purpose"),
                Cell("汇款方式", constant="1"),
                Cell("收款账户短信通知手机号码"),
                Cell("自定义序号", "reference"),
            ),
            bank_words=ICBC,
            most_rows=3000,
            source=SEEN,
        ),
        Layout(
            "ccb",
            "建设银行",
            "建行 代发（含跨行）",
            "xlsx",
            (
                Cell("序号", "seq"),
                Cell("账号", "card"),
                Cell("户名", "name"),
                Cell("金额", "amount"),
                Cell("跨行标识", "other_bank"),
                Cell("行名", "other_bank_name"),
                Cell("联行行号"),
                Cell("摘要", "purpose"),
                Cell("备注", "reference"),
            ),
            bank_words=CCB,
            source=SEEN,
        ),
        Layout(
            "abc",
            "农业银行",
            "农行 代发（本行卡）",
            "xlsx",
            (
                Cell("编号", "seq"),
                Cell("收款方账号", "card"),
                Cell("收款方户名", "name"),
                Cell("金额", "amount"),
                Cell("备注（附言）", "purpose"),
            ),
            bank_words=ABC,
            reach="own",
            above=("代发工资",),
            source=SEEN,
        ),
        Layout(
            "abc_other",
            "农业银行",
            "农行 跨行进卡",
            "xlsx",
            (
                Cell("编号", "seq"),
                Cell("收款方账号", "card"),
                Cell("收款方户名", "name"),
                Cell("金额", "amount"),
                Cell("是否农行账户", constant="否"),
                Cell("开户行支行名称", "bank_name"),
                Cell("用途（附言）", "purpose"),
            ),
            bank_words=ABC,
            reach="other",
            above=("跨行进卡",),
            source=SEEN,
        ),
        Layout(
            "abc_fixed",
            "农业银行",
            "农行 银企通定长文本（本行卡）",
            "fixed",
            (
                Cell("姓名", "name", width=60),
                Cell("账号", "card", width=30),
                Cell("金额", "amount", width=18),
                Cell("备注", "reference", width=30),
            ),
            bank_words=ABC,
            reach="own",
            header=False,
            encoding="gb18030",
            most_rows=10_000,
            source="据公开的银企直联接入程序整理，使用前请与农行核对。",
        ),
        Layout(
            "boc",
            "中国银行",
            "中行 混发",
            "xlsx",
            (
                Cell("户名", "name"),
                Cell("账号", "card"),
                Cell("金额", "amount"),
                Cell("用途", constant="工资"),
                Cell("附言", "purpose"),
            ),
            bank_words=BOC,
            source=SEEN,
        ),
        Layout(
            "cmb",
            "招商银行",
            "招行 混发",
            "xlsx",
            (
                Cell("账号", "card"),
                Cell("户名", "name"),
                Cell("金额", "amount"),
                Cell("开户行", "bank_name"),
                Cell("开户地"),
                Cell("汇款备注", "purpose"),
            ),
            bank_words=CMB,
            above=("代发工资明细", "填写说明：", "1. 账号、户名、金额必填。", "2. 他行账户须填开户行。", ""),
            source=SEEN,
        ),
        Layout(
            "bocom",
            "交通银行",
            "交行 混发（无表头）",
            "xlsx",
            (
                Cell("账号", "card"),
                Cell("户名", "name"),
                Cell("金额", "amount"),
                Cell("空列 D"),
                Cell("空列 E"),
                Cell("备注", "purpose"),
            ),
            bank_words=BOCOM,
            header=False,
            source=SEEN,
        ),
        Layout(
            "hxb",
            "华夏银行",
            "华夏 批量转账",
            "xlsx",
            (
                Cell("收款方账号", "card"),
                Cell("收款方户名", "name"),
                Cell("金额", "amount"),
                Cell("转账方式", "other_bank"),
                Cell("行别信息类型"),
                Cell("收款方银行名称", "other_bank_name"),
                Cell("收款方银行大额支付行号/跨行清算行号"),
                Cell("用途", constant="工资"),
                Cell("明细标注", "reference"),
            ),
            bank_words=HXB,
            source=SEEN,
        ),
        Layout(
            "platform",
            "代发平台",
            "代发平台（带身份证号和手机号）",
            "xlsx",
            (
                Cell("姓名", "name"),
                Cell("身份证号", "id_number"),
                Cell("银行卡号", "card"),
                Cell("手机号", "phone"),
                Cell("支付金额", "amount"),
            ),
            most_rows=1000,
            source=SEEN,
        ),
    )
}


def layout_of_bank(bank_name: str) -> Layout:
    """The layout of the special account's bank that takes any card, else our workbook: any bank opens that."""
    return next((one for one in LAYOUTS.values() if one.reach == "any" and one.is_own(bank_name)), LAYOUTS["generic"])
