"""Special wage accounts: opened, corrected, closed on record."""

import datetime
from dataclasses import dataclass

from django.db import transaction

from accounts.models import SpecialAccount
from accounts.services.periods import require_visible
from projects.services.parties import set_single_party
from responsibilities.rules.errors import EditedMeanwhile, Refused
from responsibilities.rules.roles import Permission
from responsibilities.services import vault
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor, changed_fields, record_event

PURPOSE = "account_number"
DATES = ("opened_on", "agreement_on", "filed_on", "closed_on")


@transaction.atomic
def special_account_save(
    *,
    project,
    bank,
    account_name: str,
    number: str,
    opened_on: datetime.date,
    agreement_on: datetime.date | None = None,
    filed_on: datetime.date | None = None,
    closed_on: datetime.date | None = None,
    version: int | None = None,
    actor: Actor,
    scope=None,
) -> SpecialAccount:
    """Record or correct the special account of a project; an empty `number` keeps the known one.

    Errors: `account_number_invalid`, `account_elsewhere` (the number belongs to another project: an account
    serves one project, 53 art 6), `edited_meanwhile`. Basis: 724 art 26; 53 art 6, in force since 2021-07-07.
    """
    account = SpecialAccount.objects.select_for_update().filter(project=project).first()
    if account is not None and version is not None and version != account.version:
        raise EditedMeanwhile("专用账户信息", account.version)
    require_visible(project, scope, Permission.ACCOUNT_EDIT)
    digits = "".join(number.split())
    if (digits or account is None) and not (digits.isascii() and digits.isdigit() and 9 <= len(digits) <= 32):
        message = "账号应为 9 至 32 位数字，请对照开户证明填写。"
        raise Refused("account_number_invalid", message, {"number": message})
    before = {} if account is None else _shown(account)
    if account is None:
        account = SpecialAccount(project=project, version=0)
    if digits:
        index = vault.blind_index(digits, PURPOSE)
        if SpecialAccount.objects.filter(number_index=index).exclude(project=project).exists():
            message = "该账号已登记为其他项目的专用账户；一个专用账户只对应一个项目，请核对账号。"
            raise Refused("account_elsewhere", message, {"number": message})
        account.number_sealed = vault.seal_text(digits, PURPOSE)
        account.number_index = index
        account.number_last4 = digits[-4:]
    account.bank = bank
    account.account_name = account_name
    for name, value in zip(DATES, (opened_on, agreement_on, filed_on, closed_on), strict=True):
        setattr(account, name, value)
    account.version += 1
    account.save()
    set_single_party(project, "bank", bank)
    record_event(
        actor=actor,
        action="special_account_save",
        target=account,
        project_id=project.pk,
        changes=changed_fields(before, _shown(account)),
    )
    touch_projects([project.pk])
    return account


def _shown(account: SpecialAccount) -> dict:
    """What the trail may show: the number by its last digits only."""
    return {
        "bank": str(account.bank),
        "account_name": account.account_name,
        "number": f"尾号 {account.number_last4}",
        **{name: getattr(account, name) for name in DATES},
    }


@transaction.atomic
def special_account_reveal(*, account: SpecialAccount, actor: Actor) -> str:
    """The full account number, for those who may edit it; each showing is an event."""
    record_event(actor=actor, action="account_number_reveal", target=account, project_id=account.project_id)
    return vault.unseal_text(account.number_sealed, PURPOSE)


@dataclass(frozen=True, slots=True)
class PayerAccount:
    """What a pay-out file says of the account the money comes from; the number in full."""

    number: str
    name: str
    bank_name: str


def payer_account_unscoped(project_id: int) -> PayerAccount | None:
    """The project's open special account for a pay-out file, None where there is none. The caller leaves the trace."""
    account = (
        SpecialAccount.objects.select_related("bank").filter(project_id=project_id, closed_on__isnull=True).first()
    )
    if account is None:
        return None
    return PayerAccount(vault.unseal_text(account.number_sealed, PURPOSE), account.account_name, account.bank.name)
