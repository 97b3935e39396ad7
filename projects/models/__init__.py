from projects.models.approvals import Approval, ObstacleDecision
from projects.models.contracts import Contract, FourPartyAssignment
from projects.models.projects import Project, ProjectParty, ProjectType

__all__ = [
    "Approval",
    "Contract",
    "FourPartyAssignment",
    "ObstacleDecision",
    "Project",
    "ProjectParty",
    "ProjectType",
]
