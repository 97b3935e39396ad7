"""Shapes of the directory in the API."""

from rest_framework import serializers

from responsibilities.models import Area, Body, Duty, Organization, ResponsibilityRow


class AreaSerializer(serializers.ModelSerializer):
    """县区."""

    parent = serializers.SlugRelatedField("code", read_only=True)

    class Meta:
        model = Area
        fields = ("code", "name", "short_name", "kind", "parent")


class OrganizationSerializer(serializers.ModelSerializer):
    """单位."""

    body = serializers.SlugRelatedField("code", read_only=True)
    area = serializers.SlugRelatedField("code", read_only=True)

    class Meta:
        model = Organization
        fields = ("code", "name", "short_name", "kind", "body", "area", "uscc", "is_active")


class BodySerializer(serializers.ModelSerializer):
    """责任单位."""

    class Meta:
        model = Body
        fields = ("code", "name", "kind", "is_industry_authority", "has_penalty_workflow")


class DutySerializer(serializers.ModelSerializer):
    """职责分解."""

    class Meta:
        model = Duty
        fields = ("ordinal", "text", "rule_codes")


class ResponsibilityRowSerializer(serializers.ModelSerializer):
    """责任清单: one of the 21 rows."""

    bodies = BodySerializer(many=True)
    duties = DutySerializer(many=True)

    class Meta:
        model = ResponsibilityRow
        fields = ("number", "text", "bodies", "duties")


class PartySerializer(serializers.ModelSerializer):
    """A unit named in another record: code and name."""

    class Meta:
        model = Organization
        fields = ("code", "name")
