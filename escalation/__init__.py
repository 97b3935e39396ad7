"""WHEN: the deadline catalogue, deadlines, notices, escalations, reviews, dashboards."""
