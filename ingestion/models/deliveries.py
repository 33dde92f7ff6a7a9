from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Func, Value

from brands.models import Brand, BrandToken


class Source(models.TextChoices):
    """How records came in."""

    PUSH = "push", "Push API"
    REST = "rest", "REST API"
    POSTBACK = "postback", "Postback"
    PULL = "pull", "Pull"
    FILE = "file", "File"
    CONFIGURATION = "configuration", "Changed configuration"


class Delivery(models.Model):
    """One request as received. The source of truth: customers, activities and all sums can be rebuilt from it.

    Written last in its transaction. `position` comes from a sequence at that moment, when all record locks are held,
    so for two deliveries that touch one record it is the order of commit.
    """

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    uid = models.CharField(max_length=26)
    position = models.BigIntegerField(db_default=Func(Value("ingestion_delivery_position"), function="nextval"))
    source = models.CharField(max_length=15, choices=Source)
    entity = models.CharField(max_length=20, help_text="customers, activities, …")
    token = models.ForeignKey(  # not checked by the database, as tokens are never deleted
        BrandToken, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, db_constraint=False
    )
    request_id = models.CharField(max_length=64, blank=True)
    body = models.BinaryField()
    sha256 = models.BinaryField(max_length=32)
    strict = models.BooleanField(default=False, help_text="All or nothing was asked for.")
    received_at = models.DateTimeField()
    received = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    duplicates = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    errors = models.JSONField(default=list, blank=True)
    # Said only where other records of the delivery were new: in a mere repetition every record was.
    repeated = ArrayField(
        models.PositiveIntegerField(), default=list, blank=True, help_text="Which records were stored as sent before."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "uid"], name="a_delivery_has_one_uid"),
            models.UniqueConstraint(fields=["brand", "position"], name="a_delivery_has_one_position"),
            models.CheckConstraint(
                condition=models.Q(received=models.F("accepted") + models.F("duplicates") + models.F("rejected")),
                name="every_record_has_one_outcome",
            ),
        ]
        indexes = [BrinIndex(fields=["received_at"], name="deliveries_by_time", autosummarize=True)]

    def __str__(self) -> str:
        return self.uid


class Outbox(models.Model):
    """One committed delivery that was not yet followed up. Written with it, deleted by the follow-up."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    delivery_id = models.BigIntegerField()
    records = models.PositiveIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "delivery_id"], name="a_delivery_is_followed_up_once")]


class IdempotencyKey(models.Model):
    """The answer given to a request with an `Idempotency-Key`, for a day."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    method = models.CharField(max_length=10)
    path = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    body_sha256 = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "method", "path", "key"], name="an_idempotency_key_has_one_answer")
        ]
        indexes = [BrinIndex(fields=["created_at"], name="idempotency_keys_by_time", autosummarize=True)]
