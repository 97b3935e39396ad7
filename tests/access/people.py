"""Who asks, and whose objects they reach: said here by hand, never computed by the code under test."""

from tests.factories.world import FOREIGN_AREA, FOREIGN_UNIT, OWN

ALL = frozenset({OWN, FOREIGN_UNIT, FOREIGN_AREA})
GANZHOU_ONLY = frozenset({OWN, FOREIGN_UNIT})
MINE = frozenset({OWN})
NOTHING = frozenset()

# Each role at least once; `projects` are the projects in sight. 住建局 watches OWN and FOREIGN_AREA, 水务局
# FOREIGN_UNIT; 发改局 approved in OWN and FOREIGN_AREA.
PROJECTS = {
    "officer_zjj_620702": MINE,
    "officer_swj_620702": frozenset({FOREIGN_UNIT}),
    "officer_zjj_620700": frozenset({OWN, FOREIGN_AREA}),
    "officer_fgw_620702": MINE,
    "county_unit_head": MINE,
    "supervisor": ALL,
    "county_supervisor": GANZHOU_ONLY,
    "administrator": NOTHING,
    "labour_officer": MINE,
    "other_labour_officer": frozenset({FOREIGN_UNIT, FOREIGN_AREA}),
    "subcontractor_clerk": MINE,
    "developer_officer": MINE,
    "bank_clerk": MINE,
    "county_leader": GANZHOU_ONLY,
    "auditor": ALL,
    "stranger": NOTHING,
}
# The duty to enrol (陇明公) is of contractor and developer, watched by 人社 and the industry unit.
ONBOARDING = PROJECTS | {"officer_fgw_620702": NOTHING, "subcontractor_clerk": NOTHING, "bank_clerk": NOTHING}
# The duty to push is the approving unit's, watched by 人社; it concerns nobody else.
PUSHING = dict.fromkeys(PROJECTS, NOTHING) | {
    "officer_fgw_620702": MINE,
    "supervisor": ALL,
    "county_supervisor": GANZHOU_ONLY,
    "county_leader": GANZHOU_ONLY,
    "auditor": ALL,
}
# Pay is seen by who pays, who is paid through, 人社 and auditors; a city or county unit that sees a project doesn't.
PAY = dict.fromkeys(PROJECTS, NOTHING) | {
    "supervisor": ALL,
    "county_supervisor": GANZHOU_ONLY,
    "labour_officer": MINE,
    "other_labour_officer": frozenset({FOREIGN_UNIT, FOREIGN_AREA}),
    "subcontractor_clerk": MINE,
    "auditor": ALL,
}
EVERYBODY = dict.fromkeys(PROJECTS, ALL)
ADMINISTRATOR = dict.fromkeys(PROJECTS, NOTHING) | {"administrator": ALL}
# Enterprises see their own obstacles; government people all of them. The obstacles are those of the contractors.
OBSTACLES = dict.fromkeys(PROJECTS, ALL) | {
    "labour_officer": MINE,
    "other_labour_officer": frozenset({FOREIGN_UNIT, FOREIGN_AREA}),
    "administrator": NOTHING,
    "subcontractor_clerk": NOTHING,
    "developer_officer": NOTHING,
    "bank_clerk": NOTHING,
    "stranger": NOTHING,
}
# A notice to the general contractor about enrolment.
NOTICES = dict.fromkeys(PROJECTS, NOTHING) | {
    "labour_officer": MINE,
    "other_labour_officer": frozenset({FOREIGN_UNIT, FOREIGN_AREA}),
    "supervisor": ALL,
    "county_supervisor": GANZHOU_ONLY,
    "county_leader": GANZHOU_ONLY,
    "auditor": ALL,
}

REACH = {
    "project": PROJECTS,
    "query_project": PROJECTS,
    "approval": PROJECTS,
    "approval_alone": PROJECTS,
    "approval_own": dict.fromkeys(PROJECTS, NOTHING) | {"officer_fgw_620702": MINE, "officer_swj_620702": NOTHING},
    "contract": PROJECTS,
    "party": PROJECTS,
    "month": PROJECTS,
    "credit": PROJECTS,
    "credit_alone": PROJECTS,
    "batch": PAY,
    "batch_pair": PAY,
    "check": EVERYBODY,
    "minimum_wage": EVERYBODY,
    "telephone": EVERYBODY,
    "rates": dict.fromkeys(PROJECTS, NOTHING) | {"supervisor": ALL, "county_supervisor": GANZHOU_ONLY},
    "line": PAY,
    "contest": PAY,
    "notice_photo": PAY,
    "payout_file": PAY,
    "card_change": PAY,
    "statement_line": PROJECTS,
    "statement": PROJECTS,
    "movement": PROJECTS,
    "bank_result": PAY,
    "worker": PAY,
    "entry": PAY,
    "stay": PAY,
    "left_stay": PAY,
    "signed_settlement": PAY,
    "labour_contract": PAY,
    "attendance": PAY,
    "pay_month": PAY,
    # A subcontractor's forms: its own, and those of the general contractors it works for.
    "layout": dict.fromkeys(PROJECTS, NOTHING)
    | {
        "labour_officer": MINE,
        "other_labour_officer": frozenset({FOREIGN_UNIT, FOREIGN_AREA}),
        "subcontractor_clerk": MINE,
    },
    "deadline": ONBOARDING,
    "deadline_decision": ONBOARDING,
    "notice": NOTICES,
    "escalation": ONBOARDING,
    "escalation_decision": ONBOARDING,
    "order": PUSHING,
    "order_owed": dict.fromkeys(PROJECTS, NOTHING) | {"officer_fgw_620702": MINE},
    "waiver": ONBOARDING,
    "organization": EVERYBODY,
    "area": EVERYBODY,
    "row": EVERYBODY,
    "obstacle": OBSTACLES,
    "user": ADMINISTRATOR,
    "user_act": ADMINISTRATOR,
    "grant": ADMINISTRATOR,
    "token": ADMINISTRATOR,
}
