"""What a check is: a class that says what is looked at, how grave it is, in which words, on which basis.

Declaring a class is all: it enters the catalogue by itself. Its code is a promise to programs (CONTRACT),
its sentence is what a payroll clerk reads at the cell.
"""

import datetime
from enum import StrEnum
from typing import ClassVar, NamedTuple

from payroll.rules.remarks import Remark


class Family(StrEnum):
    """What a check is about; Chinese labels are in `FAMILY_LABELS`."""

    FORMAT = "format"
    ARITHMETIC = "arithmetic"
    PEOPLE = "people"
    ACCOUNT = "account"
    MINIMUM_WAGE = "minimum_wage"
    ATTENDANCE = "attendance"
    WAGE_RETURN = "wage_return"
    OTHER = "other"


FAMILY_LABELS = {
    Family.FORMAT: "格式",
    Family.ARITHMETIC: "计算",
    Family.PEOPLE: "人员",
    Family.ACCOUNT: "账户",
    Family.MINIMUM_WAGE: "最低工资",
    Family.ATTENDANCE: "考勤",
    Family.WAGE_RETURN: "回流",
    Family.OTHER: "其他",
}


class Severity(StrEnum):
    """How grave one remark is. An error keeps its row out, or the whole batch where it stands at no row."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


class Setting(StrEnum):
    """What the 人社局 sets for a check: the row (or batch) is taken with a remark, or can't be submitted."""

    NOTICE = "notice"
    STOP = "stop"


class Basis(NamedTuple):
    """Where a check stands in law. Without an instrument it is a default of ours, and the page says so."""

    instrument: str = ""
    article: str = ""
    in_force_from: datetime.date | None = None

    @property
    def is_default(self) -> bool:
        return not self.instrument

    def __str__(self) -> str:
        return f"{self.instrument}{self.article}" if self.instrument else "本系统默认，可调整"


REGULATION = "《保障农民工工资支付条例》（国务院令第724号）"
_SINCE = datetime.date(2020, 5, 1)
LEDGER = Basis(REGULATION, "第十五条", _SINCE)  # what a written payroll ledger holds, who is paid, what is deducted
PAY_IN_FULL = Basis(REGULATION, "第十二条", _SINCE)
REAL_NAME = Basis(REGULATION, "第二十八条", _SINCE)  # contract and real-name record before entering the site
FROM_THE_ACCOUNT = Basis(REGULATION, "第二十六条", _SINCE)
TO_ONES_OWN_CARD = Basis(REGULATION, "第三十一条", _SINCE)  # monthly, by the worker's workload, to the own bank account
CITIZEN_NUMBER = Basis("《公民身份号码》（GB 11643-1999）", "", datetime.date(1999, 7, 1))
CHILD_LABOUR = Basis("《禁止使用童工规定》（国务院令第364号）", "第二条", datetime.date(2002, 12, 1))
MINIMUM_WAGE_RULES = Basis("《最低工资规定》（劳动和社会保障部令第21号）", "第十二条", datetime.date(2004, 3, 1))
OUR_DEFAULT = Basis()

_CATALOGUE: dict[str, "type[Check]"] = {}


class Check:
    """Base of the declared checks.

    `default` is the severity without a setting; `lighter` the one of a remark where the setting is `notice`.
    `fixed` says why the severity can't be changed, empty where it can. `whole_batch` checks stand at no row: a
    stop keeps the whole batch from being submitted. `figures` are codes of `fixtures/figures.json` that it uses.
    `message` is a whole sentence with its places named: what, where, what to do; further wordings are further
    class attributes ending in `message`.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    what: ClassVar[str]
    family: ClassVar[Family]
    default: ClassVar[Severity] = Severity.WARNING
    lighter: ClassVar[Severity] = Severity.WARNING
    fixed: ClassVar[str] = ""
    message: ClassVar[str]
    basis: ClassVar[Basis] = OUR_DEFAULT
    figures: ClassVar[tuple[str, ...]] = ()
    whole_batch: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        if cls.code in _CATALOGUE:
            raise TypeError(f"two checks named {cls.code}")
        _CATALOGUE[cls.code] = cls

    @classmethod
    def severity(cls, setting: str | None) -> Severity:
        """The severity of a remark under a setting; None is no setting."""
        if setting is None or cls.fixed:
            return cls.default
        return Severity.ERROR if setting == Setting.STOP else cls.lighter

    @classmethod
    def setting(cls) -> Setting:
        """The setting that the default amounts to."""
        return Setting.STOP if cls.default == Severity.ERROR else Setting.NOTICE


def catalogue() -> dict[str, type[Check]]:
    """Every declared check by its code, in the order of declaration; complete once `payroll.rules.checks` is imported."""
    return _CATALOGUE


def severities(settings: dict[str, str]) -> dict[str, Severity]:
    """{code: severity} of every check under {code: setting}."""
    return {code: check.severity(settings.get(code)) for code, check in _CATALOGUE.items()}


def stops_row(remark: Remark) -> bool:
    """Whether a remark keeps its row out; an error on the whole batch keeps the batch instead."""
    return remark.severity == Severity.ERROR and not stops_batch(remark.code)


def stops_batch(code: str) -> bool:
    """Whether an error with this code keeps the whole batch from being submitted."""
    return _CATALOGUE[code].whole_batch
