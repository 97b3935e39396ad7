"""Gates of policy 二(二)一: no funding source, no approval; no funds, no permit; arrears, no new project.

They refuse only what is decided in the portal. What was done elsewhere is recorded with its breaches:
the portal is no place to make a fact disappear.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

CONSTRUCTION_PERMIT = "construction_permit"

NO_FUNDING_SOURCE = "no_funding_source"
FUNDS_NOT_IN_PLACE = "funds_not_in_place"
PERMIT_AFTER_START = "permit_after_start"

_REFUSALS = {
    NO_FUNDING_SOURCE: "没有明确资金来源的项目不予审批。请先填写资金来源，再办理审批；已在其他地方批准的，请选择“已在其他系统办理”如实登记。",
    FUNDS_NOT_IN_PLACE: "建设资金未落实的项目不予办理施工许可。请先在项目信息中核实并登记“建设资金已落实”，再办理施工许可。",
}


@dataclass(frozen=True)
class ApprovalFacts:
    """What the gates look at. `funds_in_place` None means that nobody has said."""

    kind: str
    approved_on: datetime.date
    funding_source: str
    funds_in_place: bool | None
    actual_start_on: datetime.date | None


@dataclass(frozen=True)
class GateResult:
    """`refusal` is (code, sentence) where the gate stays shut; `breaches` go on record otherwise."""

    breaches: tuple[str, ...]
    refusal: tuple[str, str] | None = None


def approval_gate(facts: ApprovalFacts, *, decided_in_portal: bool) -> GateResult:
    """Decide whether an approval may be granted here, or with which breaches it is recorded.

    A permit decided here needs funds that somebody confirmed; one granted elsewhere is a breach only
    where the funds are known to be missing.
    """
    breaches = []
    if not facts.funding_source.strip():
        breaches.append(NO_FUNDING_SOURCE)
    if facts.kind == CONSTRUCTION_PERMIT:
        if facts.funds_in_place is False or (decided_in_portal and facts.funds_in_place is None):
            breaches.append(FUNDS_NOT_IN_PLACE)
        if permit_after_start(facts.kind, facts.approved_on, facts.actual_start_on):
            breaches.append(PERMIT_AFTER_START)
    if decided_in_portal:
        for code in breaches:
            if code in _REFUSALS:
                return GateResult((), (code, _REFUSALS[code]))
    return GateResult(tuple(breaches))


def permit_after_start(kind: str, approved_on: datetime.date, actual_start_on: datetime.date | None) -> bool:
    """Whether work began before its permit was granted (建筑法 art 7)."""
    return kind == CONSTRUCTION_PERMIT and actual_start_on is not None and approved_on > actual_start_on


def breaches_after_start_change(
    breaches: Iterable[str], *, kind: str, approved_on: datetime.date, actual_start_on: datetime.date | None
) -> list[str]:
    """A permit's breaches when the start date was corrected; the others speak of their own day and stay."""
    kept = [code for code in breaches if code != PERMIT_AFTER_START]
    if permit_after_start(kind, approved_on, actual_start_on):
        kept.append(PERMIT_AFTER_START)
    return kept
