"""The figures of the rules: every version with its ladder, the newest first."""

from collections import defaultdict

from escalation.models import RuleVersion


def rule_versions() -> dict[str, list[RuleVersion]]:
    """Rule code → versions with their ladders; public to every user of the portal."""
    found = defaultdict(list)
    for version in RuleVersion.objects.prefetch_related("ladder").order_by("rule", "-in_force_from"):
        found[version.rule].append(version)
    return found
