"""Factories of WHO: units come from the fixtures (`unit`), enterprises, people and obstacles are made here."""

import datetime

import factory
from factory.django import DjangoModelFactory

from responsibilities.models import Area, Grant, Obstacle, Organization, User
from responsibilities.rules.identifiers import uscc_check_character
from responsibilities.rules.pinyin import initials
from responsibilities.rules.roles import Role


def area(code: str = "620700") -> Area:
    """An area of the fixtures."""
    return Area.objects.get(code=code)


def unit(body_code: str, area_code: str = "620700") -> Organization:
    """A government unit of the fixtures, exactly in that area (no fallback)."""
    return Organization.objects.get(code=f"{area_code}-{body_code}")


def uscc(n: int, kind: str = "A") -> str:
    """A valid 统一社会信用代码, another for each n and kind."""
    body = f"91620700MA{kind}{n:06d}"
    return body + uscc_check_character(body)


class EnterpriseFactory(DjangoModelFactory):
    """An enterprise; the USCC is unique and valid."""

    class Meta:
        model = Organization

    name = factory.Sequence(lambda n: f"甘肃第{n}建筑工程有限公司")
    kind = Organization.Kind.ENTERPRISE
    uscc = factory.Sequence(uscc)
    code = factory.LazyAttribute(lambda o: o.uscc)
    pinyin_initials = factory.LazyAttribute(lambda o: initials(o.name))


class BankFactory(EnterpriseFactory):
    """A bank that keeps special wage accounts."""

    name = factory.Sequence(lambda n: f"甘肃银行张掖第{n}支行")
    kind = Organization.Kind.BANK
    uscc = factory.Sequence(lambda n: uscc(n, "B"))


class UserFactory(DjangoModelFactory):
    """A person without grants, who sees nothing."""

    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"person{n}")
    name = factory.Sequence(lambda n: f"王{n}")
    password = "!"


class GrantFactory(DjangoModelFactory):
    class Meta:
        model = Grant

    user = factory.SubFactory(UserFactory)
    organization = factory.SubFactory(EnterpriseFactory)
    role = Role.LABOUR_OFFICER


class ObstacleFactory(DjangoModelFactory):
    class Meta:
        model = Obstacle

    organization = factory.SubFactory(EnterpriseFactory)
    kind = Obstacle.Kind.OPEN_ARREARS
    since_on = datetime.date(2026, 5, 6)
    reason = "经查实拖欠 12 名农民工工资 38 万元尚未清偿。"
