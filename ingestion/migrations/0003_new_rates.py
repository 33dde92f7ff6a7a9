import django.db.models.deletion
from django.db import migrations, models

from track360.lib.tenancy import TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("brands", "0001_initial"),
        ("ingestion", "0002_tenancy"),
    ]

    operations = [
        migrations.CreateModel(
            name="NewRates",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_day", models.DateField()),
                ("created_at", models.DateTimeField()),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="brands.brand",
                    ),
                ),
            ],
        ),
        TenantTable("NewRates"),
    ]
