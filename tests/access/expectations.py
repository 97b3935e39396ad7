"""What each address expects of its caller: the one table that the access matrix is compared with.

A route without a line here fails the test. `permission` is what the view declares (`.permission`, or the
viewset's). `kind` names the object in the address, whose reach stands in `people.py`. `writes` is the
permission that a POST needs beyond that; `None` where the address takes no POST.
"""

from dataclasses import dataclass

from responsibilities.rules.roles import Permission as P


@dataclass(frozen=True)
class Expectation:
    """`anybody`: whoever is signed in; `reads` False: the address takes no GET."""

    permission: P | None
    kind: str = ""
    writes: P | None = None
    reads: bool = True
    posts_reach: str = ""  # the reach of POST, where fewer may act than look
    acts_reach: str = ""  # the same where the form itself is only for those who may act
    also: P | None = None  # what a GET needs beyond `permission`, once the object is in sight
    api: bool = False


def page(permission: P, kind: str = "", *, also: P | None = None) -> Expectation:
    """Looks only."""
    return Expectation(permission, kind, also=also)


def form(permission: P, kind: str = "", *, writes: P | None = None, posts_reach: str = "") -> Expectation:
    """Shows a form and takes it."""
    return Expectation(permission, kind, writes or permission, posts_reach=posts_reach)


def button(permission: P, kind: str = "") -> Expectation:
    """Takes a POST only."""
    return Expectation(permission, kind, permission, reads=False)


def api(permission: P, kind: str = "", *, writes: P | None = None, reads: bool = True) -> Expectation:
    """An endpoint."""
    return Expectation(permission, kind, writes, reads, api=True)


# Open without login: the process's own signs of life and the login page. Everything else asks who calls.
# A worker's pages open to whoever holds a link that the server made (test_public_links.py).
PUBLIC = {
    "healthz",
    "readyz",
    "responsibilities:login",
    "payroll:public_pay",
    "payroll:public_contest",
    "payroll:public_site",
}
# For whoever is signed in, because they show only what is one's own.
OWN_ONLY = {
    "escalation:dashboard",
    "responsibilities:logout",
    "responsibilities:password",
    "responsibilities:scope_switch",
}
# Open to everybody: the description of the API, which holds no data.
DOCUMENTATION = {"schema", "api-docs"}

