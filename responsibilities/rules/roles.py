"""Roles and what each may do. Deny by default: a permission that is not listed is not given."""

from enum import StrEnum


class Role(StrEnum):
    """The part a person plays for an organization; Chinese labels are in `ROLE_LABELS`."""

    UNIT_OFFICER = "unit_officer"
    UNIT_HEAD = "unit_head"
    SUPERVISOR = "supervisor"
    SYSTEM_ADMINISTRATOR = "system_administrator"
    LABOUR_OFFICER = "labour_officer"
    SUBCONTRACTOR = "subcontractor"
    DEVELOPER = "developer"
    BANK_CLERK = "bank_clerk"
    LEADER = "leader"
    AUDITOR = "auditor"


ROLE_LABELS = {
    Role.UNIT_OFFICER: "部门经办人",
    Role.UNIT_HEAD: "部门负责人",
    Role.SUPERVISOR: "人社监管员",
    Role.SYSTEM_ADMINISTRATOR: "系统管理员",
    Role.LABOUR_OFFICER: "总包劳资专管员",
    Role.SUBCONTRACTOR: "分包单位",
    Role.DEVELOPER: "建设单位",
    Role.BANK_CLERK: "开户银行",
    Role.LEADER: "分管领导（只读）",
    Role.AUDITOR: "审计人员",
}


class Permission(StrEnum):
    """One act that the portal guards."""

    PROJECT_VIEW = "project.view"
    PROJECT_EDIT = "project.edit"
    APPROVAL_RECORD = "approval.record"
    APPROVAL_PUSH = "approval.push"
    APPROVAL_CONFIRM = "approval.confirm"
    CONTRACT_EDIT = "contract.edit"
    PARTY_EDIT = "party.edit"
    FOUR_PARTY_EDIT = "four_party.edit"
    ENROLMENT_EDIT = "enrolment.edit"
    TELEPHONE_REVEAL = "telephone.reveal"
    OBSTACLE_EDIT = "obstacle.edit"
    ACCOUNT_VIEW = "account.view"
    ACCOUNT_EDIT = "account.edit"
    ALLOCATION_STATE = "allocation.state"
    ALLOCATION_RECORD = "allocation.record"
    PAYROLL_VIEW = "payroll.view"
    PAYROLL_UPLOAD = "payroll.upload"
    PAYROLL_SUBMIT = "payroll.submit"
    PAYROLL_REVEAL = "payroll.reveal"
    PAYROLL_AUDIT = "payroll.audit"
    PAYROLL_PAY = "payroll.pay"
    PAYROLL_RULES = "payroll.rules"
    CONTEST_ANSWER = "contest.answer"
    WORKER_EDIT = "worker.edit"
    STATEMENT_IMPORT = "statement.import"
    DEADLINE_VIEW = "deadline.view"
    ESCALATION_VIEW = "escalation.view"
    ESCALATION_DECIDE = "escalation.decide"
    ESCALATION_SECOND = "escalation.second"
    ESCALATION_RESPOND = "escalation.respond"
    RESPONSIBILITY_VIEW = "responsibility.view"
    CALENDAR_EDIT = "calendar.edit"
    USER_MANAGE = "user.manage"
    TRAIL_VIEW = "trail.view"
    EXPORT = "export"
    API_USE = "api.use"


P = Permission
_READ = {
    P.PROJECT_VIEW,
    P.ACCOUNT_VIEW,
    P.DEADLINE_VIEW,
    P.RESPONSIBILITY_VIEW,
    P.EXPORT,
}
_OFFICER = _READ | {
    P.PROJECT_EDIT,
    P.APPROVAL_RECORD,
    P.APPROVAL_PUSH,
    P.CONTRACT_EDIT,
    P.PARTY_EDIT,
    P.FOUR_PARTY_EDIT,
    P.ENROLMENT_EDIT,
    P.ALLOCATION_RECORD,
    P.ESCALATION_RESPOND,
    P.TELEPHONE_REVEAL,
    P.API_USE,
}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.UNIT_OFFICER: frozenset(_OFFICER),
    Role.UNIT_HEAD: frozenset(_OFFICER),
    Role.SUPERVISOR: frozenset(
        _OFFICER
        | {
            P.APPROVAL_CONFIRM,
            P.ACCOUNT_EDIT,
            P.ALLOCATION_STATE,
            P.PAYROLL_VIEW,
            P.PAYROLL_REVEAL,
            P.PAYROLL_RULES,
            P.ESCALATION_VIEW,
            P.ESCALATION_DECIDE,
            P.ESCALATION_SECOND,
            P.OBSTACLE_EDIT,
            P.CALENDAR_EDIT,
        }
    ),
    Role.SYSTEM_ADMINISTRATOR: frozenset({P.RESPONSIBILITY_VIEW, P.USER_MANAGE, P.TRAIL_VIEW, P.CALENDAR_EDIT}),
    Role.LABOUR_OFFICER: frozenset(
        _READ
        | {
            P.CONTRACT_EDIT,
            P.FOUR_PARTY_EDIT,
            P.ENROLMENT_EDIT,
            P.ACCOUNT_EDIT,
            P.ALLOCATION_STATE,
            P.PAYROLL_VIEW,
            P.PAYROLL_UPLOAD,
            P.PAYROLL_SUBMIT,
            P.PAYROLL_REVEAL,
            P.PAYROLL_AUDIT,
            P.PAYROLL_PAY,
            P.CONTEST_ANSWER,
            P.WORKER_EDIT,
            P.STATEMENT_IMPORT,
            P.ESCALATION_RESPOND,
            P.API_USE,
        }
    ),
    Role.SUBCONTRACTOR: frozenset(
        {
            P.PROJECT_VIEW,
            P.DEADLINE_VIEW,
            P.RESPONSIBILITY_VIEW,
            P.PAYROLL_VIEW,
            P.PAYROLL_UPLOAD,
            P.PAYROLL_SUBMIT,
            P.CONTEST_ANSWER,
            P.WORKER_EDIT,
            P.EXPORT,
            P.API_USE,
        }
    ),
    Role.DEVELOPER: frozenset(
        _READ
        | {
            P.FOUR_PARTY_EDIT,
            P.CONTRACT_EDIT,
            P.ENROLMENT_EDIT,
            P.ALLOCATION_STATE,
            P.ALLOCATION_RECORD,
            P.ESCALATION_RESPOND,
            P.API_USE,
        }
    ),
    Role.BANK_CLERK: frozenset(
        {
            P.PROJECT_VIEW,
            P.ACCOUNT_VIEW,
            P.ACCOUNT_EDIT,
            P.ALLOCATION_RECORD,
            P.STATEMENT_IMPORT,
            P.DEADLINE_VIEW,
            P.RESPONSIBILITY_VIEW,
            P.API_USE,
        }
    ),
    Role.LEADER: frozenset(_READ | {P.ESCALATION_VIEW}),
    Role.AUDITOR: frozenset(_READ | {P.ESCALATION_VIEW, P.PAYROLL_VIEW, P.TRAIL_VIEW}),
}

# These roles look over an area as a whole, not only over projects their organization has a part in.
AREA_WIDE_ROLES = frozenset({Role.SUPERVISOR, Role.LEADER, Role.AUDITOR})


def who_may(permission: Permission) -> str:
    """The roles that carry a permission, in words; for telling whom to ask."""
    return "、".join(
        ROLE_LABELS[role].removesuffix("（只读）") for role, held in PERMISSIONS.items() if permission in held
    )
