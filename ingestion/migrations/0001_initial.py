import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("brands", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            sql="CREATE SEQUENCE ingestion_delivery_position",
            reverse_sql="DROP SEQUENCE ingestion_delivery_position",
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.CharField(max_length=26)),
                (
                    "position",
                    models.BigIntegerField(
                        db_default=models.Func(models.Value("ingestion_delivery_position"), function="nextval")
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("push", "Push API"),
                            ("rest", "REST API"),
                            ("postback", "Postback"),
                            ("pull", "Pull"),
                            ("file", "File"),
                            ("configuration", "Changed configuration"),
                        ],
                        max_length=15,
                    ),
                ),
                ("entity", models.CharField(help_text="customers, activities, …", max_length=20)),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("body", models.BinaryField()),
                ("sha256", models.BinaryField(max_length=32)),
                ("strict", models.BooleanField(default=False, help_text="All or nothing was asked for.")),
                ("received_at", models.DateTimeField()),
                ("received", models.PositiveIntegerField(default=0)),
                ("accepted", models.PositiveIntegerField(default=0)),
                ("duplicates", models.PositiveIntegerField(default=0)),
                ("rejected", models.PositiveIntegerField(default=0)),
                ("errors", models.JSONField(blank=True, default=list)),
                (
                    "repeated",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveIntegerField(),
                        blank=True,
                        default=list,
                        help_text="Which records were stored as sent before.",
                        size=None,
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
                    ),
                ),
                (
                    "token",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="brands.brandtoken",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Customer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.CharField(
                        help_text="The customer's id at the brand, compared byte for byte.", max_length=200
                    ),
                ),
                ("reported_at", models.DateTimeField(blank=True, null=True)),
                ("registered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "registered_on",
                    models.DateField(blank=True, help_text="The day of it in the brand's time zone.", null=True),
                ),
                ("country", models.CharField(blank=True, max_length=100)),
                ("sales_status", models.CharField(blank=True, max_length=500)),
                ("kyc_status", models.CharField(blank=True, max_length=500)),
                (
                    "evidence",
                    models.JSONField(
                        blank=True, default=list, help_text="What was sent that may attribute him, in order."
                    ),
                ),
                ("last_modified_at", models.DateTimeField(blank=True, null=True)),
                ("index", models.PositiveIntegerField(default=0, help_text="Which record of the delivery.")),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
                    ),
                ),
                (
                    "delivery",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ingestion.delivery",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Activity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event", models.TextField(help_text="The event name as sent.")),
                ("event_id", models.TextField(blank=True)),
                ("moment", models.DateTimeField()),
                ("day", models.DateField(help_text="The day of the moment in the brand's time zone.")),
                ("product", models.TextField(blank=True)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("status", models.CharField(max_length=10)),
                (
                    "kpis",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                (
                    "amounts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DecimalField(decimal_places=8, max_digits=24), default=list, size=None
                    ),
                ),
                ("details", models.JSONField(blank=True, default=dict)),
                ("state", models.CharField(choices=[("live", "Live"), ("parked", "Parked")], max_length=6)),
                ("parked_for", models.CharField(blank=True, max_length=30)),
                ("index", models.PositiveIntegerField(help_text="Which record of the delivery.")),
                ("key", models.UUIDField(help_text="Identity, made only of what was sent.")),
                ("digest", models.UUIDField(help_text="Content, made only of what was sent.")),
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
                        related_name="+",
                        to="ingestion.customer",
                    ),
                ),
                (
                    "delivery",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ingestion.delivery",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("folded", models.CharField(max_length=100)),
                (
                    "identity",
                    models.CharField(
                        choices=[
                            ("automatic", "By what the record carries"),
                            ("event_id", "Event id, always required"),
                            ("day", "Customer, day, product and currency"),
                            ("content", "Customer, moment, product, currency and value"),
                        ],
                        default="automatic",
                        max_length=10,
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FxRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("base", models.CharField(max_length=3)),
                ("quote", models.CharField(max_length=3)),
                ("rate", models.DecimalField(decimal_places=12, max_digits=24)),
                ("source", models.CharField(help_text="ecb, upload, configuration, …", max_length=30)),
                ("entered_at", models.DateTimeField()),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("method", models.CharField(max_length=10)),
                ("path", models.CharField(max_length=200)),
                ("key", models.CharField(max_length=255)),
                ("body_sha256", models.BinaryField(max_length=32)),
                ("status", models.PositiveSmallIntegerField()),
                ("answer", models.JSONField()),
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
            name="Kpi",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("folded", models.CharField(help_text="The name as it is matched.", max_length=100)),
                ("unit", models.CharField(choices=[("money", "Money"), ("count", "Count")], max_length=5)),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="NewRates",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_day", models.DateField()),
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
            name="Outbox",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("delivery_id", models.BigIntegerField()),
                ("records", models.PositiveIntegerField()),
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
            name="SupersededActivity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event", models.TextField(help_text="The event name as sent.")),
                ("event_id", models.TextField(blank=True)),
                ("moment", models.DateTimeField()),
                ("day", models.DateField(help_text="The day of the moment in the brand's time zone.")),
                ("product", models.TextField(blank=True)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("status", models.CharField(max_length=10)),
                (
                    "kpis",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                (
                    "amounts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DecimalField(decimal_places=8, max_digits=24), default=list, size=None
                    ),
                ),
                ("details", models.JSONField(blank=True, default=dict)),
                ("state", models.CharField(choices=[("live", "Live"), ("parked", "Parked")], max_length=6)),
                ("parked_for", models.CharField(blank=True, max_length=30)),
                ("index", models.PositiveIntegerField(help_text="Which record of the delivery.")),
                (
                    "activity",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ingestion.activity",
                    ),
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
                        related_name="+",
                        to="ingestion.customer",
                    ),
                ),
                (
                    "delivery",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ingestion.delivery",
                    ),
                ),
                (
                    "replaced_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ingestion.delivery",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Alias",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("events", "Event"),
                            ("statuses", "Status"),
                            ("products", "Product"),
                            ("fields", "Field"),
                        ],
                        max_length=10,
                    ),
                ),
                ("alias", models.CharField(max_length=128)),
                ("folded", models.CharField(max_length=128)),
                ("target", models.CharField(max_length=128)),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("brand", "kind", "folded"), name="an_alias_means_one_thing")
                ],
            },
        ),
        migrations.CreateModel(
            name="CustomerProfile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_name", models.CharField(blank=True, max_length=500)),
                ("last_name", models.CharField(blank=True, max_length=500)),
                ("email", models.CharField(blank=True, max_length=500)),
                ("fields", models.JSONField(blank=True, default=dict)),
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
                        related_name="profiles",
                        to="ingestion.customer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("brand", "customer"), name="a_customer_has_one_profile")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["received_at"], name="deliveries_by_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("brand", "uid"), name="a_delivery_has_one_uid"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("brand", "position"), name="a_delivery_has_one_position"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "received",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("accepted"), "+", models.F("duplicates")
                            ),
                            "+",
                            models.F("rejected"),
                        ),
                    )
                ),
                name="every_record_has_one_outcome",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["brand", "registered_on"], name="customers_by_registration"),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["delivery"], name="customers_by_delivery", pages_per_range=16
            ),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.UniqueConstraint(fields=("brand", "key"), name="a_customer_id_is_one_customer"),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["day"], name="activities_by_day"
            ),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["delivery"], name="activities_by_delivery", pages_per_range=16
            ),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                condition=models.Q(
                    (
                        "kpis__overlap",
                        ["ChallengePurchase", "Chargeback", "Deposit", "Refund", "ResetPurchase", "TraderPayout"],
                    )
                ),
                fields=["brand", "customer", "day"],
                name="activities_with_history",
            ),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("state", "parked")), fields=["brand", "event"], name="parked_activities"
            ),
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=models.UniqueConstraint(fields=("brand", "key"), name="a_record_is_stored_once"),
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("parked_for", ""), ("state", "live")),
                    models.Q(("state", "parked"), models.Q(("parked_for", ""), _negated=True)),
                    _connector="OR",
                ),
                name="a_parked_record_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.UniqueConstraint(fields=("brand", "folded"), name="an_event_name_is_one_event"),
        ),
        migrations.AddIndex(
            model_name="fxrate",
            index=models.Index(fields=["brand", "base", "quote", "-day", "-id"], name="rates_by_pair_and_day"),
        ),
        migrations.AddConstraint(
            model_name="fxrate",
            constraint=models.CheckConstraint(condition=models.Q(("rate__gt", 0)), name="a_rate_is_above_zero"),
        ),
        migrations.AddConstraint(
            model_name="fxrate",
            constraint=models.CheckConstraint(
                condition=models.Q(("base", models.F("quote")), _negated=True), name="a_rate_joins_two_currencies"
            ),
        ),
        migrations.AddIndex(
            model_name="idempotencykey",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["created_at"], name="idempotency_keys_by_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="idempotencykey",
            constraint=models.UniqueConstraint(
                fields=("brand", "method", "path", "key"), name="an_idempotency_key_has_one_answer"
            ),
        ),
        migrations.AddConstraint(
            model_name="kpi",
            constraint=models.UniqueConstraint(fields=("brand", "folded"), name="a_kpi_name_is_one_kpi"),
        ),
        migrations.AddConstraint(
            model_name="outbox",
            constraint=models.UniqueConstraint(fields=("brand", "delivery_id"), name="a_delivery_is_followed_up_once"),
        ),
        migrations.AddIndex(
            model_name="supersededactivity",
            index=models.Index(fields=["brand", "activity"], name="versions_of_an_activity"),
        ),
        migrations.AddIndex(
            model_name="supersededactivity",
            index=models.Index(fields=["brand", "delivery"], name="versions_by_delivery"),
        ),
        migrations.AddIndex(
            model_name="supersededactivity",
            index=models.Index(fields=["brand", "replaced_by"], name="versions_by_replacement"),
        ),
    ]
