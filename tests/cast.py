"""The fixed cast: an officer per unit, two contractors, supervisors, a stranger … built on the fixtures.

`cast.officer("zjj", "620702")` is the officer of 甘州区住建局; the others are attributes. Organizations that
the fixtures don't hold (enterprises, a bank) are attributes too: `cast.contractor` is the enterprise,
`cast.labour_officer` the person. A test asks for the `cast` fixture, or calls `build_cast()`.
"""

from dataclasses import dataclass, field

import pytest
from django.contrib.auth.hashers import make_password

from responsibilities.models import Area, Grant, Organization, User
from responsibilities.rules.pinyin import initials
from responsibilities.rules.roles import Role
from responsibilities.rules.scope import Scope
from responsibilities.selectors.scope import scope_of
from responsibilities.services.trail import Actor
from tests.factories.responsibilities import uscc

PASSWORD = "Cast-2026-password"
CITY, GANZHOU, LINZE, GAOTAI, SHANDAN, MINLE, SUNAN, ZONE = (
    "620700",
    "620702",
    "620723",
    "620724",
    "620725",
    "620722",
    "620721",
    "620799",
)
OFFICER_BODIES = ("fgw", "zjj", "jtj", "swj", "nyj", "czj", "ggzy")
OFFICER_AREAS = (CITY, GANZHOU, LINZE)

_ENTERPRISES = {
    "contractor": ("甘肃祁连建设集团有限公司", uscc(1, "C"), "enterprise"),
    "other_contractor": ("张掖黑河建筑工程有限公司", uscc(2, "C"), "enterprise"),
    "subcontractor": ("张掖丹霞劳务有限公司", uscc(3, "C"), "enterprise"),
    "other_subcontractor": ("临泽沙河劳务有限公司", uscc(4, "C"), "enterprise"),
    "developer": ("张掖城市投资发展有限公司", uscc(5, "C"), "enterprise"),
    "other_developer": ("张掖湿地文旅开发有限公司", uscc(6, "C"), "enterprise"),
    "bank": ("甘肃银行股份有限公司张掖分行", uscc(7, "C"), "bank"),
}


@dataclass
class Cast:
    """Who plays in the tests. Attributes of kind Organization or User, and look-ups by unit and area."""

    areas: dict[str, Area]
    units: dict[str, Organization]
    users: dict[str, User] = field(default_factory=dict)
    enterprises: dict[str, Organization] = field(default_factory=dict)

    def __getattr__(self, name: str):
        for group in ("users", "enterprises"):
            found = self.__dict__.get(group, {}).get(name)
            if found is not None:
                return found
        raise AttributeError(name)

    def area(self, code: str = CITY) -> Area:
        return self.areas[code]

    def unit(self, body: str, area: str = CITY) -> Organization:
        """The unit of a body in exactly this area; `gov` is the government itself."""
        return self.units[f"{area}-{body}"]

    def officer(self, body: str, area: str = CITY) -> User:
        """The officer of the unit, of OFFICER_BODIES in OFFICER_AREAS."""
        return self.users[f"officer_{body}_{area}"]

    @staticmethod
    def scope(user: User) -> Scope:
        return scope_of(user)

    @staticmethod
    def actor(user: User) -> Actor:
        return Actor(user=user)


def build_cast() -> Cast:
    """Everybody, in a few statements; the fixtures must be loaded."""
    cast = Cast(
        areas={row.code: row for row in Area.objects.all()},
        units={row.code: row for row in Organization.objects.filter(kind="government").select_related("area", "body")},
    )
    cast.enterprises = _enterprises()
    roles = _roles(cast)
    password = make_password(PASSWORD)
    people = User.objects.bulk_create(
        User(username=username, name=name, password=password) for username, (name, _, _) in roles.items()
    )
    cast.users = {user.username: user for user in people}
    Grant.objects.bulk_create(
        Grant(user=cast.users[username], organization=organization, role=role)
        for username, (_, organization, role) in roles.items()
        if organization
    )
    return cast


def _enterprises() -> dict[str, Organization]:
    rows = Organization.objects.bulk_create(
        Organization(name=name, code=code, uscc=code, kind=kind, pinyin_initials=initials(name))
        for name, code, kind in _ENTERPRISES.values()
    )
    return dict(zip(_ENTERPRISES, rows, strict=True))


def _roles(cast: Cast) -> dict[str, tuple[str, Organization | None, Role | None]]:
    """Username → (name, organization, role); the username is the attribute's name."""
    roles = {
        f"officer_{body}_{area}": (f"{cast.unit(body, area)}经办人", cast.unit(body, area), Role.UNIT_OFFICER)
        for body in OFFICER_BODIES
        for area in OFFICER_AREAS
    }
    return roles | {
        "unit_head": ("市住建局负责人", cast.unit("zjj"), Role.UNIT_HEAD),
        "county_unit_head": ("甘州区住建局负责人", cast.unit("zjj", GANZHOU), Role.UNIT_HEAD),
        "supervisor": ("市人社监管员甲", cast.unit("rsj"), Role.SUPERVISOR),
        "second_supervisor": ("市人社监管员乙", cast.unit("rsj"), Role.SUPERVISOR),
        "county_supervisor": ("甘州区人社监管员", cast.unit("rsj", GANZHOU), Role.SUPERVISOR),
        "other_county_supervisor": ("临泽县人社监管员", cast.unit("rsj", LINZE), Role.SUPERVISOR),
        "administrator": ("系统管理员", cast.unit("rsj"), Role.SYSTEM_ADMINISTRATOR),
        "labour_officer": ("祁连建设劳资专管员", cast.contractor, Role.LABOUR_OFFICER),
        "other_labour_officer": ("黑河建筑劳资专管员", cast.other_contractor, Role.LABOUR_OFFICER),
        "subcontractor_clerk": ("丹霞劳务经办人", cast.subcontractor, Role.SUBCONTRACTOR),
        "other_subcontractor_clerk": ("沙河劳务经办人", cast.other_subcontractor, Role.SUBCONTRACTOR),
        "developer_officer": ("城投公司经办人", cast.developer, Role.DEVELOPER),
        "other_developer_officer": ("湿地文旅经办人", cast.other_developer, Role.DEVELOPER),
        "bank_clerk": ("甘肃银行专户经办人", cast.bank, Role.BANK_CLERK),
        "leader": ("分管副市长", cast.unit("gov"), Role.LEADER),
        "county_leader": ("甘州区分管副区长", cast.unit("gov", GANZHOU), Role.LEADER),
        "auditor": ("审计人员", cast.unit("gov"), Role.AUDITOR),
        "stranger": ("未授权人员", None, None),
    }


@pytest.fixture
def cast(db) -> Cast:
    """The fixed cast, in this test's transaction."""
    return build_cast()
