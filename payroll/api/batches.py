"""`payroll-batches/`: upload a sheet, follow its reading, see its remarks, submit it."""

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from payroll.imports.layout import Layout
from payroll.models import BankResult, PayrollBatch
from payroll.selectors.bank_results import bank_results, result_rows
from payroll.selectors.batches import batches
from payroll.selectors.payouts import files_of, payout_file_by_pk, standing_of
from payroll.serializers import (
    AuditSerializer,
    BankResultSerializer,
    BankResultTakenSerializer,
    BankResultWriteSerializer,
    LayoutSerializer,
    NilReturnSerializer,
    PayoutStandingSerializer,
    PayrollBatchDetailSerializer,
    PayrollBatchSerializer,
    PayrollUploadSerializer,
    ReturnSerializer,
)
from payroll.services.audits import batch_audit, batch_return
from payroll.services.bank_results import result_record
from payroll.services.layouts import batch_layout_set
from payroll.services.nil_returns import nil_return
from payroll.services.submissions import batch_submit
from payroll.services.uploads import batch_upload
from projects.selectors.projects import project_for
from responsibilities.api.base import Json, Month, Multipart, ReadEndpoint
from responsibilities.api.idempotency import idempotent
from responsibilities.rules.errors import Refused
from responsibilities.rules.roles import Permission
from responsibilities.services.trail import Actor
from sheets.refusal import Refusal

# What each act needs; uploading is the rest.
WRITES = {
    "submit": Permission.PAYROLL_SUBMIT,
    "nil": Permission.PAYROLL_SUBMIT,
    "audit": Permission.PAYROLL_AUDIT,
    "send_back": Permission.PAYROLL_AUDIT,
}


class SubmitSerializer(serializers.Serializer):
    """What the caller agrees to: the batch as it was shown."""

    version = serializers.IntegerField()
    accepted = serializers.IntegerField(help_text="同意提交的行数，与所见不符时不提交")
    signed_name = serializers.CharField(
        max_length=60,
        required=False,
        allow_null=True,
        default=None,
        help_text="提交人姓名，即对提交声明的签名，须与令牌所属用户的姓名一致。暂可不填（记为未具名），以后将为必填",
    )


class PayrollBatchFilter(filters.FilterSet):
    """By the names of the reply."""

    project = filters.CharFilter("project__code")
    subcontractor = filters.CharFilter("subcontractor__code")
    month = Month("month_on")
    month__gte = Month("month_on", "gte")
    month__lte = Month("month_on", "lte")

    class Meta:
        model = PayrollBatch
        fields = {"status": ["exact"], "stage": ["exact"], "kind": ["exact"], "uploaded_at": ["gte", "lte"]}


