"""The writer itself names a delivery's token and an outbox row's brand; checking them cost every small request."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("brands", "0002_tenancy"),
        ("ingestion", "0003_customers_from_the_newest"),
    ]

    operations = [
        migrations.AlterField(
            model_name="delivery",
            name="token",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="brands.brandtoken",
            ),
        ),
        migrations.AlterField(
            model_name="outbox",
            name="brand",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="brands.brand",
            ),
        ),
    ]
