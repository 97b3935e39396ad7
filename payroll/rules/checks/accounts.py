"""Cards, banks and telephones: does the pay reach the worker's own account."""

from payroll.rules.checks.declared import LEDGER, TO_ONES_OWN_CARD, Check, Family, Severity
from payroll.rules.checks.identity import SCIENTIFIC
from payroll.rules.checks.telling import Telling
from payroll.rules.facts import KnownWorker
from payroll.rules.numbers import LONG_RUN, bank_beside, clean_card, is_masked, is_unclear
from payroll.rules.remarks import quoted
from responsibilities.rules.identifiers import is_luhn_valid, mask_card, mask_phone, normalise_card, normalise_phone
from sheets.values import as_text, lost_precision


class CardMissing(Check):
    code = "card_missing"
    title = "银行卡号缺失"
    what = "有银行卡号列，但这一行空着或填的不是卡号；花名册上的人登记着可用的工资卡的，空着的按登记的卡发放。"
    family = Family.FORMAT
    default = Severity.ERROR
    message = "{who}没有填写银行卡号{said}。请补填本人的工资卡号。"
    unclear_message = "{who}的银行卡号一格里有不止一个号码，或者夹着别的字符，系统不会猜。请只填写本人的工资卡号。"
    masked_message = (
        "{who}的银行卡号{shown}有几位被遮住了，系统不会猜。请填写完整的卡号；为保密遮住号码的表不能用来上报。"
    )
    basis = TO_ONES_OWN_CARD


class RegisteredCard(Check):
    code = "registered_card"
    title = "按登记的工资卡发放"
    what = (
        "表里没有填这个人的银行卡号，而他在花名册上，登记着一张可用的工资卡：最近一次发放成功的卡，或者唯一的一张。"
        "整张表没有银行卡号列的，在列名处一次说明。"
        "本人尚未核对或说不是自己的、已经换掉的、银行退回的、与他人共用的卡不会代填，后来提交的工资表写了另一张卡的也不代填；代填不了的，仍按银行卡号缺失处理。"
    )
    family = Family.ACCOUNT
    default = Severity.NOTICE
    lighter = Severity.NOTICE
    message = "{who}没有填写银行卡号，已按登记的工资卡（尾号 {last4}）发放。请核对是不是本人现在用的卡。"
    column_message = "表里没有银行卡号列，{count} 人按登记的工资卡发放。请核对是不是本人现在用的卡。"
    basis = TO_ONES_OWN_CARD


class CardColumnMissing(Check):
    code = "card_column_missing"
    title = "没有银行卡号列，有人没有工资卡"
    what = "整张表没有银行卡号列，而其中有人没有可用的登记工资卡。这些人可以受理，发放前须登记本人的工资卡。"
    family = Family.ACCOUNT
    whole_batch = True
    message = (
        "表里没有银行卡号列，有 {count} 人没有可用的登记工资卡（{names}），现在不能发放。"
        "请在表里加上银行卡号列后重新上传，或者在发放前登记他们本人的工资卡。"
    )
    basis = TO_ONES_OWN_CARD


class CardChecksum(Check):
    code = "card_checksum"
    title = "银行卡号校验不符"
    what = "62 开头、16 至 19 位的银联卡号校验不符；其他账号（存折等）不符的只作提示。"
    family = Family.FORMAT
    default = Severity.ERROR
    message = "{who}的银行卡号（尾号 {last4}，共 {length} 位）校验不符，可能有数字输错。请对照银行卡改正。"
    other_message = (
        "{who}的银行卡号（尾号 {last4}，共 {length} 位）不符合银行卡的校验规则，可能是存折账号或有数字输错。请核对。"
    )
    basis = TO_ONES_OWN_CARD


class CardPrecisionLost(Check):
    code = "card_precision_lost"
    title = "银行卡号被 Excel 截断"
    what = "银行卡号按数字保存，Excel 只保留前 15 位，后几位已经变成 0。"
    family = Family.FORMAT
    default = Severity.ERROR
    fixed = "截断的卡号已经不是原来的卡号，存下来就会发错，不能放宽。"
    message = (
        "{who}的银行卡号是按数字保存的（{shown}），Excel 只保留前 15 位，后几位已经丢失。"
        "请把该列设为文本格式，对照银行卡重新输入。"
    )
    basis = TO_ONES_OWN_CARD


class SharedCard(Check):
    code = "shared_card"
    title = "多人共用银行卡"
    what = "一张表里两个人填同一张卡，或这张卡此前用于给别人发工资。"
    family = Family.ACCOUNT
    message = "{who}与{first}的{other}填的是同一张银行卡（尾号 {last4}）。工资应发到本人账户，请核对。"
    before_message = "{who}的银行卡（尾号 {last4}）此前用于给另一名工人发工资。工资应发到本人账户，请核对。"
    basis = TO_ONES_OWN_CARD


class CardDiffers(Check):
    code = "card_differs"
    title = "银行卡与登记的不同"
    what = "银行卡与本项目最近一次发工资的卡不同。"
    family = Family.ACCOUNT
    message = "{who}的银行卡（尾号 {last4}）与登记的工资卡不一致。请核对是否本人账户，变更的请先登记。"
    basis = TO_ONES_OWN_CARD


class SharedPhone(Check):
    code = "shared_phone"
    title = "多人共用电话"
    what = "一张表里两个不同姓名的人填同一个电话。"
    family = Family.ACCOUNT
    message = "{who}与{first}的{other}填的是同一个电话（{shown}）。请填写本人的电话。"
    basis = LEDGER