PAGES = {
    "escalation:trend": page(P.DEADLINE_VIEW),
    "escalation:deadlines": page(P.DEADLINE_VIEW),
    "escalation:deadline": page(P.DEADLINE_VIEW, "deadline"),
    "escalation:decide_deadline": form(P.ESCALATION_DECIDE, "deadline_decision"),
    "escalation:projects": page(P.PROJECT_VIEW),
    "escalation:project": page(P.PROJECT_VIEW, "project"),
    "escalation:responsibilities": page(P.RESPONSIBILITY_VIEW),
    "escalation:queue": page(P.ESCALATION_VIEW),
    "escalation:escalation": page(P.ESCALATION_VIEW, "escalation"),
    "escalation:decide": form(P.ESCALATION_DECIDE, "escalation_decision"),
    "escalation:second": form(P.ESCALATION_SECOND, "waiver"),
    "escalation:revoke": form(P.ESCALATION_DECIDE, "order"),
    "escalation:respond": Expectation(P.ESCALATION_RESPOND, "order", P.ESCALATION_RESPOND, acts_reach="order_owed"),
    "escalation:notices": form(P.DEADLINE_VIEW),
    "escalation:reconciliation": page(P.PAYROLL_VIEW),
    "escalation:calendar": form(P.RESPONSIBILITY_VIEW, writes=P.CALENDAR_EDIT),
    "escalation:rules": page(P.RESPONSIBILITY_VIEW),
    "payroll:list": page(P.PAYROLL_VIEW),
    "payroll:upload": form(P.PAYROLL_UPLOAD),
    "payroll:template": page(P.PAYROLL_UPLOAD, "query_project"),
    "payroll:copy": page(P.PAYROLL_UPLOAD, "query_project"),
    "payroll:worker": page(P.PAYROLL_VIEW, "worker"),
    "payroll:workers": Expectation(P.PAYROLL_VIEW, writes=P.PAYROLL_VIEW),
    "payroll:enter": form(P.WORKER_EDIT),
    "payroll:people_import": form(P.WORKER_EDIT),
    "payroll:people_template": page(P.WORKER_EDIT),
    "payroll:worker_reveal": button(P.PAYROLL_REVEAL, "worker"),
    "payroll:enter_again": form(P.WORKER_EDIT, "entry"),
    "payroll:contract_new": form(P.WORKER_EDIT, "entry"),
    "payroll:contract_edit": form(P.WORKER_EDIT, "labour_contract"),
    "payroll:contract_end": form(P.WORKER_EDIT, "labour_contract"),
    "payroll:contract_scan": page(P.PAYROLL_VIEW, "labour_contract"),
    "payroll:leave": form(P.WORKER_EDIT, "stay"),
    "payroll:stay_withdraw": form(P.WORKER_EDIT, "stay"),
    "payroll:leavers": page(P.PAYROLL_VIEW),
    "payroll:settlement": form(P.PAYROLL_VIEW, "left_stay", writes=P.WORKER_EDIT),
    "payroll:settlement_paper": page(P.PAYROLL_VIEW, "left_stay"),
    "payroll:signed_settlement": page(P.PAYROLL_VIEW, "signed_settlement"),
    "payroll:attendance": page(P.PAYROLL_VIEW),
    "payroll:same_days": page(P.PAYROLL_VIEW),
    "payroll:attendance_upload": form(P.WORKER_EDIT),
    "payroll:attendance_template": page(P.WORKER_EDIT, "query_project"),
    "payroll:attendance_sheet": page(P.PAYROLL_VIEW, "attendance"),
    "payroll:attendance_progress": page(P.PAYROLL_VIEW, "attendance"),
    "payroll:attendance_confirm": button(P.WORKER_EDIT, "attendance"),
    "payroll:attendance_discard": button(P.WORKER_EDIT, "attendance"),
    "payroll:attendance_original": page(P.PAYROLL_VIEW, "attendance", also=P.PAYROLL_REVEAL),
    "payroll:attendance_annotated": page(P.PAYROLL_VIEW, "attendance", also=P.PAYROLL_REVEAL),
    "payroll:attendance_month": page(P.PAYROLL_VIEW, "pay_month"),
    "payroll:reveal": button(P.PAYROLL_REVEAL, "line"),
    "payroll:batch": page(P.PAYROLL_VIEW, "batch"),
    "payroll:contests": page(P.PAYROLL_VIEW),
    "payroll:contest": form(P.PAYROLL_VIEW, "contest", writes=P.CONTEST_ANSWER),
    "payroll:contest_transfer": button(P.ESCALATION_DECIDE, "contest"),
    "payroll:contest_conclude": button(P.ESCALATION_DECIDE, "contest"),
    "payroll:contest_phone": button(P.PAYROLL_REVEAL, "contest"),
    "payroll:contest_photo": page(P.PAYROLL_VIEW, "contest"),
    "payroll:nil": form(P.PAYROLL_SUBMIT),
    "payroll:poster": form(P.PAYROLL_SUBMIT, "project"),
    "payroll:notice_photo": page(P.PAYROLL_VIEW, "notice_photo"),
    "payroll:audit": form(P.PAYROLL_AUDIT, "batch"),
    "payroll:return": button(P.PAYROLL_AUDIT, "batch"),
    "payroll:notice": form(P.PAYROLL_AUDIT, "batch"),
    "payroll:notice_print": page(P.PAYROLL_VIEW, "batch"),
    "payroll:compare": page(P.PAYROLL_VIEW, "batch_pair"),
    "payroll:slips": page(P.PAYROLL_SUBMIT, "batch"),
    "payroll:paper": form(P.PAYROLL_SUBMIT, "batch"),
    "payroll:paper_print": page(P.PAYROLL_SUBMIT, "batch"),
    "payroll:progress": page(P.PAYROLL_VIEW, "batch"),
    "payroll:mapping": form(P.PAYROLL_UPLOAD, "batch"),
    "payroll:mapping_preview": button(P.PAYROLL_UPLOAD, "batch"),
    "payroll:columns": page(P.PAYROLL_UPLOAD),
    "payroll:columns_forget": button(P.PAYROLL_UPLOAD, "layout"),
    "payroll:submit": button(P.PAYROLL_SUBMIT, "batch"),
    "payroll:discard": button(P.PAYROLL_UPLOAD, "batch"),
    "payroll:discard_many": form(P.PAYROLL_UPLOAD),
    "payroll:export": page(P.EXPORT, "batch"),
    "payroll:original": page(P.PAYROLL_VIEW, "batch", also=P.PAYROLL_REVEAL),
    "payroll:annotated": page(P.PAYROLL_VIEW, "batch", also=P.PAYROLL_REVEAL),
    "payroll:problems": page(P.PAYROLL_VIEW, "batch"),
    "payroll:rejudge": button(P.PAYROLL_UPLOAD, "batch"),
    "payroll:checks": page(P.PAYROLL_VIEW),
    "payroll:check": form(P.PAYROLL_VIEW, "check", writes=P.PAYROLL_RULES),
    "payroll:minimum_wages": form(P.PAYROLL_VIEW, writes=P.PAYROLL_RULES),
    "payroll:minimum_wage_withdraw": Expectation(
        P.PAYROLL_RULES, "minimum_wage", P.PAYROLL_RULES, reads=False, posts_reach="rates"
    ),
    "payroll:telephones": form(P.PAYROLL_VIEW, writes=P.PAYROLL_RULES),
    "payroll:telephone_withdraw": Expectation(
        P.PAYROLL_RULES, "telephone", P.PAYROLL_RULES, reads=False, posts_reach="rates"
    ),
    "payroll:layouts": page(P.PAYROLL_VIEW),
    "payroll:matching": form(P.PAYROLL_PAY, "project"),
    "payroll:debits_told": page(P.PAYROLL_VIEW, "project"),
    "payroll:debit": form(P.PAYROLL_PAY, "movement"),
    "payroll:payout": page(P.PAYROLL_VIEW, "batch"),
    "payroll:payout_make": button(P.PAYROLL_PAY, "batch"),
    "payroll:payout_line": form(P.PAYROLL_VIEW, "line", writes=P.PAYROLL_PAY),
    "payroll:card_evidence": page(P.PAYROLL_REVEAL, "card_change"),
    "payroll:payout_download": page(P.PAYROLL_PAY, "payout_file"),
    "payroll:payout_send": button(P.PAYROLL_PAY, "payout_file"),
    "payroll:payout_void": button(P.PAYROLL_PAY, "payout_file"),
    "payroll:result_new": form(P.PAYROLL_PAY, "payout_file"),
    "payroll:result": page(P.PAYROLL_VIEW, "bank_result"),
    "payroll:result_progress": page(P.PAYROLL_VIEW, "bank_result"),
    "payroll:result_take": button(P.PAYROLL_PAY, "bank_result"),
    "payroll:result_drop": button(P.PAYROLL_PAY, "bank_result"),
    "accounts:register_import": form(P.PROJECT_EDIT),
    "accounts:register_template": page(P.PROJECT_EDIT),
    "accounts:account": form(P.ACCOUNT_EDIT, "project"),
    "accounts:statements": page(P.ACCOUNT_VIEW, "project"),
    "accounts:statement_import": form(P.STATEMENT_IMPORT, "project"),
    "accounts:statement": page(P.STATEMENT_IMPORT, "statement"),
    "accounts:statement_progress": page(P.STATEMENT_IMPORT, "statement"),
    "accounts:statement_take": button(P.STATEMENT_IMPORT, "statement"),
    "accounts:statement_drop": button(P.STATEMENT_IMPORT, "statement"),
    "accounts:periods": page(P.ACCOUNT_VIEW, "project"),
    "accounts:period": form(P.ACCOUNT_VIEW, "month", writes=P.ALLOCATION_STATE),
    "accounts:allocation_create": form(P.ALLOCATION_RECORD, "month"),
    "accounts:allocation_void": form(P.ALLOCATION_RECORD, "credit"),
    "accounts:surplus_move": form(P.ALLOCATION_RECORD, "month"),
    "projects:create": form(P.PROJECT_EDIT),
    "projects:edit": form(P.PROJECT_EDIT, "project"),
    "projects:enrolment": form(P.ENROLMENT_EDIT, "project"),
    "projects:approval_create": form(P.APPROVAL_RECORD, "project"),
    "projects:approval": page(P.PROJECT_VIEW, "approval"),
    "projects:approval_edit": form(P.APPROVAL_RECORD, "approval"),
    "projects:approval_push": form(P.APPROVAL_PUSH, "approval", posts_reach="approval_own"),
    "projects:approval_confirm": form(P.APPROVAL_CONFIRM, "approval"),
    "projects:contract_create": form(P.CONTRACT_EDIT, "project"),
    "projects:contract_edit": form(P.CONTRACT_EDIT, "contract"),
    "projects:party_create": form(P.PARTY_EDIT, "project"),
    "projects:party_remove": form(P.PARTY_EDIT, "party"),
    "projects:four_party": form(P.FOUR_PARTY_EDIT, "project"),
    "responsibilities:organizations": page(P.RESPONSIBILITY_VIEW),
    "responsibilities:organization_create": form(P.PROJECT_EDIT),
    "responsibilities:organization": page(P.RESPONSIBILITY_VIEW, "organization"),
    "responsibilities:obstacles": page(P.PROJECT_VIEW),
    "responsibilities:obstacle_create": form(P.OBSTACLE_EDIT),
    "responsibilities:obstacle_lift": form(P.OBSTACLE_EDIT, "obstacle"),
    "responsibilities:users": page(P.USER_MANAGE),
    "responsibilities:user_create": form(P.USER_MANAGE),
    "responsibilities:user": form(P.USER_MANAGE, "user"),
    "responsibilities:user_act": button(P.USER_MANAGE, "user_act"),
    "responsibilities:grant_remove": button(P.USER_MANAGE, "grant"),
    "responsibilities:token_revoke": button(P.USER_MANAGE, "token"),
    "responsibilities:trail": page(P.TRAIL_VIEW),
    "running": page(P.USER_MANAGE),
}

