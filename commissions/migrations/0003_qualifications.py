from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("commissions", "0002_tenancy"),
    ]

    operations = [
        migrations.AddField(
            model_name="qualification",
            name="is_earning",
            field=models.BooleanField(default=True, help_text="The affiliate earned on the qualifying day."),
        ),
        migrations.AddField(
            model_name="qualification",
            name="last_day",
            field=models.DateField(blank=True, help_text="The last day on which he could still qualify.", null=True),
        ),
        migrations.AddField(
            model_name="qualification",
            name="reason",
            field=models.CharField(blank=True, default="", help_text="Of the exclusion.", max_length=15),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="qualification",
            name="trigger_amount",
            field=models.DecimalField(
                blank=True,
                decimal_places=30,
                help_text="In the plan's currency, unrounded.",
                max_digits=60,
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="qualification",
            name="trigger_on",
            field=models.DateField(blank=True, null=True),
        ),
    ]