class PayrollBatches(ReadEndpoint):
    """工资批次 in the caller's scope."""

    permission = Permission.PAYROLL_VIEW
    queryset = PayrollBatch.objects.none()
    serializer_class = PayrollBatchSerializer
    parser_classes = (Multipart, Json)
    filterset_class = PayrollBatchFilter
    ordering = ("-month_on", "-id")
    ordering_fields = ("month", "uploaded_at", "id")
    ordering_names = {"month": "month_on"}

    @property
    def write_permission(self):
        return WRITES.get(self.action, Permission.PAYROLL_UPLOAD)

    def get_queryset(self):
        rows = batches(self.request.scope)
        return rows if self.action == "list" else rows.prefetch_related("remarks", "acts__by")

    def get_serializer_class(self):
        return PayrollBatchSerializer if self.action == "list" else PayrollBatchDetailSerializer

    @extend_schema(
        request={"multipart/form-data": PayrollUploadSerializer}, responses={201: PayrollBatchDetailSerializer}
    )
    @idempotent
    def create(self, request):
        """Upload a sheet; it is read in the background. The same file again returns the same batch (200)."""
        shape = PayrollUploadSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        facts = shape.validated_data
        project = project_for(request.scope, facts["project"], Permission.PAYROLL_UPLOAD)
        batch, created = batch_upload(
            project=project,
            month_on=facts["month"],
            subcontractor=facts["subcontractor"],
            name=facts["file"].name,
            data=facts["file"].read(),
            actor=Actor.of(request),
            scope=request.scope,
            kind=facts["kind"],
            sequence=facts["sequence"],
            reason=facts["reason"],
        )
        row = self.get_queryset().get(pk=batch.pk)
        code = status.HTTP_201_CREATED if created else status.HTTP_200_OK
        return Response(PayrollBatchDetailSerializer(row).data, status=code)

    @extend_schema(responses={200: PayoutStandingSerializer})
    @action(detail=True, methods=["get"])
    def payout(self, request, pk):
        """How far the batch is paid, and its pay-out files; their content is for people only."""
        batch = self.get_object()
        standing = standing_of(batch)
        reply = {name: getattr(standing, name) for name in PayoutStandingSerializer.COUNTS}
        reply |= {"stage": batch.stage, "files": files_of(request.scope, batch)}
        return Response(PayoutStandingSerializer(reply).data)

    @extend_schema(request=SubmitSerializer, responses={200: PayrollBatchDetailSerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def submit(self, request, pk):
        """Submit the acceptable rows of a draft."""
        batch = self.get_object()
        shape = SubmitSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        batch_submit(batch_id=batch.pk, actor=Actor.of(request), scope=request.scope, **shape.validated_data)
        return Response(PayrollBatchDetailSerializer(self.get_object()).data)

    @extend_schema(request=AuditSerializer, responses={200: PayrollBatchDetailSerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def audit(self, request, pk):
        """总包审核通过."""
        batch = self.get_object()
        shape = AuditSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        batch_audit(batch_id=batch.pk, actor=Actor.of(request), scope=request.scope, **shape.validated_data)
        return Response(PayrollBatchDetailSerializer(self.get_object()).data)

    @extend_schema(request=ReturnSerializer, responses={200: PayrollBatchDetailSerializer})
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    @idempotent
    def send_back(self, request, pk):
        """退回编制人."""
        batch = self.get_object()
        shape = ReturnSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        batch_return(batch_id=batch.pk, actor=Actor.of(request), scope=request.scope, **shape.validated_data)
        return Response(PayrollBatchDetailSerializer(self.get_object()).data)

    @extend_schema(request=NilReturnSerializer, responses={201: PayrollBatchDetailSerializer})
    @action(detail=False, methods=["post"])
    @idempotent
    def nil(self, request):
        """申报本月无用工."""
        shape = NilReturnSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        facts = shape.validated_data
        batch = nil_return(
            project=project_for(request.scope, facts["project"], Permission.PAYROLL_SUBMIT),
            month_on=facts["month"],
            subcontractor=facts["subcontractor"],
            reason=facts["reason"],
            signed_name=facts["signed_name"],
            people=facts["people"],
            people_reason=facts["people_reason"],
            actor=Actor.of(request),
            scope=request.scope,
        )
        row = self.get_queryset().get(pk=batch.pk)
        return Response(PayrollBatchDetailSerializer(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=LayoutSerializer, responses={200: PayrollBatchDetailSerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def layout(self, request, pk):
        """Say which column is what; the batch is read anew in the background. Until it is submitted."""
        batch = self.get_object()
        shape = LayoutSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        facts = shape.validated_data
        try:
            layout = Layout.from_dict({"sheets": facts["sheets"]})
        except Refusal as refusal:
            raise Refused(refusal.code, refusal.message) from refusal
        batch_layout_set(
            batch_id=batch.pk,
            layout=layout,
            version=facts.get("version"),
            remember=facts["remember"],
            actor=Actor.of(request),
            scope=request.scope,
        )
        return Response(PayrollBatchDetailSerializer(self.get_object()).data)


class BankResults(ReadEndpoint):
    """银行回执: what banks said of pay-out files, by file or by another system."""

    permission = Permission.PAYROLL_VIEW
    queryset = BankResult.objects.none()
    write_permission = Permission.PAYROLL_PAY
    serializer_class = BankResultSerializer
    filterset_fields = ("status", "batch", "payout_file")
    ordering = ("-id",)
    ordering_fields = ("id", "uploaded_at")

    def get_queryset(self):
        return bank_results(self.request.scope)

    @extend_schema(request=BankResultWriteSerializer, responses={201: BankResultTakenSerializer})
    @idempotent
    def create(self, request):
        """Report the outcome of payments; those that match are taken at once, the others are told."""
        shape = BankResultWriteSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        file = payout_file_by_pk(request.scope, shape.validated_data["payout_file"])
        result = result_record(
            payout_file_id=file.pk,
            rows=shape.validated_data["rows"],
            actor=Actor.of(request),
            scope=request.scope,
        )
        reply = {
            "id": result.pk,
            "paid": result.counts.get("paid", 0),
            "failed": result.counts.get("failed", 0),
            "not_taken": [
                {"row": row.row, "verdict": row.verdict, "message": row.get_verdict_display()}
                for row in result_rows(request.scope, result, "trouble")
            ],
        }
        return Response(BankResultTakenSerializer(reply).data, status=status.HTTP_201_CREATED)


router = SimpleRouter()
router.register("bank-results", BankResults, "api-bank-result")
router.register("payroll-batches", PayrollBatches, "api-payroll-batch")
urlpatterns = router.urls
