import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("affiliates", "0001_initial"),
        ("brands", "0001_initial"),
        ("ingestion", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AffiliateDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("kpi", models.TextField()),
                ("product", models.TextField(blank=True)),
                ("currency", models.CharField(blank=True, help_text="Empty for counts.", max_length=3)),
                ("amount", models.DecimalField(decimal_places=8, max_digits=32)),
                ("records", models.IntegerField(help_text="How many facts.")),
                ("positives", models.IntegerField(help_text="How many facts above 0.")),
                (
                    "affiliate",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="affiliates.affiliate",
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="brands.brand",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="affiliates.campaign",
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="affiliates.trackinglink",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["brand", "day"], name="affiliate_days_by_day"),
                    models.Index(fields=["brand", "currency"], name="currencies_of_a_brand"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("brand", "affiliate", "day", "kpi", "campaign", "link", "product", "currency"),
                        name="an_affiliates_day_is_summed_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Attribution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("holds_from", models.DateField(blank=True, null=True)),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("token", "Signed click token"),
                            ("explicit", "Affiliate or campaign id"),
                            ("promo_code", "Promo code"),
                            ("pattern", "Tracking data pattern"),
                            ("default", "Default affiliate"),
                            ("transfer", "Transfer"),
                        ],
                        max_length=10,
                    ),
                ),
                ("is_unsigned", models.BooleanField(default=False)),
                (
                    "evidence",
                    models.JSONField(blank=True, default=dict, help_text="The evidence that decided, as sent."),
                ),
                (
                    "candidates",
                    models.JSONField(
                        blank=True, default=list, help_text="All that were looked at, each with its verdict."
                    ),
                ),
                ("flags", models.JSONField(blank=True, default=list)),
                ("decided_at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                (
                    "affiliate",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="affiliates.affiliate",
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="affiliates.campaign",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attributions",
                        to="ingestion.customer",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="affiliates.trackinglink",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("superseded_at__isnull", True)),
                        fields=["brand", "affiliate"],
                        name="customers_of_an_affiliate",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at__isnull", True)),
                        fields=("brand", "customer", "holds_from"),
                        name="a_customer_is_one_affiliates_at_a_time",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Click",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(max_length=50)),
                ("clicked_at", models.DateTimeField()),
                ("sub1", models.CharField(blank=True, max_length=200)),
                ("sub2", models.CharField(blank=True, max_length=200)),
                ("sub3", models.CharField(blank=True, max_length=200)),
                ("sub4", models.CharField(blank=True, max_length=200)),
                ("sub5", models.CharField(blank=True, max_length=200)),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="affiliates.trackinglink",
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.BrinIndex(
                        autosummarize=True, fields=["clicked_at"], name="clicks_by_time"
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("brand", "token"), name="a_click_has_one_token")],
            },
        ),
        migrations.CreateModel(
            name="CustomerDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("kpi", models.TextField()),
                ("product", models.TextField(blank=True)),
                ("currency", models.CharField(blank=True, help_text="Empty for counts.", max_length=3)),
                ("amount", models.DecimalField(decimal_places=8, max_digits=32)),
                ("records", models.IntegerField(help_text="How many facts.")),
                ("positives", models.IntegerField(help_text="How many facts above 0.")),
                (
                    "brand",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="brands.brand",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ingestion.customer",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("kpi__in", ["Deposit", "FirstDeposits", "Registrations"])),
                        fields=["brand", "customer", "kpi", "day"],
                        name="a_customers_beginnings",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("brand", "customer", "day", "kpi", "product", "currency"),
                        name="a_customers_day_is_summed_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Touched",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_day", models.DateField()),
                (
                    "affiliate",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="affiliates.affiliate",
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="brands.brand",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ingestion.customer",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["brand", "affiliate"], name="touched_affiliates")],
            },
        ),
    ]
