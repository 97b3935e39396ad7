"""What every method of the national real-name standard names: project, corporation, documents; limits on calls."""

from django.core.cache import cache
from django.db.models import Q

from payroll.rules.realname import CITIZEN_CARD
from payroll.selectors.employers import employers_for_people
from projects.models import Project, ProjectParty
from projects.selectors.projects import organization_of_part_unscoped
from responsibilities.models import Organization
from responsibilities.rules.errors import NotAllowed, Refused
from responsibilities.rules.identifiers import id_problem, normalise_id, normalise_uscc
from responsibilities.selectors.clock import now, today
from responsibilities.selectors.figures import figure_on
from responsibilities.services import vault

# Other documents than idCardType 01 have no check character to go by.


def subcontractor_of(scope, project: Project, corp_code: str) -> Organization | None:
    """The employer behind a corpCode: None for the general contractor's own crews. Refuses `corp_unknown`."""
    allowed = employers_for_people(scope, project)
    if not allowed:
        raise NotAllowed("您的岗位不能报送这个项目的用工人员。")
    code = normalise_uscc(corp_code)
    contractor = organization_of_part_unscoped(project, ProjectParty.Part.GENERAL_CONTRACTOR)
    for one in allowed:
        organization = one or contractor
        if organization is not None and code and code in (organization.uscc, organization.code):
            return one
    message = f"“{corp_code[:40]}”不是您在这个项目可以报送的用工单位。请核对 corpCode，或先在项目页登记分包单位。"
    raise Refused("corp_unknown", message, {"corpCode": message})


def employer_asked(project: Project, corp_code: str) -> Organization | None:
    """The employer that a query names by its corpCode, None where it names none. Refuses `corp_unknown`."""
    code = normalise_uscc(corp_code)
    if not code:
        return None
    parts = (ProjectParty.Part.GENERAL_CONTRACTOR, ProjectParty.Part.SUBCONTRACTOR)
    party = (
        project.parties.filter(Q(organization__uscc=code) | Q(organization__code=code), part__in=parts)
        .select_related("organization")
        .first()
    )
    if party is None:
        message = f"“{corp_code[:40]}”不是这个项目的总包或分包单位。请核对 corpCode。"
        raise Refused("corp_unknown", message, {"corpCode": message})
    return party.organization


def person_asked(number: str) -> bytes | None:
    """The blind index of the ID number that a query names, None where it names none. Refuses `id_invalid`."""
    bare = normalise_id(number)
    if not bare:
        return None
    if id_problem(bare):
        message = "idCardNumber 不是有效的居民身份证号（接口报送明文，不用 AES 加密）。"
        raise Refused("id_invalid", message, {"idCardNumber": message})
    return vault.blind_index(bare, "id_number")


def require_citizen_cards(rows: list[dict]) -> list[dict]:
    """An error for each row whose idCardType isn't a citizen's card."""
    return [
        {
            "index": index,
            "field": "idCardType",
            "code": "id_type_unsupported",
            "message": "目前只受理居民身份证（idCardType 为 01）。持其他证件的请在页面登记。",
        }
        for index, row in enumerate(rows)
        if str(row.get("idCardType") or CITIZEN_CARD) not in (CITIZEN_CARD, "1")
    ]


def require_rows(rows: list[dict], name: str) -> None:
    """Refuse no rows (`nothing_sent`) and more than the figure allows at once (`too_many_rows`)."""
    limit = int(figure_on("realname_api_rows", today()) or 0)
    if not rows:
        message = f"{name} 是空的，没有要报送的内容。"
        raise Refused("nothing_sent", message, {name: message})
    if len(rows) > limit:
        message = f"一次最多报送 {limit} 行，这次有 {len(rows)} 行。请分批报送。"
        raise Refused("too_many_rows", message, {name: message})


def require_rate(user_id: int) -> None:
    """Count a call; refuse (`too_often`, HTTP 429) beyond the figure's calls a minute."""
    limit = int(figure_on("realname_api_per_minute", today()) or 0)
    key = f"realname:{user_id}:{now():%Y%m%d%H%M}"
    cache.add(key, 0, 120)
    if cache.incr(key) > limit:
        raise Refused("too_often", f"每分钟最多调用 {limit} 次，请稍后再试。")


def text(row: dict, name: str, longest: int = 200) -> str:
    """A field as text, whatever JSON type it came in."""
    value = row.get(name)
    return "" if value is None else str(value).strip()[:longest]
