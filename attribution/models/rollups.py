from django.db import models
from django.db.models import Q

from affiliates.models import Affiliate, Campaign, TrackingLink
from brands.models import Brand
from ingestion.models import Customer


class Derived(models.Model):
    """A row that is computed from others and written by the thousand.

    Nothing it points to is ever deleted, and `verify` counts it again. So it does without foreign keys in the database,
    each of which is a trigger a row: they doubled the time a follow-up takes.
    """

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_constraint=False, db_index=False)

    class Meta:
        abstract = True


class DaySum(Derived):
    """The approved facts of one KPI on one day, summed. Derived from activities; rebuildable at any time."""

    day = models.DateField()
    kpi = models.TextField()
    product = models.TextField(blank=True)
    currency = models.CharField(max_length=3, blank=True, help_text="Empty for counts.")
    amount = models.DecimalField(max_digits=32, decimal_places=8)
    records = models.IntegerField(help_text="How many facts.")
    positives = models.IntegerField(help_text="How many facts above 0.")

    class Meta(Derived.Meta):
        abstract = True


class CustomerDay(DaySum):
    """One customer's day. Also carries the counts `Registrations` and `FirstDeposits`."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_constraint=False, db_index=False)

    # The largest table after the records: a number for each row would cost another index.
    pk = models.CompositePrimaryKey("brand_id", "customer_id", "day", "kpi", "product", "currency")

    class Meta:
        indexes = [
            # Finds where a customer began without reading his whole history.
            models.Index(
                fields=["brand", "customer", "kpi", "day"],
                condition=Q(kpi__in=["Deposit", "FirstDeposits", "Registrations"]),
                name="a_customers_beginnings",
            )
        ]


class AffiliateDay(DaySum):
    """One affiliate's day by campaign and link, counts `Clicks`, `Registrations` and `FirstDeposits` among the KPIs.

    No affiliate: customers that nobody sent.
    """

    affiliate = models.ForeignKey(
        Affiliate, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    link = models.ForeignKey(
        TrackingLink, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "affiliate", "day", "kpi", "campaign", "link", "product", "currency"],
                name="an_affiliates_day_is_summed_once",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(fields=["brand", "day"], name="affiliate_days_by_day"),
            # Lets the few currencies of a brand be found by skipping from one to the next.
            models.Index(fields=["brand", "currency"], name="currencies_of_a_brand"),
        ]


class Touched(Derived):
    """An affiliate whose commissions must be computed again from a day on, and the customer because of whom.

    Written in the transaction of the change, deleted by the commissions follow-up.
    """

    affiliate = models.ForeignKey(Affiliate, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    from_day = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["brand", "affiliate"], name="touched_affiliates")]
