"""WHAT: projects, parties, approvals, contracts, four-party responsibility, 陇明公 enrolment."""
