import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("brands", "0001_initial"),
        # Needed for nothing but speed: after ours, each of its operations would rebuild every model that knows a brand.
        ("oauth2_provider", "0022_refreshtoken_token_family_index"),
        ("mfa", "0003_authenticator_type_uniq"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Affiliate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(help_text="The id that links, brands and reports use.", max_length=50)),
                ("name", models.CharField(max_length=100)),
                ("email", models.EmailField(blank=True, max_length=254)),
                (
                    "is_default",
                    models.BooleanField(default=False, help_text="Receives customers that nothing else attributes."),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="affiliates",
                        to="brands.brand",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AffiliateParent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_day", models.DateField(blank=True, help_text="Empty: from the beginning.", null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "affiliate",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parents",
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
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="affiliates.affiliate",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AffiliateStatus",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("active", "Active"),
                            ("suspended", "Suspended"),
                            ("blocked", "Blocked"),
                            ("declined", "Declined"),
                        ],
                        max_length=10,
                    ),
                ),
                ("from_day", models.DateField(blank=True, help_text="Empty: from the beginning.", null=True)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField()),
                (
                    "affiliate",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statuses",
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
        ),
        migrations.CreateModel(
            name="Campaign",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=50)),
                ("name", models.CharField(max_length=100)),
                ("created_at", models.DateTimeField()),
                (
                    "affiliate",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="campaigns",
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
        ),
        migrations.CreateModel(
            name="LinkRoute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=50, unique=True)),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PromoCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=50)),
                ("folded", models.CharField(help_text="The code as it is matched: without case.", max_length=50)),
                ("created_at", models.DateTimeField()),
                (
                    "affiliate",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="promo_codes",
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
                        related_name="promo_codes",
                        to="affiliates.campaign",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField()),
                (
                    "affiliate",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seats",
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="seats", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SeatRoute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "brand",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seat_routes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TrackingLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=50)),
                (
                    "landing_url",
                    models.URLField(
                        blank=True, help_text="Empty: the brand's landing page.", max_length=500, null=True
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
                (
                    "affiliate",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links",
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
                        related_name="links",
                        to="affiliates.campaign",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="affiliate",
            constraint=models.UniqueConstraint(fields=("brand", "code"), name="an_affiliate_code_is_one_affiliate"),
        ),
        migrations.AddConstraint(
            model_name="affiliate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_default", True)), fields=("brand",), name="a_brand_has_one_default_affiliate"
            ),
        ),
        migrations.AddIndex(
            model_name="affiliateparent",
            index=models.Index(fields=["brand", "parent"], name="children_of_an_affiliate"),
        ),
        migrations.AddConstraint(
            model_name="affiliateparent",
            constraint=models.UniqueConstraint(
                fields=("brand", "affiliate", "from_day"),
                name="an_affiliate_has_one_parent_a_day",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="affiliateparent",
            constraint=models.CheckConstraint(
                condition=models.Q(("affiliate", models.F("parent")), _negated=True), name="nobody_is_his_own_parent"
            ),
        ),
        migrations.AddConstraint(
            model_name="affiliatestatus",
            constraint=models.UniqueConstraint(
                fields=("brand", "affiliate", "from_day"),
                name="an_affiliate_has_one_status_a_day",
                nulls_distinct=False,
            ),
        ),
        migrations.AddIndex(
            model_name="campaign",
            index=models.Index(fields=["brand", "affiliate"], name="campaigns_of_an_affiliate"),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.UniqueConstraint(fields=("brand", "code"), name="a_campaign_code_is_one_campaign"),
        ),
        migrations.AddConstraint(
            model_name="promocode",
            constraint=models.UniqueConstraint(fields=("brand", "folded"), name="a_promo_code_is_one_code"),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.UniqueConstraint(fields=("brand", "affiliate", "user"), name="a_person_sits_once"),
        ),
        migrations.AddConstraint(
            model_name="seatroute",
            constraint=models.UniqueConstraint(fields=("user", "brand"), name="a_person_is_routed_to_a_brand_once"),
        ),
        migrations.AddIndex(
            model_name="trackinglink",
            index=models.Index(fields=["brand", "affiliate"], name="links_of_an_affiliate"),
        ),
        migrations.AddConstraint(
            model_name="trackinglink",
            constraint=models.UniqueConstraint(fields=("brand", "code"), name="a_link_code_is_one_link"),
        ),
    ]
