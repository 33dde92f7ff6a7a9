"""What a brand's systems authenticate with. A secret is on the page that answers its creation, and nowhere else."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from brands import services
from brands.desk import columns
from brands.desk.base import BrandAdmin, Step
from brands.desk.forms import BrandForm, MomentField
from brands.desk.scope import scope_of
from brands.models import Application, BrandToken
from brands.roles import Area


class TokenForm(BrandForm):
    label = forms.CharField(max_length=100, help_text="Which system uses it, so that you know it again.")
    expires_at = MomentField(required=False, label="Expires", help_text="In the brand's time zone. Empty: never.")


class RotationForm(BrandForm):
    grace_hours = forms.IntegerField(
        min_value=0,
        max_value=24 * 30,
        initial=24,
        label="Grace period in hours",
        help_text="The old token is still accepted for so long, so that systems can change over without a gap.",
    )


class SecretAdmin(BrandAdmin):
    """Adds something that has a secret, and shows that secret once."""

    area = Area.CREDENTIALS
    shown_once = ""
    sent_as = ""

    def show_secret(
        self, request: HttpRequest, subject: Any, secret: str, more: tuple[tuple[str, str], ...] = ()
    ) -> HttpResponse:
        """Answer with the secret. The page is never cached and cannot be opened again."""
        context = {
            **self.context(request),
            "title": f"Copy the {self.shown_once} now",
            "subject": subject,
            "secret": secret,
            "more": more,
            "sent_as": self.sent_as,
        }
        return TemplateResponse(request, "admin/secret.html", context)


@admin.register(BrandToken)
class BrandTokenAdmin(SecretAdmin):
    """Tokens that the brand's servers send as `x-api-key`."""

    intro = "The brand's servers send one of these as x-api-key. Only a fingerprint of a token is stored."
    empty_title = "No token yet"
    empty_text = "Issue one, give it to the brand's engineers, and they can report customers and activity."
    add_form = TokenForm
    page_template = "admin/brands/token.html"
    keeps_history = True
    shown_once = "token"
    sent_as = "x-api-key"
    list_display = ("token", "label", "state", "last_used", "expires", "issued")
    ordering = ("-created_at", "-pk")

    @admin.display(description="token")
    def token(self, row: BrandToken) -> str:
        return str(row)

    @admin.display(description="state")
    def state(self, row: BrandToken) -> SafeString:
        return columns.chip(*token_state(row))

    @admin.display(description="last used", ordering="last_used_at")
    def last_used(self, row: BrandToken) -> SafeString | str:
        return columns.moment(row.last_used_at) if row.last_used_at else "never"

    @admin.display(description="expires", ordering="expires_at")
    def expires(self, row: BrandToken) -> SafeString | str:
        return columns.moment(row.expires_at) if row.expires_at else "never"

    @admin.display(description="issued", ordering="created_at")
    def issued(self, row: BrandToken) -> SafeString | str:
        return columns.moment(row.created_at)

    def add(self, request: HttpRequest, data: dict[str, Any]) -> HttpResponse:
        scope = scope_of(request)
        issued = services.issue_token(
            brand=scope.brand, by=scope.user, now=scope.now, label=data["label"], expires_at=data["expires_at"]
        )
        return self.show_secret(request, issued.token, issued.secret)

    def page_context(self, request: HttpRequest, subject: BrandToken) -> dict[str, Any]:
        state, label = token_state(subject)
        return {"state": state, "state_label": label}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("replaced_by")

    # --- what can be done with a token ---

    def rotate(self, request: HttpRequest, token: BrandToken, data: dict[str, Any]) -> HttpResponse:
        scope = scope_of(request)
        issued = services.rotate_token(
            token=token, by=scope.user, now=scope.now, grace=timedelta(hours=data["grace_hours"])
        )
        return self.show_secret(request, issued.token, issued.secret)

    def revoke(self, request: HttpRequest, token: BrandToken, data: dict[str, Any]) -> str:
        scope = scope_of(request)
        services.revoke_token(token=token, by=scope.user, now=scope.now)
        return f"{token} is revoked. It is refused from now on."

    steps = (
        Step(
            "rotate",
            "Rotate token",
            RotationForm,
            rotate,
            Area.CREDENTIALS,
            text="Issues a new token. The old one goes on working until the grace period ends.",
            applies=lambda token: token_state(token)[0] == "active",
        ),
        Step(
            "revoke",
            "Revoke token",
            BrandForm,
            revoke,
            Area.CREDENTIALS,
            text="The token is refused within five seconds, everywhere. This cannot be undone.",
            is_grave=True,
            applies=lambda token: token_state(token)[0] in {"active", "pending"},
        ),
    )


def token_state(token: BrandToken) -> tuple[str, str]:
    """Return where a token stands now, as a word for programs and one for people."""
    if token.revoked_at is not None:
        return "revoked", "Revoked"
    if not token.is_valid(now=timezone.now()):
        return "expired", "Expired"
    if token.replaced_by_id is not None:
        return "pending", "Being replaced"
    return "active", "Accepted"


class ClientForm(BrandForm):
    name = forms.CharField(max_length=100, help_text="Which system uses it.")
    scopes = forms.ChoiceField(
        choices=[("read write", "Read and write"), ("read", "Read only"), ("write", "Write only")],
        help_text="Reading gives lines, their explanations and entries; writing reports customers and activity.",
    )


@admin.register(Application)
class ApplicationAdmin(SecretAdmin):
    """OAuth2 clients of the REST API."""

    intro = "Systems that use the REST API exchange an id and a secret for access tokens of one hour."
    empty_title = "No OAuth client yet"
    empty_text = "Create one for each system that reads commissions or reports through the REST API."
    add_form = ClientForm
    page_template = "admin/brands/client.html"
    shown_once = "client secret"
    sent_as = "client_secret"
    noun = "OAuth client"
    list_display = ("label", "client_id", "scopes", "made")
    ordering = ("-created", "-pk")
    removable = True

    @admin.display(description="client", ordering="name")
    def label(self, row: Application) -> str:
        return str(row)

    @admin.display(description="created", ordering="created")
    def made(self, row: Application) -> SafeString | str:
        return columns.moment(row.created)

    def add(self, request: HttpRequest, data: dict[str, Any]) -> HttpResponse:
        scope = scope_of(request)
        created = services.create_client(brand=scope.brand, by=scope.user, now=scope.now, **data)
        return self.show_secret(
            request, created.application, created.secret, (("client_id", created.application.client_id),)
        )

    def remove(self, request: HttpRequest, subject: Application) -> None:
        scope = scope_of(request)
        services.revoke_client(application=subject, by=scope.user, now=scope.now)

    def removal_text(self, request: HttpRequest, subject: Application) -> str:
        return "The client and every access token it holds stop working at once. This cannot be undone."

    def page_context(self, request: HttpRequest, subject: Application) -> dict[str, Any]:
        remove_url = self.keeping(request, self.url("delete", subject))
        return {"remove_url": remove_url if self.has_delete_permission(request, subject) else ""}
