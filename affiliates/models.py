"""Who earns: affiliates, the people who log in for them, and what they put on their pages."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from brands.models import Brand, User


class Status(models.TextChoices):
    """What an affiliate may do from a day on (commissions.md 12)."""

    PENDING = "pending", "Pending"
    ACTIVE = "active", "Active"
    SUSPENDED = "suspended", "Suspended"
    BLOCKED = "blocked", "Blocked"
    DECLINED = "declined", "Declined"


class Affiliate(models.Model):
    """A partner who sends customers to one brand and is paid for them."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="affiliates", db_index=False)
    code = models.CharField(max_length=50, help_text="The id that links, brands and reports use.")
    name = models.CharField(max_length=100)
    email = models.EmailField(blank=True)
    is_default = models.BooleanField(default=False, help_text="Receives customers that nothing else attributes.")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "code"], name="an_affiliate_code_is_one_affiliate"),
            models.UniqueConstraint(
                fields=["brand"], condition=Q(is_default=True), name="a_brand_has_one_default_affiliate"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class AffiliateStatus(models.Model):
    """An affiliate's status from a day on, until the next row's day."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    affiliate = models.ForeignKey(
        Affiliate, models.PROTECT, related_name="statuses", db_constraint=False, db_index=False
    )
    status = models.CharField(max_length=10, choices=Status)
    from_day = models.DateField(null=True, blank=True, help_text="Empty: from the beginning.")
    reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "affiliate", "from_day"],
                name="an_affiliate_has_one_status_a_day",
                nulls_distinct=False,
            ),
        ]


class AffiliateParent(models.Model):
    """Whose sub-affiliate somebody is from a day on; no parent ends it."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    affiliate = models.ForeignKey(
        Affiliate, models.PROTECT, related_name="parents", db_constraint=False, db_index=False
    )
    parent = models.ForeignKey(
        Affiliate, models.PROTECT, null=True, blank=True, related_name="children", db_constraint=False, db_index=False
    )
    from_day = models.DateField(null=True, blank=True, help_text="Empty: from the beginning.")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "affiliate", "from_day"],
                name="an_affiliate_has_one_parent_a_day",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=~Q(affiliate=F("parent")), name="nobody_is_his_own_parent"),
        ]
        indexes = [models.Index(fields=["brand", "parent"], name="children_of_an_affiliate")]


class Seat(models.Model):
    """A person who logs in for an affiliate."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    affiliate = models.ForeignKey(Affiliate, models.PROTECT, related_name="seats", db_constraint=False, db_index=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="seats")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "affiliate", "user"], name="a_person_sits_once")]


class SeatRoute(models.Model):
    """In which brands a person has a seat, known before a brand is. The seats themselves rest in the tenant."""

    user = models.ForeignKey(User, models.CASCADE, related_name="seat_routes")
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "brand"], name="a_person_is_routed_to_a_brand_once")]


class Campaign(models.Model):
    """A name under which one affiliate groups links and customers."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    affiliate = models.ForeignKey(
        Affiliate, models.PROTECT, related_name="campaigns", db_constraint=False, db_index=False
    )
    code = models.CharField(max_length=50)
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "code"], name="a_campaign_code_is_one_campaign")]
        indexes = [models.Index(fields=["brand", "affiliate"], name="campaigns_of_an_affiliate")]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class TrackingLink(models.Model):
    """An address `/c/{code}` that sends visitors to the brand's landing page. Whose it is never changes."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    affiliate = models.ForeignKey(Affiliate, models.PROTECT, related_name="links", db_constraint=False, db_index=False)
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="links", db_constraint=False, db_index=False
    )
    code = models.CharField(max_length=50)
    landing_url = models.URLField(max_length=500, null=True, blank=True, help_text="Empty: the brand's landing page.")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "code"], name="a_link_code_is_one_link")]
        indexes = [models.Index(fields=["brand", "affiliate"], name="links_of_an_affiliate")]

    def __str__(self) -> str:
        return self.code


class LinkRoute(models.Model):
    """Which brand a link code belongs to, known before a brand is."""

    code = models.CharField(max_length=50, unique=True)
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)


def _one(value: F | Func) -> Func:
    """Return a range of exactly one number: equality can then stand in an exclusion constraint without extensions."""
    return Func(value, value, Value("[]"), function="int8range")


class PromoCode(models.Model):
    """A word a customer types when registering; it names the affiliate while it is in force.

    Whose it is never changes, because decisions rest on it. Once it has ended the word may become another's.
    """

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    affiliate = models.ForeignKey(
        Affiliate, models.PROTECT, related_name="promo_codes", db_constraint=False, db_index=False
    )
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="promo_codes", db_constraint=False, db_index=False
    )
    code = models.CharField(max_length=50)
    folded = models.CharField(max_length=50, help_text="The code as it is matched: without case.")
    starts_on = models.DateField(null=True, blank=True, help_text="The first day. Empty: from the beginning.")
    ends_on = models.DateField(null=True, blank=True, help_text="The last day. Empty: open.")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="a_promo_code_ends_after_it_starts",
            ),
            # Words are compared by their hash of 64 bits, for which the index needs no extension.
            ExclusionConstraint(
                name="a_promo_code_is_one_affiliates_at_a_time",
                expressions=[
                    (_one(F("brand_id")), RangeOperators.OVERLAPS),
                    (_one(Func(F("folded"), Value(0), function="hashtextextended")), RangeOperators.OVERLAPS),
                    (Func(F("starts_on"), F("ends_on"), Value("[]"), function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.code
