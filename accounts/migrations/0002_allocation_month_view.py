"""The arithmetic of a month as one view; `accounts.models.AllocationMonth` reads it."""

from django.db import migrations

FORWARD = """
CREATE VIEW accounts_allocation_month AS
SELECT
    period.id AS period_id,
    period.project_id,
    project.area_id,
    period.month_on,
    GREATEST(period.month_on, project.actual_start_on) AS opens_on,
    contract.allocation_day AS month_day,
    period.completed_value,
    period.nil_statement_on,
    floor.ratio AS floor,
    contract.labour_cost_ratio AS contract_ratio,
    part.by_contract,
    period.wages_due AS by_wages,
    part.by_value,
    need.required,
    COALESCE(money.credited, 0)::numeric(16, 2) AS credited,
    CASE
        WHEN need.required <= 0
            THEN COALESCE(period.nil_statement_on, (period.stated_at AT TIME ZONE 'Asia/Shanghai')::date)
        WHEN money.credited >= need.required THEN money.reached_on
    END AS satisfied_on
FROM accounts_allocationperiod period
JOIN projects_project project ON project.id = period.project_id
LEFT JOIN projects_contract contract ON contract.project_id = period.project_id AND contract.kind = 'general'
LEFT JOIN LATERAL (
    SELECT version.ratio
    FROM accounts_labourcostfloor version
    WHERE version.project_type_id = project.project_type_id
      AND version.in_force_from <= GREATEST(period.month_on, project.actual_start_on)
    ORDER BY version.in_force_from DESC
    LIMIT 1
) floor ON true
CROSS JOIN LATERAL (
    SELECT
        COALESCE(period.contract_amount, contract.monthly_amount) AS by_contract,
        CASE
            WHEN period.completed_value IS NOT NULL
                THEN round(period.completed_value * GREATEST(floor.ratio, contract.labour_cost_ratio), 2)
            WHEN period.nil_statement_on IS NOT NULL THEN 0.00
        END AS by_value
) part
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN part.by_value IS NOT NULL OR part.by_contract IS NOT NULL
            THEN GREATEST(part.by_value, part.by_contract, period.wages_due)
    END AS required
) need
LEFT JOIN LATERAL (
    SELECT
        sum(credit.amount) AS credited,
        min(credit.credited_on) FILTER (WHERE credit.running >= need.required) AS reached_on
    FROM (
        SELECT
            allocation.amount,
            allocation.credited_on,
            sum(allocation.amount) OVER (ORDER BY allocation.credited_on, allocation.id) AS running
        FROM accounts_allocation allocation
        WHERE allocation.period_id = period.id AND allocation.voided_at IS NULL
    ) credit
) money ON true
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(FORWARD, "DROP VIEW accounts_allocation_month"),
        migrations.CreateModel(
            name="AllocationMonth",
            fields=[],
            options={
                "verbose_name": "人工费用月度核算",
                "verbose_name_plural": "人工费用月度核算",
                "db_table": "accounts_allocation_month",
                "ordering": ["-month_on"],
                "managed": False,
            },
        ),
    ]
