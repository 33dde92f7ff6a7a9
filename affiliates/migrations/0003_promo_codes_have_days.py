import django.contrib.postgres.constraints
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("affiliates", "0002_tenancy"),
        ("brands", "0002_tenancy"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="promocode",
            name="a_promo_code_is_one_code",
        ),
        migrations.AddField(
            model_name="promocode",
            name="ends_on",
            field=models.DateField(blank=True, help_text="The last day. Empty: open.", null=True),
        ),
        migrations.AddField(
            model_name="promocode",
            name="starts_on",
            field=models.DateField(blank=True, help_text="The first day. Empty: from the beginning.", null=True),
        ),
        migrations.AddConstraint(
            model_name="promocode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("starts_on__isnull", True),
                    ("ends_on__isnull", True),
                    ("ends_on__gte", models.F("starts_on")),
                    _connector="OR",
                ),
                name="a_promo_code_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="promocode",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (
                        models.Func(
                            models.F("brand_id"), models.F("brand_id"), models.Value("[]"), function="int8range"
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.Func(models.F("folded"), models.Value(0), function="hashtextextended"),
                            models.Func(models.F("folded"), models.Value(0), function="hashtextextended"),
                            models.Value("[]"),
                            function="int8range",
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.F("starts_on"), models.F("ends_on"), models.Value("[]"), function="daterange"
                        ),
                        "&&",
                    ),
                ],
                name="a_promo_code_is_one_affiliates_at_a_time",
            ),
        ),
    ]
