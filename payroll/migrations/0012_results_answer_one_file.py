import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payroll", "0011_punches")]

    operations = [
        migrations.AlterField(
            model_name="bankresult",
            name="payout_file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="results",
                to="payroll.payoutfile",
                verbose_name="代发文件",
            ),
        ),
    ]
