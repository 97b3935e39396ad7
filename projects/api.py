"""`projects/`, `approvals/`. POST approvals/ is the push by an approving unit; the reply is its receipt."""

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from projects.models import Approval, Project
from projects.selectors.projects import project_for, projects
from projects.serializers import (
    ApprovalPushSerializer,
    ApprovalSerializer,
    ProjectSerializer,
    ProjectWriteSerializer,
)
from projects.services.projects import project_register
from projects.services.receipts import approval_receive
from responsibilities.api.base import ReadEndpoint
from responsibilities.api.idempotency import idempotent
from responsibilities.rules.roles import Permission
from responsibilities.services.trail import Actor


class ProjectFilter(filters.FilterSet):
    """By the names of the reply."""

    area = filters.CharFilter("area__code")
    project_type = filters.CharFilter("project_type__code")

    class Meta:
        model = Project
        fields = {
            "code": ["exact"],
            "name": ["exact", "icontains"],
            "funding_nature": ["exact"],
            "planned_start_on": ["gte", "lte"],
            "actual_start_on": ["exact", "gte", "lte", "isnull"],
            "completed_on": ["gte", "lte", "isnull"],
            "platform_code": ["exact"],
            "enrolled_on": ["exact", "gte", "lte", "isnull"],
            "updated_at": ["gte"],
        }


class Projects(ReadEndpoint):
    """工程项目 in the caller's scope."""

    permission = Permission.PROJECT_VIEW
    write_permission = Permission.PROJECT_EDIT
    queryset = Project.objects.none()
    serializer_class = ProjectSerializer
    lookup_field = "code"
    lookup_value_regex = "[^/]+"
    filterset_class = ProjectFilter
    ordering = ("code",)
    ordering_fields = ("code", "name", "actual_start_on", "contract_value", "updated_at")

    def get_queryset(self):
        return projects(self.request.scope).prefetch_related("parties__organization")

    @extend_schema(request=ProjectWriteSerializer, responses={201: ProjectSerializer})
    @idempotent
    def create(self, request):
        """Register a project."""
        shape = ProjectWriteSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        project = project_register(actor=Actor.of(request), scope=request.scope, **shape.validated_data)
        row = self.get_queryset().get(pk=project.pk)
        return Response(ProjectSerializer(row).data, status=status.HTTP_201_CREATED)


class ApprovalFilter(filters.FilterSet):
    """By the names of the reply."""

    project = filters.CharFilter("project__code")
    approving_unit = filters.CharFilter("approving_unit__code")

    class Meta:
        model = Approval
        fields = {
            "kind": ["exact"],
            "number": ["exact"],
            "approved_on": ["exact", "gte", "lte"],
            "receipt_number": ["exact"],
            "pushed_at": ["isnull", "gte", "lte"],
            "confirmed_at": ["isnull", "gte", "lte"],
        }


class Approvals(ReadEndpoint):
    """审批事项 and their receipts."""

    permission = Permission.PROJECT_VIEW
    write_permission = Permission.APPROVAL_PUSH
    queryset = Approval.objects.none()
    serializer_class = ApprovalSerializer
    filterset_class = ApprovalFilter
    ordering = ("-approved_on", "-id")
    ordering_fields = ("approved_on", "pushed_at", "id")

    def get_queryset(self):
        scope = self.request.scope.with_permission(Permission.PROJECT_VIEW)
        return Approval.objects.visible_to(scope).select_related("project", "approving_unit")

    @extend_schema(request=ApprovalPushSerializer, responses={201: ApprovalSerializer})
    @idempotent
    def create(self, request):
        """Push approval information to 人社: recorded where it isn't yet, and received at this moment."""
        shape = ApprovalPushSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        facts = dict(shape.validated_data)
        project = project_for(request.scope, facts.pop("project"), Permission.APPROVAL_PUSH)
        approval = approval_receive(project=project, actor=Actor.of(request), scope=request.scope, **facts)
        row = self.get_queryset().get(pk=approval.pk)
        return Response(ApprovalSerializer(row).data, status=status.HTTP_201_CREATED)


router = SimpleRouter()
router.register("projects", Projects, "api-project")
router.register("approvals", Approvals, "api-approval")
urlpatterns = router.urls
