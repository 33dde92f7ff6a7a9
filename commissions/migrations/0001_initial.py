import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.comparison
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
            name="Component",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("cpa", "CPA"),
                            ("revshare", "Revenue share"),
                            ("per_unit", "Per unit"),
                            ("sale", "Sale"),
                            ("flat", "Retainer"),
                            ("override", "Override"),
                        ],
                        max_length=10,
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("terms", models.JSONField()),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("currency", models.CharField(max_length=3)),
                (
                    "hybrid",
                    models.CharField(
                        choices=[("additive", "Each on its own"), ("advance", "CPA as an advance on RevShare")],
                        default="additive",
                        max_length=10,
                    ),
                ),
                (
                    "offset_cpa",
                    models.BooleanField(default=False, help_text="A negative RevShare reduces the same period's CPA."),
                ),
                ("is_default", models.BooleanField(default=False, help_text="Applies to affiliates without a deal.")),
                ("created_at", models.DateTimeField()),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Deal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, help_text="The last day. Empty: open.", null=True)),
                ("created_at", models.DateTimeField()),
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
                    "plan",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deals",
                        to="commissions.plan",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CarryState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("component", models.CharField(help_text="By name: it goes on through versions.", max_length=100)),
                ("period", models.CharField(max_length=7)),
                ("state", models.JSONField()),
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
                    "plan",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="commissions.plan",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PlanVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("effective_from", models.DateField()),
                (
                    "applies_to",
                    models.CharField(
                        choices=[("all", "All customers"), ("new_customers", "Customers registered from that day on")],
                        default="all",
                        max_length=15,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="commissions.plan",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=32)),
                (
                    "base_key",
                    models.CharField(
                        help_text="The key without posting period: joins adjustments to it.", max_length=32
                    ),
                ),
                ("period", models.CharField(help_text="Posted, or to be posted, in.", max_length=7)),
                ("source_period", models.CharField(help_text="Earned in.", max_length=7)),
                ("order", models.CharField(blank=True, max_length=200, null=True)),
                ("amount", models.DecimalField(decimal_places=8, max_digits=24)),
                ("currency", models.CharField(max_length=3)),
                ("available_on", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[("provisional", "Provisional"), ("posted", "Posted"), ("held", "Held")],
                        default="provisional",
                        max_length=11,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=30, null=True)),
                ("working", models.JSONField(help_text="The steps that lead to the amount, by value.")),
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
                    "component",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="commissions.component",
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
                (
                    "plan",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="commissions.plan",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="commissions.planversion",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="component",
            name="version",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="components",
                to="commissions.planversion",
            ),
        ),
        migrations.CreateModel(
            name="Qualification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("qualified", "Qualified"),
                            ("expired", "Expired"),
                            ("excluded", "Excluded"),
                        ],
                        max_length=9,
                    ),
                ),
                ("qualified_on", models.DateField(blank=True, null=True)),
                (
                    "last_day",
                    models.DateField(blank=True, help_text="The last day on which he could still qualify.", null=True),
                ),
                ("trigger_on", models.DateField(blank=True, null=True)),
                (
                    "trigger_amount",
                    models.DecimalField(
                        blank=True,
                        decimal_places=30,
                        help_text="In the plan's currency, unrounded.",
                        max_digits=60,
                        null=True,
                    ),
                ),
                (
                    "is_earning",
                    models.BooleanField(default=True, help_text="The affiliate earned on the qualifying day."),
                ),
                ("reason", models.CharField(blank=True, help_text="Of the exclusion.", max_length=15)),
                ("progress", models.JSONField(help_text="Each measure with its value and what is needed.")),
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
                    "component",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="commissions.component",
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
        ),
        migrations.CreateModel(
            name="RevenueProfile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("steps", models.JSONField()),
                ("created_at", models.DateTimeField()),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ClosedPeriod",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", models.CharField(max_length=7)),
                ("closed_at", models.DateTimeField()),
                ("entries", models.PositiveIntegerField()),
                (
                    "sha256",
                    models.CharField(help_text="Over the period's entries in order of their keys.", max_length=64),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("brand", "period"), name="a_period_closes_once")],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(help_text="Of its line.", max_length=32)),
                ("period", models.CharField(help_text="Posted in.", max_length=7)),
                ("source_period", models.CharField(help_text="Earned in.", max_length=7)),
                ("amount", models.DecimalField(decimal_places=8, max_digits=24)),
                ("currency", models.CharField(max_length=3)),
                ("available_on", models.DateField()),
                ("posted_at", models.DateTimeField()),
                (
                    "affiliate",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="affiliates.affiliate",
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["brand", "affiliate", "period"], name="entries_of_an_affiliate")],
                "constraints": [models.UniqueConstraint(fields=("brand", "key"), name="a_line_is_posted_once")],
            },
        ),
        migrations.CreateModel(
            name="Exclusion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("self_excluded", "Self-excluded"),
                            ("duplicate", "Duplicate account"),
                            ("fraud", "Fraud"),
                        ],
                        max_length=15,
                    ),
                ),
                ("from_day", models.DateField()),
                ("created_at", models.DateTimeField()),
                (
                    "lifted_at",
                    models.DateTimeField(blank=True, help_text="Set when it turned out to be wrong.", null=True),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exclusions",
                        to="ingestion.customer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at__isnull", True)),
                        fields=("brand", "customer", "reason"),
                        name="a_customer_is_excluded_once_for_a_reason",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.UniqueConstraint(fields=("brand", "name"), name="a_plan_name_is_one_plan"),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_default", True)), fields=("brand",), name="a_brand_has_one_default_plan"
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__regex", "^[A-Z]{3}$")), name="a_plans_currency_is_a_code"
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(fields=["brand", "affiliate"], name="deals_of_an_affiliate"),
        ),
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                name="a_deal_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="deal",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (
                        models.Func(
                            django.db.models.functions.comparison.Coalesce(models.F("brand_id"), models.Value(0)),
                            django.db.models.functions.comparison.Coalesce(models.F("brand_id"), models.Value(0)),
                            models.Value("[]"),
                            function="int8range",
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            django.db.models.functions.comparison.Coalesce(models.F("affiliate_id"), models.Value(0)),
                            django.db.models.functions.comparison.Coalesce(models.F("affiliate_id"), models.Value(0)),
                            models.Value("[]"),
                            function="int8range",
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            django.db.models.functions.comparison.Coalesce(models.F("campaign_id"), models.Value(0)),
                            django.db.models.functions.comparison.Coalesce(models.F("campaign_id"), models.Value(0)),
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
                name="deals_of_an_affiliate_do_not_overlap",
            ),
        ),
        migrations.AddConstraint(
            model_name="carrystate",
            constraint=models.UniqueConstraint(
                fields=("brand", "affiliate", "plan", "component", "period"), name="a_component_closes_a_month_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="planversion",
            constraint=models.UniqueConstraint(fields=("brand", "plan", "number"), name="a_version_has_one_number"),
        ),
        migrations.AddConstraint(
            model_name="planversion",
            constraint=models.UniqueConstraint(
                fields=("brand", "plan", "effective_from"), name="a_plan_changes_once_a_day"
            ),
        ),
        migrations.AddIndex(
            model_name="line",
            index=models.Index(fields=["brand", "affiliate", "period"], name="lines_of_an_affiliate"),
        ),
        migrations.AddIndex(
            model_name="line",
            index=models.Index(fields=["brand", "base_key"], name="lines_by_base_key"),
        ),
        migrations.AddIndex(
            model_name="line",
            index=models.Index(fields=["brand", "customer"], name="lines_of_a_customer"),
        ),
        migrations.AddIndex(
            model_name="line",
            index=models.Index(fields=["brand", "period"], name="lines_of_a_period"),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.UniqueConstraint(fields=("brand", "key"), name="a_line_has_one_key"),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(("period__gte", models.F("source_period"))),
                name="a_line_is_posted_after_it_is_earned",
            ),
        ),
        migrations.AddConstraint(
            model_name="component",
            constraint=models.UniqueConstraint(
                fields=("brand", "version", "name"), name="a_component_name_is_one_component"
            ),
        ),
        migrations.AddConstraint(
            model_name="component",
            constraint=models.UniqueConstraint(
                fields=("brand", "version", "position"), name="a_position_is_one_component"
            ),
        ),
        migrations.AddIndex(
            model_name="qualification",
            index=models.Index(fields=["brand", "customer"], name="qualifications_of_a_customer"),
        ),
        migrations.AddConstraint(
            model_name="qualification",
            constraint=models.UniqueConstraint(
                fields=("brand", "affiliate", "component", "customer"), name="a_customer_qualifies_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="revenueprofile",
            constraint=models.UniqueConstraint(fields=("brand", "name"), name="a_profile_name_is_one_profile"),
        ),
    ]
