"""Which role fits which organization: a grant that could show the wrong people anything is refused."""

from responsibilities.rules.roles import Role

GOVERNMENT, ENTERPRISE, BANK = "government", "enterprise", "bank"

ROLE_KINDS: dict[Role, frozenset[str]] = {
    Role.UNIT_OFFICER: frozenset({GOVERNMENT}),
    Role.UNIT_HEAD: frozenset({GOVERNMENT}),
    Role.SUPERVISOR: frozenset({GOVERNMENT}),
    Role.SYSTEM_ADMINISTRATOR: frozenset({GOVERNMENT}),
    Role.LEADER: frozenset({GOVERNMENT}),
    Role.AUDITOR: frozenset({GOVERNMENT}),
    Role.LABOUR_OFFICER: frozenset({ENTERPRISE}),
    Role.SUBCONTRACTOR: frozenset({ENTERPRISE}),
    Role.DEVELOPER: frozenset({ENTERPRISE, GOVERNMENT}),
    Role.BANK_CLERK: frozenset({BANK}),
}

SUPERVISING_BODY = "rsj"


def grant_problem(
    *, role: Role, kind: str, body_code: str, own_area_id: int | None, city_level: bool, area_id: int | None
) -> tuple[str, str] | None:
    """The field and the sentence of what is wrong with a grant, or None.

    A supervisor belongs to 人社局. The unit of a county can't be given another area than its own.
    """
    if kind not in ROLE_KINDS[role]:
        return "role", "这个岗位与所选单位的类别不符，请重新选择单位或岗位。"
    if role == Role.SUPERVISOR and body_code != SUPERVISING_BODY:
        return "role", "人社监管员只能授予人力资源和社会保障局，请重新选择单位。"
    if area_id and kind == GOVERNMENT and not city_level and area_id != own_area_id:
        return "area", "县区单位只能限定在本县区，请改选本县区或不限定。"
    return None
