"""Factories of a leaver's settlement, one act after the other as the services do them: he left, it is agreed, he signed it,
it is paid.

The n-th person of `tests.factories.payroll` worked from September 2026 until the middle of November; October's pay, 5,380
yuan after 500 paid early, stands in a payroll.
"""

import datetime
from decimal import Decimal

from payroll.models import LeaverSettlement, PayrollBatch, SiteStay
from payroll.services.leavers import settlement_agree, settlement_confirm, settlement_pay
from payroll.services.stays import site_enter, site_leave
from responsibilities.services.trail import Actor
from tests.factories.payouts import noticed
from tests.factories.payroll import person
from tests.factories.people import worker

SYSTEM = Actor.system("tests")
PDF = b"%PDF-1.7 signed"
NET, ADVANCE = Decimal("5380.00"), Decimal("500.00")
ENTERED_ON, LEFT_ON = datetime.date(2026, 9, 1), datetime.date(2026, 11, 15)
AGREED_ON, PAID_ON = datetime.date(2026, 11, 16), datetime.date(2026, 11, 17)


def october(project, employer) -> PayrollBatch:
    """October of the leaver and somebody else, noticed, nothing paid yet."""
    return noticed(project, [person(1), person(2)], subcontractor=employer)


def left(project, employer, n: int = 1, *, entered_on=ENTERED_ON, left_on=LEFT_ON) -> SiteStay:
    """The n-th person entered and left; `employer` None: the general contractor's own crews."""
    stay = site_enter(project=project, subcontractor=employer, worker=worker(n), entered_on=entered_on, actor=SYSTEM)
    return site_leave(stay_id=stay.pk, left_on=left_on, actor=SYSTEM)


def agree(stay: SiteStay, **facts) -> LeaverSettlement:
    """What he is owed: October's pay, of which he had the advance."""
    given = {
        "stay_id": stay.pk,
        "earned": NET + ADVANCE,
        "deductions": Decimal(0),
        "deduction_reason": "",
        "paid": ADVANCE,
        "off_sheet_checked": True,
        "agreed_on": AGREED_ON,
        "actor": SYSTEM,
    }
    return settlement_agree(**given | facts)


def sign(stay: SiteStay, *, scan: bytes = PDF, on=AGREED_ON, actor=SYSTEM) -> LeaverSettlement:
    """He signed, and the paper is scanned."""
    return settlement_confirm(stay_id=stay.pk, confirmed_on=on, scan=("结算单.pdf", scan), actor=actor)


def pay(stay: SiteStay, **facts) -> LeaverSettlement:
    """The settlement is paid."""
    given = {"stay_id": stay.pk, "paid_on": PAID_ON, "payment_note": "回单号 0012", "actor": SYSTEM}
    return settlement_pay(**given | facts)
