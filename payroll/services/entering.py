"""A person enters a site by a form: found or registered, then the stay; one transaction."""

import datetime
from dataclasses import dataclass

from django.db import transaction

from payroll.models import BankCard, SiteStay, Worker
from payroll.selectors.declarations import whole_figure
from payroll.selectors.employers import require_employer
from payroll.selectors.roster_facts import known_names_unscoped
from payroll.services.stays import site_enter
from payroll.services.workers import workers_register
from responsibilities.models import Organization
from responsibilities.rules.errors import Refused
from responsibilities.rules.identifiers import age_on, birth_date
from responsibilities.services import vault
from responsibilities.services.trail import Actor


@dataclass(frozen=True, slots=True)
class Entrant:
    """Who enters; telephone and card may be empty."""

    name: str
    id_number: str
    phone: str = ""
    bank_card: str = ""
    bank_name: str = ""


@transaction.atomic
def person_enter(
    *,
    project,
    subcontractor: Organization | None,
    entrant: Entrant,
    entered_on: datetime.date,
    crew: str = "",
    trade: str = "",
    actor: Actor,
    scope=None,
) -> SiteStay:
    """Register the person where new, then the entry. `name_differs` where the ID number has another name."""
    require_employer(scope, project, subcontractor)
    index = vault.blind_index(entrant.id_number, "id_number")
    known = known_names_unscoped([index]).get(index)
    if known and known[1] != entrant.name:
        message = "这个身份证号在系统中登记的是另一个姓名。请对照身份证核对姓名和号码。"
        raise Refused("name_differs", message, {"name": message})
    _require_age(entrant, entered_on)
    if entrant.bank_card:
        _require_own_card(entrant.bank_card, known[0] if known else None)
    (worker_id,), _new = workers_register([entrant])
    return site_enter(
        project=project,
        subcontractor=subcontractor,
        worker=Worker.objects.get(pk=worker_id),
        entered_on=entered_on,
        crew=crew,
        trade=trade,
        actor=actor,
        scope=scope,
    )


def _require_age(entrant: Entrant, entered_on: datetime.date) -> None:
    """Nobody under the lowest age of employment enters a site (《劳动法》 art 15; the figure `worker_minimum_age`)."""
    born, lowest = birth_date(entrant.id_number), whole_figure("worker_minimum_age", entered_on)
    if born and age_on(born, entered_on) < lowest:
        message = f"{entrant.name}进场当日不满 {lowest} 周岁。用人单位不得招用未满 {lowest} 周岁的未成年人（《劳动法》第十五条），不能登记进场。"
        raise Refused("underage", message, {"id_number": message})


def _require_own_card(number: str, worker_id: int | None) -> None:
    """Pay goes to the worker's own account (724 art 31): a card that stands with somebody else is refused."""
    index = vault.blind_index(number, "bank_card")
    if BankCard.objects.filter(number_index=index).exclude(worker_id=worker_id).exists():
        message = "这张卡已登记在其他工人名下。请核对卡号，或请工人提供本人的银行卡；卡号可以先不填，登记进场以后再补。"
        raise Refused("card_of_other", message, {"bank_card": message})
