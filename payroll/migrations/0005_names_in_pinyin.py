from django.db import migrations

from responsibilities.rules.pinyin import person_key


def fill(apps, _schema_editor):
    """Names stored before they had a key; in parts, so that a large register fits into memory."""
    worker = apps.get_model("payroll", "Worker")
    rows = []
    for row in worker.objects.filter(pinyin_key="").only("pk", "name").iterator(chunk_size=2000):
        row.pinyin_key = person_key(row.name)[:200]
        rows.append(row)
        if len(rows) == 2000:
            worker.objects.bulk_update(rows, ["pinyin_key"])
            rows = []
    worker.objects.bulk_update(rows, ["pinyin_key"])


class Migration(migrations.Migration):
    dependencies = [("payroll", "0004_people")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
