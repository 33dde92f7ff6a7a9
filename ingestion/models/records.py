from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from brands.models import Brand
from ingestion.models.deliveries import Delivery

# KPIs of which single records matter later: first deposits, orders and what is taken off them.
KPIS_WITH_HISTORY = ["ChallengePurchase", "Chargeback", "Deposit", "Refund", "ResetPurchase", "TraderPayout"]


class Customer(models.Model):
    """A brand's customer, known by the brand's own id.

    Without `reported_at` he is awaited: activities named him before the brand reported him. He then belongs to nobody
    and earns nothing.
    """

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=200, help_text="The customer's id at the brand, compared byte for byte.")
    reported_at = models.DateTimeField(null=True, blank=True)
    registered_at = models.DateTimeField(null=True, blank=True)
    registered_on = models.DateField(null=True, blank=True, help_text="The day of it in the brand's time zone.")
    country = models.CharField(max_length=100, blank=True)
    sales_status = models.CharField(max_length=500, blank=True)
    kyc_status = models.CharField(max_length=500, blank=True)
    evidence = models.JSONField(default=list, blank=True, help_text="What was sent that may attribute him, in order.")
    last_modified_at = models.DateTimeField(null=True, blank=True)
    delivery = models.ForeignKey(
        Delivery, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    index = models.PositiveIntegerField(default=0, help_text="Which record of the delivery.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "key"], name="a_customer_id_is_one_customer")]
        indexes = [
            models.Index(F("brand"), F("registered_on").desc(nulls_last=True), name="customers_by_registration"),
            BrinIndex(fields=["delivery"], name="customers_by_delivery", autosummarize=True, pages_per_range=16),
        ]

    def __str__(self) -> str:
        return self.key


class CustomerProfile(models.Model):
    """Personal data and all fields that commissions do not need, apart so that they can be erased."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="profiles", db_constraint=False, db_index=False)
    first_name = models.CharField(max_length=500, blank=True)
    last_name = models.CharField(max_length=500, blank=True)
    email = models.CharField(max_length=500, blank=True)
    fields = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "customer"], name="a_customer_has_one_profile")]


class State(models.TextChoices):
    """Whether a record is understood."""

    LIVE = "live", "Live"
    PARKED = "parked", "Parked"


class ActivityRecord(models.Model):
    """What one record says, as present configuration understands it."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    event = models.TextField(help_text="The event name as sent.")
    event_id = models.TextField(blank=True)
    moment = models.DateTimeField()
    day = models.DateField(help_text="The day of the moment in the brand's time zone.")
    product = models.TextField(blank=True)
    currency = models.CharField(max_length=3, blank=True)
    status = models.CharField(max_length=10)
    kpis = ArrayField(models.TextField(), default=list)
    amounts = ArrayField(models.DecimalField(max_digits=24, decimal_places=8), default=list)
    details = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=6, choices=State)
    parked_for = models.CharField(max_length=30, blank=True)
    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    index = models.PositiveIntegerField(help_text="Which record of the delivery.")

    class Meta:
        abstract = True


class Activity(ActivityRecord):
    """One record of customer activity, in its present version. A re-send replaces it whole."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    key = models.UUIDField(help_text="Identity, made only of what was sent.")
    digest = models.UUIDField(help_text="Content, made only of what was sent.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "key"], name="a_record_is_stored_once"),
            models.CheckConstraint(
                condition=Q(state=State.LIVE, parked_for="") | (Q(state=State.PARKED) & ~Q(parked_for="")),
                name="a_parked_record_says_why",
            ),
        ]
        indexes = [
            BrinIndex(fields=["day"], name="activities_by_day", autosummarize=True),
            BrinIndex(fields=["delivery"], name="activities_by_delivery", autosummarize=True, pages_per_range=16),
            models.Index(
                fields=["brand", "customer", "day"],
                name="activities_with_history",
                condition=Q(kpis__overlap=KPIS_WITH_HISTORY),
            ),
            models.Index(fields=["brand", "event"], name="parked_activities", condition=Q(state=State.PARKED)),
        ]

    def __str__(self) -> str:
        return self.event_id or str(self.key)


class SupersededActivity(ActivityRecord):
    """An earlier version of a record: what its delivery brought before `replaced_by` replaced it."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    replaced_by = models.ForeignKey(Delivery, models.PROTECT, related_name="+", db_constraint=False, db_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["brand", "activity"], name="versions_of_an_activity"),
            models.Index(fields=["brand", "delivery"], name="versions_by_delivery"),
            models.Index(fields=["brand", "replaced_by"], name="versions_by_replacement"),
        ]
