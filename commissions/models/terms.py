from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce

from affiliates.models import Affiliate, Campaign
from brands.models import Brand
from ingestion.models import Customer


class Hybrid(models.TextChoices):
    """How the components of a plan go together (commissions.md 7)."""

    ADDITIVE = "additive", "Each on its own"
    ADVANCE = "advance", "CPA as an advance on RevShare"


class Plan(models.Model):
    """What an affiliate can be paid: a name, a currency and versions of terms."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=100)
    currency = models.CharField(max_length=3)
    hybrid = models.CharField(max_length=10, choices=Hybrid, default=Hybrid.ADDITIVE)
    offset_cpa = models.BooleanField(default=False, help_text="A negative RevShare reduces the same period's CPA.")
    is_default = models.BooleanField(default=False, help_text="Applies to affiliates without a deal.")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "name"], name="a_plan_name_is_one_plan"),
            models.UniqueConstraint(
                fields=["brand"], condition=Q(is_default=True), name="a_brand_has_one_default_plan"
            ),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="a_plans_currency_is_a_code"),
        ]

    def __str__(self) -> str:
        return self.name


class AppliesTo(models.TextChoices):
    """Which customers a version is for."""

    ALL = "all", "All customers"
    NEW_CUSTOMERS = "new_customers", "Customers registered from that day on"


class PlanVersion(models.Model):
    """A plan's terms from a day on. Immutable once a line refers to it."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="versions", db_constraint=False, db_index=False)
    number = models.PositiveIntegerField()
    effective_from = models.DateField()
    applies_to = models.CharField(max_length=15, choices=AppliesTo, default=AppliesTo.ALL)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "plan", "number"], name="a_version_has_one_number"),
            models.UniqueConstraint(fields=["brand", "plan", "effective_from"], name="a_plan_changes_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"version {self.number} from {self.effective_from}"


class Kind(models.TextChoices):
    """What a component pays for. One engine module each."""

    CPA = "cpa", "CPA"
    REVSHARE = "revshare", "Revenue share"
    PER_UNIT = "per_unit", "Per unit"
    SALE = "sale", "Sale"
    FLAT = "flat", "Retainer"
    OVERRIDE = "override", "Override"


class Component(models.Model):
    """One way of paying within a version. `terms` holds its terms in the configuration document's words."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    version = models.ForeignKey(
        PlanVersion, models.PROTECT, related_name="components", db_constraint=False, db_index=False
    )
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=Kind)
    position = models.PositiveIntegerField()
    terms = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "version", "name"], name="a_component_name_is_one_component"),
            models.UniqueConstraint(fields=["brand", "version", "position"], name="a_position_is_one_component"),
        ]

    def __str__(self) -> str:
        return self.name


class RevenueProfile(models.Model):
    """The ordered steps from gross figures to what is shared. Immutable once a line was computed with it."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=100)
    steps = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "name"], name="a_profile_name_is_one_profile")]

    def __str__(self) -> str:
        return self.name


def _one(column: str) -> Func:
    """Return a range of exactly one number: equality can then stand in an exclusion constraint without extensions."""
    return Func(Coalesce(F(column), Value(0)), Coalesce(F(column), Value(0)), Value("[]"), function="int8range")


class Deal(models.Model):
    """Which plan an affiliate has, from a day, optionally through a last day, optionally for one campaign."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    affiliate = models.ForeignKey(Affiliate, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="deals", db_constraint=False, db_index=False)
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True, help_text="The last day. Empty: open.")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="a_deal_ends_after_it_starts"
            ),
            ExclusionConstraint(
                name="deals_of_an_affiliate_do_not_overlap",
                expressions=[
                    (_one("brand_id"), RangeOperators.OVERLAPS),
                    (_one("affiliate_id"), RangeOperators.OVERLAPS),
                    (_one("campaign_id"), RangeOperators.OVERLAPS),
                    (Func(F("starts_on"), F("ends_on"), Value("[]"), function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index(fields=["brand", "affiliate"], name="deals_of_an_affiliate")]

    def __str__(self) -> str:
        campaign = f", campaign {self.campaign}" if self.campaign else ""
        return f"{self.plan} for {self.affiliate}{campaign}"


class ExclusionReason(models.TextChoices):
    """Why nothing is earned on a customer."""

    SELF_EXCLUDED = "self_excluded", "Self-excluded"
    DUPLICATE = "duplicate", "Duplicate account"
    FRAUD = "fraud", "Fraud"


class Exclusion(models.Model):
    """A customer on whom nothing is earned: from a day when self-excluded, else from the registration."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="exclusions", db_constraint=False, db_index=False
    )
    reason = models.CharField(max_length=15, choices=ExclusionReason)
    from_day = models.DateField()
    created_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True, help_text="Set when it turned out to be wrong.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "customer", "reason"],
                condition=Q(lifted_at__isnull=True),
                name="a_customer_is_excluded_once_for_a_reason",
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer} ({self.get_reason_display().lower()})"
