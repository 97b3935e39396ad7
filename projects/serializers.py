"""Shapes of projects and approvals in the API."""

from rest_framework import serializers

from projects.models import Approval, Project, ProjectParty, ProjectType
from responsibilities.models import Area, Organization
from responsibilities.serializers import PartySerializer


class ProjectPartySerializer(serializers.ModelSerializer):
    """参建与监管单位."""

    organization = PartySerializer(read_only=True)

    class Meta:
        model = ProjectParty
        fields = ("part", "organization")


class ProjectSerializer(serializers.ModelSerializer):
    """工程项目 with its parties."""

    area = serializers.SlugRelatedField("code", read_only=True)
    project_type = serializers.SlugRelatedField("code", read_only=True)
    parties = ProjectPartySerializer(many=True, read_only=True)

    class Meta:
        model = Project
        fields = (
            "code",
            "name",
            "area",
            "project_type",
            "funding_nature",
            "funding_source",
            "funds_in_place",
            "contract_value",
            "address",
            "planned_start_on",
            "actual_start_on",
            "planned_completion_on",
            "completed_on",
            "platform_code",
            "enrolled_on",
            "parties",
            "version",
            "updated_at",
        )


class ProjectWriteSerializer(serializers.ModelSerializer):
    """What a POST of a project takes; organizations by code."""

    area = serializers.SlugRelatedField("code", queryset=Area.objects.all())
    project_type = serializers.SlugRelatedField("code", queryset=ProjectType.objects.all())
    developer = serializers.SlugRelatedField("code", queryset=Organization.objects.all(), required=False)
    general_contractor = serializers.SlugRelatedField("code", queryset=Organization.objects.all(), required=False)
    obstacle_reason = serializers.CharField(required=False, allow_blank=True)

    class Meta:
        model = Project
        fields = (
            "code",
            "name",
            "area",
            "project_type",
            "funding_nature",
            "funding_source",
            "funds_in_place",
            "contract_value",
            "address",
            "planned_start_on",
            "actual_start_on",
            "planned_completion_on",
            "completed_on",
            "developer",
            "general_contractor",
            "obstacle_reason",
        )


class ApprovalSerializer(serializers.ModelSerializer):
    """审批事项 with its receipt."""

    project = serializers.SlugRelatedField("code", read_only=True)
    approving_unit = PartySerializer(read_only=True)

    class Meta:
        model = Approval
        fields = (
            "id",
            "project",
            "kind",
            "number",
            "approved_on",
            "funding_source",
            "approving_unit",
            "decided_in_portal",
            "breaches",
            "receipt_number",
            "pushed_at",
            "confirmed_at",
            "version",
        )


class ApprovalPushSerializer(serializers.Serializer):
    """审批信息推送: what an approving unit sends."""

    project = serializers.CharField(help_text="项目编号")
    kind = serializers.ChoiceField(choices=Approval.Kind.choices)
    number = serializers.CharField(max_length=80)
    approved_on = serializers.DateField()
    funding_source = serializers.CharField(max_length=160, required=False, allow_blank=True, default="")
    approving_unit = serializers.SlugRelatedField(
        "code", queryset=Organization.objects.filter(kind=Organization.Kind.GOVERNMENT)
    )
