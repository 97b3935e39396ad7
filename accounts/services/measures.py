"""What an amount of one month may be at most: beyond it a key was hit too often."""

from decimal import Decimal

from projects.rules.amounts import LARGEST
from responsibilities.rules.errors import Refused


def require_measure(amount: Decimal | None, field: str) -> None:
    """Refuse an amount in yuan beyond all measure, under its field: `amount_too_large`."""
    if amount is not None and amount > LARGEST:
        message = f"{amount:,.2f} 元超出了一个项目一个月可能的金额，请核对是否多打了数字，单位是元。"
        raise Refused("amount_too_large", message, {field: message})
