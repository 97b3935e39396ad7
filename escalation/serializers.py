"""Shapes of deadlines, notices and escalations for programs: the API and `deadlines --json`."""

from rest_framework import serializers

from escalation.catalogue.registry import INFORMED, OWES, SUPERVISES
from escalation.models import Deadline, Decision, Escalation, Notice
from escalation.rules.terms import term_words
from responsibilities.serializers import PartySerializer


def deadline_shape(row: Deadline, parties: dict, subjects: dict) -> dict:
    """One deadline as every program sees it; dates are Shanghai dates."""
    return {
        "id": row.pk,
        "rule": row.rule,
        "subject": subjects[row.pk],
        "project": row.project.code,
        "anchor_on": _date(row.anchor_on),
        "term": term_words(row.rule_version),
        "due_on": _date(row.due_on),
        "status": row.status,
        "met_on": _date(row.satisfied_on),
        "level": row.level,
        "original_due_on": _date(row.original_due_on),
        "owed_by": parties.get((row.pk, OWES), []),
        "supervised_by": parties.get((row.pk, SUPERVISES), []),
        "informed": parties.get((row.pk, INFORMED), []),
        "legal_basis": row.rule_version.legal_basis,
        "calendar_provisional": row.calendar_provisional,
    }


def _date(day) -> str | None:
    return day and day.isoformat()


class DeadlineSerializer(serializers.Serializer):
    """The documented form of `deadline_shape`; parties and subjects come with the context."""

    id = serializers.IntegerField()
    rule = serializers.CharField()
    subject = serializers.CharField()
    project = serializers.CharField(help_text="项目编号")
    anchor_on = serializers.DateField()
    term = serializers.CharField()
    due_on = serializers.DateField()
    status = serializers.ChoiceField(choices=Deadline.Status.choices)
    met_on = serializers.DateField(allow_null=True)
    level = serializers.IntegerField()
    original_due_on = serializers.DateField()
    owed_by = PartySerializer(many=True)
    supervised_by = PartySerializer(many=True)
    informed = PartySerializer(many=True)
    legal_basis = serializers.CharField()
    calendar_provisional = serializers.BooleanField()

    def to_representation(self, row):
        return deadline_shape(row, self.context["parties"], self.context["subjects"])


class NoticeSerializer(serializers.ModelSerializer):
    """通知: one rung reached, told to one unit."""

    rule = serializers.CharField(source="deadline.rule", read_only=True)
    project = serializers.CharField(source="deadline.project.code", read_only=True)
    recipient = PartySerializer(read_only=True)

    class Meta:
        model = Notice
        fields = ("id", "deadline", "rule", "project", "level", "recipient", "noticed_on", "due_on")


class DecisionSerializer(serializers.ModelSerializer):
    """决定: what a person decided, with reasons."""

    class Meta:
        model = Decision
        fields = ("id", "kind", "status", "effective_on", "place", "reason", "decided_on", "second_note", "version")


class EscalationSerializer(serializers.ModelSerializer):
    """督办提请 with its decisions."""

    rule = serializers.CharField(source="deadline.rule", read_only=True)
    project = serializers.CharField(source="deadline.project.code", read_only=True)
    due_on = serializers.DateField(source="deadline.due_on", read_only=True)
    decisions = DecisionSerializer(many=True, read_only=True)

    class Meta:
        model = Escalation
        fields = ("id", "deadline", "rule", "project", "due_on", "status", "proposed_on", "decisions", "version")


class DecisionWriteSerializer(serializers.Serializer):
    """A decision on an escalation; `version` is the escalation's as it was read."""

    kind = serializers.ChoiceField(choices=Decision.Kind.choices)
    reason = serializers.CharField()
    version = serializers.IntegerField()
    effective_on = serializers.DateField(required=False, allow_null=True, default=None)
    place = serializers.CharField(required=False, allow_blank=True, default="", max_length=120)
