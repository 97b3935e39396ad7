"""The addresses of the portal, the objects that stand in them, and who may read what there."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from payroll.models import CardChange
from responsibilities.models import ApiToken, Grant, Obstacle
from responsibilities.rules.roles import PERMISSIONS, Permission
from tests.access.expectations import EXPECTATIONS
from tests.access.people import PROJECTS, REACH
from tests.factories.world import FOREIGN_UNIT, OWN, Place, World

NO_PK = 999_999_999


def routes(resolver=None, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """(name, pattern) of every address but the admin site's, which is a read-only window of its own."""
    for item in (resolver or get_resolver()).url_patterns:
        if isinstance(item, URLResolver):
            inner = ":".join(part for part in (namespace, item.namespace) if part)
            if inner != "admin":
                yield from routes(item, inner)
        else:
            yield ":".join(part for part in (namespace, item.name) if part), item


def declared(pattern: URLPattern) -> Permission | None:
    """The permission that a page or a viewset states."""
    view = getattr(pattern.callback, "cls", pattern.callback)
    return getattr(view, "permission", None)


@dataclass
class Subjects:
    """Address arguments of each kind, for each place, for something absent and for things that don't belong together."""

    world: World

    def of(self, kind: str, name: str) -> dict | None:
        """Arguments of a place, `absent`, or `crossed`: the own project with a foreign row. None: there is no such."""
        if not kind:
            return {} if name == OWN else None
        if name == "absent":
            return self._absent(kind)
        if name == "crossed":
            own, foreign = self._arguments(kind, self.world[OWN]), self._arguments(kind, self.world[FOREIGN_UNIT])
            return {**own, "pk": foreign["pk"]} if {"code", "pk"} <= set(own) else None
        return self._arguments(kind, self.world[name])

    def _absent(self, kind: str) -> dict:
        found = self._arguments(kind, self.world[OWN])
        for key in found:
            if key in ("pk", "code", "grant_pk", "token_pk", "other"):
                found[key] = "NO-SUCH" if key == "code" else NO_PK
        return found

    def _arguments(self, kind: str, place: Place) -> dict:
        code = place.project.code
        contractor = place.contract.contractor
        user = self.world.cast.users["other_labour_officer" if place is not self.world[OWN] else "labour_officer"]
        line = place.batch.lines.order_by("row").first()
        made = {
            "project": lambda: {"code": code},
            "query_project": lambda: {"code": code},
            "approval": lambda: {"code": code, "pk": place.approval.pk},
            "approval_alone": lambda: {"pk": place.approval.pk},
            "contract": lambda: {"code": code, "pk": place.contract.pk},
            "party": lambda: {"code": code, "pk": place.project.parties.get(part="subcontractor").pk},
            "month": lambda: {"code": code, "month": f"{place.month_on:%Y-%m}"},
            "credit": lambda: {"code": code, "pk": place.credit.pk},
            "credit_alone": lambda: {"pk": place.credit.pk},
            "batch": lambda: {"pk": place.batch.pk},
            "batch_pair": lambda: {"pk": place.batch.pk, "other": place.submitted.pk},
            "contest": lambda: {"pk": place.contest.pk},
            "notice_photo": lambda: {"pk": place.notice_photo.pk},
            "line": lambda: {"pk": line.pk},
            "check": lambda: {"code": "unknown_worker"},
            "minimum_wage": lambda: {"pk": place.project.area.minimumwage_set.first().pk},
            "telephone": lambda: {"pk": place.telephone.pk},
            "payout_file": lambda: {"pk": place.payout_file.pk},
            "statement_line": lambda: {"pk": place.statement_line.pk},
            "statement": lambda: {"code": place.project.code, "pk": place.statement_line.imported_id},
            "movement": lambda: {"code": place.project.code, "pk": place.statement_line.pk},
            "card_change": lambda: {"pk": CardChange.objects.get(line__batch=place.payout_file.batch).pk},
            "bank_result": lambda: {"pk": place.payout_file.results.first().pk},
            "worker": lambda: {"pk": line.worker_id},
            "entry": lambda: {"pk": place.people.entry.pk},
            "stay": lambda: {"pk": place.people.stay.pk},
            "left_stay": lambda: {"pk": place.people.left_stay.pk},
            "signed_settlement": lambda: {"pk": place.people.signed.pk},
            "labour_contract": lambda: {"pk": place.people.contract.pk},
            "attendance": lambda: {"pk": place.people.sheet.pk},
            "pay_month": lambda: {"code": code, "month": f"{place.month_on:%Y-%m}"},
            "layout": lambda: {"pk": place.layout.pk},
            "deadline": lambda: {"pk": place.deadline.pk},
            "deadline_decision": lambda: {"pk": place.deadline.pk, "kind": "interview"},
            "notice": lambda: {"pk": place.deadline.notices.get(recipient=contractor).pk},
            "escalation": lambda: {"pk": place.escalation.pk},
            "escalation_decision": lambda: {"pk": place.escalation.pk, "kind": "interview"},
            "order": lambda: {"pk": place.order.pk},
            "waiver": lambda: {"pk": place.waiver.pk},
            "organization": lambda: {"code": contractor.code},
            "area": lambda: {"code": place.project.area.code},
            "row": lambda: {"pk": 1},
            "obstacle": lambda: {"pk": Obstacle.objects.filter(organization=contractor).first().pk},
            "user": lambda: {"pk": user.pk},
            "user_act": lambda: {"pk": user.pk, "act": "sessions"},
            "grant": lambda: {"pk": user.pk, "grant_pk": Grant.objects.get(user=user).pk},
            "token": lambda: {"pk": user.pk, "token_pk": ApiToken.objects.filter(user=user).first().pk},
        }
        return made[kind]()


def askers(subjects: Subjects, name: str) -> Iterator[Client]:
    """Who may read the own place's object at an address."""
    rule = EXPECTATIONS[name]
    wanted = {rule.permission} | ({rule.also} if rule.also else set())
    for who in PROJECTS:
        held = frozenset().union(*(PERMISSIONS[grant.role] for grant in Grant.objects.filter(user__username=who)))
        if wanted <= held and (not rule.kind or OWN in REACH[rule.kind][who]):
            client = Client()
            client.force_login(subjects.world.cast.users[who])
            yield client
