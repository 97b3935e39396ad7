"""What the shell of every page shows of WHEN and WHERE: navigation, unread notices, a pinned date."""

import datetime

from django.conf import settings
from django.db import DatabaseError
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from escalation.selectors.notices import unread_count
from payroll.selectors.declarations import complaint_telephones
from responsibilities.rules.roles import ROLE_LABELS, Permission
from responsibilities.selectors.trail import act_recorded_unscoped
from zhangye_wages.demo.logins import LOGINS, PASSWORD

P = Permission
# (label, short label for phones, address, icon, permission, heading before it)
NAVIGATION = (
    ("首页", "首页", "escalation:dashboard", "home", P.RESPONSIBILITY_VIEW, ""),
    ("时限", "时限", "escalation:deadlines", "clock", P.DEADLINE_VIEW, ""),
    ("督办审核", "督办", "escalation:queue", "gavel", P.ESCALATION_VIEW, ""),
    ("项目", "项目", "escalation:projects", "building", P.PROJECT_VIEW, ""),
    ("工资发放", "工资", "payroll:list", "cash", P.PAYROLL_VIEW, ""),
    ("责任清单", "清单", "escalation:responsibilities", "list-check", P.RESPONSIBILITY_VIEW, ""),
    ("限制情形", "限制", "responsibilities:obstacles", "ban", P.OBSTACLE_EDIT, ""),
    ("规则与期限", "规则", "escalation:rules", "book", P.RESPONSIBILITY_VIEW, "依据"),
    ("工作日历", "日历", "escalation:calendar", "calendar", P.RESPONSIBILITY_VIEW, ""),
    ("用户与授权", "用户", "responsibilities:users", "users", P.USER_MANAGE, "管理"),
    ("操作留痕", "留痕", "responsibilities:trail", "history", P.TRAIL_VIEW, ""),
    ("运行状态", "运行", "running", "heart-rate-monitor", P.USER_MANAGE, ""),
)


def shell(request) -> dict:
    """Context for `base.html`; to those who aren't logged in only the demo's logins, where there is a demo."""
    user = getattr(request, "user", None)
    hotline = {"hotline": SimpleLazyObject(hotline_of_the_country)}
    if user is None or not hasattr(request, "scope"):
        return hotline
    if not user.is_authenticated:
        return hotline | {"demo_logins": SimpleLazyObject(demo_logins)}
    scope = request.scope
    sees_deadlines = scope.can(P.DEADLINE_VIEW)
    return hotline | {
        "nav": _navigation(request, scope),
        "unread_notices": SimpleLazyObject(lambda: unread_count(scope, user.notices_seen_at)) if sees_deadlines else 0,
        "notices_url": reverse("escalation:notices") if sees_deadlines else "",
        "demo_today": datetime.date.fromisoformat(settings.PORTAL_TODAY) if settings.PORTAL_TODAY else None,
    }


def hotline_of_the_country():
    """The first telephone for complaints that belongs to no area, for the foot of every page; None where none is kept.

    Also at the foot of the page that says that the database is gone.
    """
    try:
        return next((row for row in complaint_telephones(None) if row.area_id is None), None)
    except DatabaseError:
        return None


def demo_logins() -> list[dict]:
    """What the login page offers in a demo installation; empty where none was seeded."""
    if not act_recorded_unscoped("seed_demo"):
        return []
    return [
        {"role": f"{ROLE_LABELS[login.role]} {login.name}", "username": login.username, "password": PASSWORD}
        for login in LOGINS
    ]


def _navigation(request, scope) -> list[dict]:
    items, heading = [], ""
    for label, short, name, icon, permission, group in NAVIGATION:
        heading = group or heading
        if not scope.can(permission):
            continue
        url = reverse(name)
        active = request.path == url or (url != "/" and request.path.startswith(url))
        items.append({"label": label, "short": short, "url": url, "icon": icon, "active": active, "group": heading})
        heading = ""
    return items
