"""`projects/`, `approvals/`. POST approvals/ is the push by an approving unit; the reply is its receipt."""

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from projects.models import Approval
from projects.selectors.projects import project_for, projects
from projects.serializers import (
    ApprovalPushSerializer,
    ApprovalSerializer,
    ProjectSerializer,
    ProjectWriteSerializer,
)
from projects.services.approvals import approval_push, approval_record
from projects.services.projects import project_register
from responsibilities.api.base import ReadEndpoint
from responsibilities.api.idempotency import idempotent
from responsibilities.rules.roles import Permission
from responsibilities.services.trail import Actor


class Projects(ReadEndpoint):
    """工程项目 in the caller's scope."""

    permission = Permission.PROJECT_VIEW
    write_permission = Permission.PROJECT_EDIT
    serializer_class = ProjectSerializer
    lookup_field = "code"
    lookup_value_regex = "[^/]+"
    filterset_fields = {
        "code": ["exact"],
        "name": ["exact", "icontains"],
        "area__code": ["exact"],
        "project_type__code": ["exact"],
        "funding_nature": ["exact"],
        "actual_start_on": ["exact", "gte", "lte"],
        "enrolled_on": ["exact", "isnull"],
        "updated_at": ["gte"],
    }
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


class Approvals(ReadEndpoint):
    """审批事项 and their receipts."""

    permission = Permission.PROJECT_VIEW
    write_permission = Permission.APPROVAL_PUSH
    serializer_class = ApprovalSerializer
    filterset_fields = {
        "project__code": ["exact"],
        "kind": ["exact"],
        "number": ["exact"],
        "approved_on": ["exact", "gte", "lte"],
        "approving_unit__code": ["exact"],
        "pushed_at": ["isnull", "gte", "lte"],
    }
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
        actor = Actor.of(request)
        with transaction.atomic():
            approval = Approval.objects.filter(
                project=project, kind=facts["kind"], number=facts["number"].strip()
            ).first()
            if approval is None:
                approval = approval_record(project=project, actor=actor, scope=request.scope, **facts)
            approval = approval_push(approval_id=approval.pk, actor=actor, scope=request.scope)
        row = self.get_queryset().get(pk=approval.pk)
        return Response(ApprovalSerializer(row).data, status=status.HTTP_201_CREATED)


router = SimpleRouter()
router.register("projects", Projects, "api-project")
router.register("approvals", Approvals, "api-approval")
urlpatterns = router.urls
