"""Which decisions the rules allow; raises `Refused` with a whole sentence where they do not.

Policy 三(三): supervision, interview and circular answer a missed deadline. An extension needs a term of the
city or of ours; the law's own terms stand.
"""

import datetime

from escalation.rules.effects import CaseFacts
from responsibilities.rules.errors import Refused

NEEDS_DATE = {"supervision_order": "督办期限", "interview": "约谈日期", "extension": "延期后的到期日"}
AFTER_MISSED = {"supervision_order": "督办", "interview": "约谈", "circular": "通报"}
ONE_IN_FORCE = {"supervision_order": "督办", "extension": "延期", "waiver": "豁免"}
REVOCABLE = frozenset({"supervision_order", "extension", "waiver"})
# Shorter reasons ("同意", "无") explain nothing to whoever reads the file later.
SHORTEST_REASON = 4


def check_decision(
    kind: str,
    facts: CaseFacts,
    *,
    reason: str,
    effective_on: datetime.date | None = None,
    place: str = "",
) -> None:
    """Refuse what the rules do not allow on these facts."""
    _check_state(kind, facts)
    errors = _form_errors(kind, facts, effective_on, place)
    if len(reason.strip()) < SHORTEST_REASON:
        errors["reason"] = f"请写明理由，至少 {SHORTEST_REASON} 个字：依据什么事实、为什么这样决定。"
    if errors:
        raise Refused("invalid", "；".join(errors.values()), errors)


def check_reason(reason: str) -> None:
    """A revocation or a refusal of a second person is explained too."""
    if len(reason.strip()) < SHORTEST_REASON:
        sentence = f"请写明理由，至少 {SHORTEST_REASON} 个字。"
        raise Refused("invalid", sentence, {"reason": sentence})


def possible_kinds(facts: CaseFacts) -> list[str]:
    """The decisions whose buttons are shown: those that the state of the case allows."""
    kinds = []
    for kind in ("supervision_order", "interview", "circular", "extension", "waiver", "closure"):
        try:
            _check_state(kind, facts)
        except Refused:
            continue
        kinds.append(kind)
    return kinds


def _check_state(kind: str, facts: CaseFacts) -> None:
    if facts.closed:
        raise Refused("closed", "这项督办已办结归档，不能再作决定。")
    if kind == "closure":
        if not facts.has_escalation:
            raise Refused("no_escalation", "这项期限没有提请督办，不需要归档。")
        if facts.live:
            raise Refused("still_live", f"“{facts.matter}”尚未办结，不能归档。请在办结后归档，或先作豁免决定。")
        return
    if not facts.live:
        raise Refused("not_live", f"“{facts.matter}”已经办结或不再计时，不需要再作决定；已提请督办的请直接归档。")
    if "waiver" in facts.awaiting:
        raise Refused("awaiting_second", "这项期限的豁免正在等待复核，请先复核，再作其他决定。")
    if kind in AFTER_MISSED and not facts.overdue:
        raise Refused(
            "not_overdue", f"“{facts.matter}”还没有逾期（{facts.due_on:%Y-%m-%d} 到期），不能{AFTER_MISSED[kind]}。"
        )
    if kind == "extension" and not facts.extendable:
        raise Refused(
            "not_extendable",
            f"这项期限由{facts.legal_basis}规定，是法定期限，不能延期。请督促办理，或按规定督办、约谈、通报。",
        )
    if kind in ONE_IN_FORCE and kind in facts.in_force:
        raise Refused(
            "already_in_force", f"已有生效的{ONE_IN_FORCE[kind]}决定。需要更改的，请先撤销原决定，再作新的决定。"
        )


def _form_errors(kind, facts, effective_on, place) -> dict[str, str]:
    errors = {}
    label = NEEDS_DATE.get(kind)
    if label and effective_on is None:
        errors["effective_on"] = f"请填写{label}。"
    elif kind == "extension" and effective_on <= facts.due_on:
        errors["effective_on"] = f"{label}须晚于现在的到期日 {facts.due_on:%Y-%m-%d}。"
    elif label and effective_on < facts.today:
        errors["effective_on"] = f"{label}不能早于今天（{facts.today:%Y-%m-%d}）。"
    if kind == "interview" and not place.strip():
        errors["place"] = "请填写约谈地点。"
    return errors
