from django.db import models

from brands.models import Brand


class Unit(models.TextChoices):
    """What a KPI's amounts are."""

    MONEY = "money", "Money"
    COUNT = "count", "Count"


class Kpi(models.Model):
    """A KPI of the brand's own, beside the standard ones of its vertical."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=100)
    folded = models.CharField(max_length=100, help_text="The name as it is matched.")
    unit = models.CharField(max_length=5, choices=Unit)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "folded"], name="a_kpi_name_is_one_kpi")]

    def __str__(self) -> str:
        return self.name


class Identity(models.TextChoices):
    """What makes two records of an event the same."""

    AUTOMATIC = "automatic", "By what the record carries"
    EVENT_ID = "event_id", "Event id, always required"
    DAY = "day", "Customer, day, product and currency"
    CONTENT = "content", "Customer, moment, product, currency and value"


class Event(models.Model):
    """An event name the brand has agreed on, with its identity rule. The rule is fixed once records exist."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=100)
    folded = models.CharField(max_length=100)
    identity = models.CharField(max_length=10, choices=Identity, default=Identity.AUTOMATIC)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "folded"], name="an_event_name_is_one_event")]

    def __str__(self) -> str:
        return self.name


class AliasKind(models.TextChoices):
    """What an alias translates."""

    EVENT = "events", "Event"
    STATUS = "statuses", "Status"
    PRODUCT = "products", "Product"
    FIELD = "fields", "Field"


class Alias(models.Model):
    """A word the brand sends for something that has another name here."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=AliasKind)
    alias = models.CharField(max_length=128)
    folded = models.CharField(max_length=128)
    target = models.CharField(max_length=128)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "kind", "folded"], name="an_alias_means_one_thing")]

    def __str__(self) -> str:
        return f"{self.alias} → {self.target}"


class FxRate(models.Model):
    """How many units of `quote` one unit of `base` was worth on a day.

    Rows are never edited; of several for one day and pair the one entered last counts.
    """

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    base = models.CharField(max_length=3)
    quote = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=24, decimal_places=12)
    source = models.CharField(max_length=30, help_text="ecb, upload, configuration, …")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="a_rate_is_above_zero"),
            models.CheckConstraint(condition=~models.Q(base=models.F("quote")), name="a_rate_joins_two_currencies"),
        ]
        indexes = [models.Index(fields=["brand", "base", "quote", "-day", "-id"], name="rates_by_pair_and_day")]

    def __str__(self) -> str:
        return f"{self.day} 1 {self.base} = {self.rate.normalize():f} {self.quote}"


class NewRates(models.Model):
    """Rates from a day on were entered and commissions have not looked at them yet.

    Written in the transaction that enters the rates, deleted by the commissions follow-up.
    """

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    from_day = models.DateField()
    created_at = models.DateTimeField()
