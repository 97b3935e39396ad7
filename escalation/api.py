"""`deadlines/`, `notices/`, `escalations/` and decisions on them."""

from django.db.models import Exists, OuterRef
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from escalation.catalogue.registry import OWES, SUPERVISES, subjects
from escalation.models import Deadline, DeadlineParty, Escalation, Notice
from escalation.selectors.deadlines_unscoped import parties_of_unscoped
from escalation.serializers import (
    DeadlineSerializer,
    DecisionSerializer,
    DecisionWriteSerializer,
    EscalationSerializer,
    NoticeSerializer,
)
from escalation.services.decisions import decision_take
from responsibilities.api.base import ReadEndpoint
from responsibilities.api.idempotency import idempotent
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor


class StatusIn(filters.BaseInFilter, filters.ChoiceFilter):
    """Several statuses, separated by commas."""


class PartyFilter(filters.CharFilter):
    """Deadlines in which the unit of this code plays the part."""

    def __init__(self, part: str):
        super().__init__(help_text="单位编码")
        self.part = part

    def filter(self, queryset, value):
        if not value:
            return queryset
        parties = DeadlineParty.objects.filter(deadline_id=OuterRef("pk"), part=self.part, organization__code=value)
        return queryset.filter(Exists(parties))


class DeadlineFilter(filters.FilterSet):
    """By the names of the reply."""

    project = filters.CharFilter("project__code")
    area = filters.CharFilter("area__code")
    status__in = StatusIn("status", choices=Deadline.Status.choices, help_text="多个状态以逗号分隔")
    met_on = filters.DateFilter("satisfied_on")
    met_on__gte = filters.DateFilter("satisfied_on", "gte")
    met_on__lte = filters.DateFilter("satisfied_on", "lte")
    owed_by = PartyFilter(OWES)
    supervised_by = PartyFilter(SUPERVISES)

    class Meta:
        model = Deadline
        fields = {
            "rule": ["exact"],
            "status": ["exact"],
            "due_on": ["exact", "gte", "lte"],
            "anchor_on": ["exact", "gte", "lte"],
            "level": ["exact", "gte"],
            "calendar_provisional": ["exact"],
        }


class Deadlines(ReadEndpoint):
    """时限 that the caller's units are party to."""

    permission = Permission.DEADLINE_VIEW
    serializer_class = DeadlineSerializer
    queryset = Deadline.objects.none()
    filterset_class = DeadlineFilter
    ordering = ("due_on", "id")
    ordering_fields = ("due_on", "anchor_on", "id")

    def get_queryset(self):
        scope = self.request.scope.with_permission(Permission.DEADLINE_VIEW)
        return Deadline.objects.visible_to(scope).select_related("project", "rule_version")

    def list(self, request):
        """A page of deadlines; parties and subjects are loaded for the page as a whole."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(DeadlineSerializer(page, many=True, context=_with_units(page)).data)

    def retrieve(self, request, pk=None):
        """One deadline."""
        row = self.get_object()
        return Response(DeadlineSerializer(row, context=_with_units([row])).data)


def _with_units(rows: list[Deadline]) -> dict:
    ids = [row.pk for row in rows]
    return {"parties": parties_of_unscoped(Deadline.objects.filter(pk__in=ids)), "subjects": subjects(rows)}


class NoticeFilter(filters.FilterSet):
    """By the names of the reply."""

    project = filters.CharFilter("deadline__project__code")
    rule = filters.CharFilter("deadline__rule")
    recipient = filters.CharFilter("recipient__code")
    deadline = filters.NumberFilter("deadline_id")

    class Meta:
        model = Notice
        fields = {"level": ["exact"], "noticed_on": ["exact", "gte", "lte"], "due_on": ["exact", "gte", "lte"]}


class Notices(ReadEndpoint):
    """通知 to the caller's units."""

    permission = Permission.DEADLINE_VIEW
    serializer_class = NoticeSerializer
    queryset = Notice.objects.none()
    filterset_class = NoticeFilter
    ordering = ("-id",)
    ordering_fields = ("id", "noticed_on")

    def get_queryset(self):
        scope = self.request.scope.with_permission(Permission.DEADLINE_VIEW)
        return Notice.objects.visible_to(scope).select_related("deadline__project", "recipient")


class EscalationFilter(filters.FilterSet):
    """By the names of the reply, and by area."""

    project = filters.CharFilter("deadline__project__code")
    area = filters.CharFilter("deadline__area__code")
    rule = filters.CharFilter("deadline__rule")
    deadline = filters.NumberFilter("deadline_id")
    due_on__gte = filters.DateFilter("deadline__due_on", "gte")
    due_on__lte = filters.DateFilter("deadline__due_on", "lte")

    class Meta:
        model = Escalation
        fields = {"status": ["exact"], "proposed_on": ["exact", "gte", "lte"]}


class Escalations(ReadEndpoint):
    """督办提请 in the caller's area."""

    permission = Permission.ESCALATION_VIEW
    queryset = Escalation.objects.none()
    write_permission = Permission.ESCALATION_DECIDE
    serializer_class = EscalationSerializer
    filterset_class = EscalationFilter
    ordering = ("proposed_on", "id")
    ordering_fields = ("proposed_on", "due_on", "id")
    ordering_names = {"due_on": "deadline__due_on"}

    def get_queryset(self):
        scope = self.request.scope.with_permission(Permission.ESCALATION_VIEW)
        rows = Escalation.objects.visible_to(scope)
        return rows.select_related("deadline__project").prefetch_related("decisions")

    @extend_schema(request=DecisionWriteSerializer, responses={201: DecisionSerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def decisions(self, request, pk):
        """Take a decision; a waiver waits for a second person."""
        case = self.get_object()
        shape = DecisionWriteSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        decision = decision_take(
            scope=request.scope,
            deadline_id=case.deadline_id,
            today=today(),
            actor=Actor.of(request),
            **shape.validated_data,
        )
        return Response(DecisionSerializer(decision).data, status=status.HTTP_201_CREATED)


router = SimpleRouter()
router.register("deadlines", Deadlines, "api-deadline")
router.register("notices", Notices, "api-notice")
router.register("escalations", Escalations, "api-escalation")
urlpatterns = router.urls
