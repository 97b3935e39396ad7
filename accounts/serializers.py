"""Shapes of allocations in the API."""

from rest_framework import serializers

from accounts.models import Allocation, StatementLine


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


class StatementLineSerializer(serializers.ModelSerializer):
    """专户流水: a movement of a special account; the counterparty's number by its last four digits."""

    project = serializers.SlugRelatedField("code", source="account.project", read_only=True)

    class Meta:
        model = StatementLine
        fields = (
            "id",
            "project",
            "on",
            "direction",
            "nature",
            "amount",
            "balance",
            "counterparty_name",
            "counterparty_last4",
            "reference",
            "purpose",
        )


class MovementSerializer(serializers.Serializer):
    """One movement as the bank's system reports it."""

    on = serializers.DateField()
    direction = serializers.ChoiceField(choices=StatementLine.Direction.choices)
    amount = serializers.DecimalField(max_digits=16, decimal_places=2)
    balance = serializers.DecimalField(max_digits=16, decimal_places=2, required=False, allow_null=True, default=None)
    counterparty_name = serializers.CharField(max_length=160, required=False, allow_blank=True, default="")
    counterparty_account = serializers.RegexField(
        r"^\d{8,32}$", required=False, allow_blank=True, default="", help_text="8 至 32 位数字"
    )
    reference = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")
    purpose = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")

    def validate_amount(self, value):
        if value <= 0:
            raise serializers.ValidationError("金额应大于 0，方向由 direction 表示。")
        return value


class StatementWriteSerializer(serializers.Serializer):
    """Movements of one project's special account, in the order in which they happened."""

    project = serializers.CharField(help_text="项目编号")
    lines = MovementSerializer(many=True, allow_empty=False, max_length=5000)


class StatementTakenSerializer(serializers.Serializer):
    """What became of a report: a movement that is known already is not taken twice."""

    rows = serializers.IntegerField()
    added = serializers.IntegerField()
    known = serializers.IntegerField()
    first_on = serializers.DateField()
    last_on = serializers.DateField()
    not_wages = serializers.IntegerField(help_text="非工资支出的笔数")
    gaps = serializers.ListField(child=serializers.CharField(), help_text="余额接不上的地方")
