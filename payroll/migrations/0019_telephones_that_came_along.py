"""Telephones that nobody entered came with the portal: they are its defaults, and the page says so."""

from django.db import migrations


def mark(apps, _schema_editor):
    apps.get_model("payroll", "ComplaintTelephone").objects.filter(set_by__isnull=True, set_at__isnull=True).update(
        is_default=True
    )


class Migration(migrations.Migration):
    dependencies = [("payroll", "0018_complaint_telephones_kept")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
