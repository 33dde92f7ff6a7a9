from datetime import datetime

from django.db import models
from oauth2_provider.models import AbstractApplication

from brands.models.brand import Brand


class BrandToken(models.Model):
    """The secret a brand's servers send as `x-api-key`. Only its SHA-256 is stored; it is shown once, when issued."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="tokens")
    label = models.CharField(max_length=100, blank=True)
    digest = models.BinaryField(max_length=32, unique=True)
    prefix = models.CharField(max_length=16)
    last_four = models.CharField(max_length=4)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replaces")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__isnull=True) | models.Q(expires_at__gte=models.F("created_at")),
                name="a_token_expires_after_it_was_made",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}…{self.last_four}"

    def is_valid(self, *, now: datetime) -> bool:
        """Tell whether the token is accepted at that moment."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class Application(AbstractApplication):
    """An OAuth2 client of one brand: it exchanges its id and secret for access tokens to the REST API."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="applications")
    scopes = models.CharField(max_length=100, default="read write")

    def __str__(self) -> str:
        return str(self.name or self.client_id)
