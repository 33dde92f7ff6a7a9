from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from affiliates.models import Affiliate, Campaign, TrackingLink
from brands.models import Brand, User
from ingestion.models import Customer


class Click(models.Model):
    """A visit through a tracking link. Its token carries all that attribution needs; losing this row loses a count."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    link = models.ForeignKey(TrackingLink, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    token = models.CharField(max_length=50)
    clicked_at = models.DateTimeField()
    sub1 = models.CharField(max_length=200, blank=True)
    sub2 = models.CharField(max_length=200, blank=True)
    sub3 = models.CharField(max_length=200, blank=True)
    sub4 = models.CharField(max_length=200, blank=True)
    sub5 = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "token"], name="a_click_has_one_token")]
        indexes = [BrinIndex(fields=["clicked_at"], name="clicks_by_time", autosummarize=True)]


class Rule(models.TextChoices):
    """What decided."""

    TOKEN = "token", "Signed click token"
    EXPLICIT = "explicit", "Affiliate or campaign id"
    PROMO_CODE = "promo_code", "Promo code"
    PATTERN = "pattern", "Tracking data pattern"
    DEFAULT = "default", "Default affiliate"
    TRANSFER = "transfer", "Transfer"


class Attribution(models.Model):
    """The decision whose a customer is, with the candidates that lost. Superseded, never edited.

    The rows of a customer that are not superseded, ordered by `holds_from`, say who owned him when; the first has no
    `holds_from`, because the first attribution holds from the beginning.
    """

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="attributions", db_constraint=False, db_index=False
    )
    affiliate = models.ForeignKey(Affiliate, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    link = models.ForeignKey(
        TrackingLink, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    holds_from = models.DateField(null=True, blank=True)
    rule = models.CharField(max_length=10, choices=Rule)
    is_unsigned = models.BooleanField(default=False)
    evidence = models.JSONField(default=dict, blank=True, help_text="The evidence that decided, as sent.")
    candidates = models.JSONField(default=list, blank=True, help_text="All that were looked at, each with its verdict.")
    flags = models.JSONField(default=list, blank=True)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    reason = models.CharField(max_length=200, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "customer", "holds_from"],
                condition=Q(superseded_at__isnull=True),
                name="a_customer_is_one_affiliates_at_a_time",
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(
                fields=["brand", "affiliate"], condition=Q(superseded_at__isnull=True), name="customers_of_an_affiliate"
            )
        ]
