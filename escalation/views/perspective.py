"""As whom the caller looks: the scope that the unit switch left, the role that decides on the page, the day."""

from dataclasses import dataclass

from escalation.selectors.days import Window
from responsibilities.models import Organization
from responsibilities.rules.roles import ROLE_LABELS, Role
from responsibilities.rules.scope import Scope
from responsibilities.selectors.areas import areas
from responsibilities.selectors.clock import today
from responsibilities.selectors.own_units import own_units

# Of several roles the one with most to do decides which first page is shown.
PRECEDENCE = (
    Role.SUPERVISOR,
    Role.UNIT_HEAD,
    Role.UNIT_OFFICER,
    Role.LABOUR_OFFICER,
    Role.DEVELOPER,
    Role.SUBCONTRACTOR,
    Role.BANK_CLERK,
    Role.LEADER,
    Role.AUDITOR,
    Role.SYSTEM_ADMINISTRATOR,
)
# Who sees what concerns the own enterprise, not an area.
ENTERPRISE = (Role.LABOUR_OFFICER, Role.DEVELOPER, Role.SUBCONTRACTOR, Role.BANK_CLERK)


@dataclass(frozen=True)
class Perspective:
    """`role` is None for a person without any grant; `area_code` narrows lists within the scope."""

    scope: Scope
    window: Window
    role: Role | None
    units: list[Organization]
    area_code: str
    area_choices: list[tuple[str, str]]

    @property
    def role_label(self) -> str:
        return ROLE_LABELS[self.role] if self.role else ""

    @property
    def is_enterprise(self) -> bool:
        return self.role in ENTERPRISE

    @property
    def one_area(self) -> bool:
        """Whether there is nothing to choose: the caller's grants reach one area."""
        return len(self.area_choices) < 2

    @property
    def unit_name(self) -> str:
        return "、".join(str(unit) for unit in self.units)

    @property
    def area_name(self) -> str:
        return dict(self.area_choices).get(self.area_code, "")


def perspective_of(request) -> Perspective:
    """The perspective of a request; `?area=` names an area, one that the caller doesn't reach is left out."""
    scope: Scope = request.scope
    choices = _area_choices(scope)
    wanted = request.GET.get("area", "")
    return Perspective(
        scope=scope,
        window=Window.around(today()),
        role=next((role for role in PRECEDENCE if role in scope.roles), None),
        units=own_units(scope),
        area_code=wanted if wanted in dict(choices) else "",
        area_choices=choices,
    )


def _area_choices(scope: Scope) -> list[tuple[str, str]]:
    """The areas that the caller's grants reach: all where one of them isn't narrowed."""
    reached = {grant.area_id for grant in scope.grants}
    return [(area.code, area.short_name) for area in areas() if None in reached or area.pk in reached]
