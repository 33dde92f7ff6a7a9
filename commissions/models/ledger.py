from django.db import models
from django.db.models import Q

from affiliates.models import Affiliate
from brands.models import Brand, User
from commissions.models.terms import Component, Plan, PlanVersion
from ingestion.models import Customer
from track360.lib.money import EXACT

# Before the point, as many digits as the arithmetic has: no amount it makes is too large to be stored. Records reach at
# most fifteen, a rate that goes through the euro twenty-four, and a month adds up fewer records than take the rest.
DIGITS = EXACT.prec


class ClosedPeriod(models.Model):
    """A month whose lines are posted. Its lines and entries never change again; the digest proves it."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    period = models.CharField(max_length=7)
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    entries = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, help_text="Over the period's entries in order of their keys.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "period"], name="a_period_closes_once")]


class LineState(models.TextChoices):
    """Where a line stands."""

    PROVISIONAL = "provisional", "Provisional"
    POSTED = "posted", "Posted"
    HELD = "held", "Held"


class Line(models.Model):
    """One amount the engine derives for an affiliate, with a stable key and its working.

    Provisional until its period closes; then posted and never touched again. An adjustment is a line whose period is
    later than its source period.
    """

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=32)
    base_key = models.CharField(max_length=32, help_text="The key without posting period: joins adjustments to it.")
    affiliate = models.ForeignKey(Affiliate, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    period = models.CharField(max_length=7, help_text="Posted, or to be posted, in.")
    source_period = models.CharField(max_length=7, help_text="Earned in.")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    component = models.ForeignKey(Component, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    order = models.CharField(max_length=200, null=True, blank=True)
    amount = models.DecimalField(max_digits=DIGITS + 8, decimal_places=8)
    currency = models.CharField(max_length=3)
    available_on = models.DateField()
    state = models.CharField(max_length=11, choices=LineState, default=LineState.PROVISIONAL)
    reason = models.CharField(max_length=30, null=True, blank=True)
    working = models.JSONField(help_text="The steps that lead to the amount, by value.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "key"], name="a_line_has_one_key"),
            models.CheckConstraint(
                condition=Q(period__gte=models.F("source_period")), name="a_line_is_posted_after_it_is_earned"
            ),
        ]
        indexes = [
            models.Index(fields=["brand", "affiliate", "period"], name="lines_of_an_affiliate"),
            models.Index(fields=["brand", "base_key"], name="lines_by_base_key"),
            models.Index(fields=["brand", "customer"], name="lines_of_a_customer"),
            models.Index(fields=["brand", "period"], name="lines_of_a_period"),
        ]

    def __str__(self) -> str:
        return self.key


class Entry(models.Model):
    """One posted amount of an affiliate's ledger. Entries are only ever added; a mistake is a further entry."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=32, help_text="Of its line.")
    affiliate = models.ForeignKey(
        Affiliate, models.PROTECT, related_name="entries", db_constraint=False, db_index=False
    )
    period = models.CharField(max_length=7, help_text="Posted in.")
    source_period = models.CharField(max_length=7, help_text="Earned in.")
    amount = models.DecimalField(max_digits=DIGITS + 8, decimal_places=8)
    currency = models.CharField(max_length=3)
    available_on = models.DateField()
    posted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "key"], name="a_line_is_posted_once")]
        indexes = [models.Index(fields=["brand", "affiliate", "period"], name="entries_of_an_affiliate")]

    def __str__(self) -> str:
        return self.key


class Qualification(models.Model):
    """Where a customer stands with one CPA component: qualified on a day, or what is still missing. Derived."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    affiliate = models.ForeignKey(Affiliate, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    component = models.ForeignKey(Component, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    state = models.CharField(
        max_length=9,
        choices=[("pending", "Pending"), ("qualified", "Qualified"), ("expired", "Expired"), ("excluded", "Excluded")],
    )
    qualified_on = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True, help_text="The last day on which he could still qualify.")
    trigger_on = models.DateField(null=True, blank=True)
    trigger_amount = models.DecimalField(
        max_digits=DIGITS + 30, decimal_places=30, null=True, blank=True, help_text="In the plan's currency, unrounded."
    )
    is_earning = models.BooleanField(default=True, help_text="The affiliate earned on the qualifying day.")
    reason = models.CharField(max_length=15, blank=True, help_text="Of the exclusion.")
    progress = models.JSONField(help_text="Each measure with its value and what is needed.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "affiliate", "component", "customer"], name="a_customer_qualifies_once"
            )
        ]
        indexes = [models.Index(fields=["brand", "customer"], name="qualifications_of_a_customer")]


class CarryState(models.Model):
    """What a component hands from one month to the next: carry-over, ring-fence, the tiers' figures. Derived."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    affiliate = models.ForeignKey(Affiliate, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    component = models.CharField(max_length=100, help_text="By name: it goes on through versions.")
    period = models.CharField(max_length=7)
    state = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "affiliate", "plan", "component", "period"], name="a_component_closes_a_month_once"
            )
        ]
