from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("brands", "0002_tenancy"),
        ("ingestion", "0002_tenancy"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="customer",
            name="customers_by_registration",
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                models.F("brand"),
                models.OrderBy(models.F("registered_on"), descending=True, nulls_last=True),
                name="customers_by_registration",
            ),
        ),
    ]
