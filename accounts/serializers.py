"""Shapes of allocations in the API."""

from rest_framework import serializers

from accounts.models import Allocation


class AllocationSerializer(serializers.ModelSerializer):
    """人工费用拨付: a credit or a recorded move, by the month that it names."""

    project = serializers.SlugRelatedField("code", read_only=True)
    month = serializers.DateField(source="period.month_on", format="%Y-%m", read_only=True)

    class Meta:
        model = Allocation
        fields = (
            "id",
            "project",
            "month",
            "kind",
            "credited_on",
            "amount",
            "bank_receipt_number",
            "note",
            "recorded_at",
            "voided_at",
            "void_reason",
        )


class AllocationWriteSerializer(serializers.Serializer):
    """One bank credit."""

    project = serializers.CharField(help_text="项目编号")
    month = serializers.DateField(input_formats=["%Y-%m"], help_text="所属月份，如 2026-10")
    credited_on = serializers.DateField()
    amount = serializers.DecimalField(max_digits=16, decimal_places=2, min_value=0)
    bank_receipt_number = serializers.CharField(max_length=80)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")

    def validate_amount(self, value):
        if not value:
            raise serializers.ValidationError("到账金额应大于 0。")
        return value
