"""What of a worker's pay is kept with his contest, and what of it reads otherwise in the sheet that counts now."""

from dataclasses import dataclass
from decimal import Decimal

FIGURES = (
    ("days", "出勤天数"),
    ("hours", "工时"),
    ("unit_price", "单价"),
    ("gross", "应发"),
    ("deductions", "扣款"),
    ("advance", "预支"),
    ("net", "实发"),
)
TIMES = ("days", "hours")
CARD = "card_last4"


@dataclass(frozen=True, slots=True)
class Held:
    """One figure when the worker contested it, and now; `kind` is `days`, `hours`, `money` (yuan) or `card` (its last four)."""

    kind: str
    label: str
    then: Decimal | str | None
    now: Decimal | str | None

    @property
    def differs(self) -> bool:
        return self.then != self.now


def figures_of(line) -> dict[str, str]:
    """What a line says, as it is kept with a contest; what it doesn't say is left out."""
    figures = {name: str(getattr(line, name)) for name, _ in FIGURES if getattr(line, name) is not None}
    return figures | ({CARD: line.card.last4} if line.card else {})


def held_against(figures: dict[str, str], now: dict[str, str]) -> list[Held]:
    """Figures that were kept beside those of another line, in the order of a slip; what neither says is left out."""
    rows = [
        Held(name if name in TIMES else "money", label, _amount(figures.get(name)), _amount(now.get(name)))
        for name, label in FIGURES
        if name in figures or name in now
    ]
    if CARD in figures or CARD in now:
        rows.append(Held("card", "工资卡", figures.get(CARD), now.get(CARD)))
    return rows


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
