"""Makes the demo city: deterministic for the same arguments."""

import datetime
from random import Random

from django.db import transaction

from escalation.selectors.calendar import calendar_unscoped
from projects.models import Project
from responsibilities.services.trail import Actor, record_event
from zhangye_wages.demo.flow import seed_flow
from zhangye_wages.demo.history import seed_history
from zhangye_wages.demo.money import seed_accounts, seed_allocations
from zhangye_wages.demo.payouts import seed_payouts
from zhangye_wages.demo.payrolls import read_uploads, seed_payrolls
from zhangye_wages.demo.people import seed_enterprises, seed_logins, seed_obstacles
from zhangye_wages.demo.projects import Projects
from zhangye_wages.demo.sites import seed_sites

PROJECTS = 60


def seed(*, scale: int, today: datetime.date, seed_number: int) -> dict:
    """Seed `PROJECTS × scale` projects with four months of money and pay; returns counts.

    Set-based: reference data must be loaded, no project may stand yet. Killed midway, nothing or all stands:
    an upload that wasn't read any more is read by the sweep.
    """
    counts = seed_rows(scale=scale, today=today, seed_number=seed_number)
    read_uploads()
    return counts


@transaction.atomic
def seed_rows(*, scale: int, today: datetime.date, seed_number: int) -> dict:
    random = Random(seed_number)  # noqa: S311 - invented data, not secrets
    enterprises = seed_enterprises()
    users = seed_logins(enterprises)
    seed_obstacles(enterprises, users, today)
    stories = Projects(random, today, calendar_unscoped(), enterprises, users).draw(PROJECTS * scale)
    seed_accounts(random, stories, today)
    seed_allocations(random, stories, today)
    payrolls = seed_payrolls(random, stories, users, today)
    payrolls |= seed_sites(today)
    seed_flow(users, today)
    # A generator of its own, so that what is drawn after it stays as it was.
    payrolls |= seed_payouts(Random(seed_number + 1), stories, users, today)  # noqa: S311
    record_event(
        actor=Actor.system("演示数据"),
        action="seed_demo",
        object_type="demo",
        object_name=f"演示数据：{len(stories)} 个项目",
        changes={"scale": ["", str(scale)], "today": ["", str(today)], "seed": ["", str(seed_number)]},
    )
    seed_history(users, today)
    return {"projects": Project.objects.count(), "logins": len(users), **payrolls}
