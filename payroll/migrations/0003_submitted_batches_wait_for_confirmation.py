from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("payroll", "0002_month_flow")]

    operations = [
        migrations.RunSQL(
            "UPDATE payroll_payrollbatch SET stage = 'confirming' WHERE status = 'submitted' AND stage = ''",
            migrations.RunSQL.noop,
        ),
    ]
