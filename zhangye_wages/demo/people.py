"""Enterprises, banks and the people who log in."""

from datetime import timedelta

from django.contrib.auth.hashers import make_password

from responsibilities.models import Grant, Obstacle, Organization, User
from responsibilities.rules.pinyin import initials
from zhangye_wages.demo import words
from zhangye_wages.demo.logins import LOGINS, PASSWORD

CONTRACTORS = (
    "甘肃祁连建设集团有限公司",
    "张掖黑河建筑工程有限公司",
    "甘肃丝路路桥工程有限公司",
    "张掖市第二建筑安装工程公司",
    "甘肃河西水利水电工程局有限公司",
    "兰州金城市政工程有限公司",
    "中建西北（张掖）建设有限公司",
    "甘肃绿洲农业工程有限公司",
    "酒泉风光电力建设有限公司",
    "张掖丹霞装饰工程有限公司",
    "甘肃宏远矿山治理有限公司",
    "山丹焉支建筑有限公司",
)
DEVELOPERS = (
    "张掖城市投资发展（集团）有限公司",
    "张掖市甘州区城乡建设投资有限公司",
    "临泽县国有资产经营有限公司",
    "高台县水务投资有限公司",
    "山丹县交通建设投资有限公司",
    "民乐县扶贫开发投资有限公司",
    "肃南县文旅投资有限公司",
    "张掖经开区建设发展有限公司",
    "甘肃湿地置业有限公司",
    "张掖鑫源房地产开发有限公司",
    "张掖国投新能源有限公司",
)
SUBCONTRACTORS = (
    "张掖恒信劳务有限公司",
    "甘州区众诚建筑劳务有限公司",
    "临泽县沙河劳务有限公司",
    "高台县合黎劳务有限公司",
    "民乐县祁丰劳务有限公司",
    "山丹县马场劳务有限公司",
    "张掖鸿达钢结构有限公司",
    "甘肃顺通机电安装有限公司",
)
BANKS = (
    "甘肃银行股份有限公司张掖分行",
    "中国农业银行股份有限公司张掖分行",
    "中国建设银行股份有限公司张掖分行",
    "张掖农村商业银行股份有限公司",
)


def seed_enterprises() -> dict[str, Organization]:
    """`contractor-0`, `developer-3`, `bank-1` … → organization."""
    rows, keys = [], []
    kinds = (
        ("contractor", CONTRACTORS, Organization.Kind.ENTERPRISE),
        ("developer", DEVELOPERS, Organization.Kind.ENTERPRISE),
        ("subcontractor", SUBCONTRACTORS, Organization.Kind.ENTERPRISE),
        ("bank", BANKS, Organization.Kind.BANK),
    )
    for prefix, names, kind in kinds:
        for position, name in enumerate(names):
            code = words.uscc(len(rows) + 1)
            rows.append(Organization(code=code, uscc=code, name=name, kind=kind, pinyin_initials=initials(name)))
            keys.append(f"{prefix}-{position}")
    return dict(zip(keys, Organization.objects.bulk_create(rows), strict=True))


def seed_logins(enterprises: dict[str, Organization]) -> dict[str, User]:
    """The demo logins with their grants; all share one password, printed at start."""
    units = {row.code: row for row in Organization.objects.filter(kind=Organization.Kind.GOVERNMENT)}
    password = make_password(PASSWORD)
    people = User.objects.bulk_create(
        User(username=login.username, name=login.name, password=password) for login in LOGINS
    )
    Grant.objects.bulk_create(
        Grant(user=user, organization=(units | enterprises)[login.organization], role=login.role)
        for user, login in zip(people, LOGINS, strict=True)
    )
    return {user.username: user for user in people}


def seed_obstacles(enterprises: dict[str, Organization], users: dict[str, User], today) -> None:
    """Two enterprises that a person must decide about with a reason."""
    Obstacle.objects.bulk_create(
        [
            Obstacle(
                organization=enterprises["contractor-9"],
                kind=Obstacle.Kind.OPEN_ARREARS,
                since_on=today - timedelta(days=46),
                reason="经核查，尚欠 17 名农民工 8 月份工资 24.6 万元，清偿期限未到。",
                source="市人社局劳动保障监察支队",
                recorded_by=users["rsj_city"],
            ),
            Obstacle(
                organization=enterprises["contractor-10"],
                kind=Obstacle.Kind.DISHONEST_LIST,
                since_on=today - timedelta(days=210),
                reason="列入拖欠农民工工资失信联合惩戒对象名单，期限三年。",
                source="信用中国（甘肃）",
                recorded_by=users["rsj_city"],
            ),
        ]
    )
