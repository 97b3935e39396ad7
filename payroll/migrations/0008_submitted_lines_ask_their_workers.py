from django.db import migrations


class Migration(migrations.Migration):
    """Batches that were submitted before workers could be asked: ask them now."""

    dependencies = [("payroll", "0007_worker_confirmations")]

    operations = [
        migrations.RunSQL(
            """
            INSERT INTO payroll_payconfirmation (batch_id, line_id, key, state)
            SELECT line.batch_id, line.id, gen_random_uuid(), 'pending'
            FROM payroll_payrollline line JOIN payroll_payrollbatch batch ON batch.id = line.batch_id
            WHERE batch.status = 'submitted'
            ON CONFLICT (line_id) DO NOTHING
            """,
            migrations.RunSQL.noop,
        ),
    ]
