from responsibilities.models.areas import Area
from responsibilities.models.bodies import Body, Duty, ResponsibilityRow
from responsibilities.models.facts import Figure, Obstacle, Touched
from responsibilities.models.operations import (
    ApiToken,
    Heartbeat,
    IdempotencyRecord,
    KeyCanary,
)
from responsibilities.models.organizations import Organization
from responsibilities.models.people import Grant, User
from responsibilities.models.scoping import ProjectScopedManager, ProjectScopedQuerySet
from responsibilities.models.trail import AuditBlock, AuditEvent

__all__ = [
    "ApiToken",
    "Area",
    "AuditBlock",
    "AuditEvent",
    "Body",
    "Duty",
    "Figure",
    "Grant",
    "Heartbeat",
    "IdempotencyRecord",
    "KeyCanary",
    "Obstacle",
    "Organization",
    "ProjectScopedManager",
    "ProjectScopedQuerySet",
    "ResponsibilityRow",
    "Touched",
    "User",
]
