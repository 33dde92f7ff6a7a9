from django.db import models

from brands.models.brand import Brand
from brands.models.people import User


class AuditEvent(models.Model):
    """Who changed what, from which value to which. Written in the transaction of the change, never edited."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    actor = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    actor_name = models.CharField(max_length=254, help_text="As it was then; the command's name when no person acted.")
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=200)
    object_label = models.CharField(max_length=200, blank=True)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["brand", "-at"], name="audit_by_time"),
            models.Index(fields=["brand", "object_type", "object_id"], name="audit_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name} · {self.action} · {self.object_label or self.object_id}"
