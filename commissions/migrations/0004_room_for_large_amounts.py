"""Amounts with all the digits the arithmetic has. Precision alone grows, so PostgreSQL rewrites no row."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("commissions", "0003_room_for_updates")]

    operations = [
        migrations.AlterField("line", "amount", models.DecimalField(decimal_places=8, max_digits=58)),
        migrations.AlterField("entry", "amount", models.DecimalField(decimal_places=8, max_digits=58)),
        migrations.AlterField(
            "qualification",
            "trigger_amount",
            models.DecimalField(
                blank=True,
                decimal_places=30,
                help_text="In the plan's currency, unrounded.",
                max_digits=80,
                null=True,
            ),
        ),
    ]