class CardUnconfirmed(Check):
    """Not a check of a sheet: how a line is treated whose card was replaced and whose worker hasn't said yes yet."""

    code = "card_unconfirmed"
    title = "换卡未经本人核对"
    what = (
        "银行退回后更换的工资卡，本人还没有在手机上核对。设为“不得提交”的，这一行等本人核对后再写入代发文件"
        "（逾期未答复且有证明材料的除外）；设为“提示”的，照常写入，只作标注。"
    )
    family = Family.ACCOUNT
    default = Severity.ERROR
    message = "{name}更换的工资卡（尾号 {last4}）还没有经本人核对。请本人扫工资条或工地的二维码核对后再发放。"
    basis = TO_ONES_OWN_CARD
    figures = ("card_confirm_days",)


class UnknownBank(Check):
    code = "unknown_bank"
    title = "开户行不在名单里"
    what = "开户行名称不含系统名单里任何一家银行的名称或简称。"
    family = Family.ACCOUNT
    default = Severity.NOTICE
    lighter = Severity.NOTICE
    message = "开户行{shown}不在系统的银行名单里，不影响受理。请核对银行名称。"


class AccountChecks(Telling):
    """Where a row's money goes."""

    _bank_beside: str  # the bank that stands in one cell with the card of the row at hand

    def _card(self, row: int, name: str, value: object) -> str | None:
        if type(value) is str and value.isdigit() and value.isascii():
            card = value
        else:
            card = self._written_card(row, name, value)
            if card is None:
                return None
        if not is_luhn_valid(card) and not self._doubtful_card(row, name, card):
            return None
        owner = self._owner_of_card.setdefault(card, self.owner)
        if owner[1] != self.owner[1]:
            self.say(
                row,
                "bank_card",
                SharedCard,
                who=name or "这一行",
                first=self.said_place(owner[1]),
                other=owner[0] or "工人",
                last4=card[-4:],
            )
        return card

    def _blank_card(self, row: int, name: str, worker: KnownWorker | None) -> None:
        """Nothing is written: a registered card may stand in, which is decided once the people are recognised."""
        if worker is None or not worker.other_cards:
            self.say(row, "bank_card", CardMissing, who=name or "这一行", said="")

    def _written_card(self, row: int, name: str, value: object) -> str | None:
        """The card in a cell that doesn't hold its digits alone; None, and a remark, where there is none."""
        if type(value) is str:
            card = normalise_card(value)
            if card.isascii() and card.isdigit():
                return card
            card = clean_card(card)
            if SCIENTIFIC.match(card):
                return self._lost_card(row, name, value)
        elif lost_precision(value):
            return self._lost_card(row, name, as_text(value))
        elif type(value) is float:
            card = as_text(value)
        else:
            card = ""
        if is_masked(card):
            shown = quoted(as_text(value))
            self.say(row, "bank_card", CardMissing, CardMissing.masked_message, who=name or "这一行", shown=shown)
            return None
        if type(value) is str:
            if is_unclear(card):
                self.say(row, "bank_card", CardMissing, CardMissing.unclear_message, who=name or "这一行")
                return None
            self._bank_beside = bank_beside(value)
        if any(character.isdigit() for character in card):
            return card
        said = f"（写的是{quoted(as_text(value))}）" if value is not None and as_text(value).strip() else ""
        self.say(row, "bank_card", CardMissing, who=name or "这一行", said=said)
        return None

    def _doubtful_card(self, row: int, name: str, card: str) -> bool:
        """Remark on a card that fails its check; whether it may be taken as it stands."""
        words = {"who": name or "这一行", "last4": card[-4:], "length": len(card)}
        if card.startswith("62") and 16 <= len(card) <= 19 and card.isascii() and card.isdigit():
            return self.say(row, "bank_card", CardChecksum, **words)
        # Passbooks and other accounts follow no rule that we know: never more than a warning.
        self.warn(row, "bank_card", CardChecksum, CardChecksum.other_message, **words)
        return True

    def _lost_card(self, row: int, name: str, shown: str) -> None:
        self.say(row, "bank_card", CardPrecisionLost, who=name or "这一行", shown=mask_card(shown))

    def _phone(self, row: int, name: str, value: object) -> str | None:
        if type(value) is str and value.isdigit() and value.isascii():
            phone = value
        else:
            phone = normalise_phone(as_text(value))
            # A telephone that is covered in part is nobody's; the one that is registered stays.
            if not phone or is_masked(phone):
                return None
        owner = self._owner_of_phone.setdefault(phone, self.owner)
        if owner[1] != self.owner[1] and owner[0] != name:
            self.say(
                row,
                "phone",
                SharedPhone,
                who=name or "这一行",
                first=self.said_place(owner[1]),
                other=owner[0] or "工人",
                shown=mask_phone(phone),
            )
        return phone

    def _bank(self, row: int, value: object) -> str:
        bank = as_text(value).strip()
        if LONG_RUN.search(normalise_card(bank)):
            # A card in the column of banks is not kept in the open.
            return bank_beside(bank)
        banks = self.facts.banks
        if not bank or banks is None or any(piece in bank for piece in banks):
            self._banks_known.add(bank)
        else:
            self.say(row, "bank_name", UnknownBank, shown=quoted(bank))
        return bank

    def _known_card(self, row: int, name: str, worker: KnownWorker, card: str) -> None:
        if worker.cards and self.facts.card_key(card) not in worker.cards:
            self.say(row, "bank_card", CardDiffers, who=name, last4=card[-4:])
