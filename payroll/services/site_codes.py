"""The site's QR code: a worker without the personal link finds his own pay by name and the end of the ID number.

Nothing tells who works on a site: a wrong name, a wrong number and a person of another site get the same words
after the same work. Tries are counted for each address, each name asked for and each site; where the counter is
out of reach, nobody is let in.
"""

import hmac
import logging
import re

from django.core.cache import cache
from django.db import transaction

from payroll.models import PayConfirmation, SiteCode
from payroll.selectors.confirmations import candidates_unscoped
from payroll.selectors.declarations import whole_figure
from payroll.services.pay_links import site_of_token, visit_token
from projects.selectors.projects import may_act
from responsibilities.rules.errors import NotAllowed, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import now, today
from responsibilities.services import vault
from responsibilities.services.trail import Actor, record_event

logger = logging.getLogger(__name__)
QUARTER, HOUR = 15 * 60, 60 * 60
# Compared where nobody was found, so that an answer takes the same work.
_NOBODY = "0" * 18


class TooManyTries(Refused):
    """Counted out (HTTP 429)."""

    def __init__(self):
        super().__init__(
            "too_many_tries", "查询次数太多，请过一会儿再试。着急的话，请拨打告示牌上的投诉电话，或者找劳资专管员。"
        )


@transaction.atomic
def site_code_make(*, project, actor: Actor, scope=None, renew: bool = False) -> SiteCode:
    """The project's code, made at the first asking; `renew` ends the poster that hangs there."""
    if scope is not None and not may_act(scope, project, Permission.PAYROLL_SUBMIT):
        raise NotAllowed()
    code = SiteCode.objects.select_for_update(of=("self",)).filter(project=project).first()
    if code is not None and not renew:
        return code
    if code is not None:
        code.delete()
    code, created = SiteCode.objects.get_or_create(project=project, defaults={"made_at": now(), "made_by": actor.user})
    if created:
        record_event(
            actor=actor,
            action="payroll.site_code",
            target=code,
            object_name=f"{project.name}工地二维码",
            project_id=project.pk,
        )
    return code


def site_find(*, token: str, name: str, id_last6: str, phone_last4: str, actor: Actor) -> str:
    """A visit's token to the caller's latest pay on the site of the poster.

    Errors: `link_unknown`, `too_many_tries`, `not_found_here`.
    """
    code = site_of_token(token)
    name = re.sub(r"\s+", "", name)
    failures = f"site:{code.pk}"
    named = f"site:{code.pk}:{vault.blind_index(name, 'site_name').hex()}"
    day = today()
    if (
        _counted(f"site:from:{actor.ip}", QUARTER) > whole_figure("site_tries_address", day)
        or _counted(named, HOUR) > whole_figure("site_tries_name", day)
        or _read(failures) >= whole_figure("site_tries_project", day)
    ):
        raise TooManyTries()
    found = _match(candidates_unscoped(code.project_id, name, id_last6[-4:].upper()), id_last6.upper(), phone_last4)
    if found is None:
        _counted(failures, HOUR)
        raise Refused(
            "not_found_here",
            "请核对姓名和身份证号后 6 位；单位登记过手机号的，还要写对手机号后 4 位，换了号码的请项目部更正。"
            "仍查不到的，可能工资表还没有提交，请找劳资专管员或拨打投诉电话。",
        )
    cache.delete(named)
    record_event(
        actor=actor,
        action="payroll.site_find",
        target=found,
        project_id=code.project_id,
        changes={"batch": ["", str(found.batch_id)]},
    )
    return visit_token(found.key)


def _match(rows: list[PayConfirmation], id_last6: str, phone_last4: str) -> PayConfirmation | None:
    """The row whose ID number ends so and whose telephone, where one is known, ends so; two people are nobody."""
    found = []
    for row in rows or [None]:
        worker = row.line.worker if row else None
        number = vault.unseal_text(worker.id_number_sealed, "id_number") if worker else _NOBODY
        known = worker.phone_last4 if worker else ""
        right = hmac.compare_digest(number[-6:].encode(), id_last6.encode())
        right &= not known or hmac.compare_digest(known.encode(), phone_last4.encode())
        if right and worker:
            found.append(row)
    return found[0] if len(found) == 1 else None


def _counted(key: str, seconds: int) -> int:
    """Count one more within the window that the first one opened."""
    try:
        cache.add(key, 0, seconds)
        return cache.incr(key)
    except ValueError:
        # It ended between the two: this is the first of the next window.
        cache.set(key, 1, seconds)
        return 1
    except Exception as error:
        raise _unavailable() from error


def _read(key: str) -> int:
    try:
        return cache.get(key) or 0
    except Exception as error:
        raise _unavailable() from error


def _unavailable() -> Refused:
    logger.warning("the counter of tries is out of reach: nobody is let in", exc_info=True)
    return TooManyTries()
