from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("attribution", "0002_tenancy"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="customerday",
            index=models.Index(
                condition=models.Q(("kpi__in", ["Deposit", "FirstDeposits", "Registrations"])),
                fields=["brand", "customer", "kpi", "day"],
                name="a_customers_beginnings",
            ),
        ),
    ]
