"""Shapes of payroll batches in the API; no personal data."""

from rest_framework import serializers

from payroll.models import PayrollBatch, PayrollRemark
from responsibilities.models import Organization


class PayrollBatchSerializer(serializers.ModelSerializer):
    """工资批次: state, counts, totals."""

    project = serializers.SlugRelatedField("code", read_only=True)
    subcontractor = serializers.SlugRelatedField("code", read_only=True)
    month = serializers.DateField(source="month_on", format="%Y-%m", read_only=True)

    class Meta:
        model = PayrollBatch
        fields = (
            "id",
            "project",
            "month",
            "subcontractor",
            "status",
            "rows",
            "rows_done",
            "accepted",
            "rejected",
            "total_net",
            "declared_total_net",
            "refused_code",
            "refused_message",
            "uploaded_at",
            "submitted_at",
            "supersedes",
            "version",
        )


class PayrollRemarkSerializer(serializers.ModelSerializer):
    """A remark at a row or cell of the sheet."""

    class Meta:
        model = PayrollRemark
        fields = ("row", "cell", "code", "severity", "message")


class PayrollBatchDetailSerializer(PayrollBatchSerializer):
    """A batch with its remarks."""

    remarks = PayrollRemarkSerializer(many=True, read_only=True)

    class Meta(PayrollBatchSerializer.Meta):
        fields = (*PayrollBatchSerializer.Meta.fields, "sheet", "header_rows", "columns", "ignored_rows", "remarks")


class PayrollUploadSerializer(serializers.Serializer):
    """工资表上传 (multipart)."""

    project = serializers.CharField(help_text="项目编号")
    month = serializers.DateField(input_formats=["%Y-%m"], help_text="工资月份，如 2026-10")
    subcontractor = serializers.SlugRelatedField(
        "code", queryset=Organization.objects.all(), required=False, allow_null=True, default=None
    )
    file = serializers.FileField()
