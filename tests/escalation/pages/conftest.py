"""The small city of the dashboards, for lists and pages."""

from tests.escalation.dashboards.conftest import city, pinned

__all__ = ["city", "pinned"]