ENDPOINTS = {
    "api-area-list": api(P.RESPONSIBILITY_VIEW),
    "api-area-detail": api(P.RESPONSIBILITY_VIEW, "area"),
    "api-organization-list": api(P.RESPONSIBILITY_VIEW),
    "api-organization-detail": api(P.RESPONSIBILITY_VIEW, "organization"),
    "api-responsibility-list": api(P.RESPONSIBILITY_VIEW),
    "api-responsibility-detail": api(P.RESPONSIBILITY_VIEW, "row"),
    "api-project-list": api(P.PROJECT_VIEW, writes=P.PROJECT_EDIT),
    "api-project-detail": api(P.PROJECT_VIEW, "project"),
    "api-approval-list": api(P.PROJECT_VIEW, writes=P.APPROVAL_PUSH),
    "api-approval-detail": api(P.PROJECT_VIEW, "approval_alone"),
    "api-allocation-list": api(P.ACCOUNT_VIEW, writes=P.ALLOCATION_RECORD),
    "api-allocation-detail": api(P.ACCOUNT_VIEW, "credit_alone"),
    "api-statement-list": api(P.STATEMENT_IMPORT, writes=P.STATEMENT_IMPORT),
    "api-statement-detail": api(P.STATEMENT_IMPORT, "statement_line"),
    "api-payroll-batch-payout": api(P.PAYROLL_VIEW, "batch"),
    "api-contest-list": api(P.PAYROLL_VIEW),
    "api-contest-detail": api(P.PAYROLL_VIEW, "contest"),
    "api-contest-answer": api(P.PAYROLL_VIEW, "contest", writes=P.CONTEST_ANSWER, reads=False),
    "api-contest-transfer": api(P.PAYROLL_VIEW, "contest", writes=P.ESCALATION_DECIDE, reads=False),
    "api-contest-conclude": api(P.PAYROLL_VIEW, "contest", writes=P.ESCALATION_DECIDE, reads=False),
    "api-bank-result-list": api(P.PAYROLL_VIEW, writes=P.PAYROLL_PAY),
    "api-bank-result-detail": api(P.PAYROLL_VIEW, "bank_result"),
    "api-payroll-batch-list": api(P.PAYROLL_VIEW, writes=P.PAYROLL_UPLOAD),
    "api-payroll-batch-detail": api(P.PAYROLL_VIEW, "batch"),
    "api-payroll-batch-layout": api(P.PAYROLL_VIEW, "batch", writes=P.PAYROLL_UPLOAD, reads=False),
    "api-realname-payroll-add": api(P.PAYROLL_VIEW, writes=P.PAYROLL_UPLOAD, reads=False),
    "api-realname-workerattendance-add": api(P.PAYROLL_VIEW, writes=P.WORKER_EDIT, reads=False),
    "api-realname-projectworker-add": api(P.PAYROLL_VIEW, writes=P.WORKER_EDIT, reads=False),
    "api-realname-workerentryexit-add": api(P.PAYROLL_VIEW, writes=P.WORKER_EDIT, reads=False),
    "api-realname-projectworker-query": api(P.PAYROLL_VIEW, writes=P.PAYROLL_VIEW, reads=False),
    "api-realname-workerentryexit-query": api(P.PAYROLL_VIEW, writes=P.PAYROLL_VIEW, reads=False),
    "api-realname-workercontract-query": api(P.PAYROLL_VIEW, writes=P.PAYROLL_VIEW, reads=False),
    "api-realname-workerattendance-query": api(P.PAYROLL_VIEW, writes=P.PAYROLL_VIEW, reads=False),
    "api-realname-payroll-query": api(P.PAYROLL_VIEW, writes=P.PAYROLL_VIEW, reads=False),
    "api-realname-workercontract-add": api(P.PAYROLL_VIEW, writes=P.WORKER_EDIT, reads=False),
    "api-payroll-batch-submit": api(P.PAYROLL_VIEW, "batch", writes=P.PAYROLL_SUBMIT, reads=False),
    "api-payroll-batch-audit": api(P.PAYROLL_VIEW, "batch", writes=P.PAYROLL_AUDIT, reads=False),
    "api-payroll-batch-return": api(P.PAYROLL_VIEW, "batch", writes=P.PAYROLL_AUDIT, reads=False),
    "api-payroll-batch-nil": api(P.PAYROLL_VIEW, writes=P.PAYROLL_SUBMIT, reads=False),
    "api-deadline-list": api(P.DEADLINE_VIEW),
    "api-deadline-detail": api(P.DEADLINE_VIEW, "deadline"),
    "api-notice-list": api(P.DEADLINE_VIEW),
    "api-notice-detail": api(P.DEADLINE_VIEW, "notice"),
    "api-escalation-list": api(P.ESCALATION_VIEW),
    "api-escalation-detail": api(P.ESCALATION_VIEW, "escalation"),
    "api-escalation-decisions": api(P.ESCALATION_VIEW, "escalation", writes=P.ESCALATION_DECIDE, reads=False),
}

EXPECTATIONS = PAGES | ENDPOINTS
