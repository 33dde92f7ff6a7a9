from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Vertical(models.TextChoices):
    """What a brand sells. It decides the standard KPIs and which REST entities exist."""

    IGAMING = "igaming", "iGaming"
    FOREX = "forex", "Forex / CFD"
    PROP_TRADING = "prop-trading", "Prop trading"


class BrandState(models.TextChoices):
    """Whether a brand's systems may send and people may work on it."""

    ACTIVE = "active", "Active"
    SUSPENDED = "suspended", "Suspended"


class UnknownCustomer(models.TextChoices):
    """What happens to an activity whose customer was never reported."""

    PARK = "park", "Keep it until the customer is reported"
    REJECT = "reject", "Reject the record"


class Tracking(models.TextChoices):
    """Which tracking data may attribute a customer."""

    LENIENT = "lenient", "Signed tokens and patterns"
    STRICT = "strict", "Signed tokens only"


def standard_tracking_patterns() -> list[str]:
    """Return the shapes of tracking data that every brand starts with."""
    return ["{campaign}_{affiliate}_{click}", "campaign_{campaign}_aff_{affiliate}_creative_{creative}"]


class Brand(models.Model):
    """One operator's brand: the tenant that every other row belongs to. Global, so it holds settings and no secrets."""

    slug = models.SlugField(max_length=50, unique=True)
    name = models.CharField(max_length=100)
    vertical = models.CharField(max_length=20, choices=Vertical)
    state = models.CharField(max_length=20, choices=BrandState, default=BrandState.ACTIVE)
    reporting_currency = models.CharField(max_length=3, default="EUR")
    default_currency = models.CharField(
        max_length=3,
        null=True,
        blank=True,
        help_text="Used for amounts sent without a currency. Fixed once records exist.",
    )
    timezone = models.CharField(
        max_length=64,
        default="UTC",
        help_text="Decides days and months, and times sent without a zone. Fixed once records exist.",
    )
    unknown_customer = models.CharField(max_length=10, choices=UnknownCustomer, default=UnknownCustomer.PARK)
    tracking = models.CharField(max_length=10, choices=Tracking, default=Tracking.LENIENT)
    tracking_patterns = ArrayField(models.CharField(max_length=200), default=standard_tracking_patterns, blank=True)
    attribution_window_days = models.PositiveIntegerField(null=True, blank=True)
    landing_url = models.URLField(max_length=500, blank=True)
    landing_hosts = ArrayField(models.CharField(max_length=253), default=list, blank=True)
    requests_per_minute = models.PositiveIntegerField(default=6000, help_text="Per brand token.")
    created_at = models.DateTimeField()
    # What the brand knows about its affiliates grew; unattributed customers are looked at again until both are equal.
    directory_version = models.PositiveBigIntegerField(default=0, editable=False)
    directory_resolved = models.PositiveBigIntegerField(default=0, editable=False)
    # Raised by every change of what records mean, so that each process knows when its copy is old.
    meaning_version = models.PositiveBigIntegerField(default=0, editable=False)
    directory_resolved_at = models.DateTimeField(null=True, editable=False)
    # The KPIs that the present sums by day hold as counts, without a currency; also those that are deleted by now.
    counted_kpis = ArrayField(models.CharField(max_length=100), default=list, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reporting_currency__regex="^[A-Z]{3}$"), name="a_reporting_currency_is_a_code"
            ),
            models.CheckConstraint(
                condition=models.Q(default_currency__isnull=True) | models.Q(default_currency__regex="^[A-Z]{3}$"),
                name="a_default_currency_is_a_code",
            ),
            models.CheckConstraint(condition=models.Q(requests_per_minute__gte=1), name="a_brand_may_send_something"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_suspended(self) -> bool:
        return self.state == BrandState.SUSPENDED

    @property
    def zone(self) -> ZoneInfo:
        """The time zone that decides the brand's days."""
        return ZoneInfo(self.timezone)
