"""`allocations/`: credits to the special accounts; `statements/`: their movements, by the bank."""

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from accounts.models import Allocation, StatementLine
from accounts.rules.statements import Movement
from accounts.serializers import (
    AllocationSerializer,
    AllocationWriteSerializer,
    StatementLineSerializer,
    StatementTakenSerializer,
    StatementWriteSerializer,
)
from accounts.services.allocations import allocation_record
from accounts.services.statements import statement_report
from projects.selectors.projects import project_for
from responsibilities.api.base import Month, ReadEndpoint
from responsibilities.api.idempotency import idempotent
from responsibilities.rules.roles import Permission
from responsibilities.services.trail import Actor


class AllocationFilter(filters.FilterSet):
    """By the names of the reply."""

    project = filters.CharFilter("project__code")
    month = Month("period__month_on")
    month__gte = Month("period__month_on", "gte")
    month__lte = Month("period__month_on", "lte")

    class Meta:
        model = Allocation
        fields = {
            "kind": ["exact"],
            "credited_on": ["exact", "gte", "lte"],
            "bank_receipt_number": ["exact"],
            "voided_at": ["isnull"],
        }


class Allocations(ReadEndpoint):
    """人工费用拨付 in the caller's scope, voided ones too."""

    permission = Permission.ACCOUNT_VIEW
    queryset = Allocation.objects.none()
    write_permission = Permission.ALLOCATION_RECORD
    serializer_class = AllocationSerializer
    filterset_class = AllocationFilter
    ordering = ("-credited_on", "-id")
    ordering_fields = ("credited_on", "amount", "month", "id")
    ordering_names = {"month": "period__month_on"}

    def get_queryset(self):
        scope = self.request.scope.with_permission(Permission.ACCOUNT_VIEW)
        return Allocation.objects.visible_to(scope).select_related("project", "period")

    @extend_schema(request=AllocationWriteSerializer, responses={201: AllocationSerializer})
    @idempotent
    def create(self, request):
        """Record a bank credit for the month that it names."""
        shape = AllocationWriteSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        facts = dict(shape.validated_data)
        project = project_for(request.scope, facts.pop("project"), Permission.ALLOCATION_RECORD)
        allocation = allocation_record(
            project=project,
            month_on=facts.pop("month"),
            actor=Actor.of(request),
            scope=request.scope,
            **facts,
        )
        row = self.get_queryset().get(pk=allocation.pk)
        return Response(AllocationSerializer(row).data, status=status.HTTP_201_CREATED)


class StatementFilter(filters.FilterSet):
    """By the names of the reply."""

    project = filters.CharFilter("account__project__code")

    class Meta:
        model = StatementLine
        fields = {"direction": ["exact"], "nature": ["exact"], "on": ["exact", "gte", "lte"], "reference": ["exact"]}


class Statements(ReadEndpoint):
    """专户流水 in the caller's scope, for those who pay or keep the account."""

    permission = Permission.STATEMENT_IMPORT
    queryset = StatementLine.objects.none()
    write_permission = Permission.STATEMENT_IMPORT
    serializer_class = StatementLineSerializer
    filterset_class = StatementFilter
    ordering = ("-on", "-id")
    ordering_fields = ("on", "amount", "id")

    def get_queryset(self):
        scope = self.request.scope.with_permission(Permission.STATEMENT_IMPORT)
        return StatementLine.objects.visible_to(scope).select_related("account__project")

    @extend_schema(request=StatementWriteSerializer, responses={201: StatementTakenSerializer})
    @idempotent
    def create(self, request):
        """Report movements; those that are known already are not taken twice, with or without a key."""
        shape = StatementWriteSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        facts = shape.validated_data
        project = project_for(request.scope, facts["project"], Permission.STATEMENT_IMPORT)
        movements = [
            Movement(row=number, out=line.pop("direction") == StatementLine.Direction.OUT, **line)
            for number, line in enumerate(facts["lines"], start=1)
        ]
        taken = statement_report(project=project, movements=movements, actor=Actor.of(request), scope=request.scope)
        return Response(StatementTakenSerializer(taken.as_dict()).data, status=status.HTTP_201_CREATED)


router = SimpleRouter()
router.register("statements", Statements, "api-statement")
router.register("allocations", Allocations, "api-allocation")
urlpatterns = router.urls
