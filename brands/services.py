"""Changes to brands, to who works for them, and to what their systems authenticate with."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

from django.db import transaction
from oauth2_provider.models import get_access_token_model

from brands import audit
from brands.directory import ATTRIBUTION_SETTINGS, directory_changed
from brands.invitations import invite
from brands.models import Application, Brand, BrandToken, Membership, User
from brands.models.brand import BrandState, Tracking, UnknownCustomer, Vertical
from brands.models.people import Role
from track360.lib.addresses import HOST, https_page
from track360.lib.credentials import BRAND_TOKEN_MARK
from track360.lib.jobs import wake
from track360.lib.money import is_currency
from track360.lib.problems import Conflict, Invalid
from track360.lib.tenancy import tenant

VISIBLE_PREFIX = 9  # characters of a token that stay visible after it was issued
ROTATION_GRACE = timedelta(hours=24)

SETTINGS = (
    "name",
    "state",
    "reporting_currency",
    "default_currency",
    "timezone",
    "unknown_customer",
    "tracking",
    "tracking_patterns",
    "attribution_window_days",
    "landing_url",
    "landing_hosts",
    "requests_per_minute",
)
CHOICES = {
    "state": BrandState.values,
    "unknown_customer": UnknownCustomer.values,
    "tracking": Tracking.values,
}
FIXED_ONCE_RECORDS_EXIST = ("timezone", "default_currency")


class BrandExists(Conflict):
    """Another brand has this slug."""

    code = "brand_exists"


class SettingRefused(Invalid):
    """A setting has a value it cannot have. The message says which and what to do."""

    code = "invalid_setting"


class SettingFixed(Conflict):
    """The setting decides what stored records mean, and records exist."""

    code = "setting_fixed"


class MembershipExists(Conflict):
    """The person already has a role in the brand."""

    code = "membership_exists"


class LastOwner(Conflict):
    """A brand keeps at least one owner."""

    code = "last_owner"


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new brand token together with its secret, which is known only now."""

    token: BrandToken
    secret: str


@dataclass(frozen=True, slots=True)
class IssuedClient:
    """A new OAuth2 client together with its secret, which is known only now."""

    application: Application
    secret: str


def create_brand(*, slug: str, name: str, vertical: str, by: User | str, now: datetime, **settings: Any) -> Brand:
    """Create a brand. Opens the new brand's `tenant()` itself, since nobody can have opened it before.

    Raises BrandExists for a taken slug, SettingRefused for a value that cannot be.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,49}", slug):
        raise SettingRefused(
            "slug: A slug has 1 to 50 lower-case letters, digits and hyphens, and begins with a letter or digit."
        )
    if vertical not in Vertical.values:
        raise SettingRefused(f"vertical: {vertical} is no vertical. Choose one of {', '.join(Vertical.values)}.")
    brand = Brand(slug=slug, name=name, vertical=vertical, created_at=now)
    _set(brand, settings)
    with transaction.atomic():
        if Brand.objects.filter(slug=slug).exists():
            raise BrandExists(f"slug: A brand with the slug {slug} exists. Choose another one.")
        brand.save()
        with tenant(brand.id):
            _record(brand, by, now, "brand.created", brand, after=_settings_of(brand))
        wake("ingestion.fetch_rates", brand_id=brand.id)
    return brand


@transaction.atomic
def change_settings(
    *, brand: Brand, changes: dict[str, Any], records_exist: bool, by: User | str, now: datetime
) -> dict[str, tuple[Any, Any]]:
    """Change a brand's settings; return what differs as name → (before, after).

    Raises SettingRefused for a value that cannot be, SettingFixed for time zone and default currency once records
    exist (wire.md, Identity).
    """
    before = _settings_of(brand)
    _set(brand, changes)
    after = _settings_of(brand)
    differences = {name: (before[name], after[name]) for name in SETTINGS if before[name] != after[name]}
    for name in FIXED_ONCE_RECORDS_EXIST:
        if records_exist and name in differences:
            setattr(brand, name, before[name])
            raise SettingFixed(
                f"{name}: The setting decides what stored records mean and cannot change once records exist."
            )
    if differences:
        brand.save(update_fields=list(differences))
        if ATTRIBUTION_SETTINGS & differences.keys():
            directory_changed(brand_id=brand.id)
        _record(
            brand,
            by,
            now,
            "brand.changed",
            brand,
            before={name: was for name, (was, _) in differences.items()},
            after={name: becomes for name, (_, becomes) in differences.items()},
        )
    return differences


@transaction.atomic
def issue_token(
    *, brand: Brand, by: User | str, now: datetime, label: str = "", expires_at: datetime | None = None
) -> IssuedToken:
    """Create a token for a brand's servers. The secret is in the answer and nowhere else."""
    if expires_at is not None and expires_at <= now:
        raise SettingRefused("expires_at: A token expires in the future. Choose a later moment, or leave it empty.")
    secret = BRAND_TOKEN_MARK + secrets.token_urlsafe(32)
    token = BrandToken.objects.create(
        brand=brand,
        label=label,
        digest=token_digest(secret),
        prefix=secret[:VISIBLE_PREFIX],
        last_four=secret[-4:],
        created_at=now,
        expires_at=expires_at,
    )
    _record(brand, by, now, "token.issued", token, after={"label": label, "expires_at": _plain(expires_at)})
    return IssuedToken(token=token, secret=secret)


@transaction.atomic
def rotate_token(*, token: BrandToken, by: User | str, now: datetime, grace: timedelta = ROTATION_GRACE) -> IssuedToken:
    """Issue a successor; the old token is accepted until the grace period ends.

    Raises SettingRefused when the token is no longer valid or was rotated before.
    """
    token = BrandToken.objects.select_for_update().get(pk=token.pk)
    if not token.is_valid(now=now) or token.replaced_by_id is not None:
        raise SettingRefused("This token is already rotated, revoked or expired. Issue a new one instead.")
    issued = issue_token(brand=token.brand, by=by, now=now, label=token.label)
    token.replaced_by = issued.token
    token.expires_at = min(filter(None, [token.expires_at, now + grace]))
    token.save(update_fields=["replaced_by", "expires_at"])
    _record(token.brand, by, now, "token.rotated", token, after={"accepted_until": _plain(token.expires_at)})
    return issued


@transaction.atomic
def revoke_token(*, token: BrandToken, by: User | str, now: datetime) -> None:
    """Refuse a token from now on; running processes notice within five seconds. Revoking twice changes nothing."""
    if BrandToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now):
        token.revoked_at = now
        _record(token.brand, by, now, "token.revoked", token)


@transaction.atomic
def create_client(
    *, brand: Brand, by: User | str, now: datetime, name: str = "", scopes: str = "read write"
) -> IssuedClient:
    """Create an OAuth2 client of the brand for the client credentials grant.

    `scopes` is `read`, `write` or both; SettingRefused otherwise.
    """
    wanted = scopes.split()
    if not wanted or set(wanted) - {"read", "write"}:
        raise SettingRefused("scope: A client may read, write, or both. Separate them by a space.")
    secret = secrets.token_urlsafe(32)
    application = Application(
        brand=brand,
        name=name,
        scopes=" ".join(dict.fromkeys(wanted)),
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        client_secret=secret,
    )
    application.save()
    _record(brand, by, now, "client.created", application, after={"scopes": application.scopes})
    return IssuedClient(application=application, secret=secret)


@transaction.atomic
def revoke_client(*, application: Application, by: User | str, now: datetime) -> None:
    """Delete an OAuth2 client and every access token it holds."""
    _record(application.brand, by, now, "client.revoked", application)
    get_access_token_model().objects.filter(application=application).delete()
    application.delete()


@transaction.atomic
def open_account(*, email: str, name: str, brand: Brand, by: User | str, now: datetime) -> User:
    """Return the account of an address, made if there is none, and tell the person that he was named for the brand.

    A new account has no password: the letter's link is the way in, so nobody holds an address that is not his.
    """
    person = User.objects.filter(email__iexact=email).first()
    if person is None:
        person = User.objects.create_user(email, None, name=name)
        _record(brand, by, now, "account.opened", person, after={"user": person.email})
    invite(person=person, brand=brand)
    return person


@transaction.atomic
def grant_membership(*, brand: Brand, user: User, role: str, by: User | str, now: datetime) -> Membership:
    """Give a person a role in a brand and access to the operators' pages. Raises MembershipExists."""
    _check_role(role)
    if Membership.objects.filter(brand=brand, user=user).exists():
        raise MembershipExists(f"{user.email} already has a role in {brand.name}. Change it instead.")
    membership = Membership.objects.create(brand=brand, user=user, role=role)
    if not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    _record(brand, by, now, "membership.granted", membership, after={"user": user.email, "role": role})
    return membership


@transaction.atomic
def change_role(*, membership: Membership, role: str, by: User | str, now: datetime) -> None:
    """Give a member another role. Raises LastOwner when nobody would be left to own the brand."""
    _check_role(role)
    if role == membership.role:
        return
    _keep_an_owner(membership)
    before, membership.role = membership.role, role
    membership.save(update_fields=["role"])
    _record(membership.brand, by, now, "membership.changed", membership, before={"role": before}, after={"role": role})


@transaction.atomic
def revoke_membership(*, membership: Membership, by: User | str, now: datetime) -> None:
    """Take a person's role in a brand away. Raises LastOwner when nobody would be left to own the brand."""
    _keep_an_owner(membership)
    _record(membership.brand, by, now, "membership.revoked", membership, before={"role": membership.role})
    membership.delete()


def token_digest(secret: str) -> bytes:
    """Return the SHA-256 under which a token is stored. Tokens are random, so no salt or slow hash is needed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _keep_an_owner(membership: Membership) -> None:
    owners = Membership.objects.select_for_update().filter(brand=membership.brand, role=Role.OWNER)
    if membership.role == Role.OWNER and [owner.pk for owner in owners] == [membership.pk]:
        raise LastOwner("This is the brand's last owner. Make somebody else an owner first.")


def _check_role(role: str) -> None:
    if role not in Role.values:
        raise SettingRefused(f"role: {role} is no role. Choose one of {', '.join(Role.values)}.")


def _set(brand: Brand, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        if name not in SETTINGS:
            raise SettingRefused(f"{name}: There is no such setting.")
        setattr(brand, name, _checked(name, value))


def _checked(name: str, value: Any) -> Any:
    if name in CHOICES and value not in CHOICES[name]:
        raise SettingRefused(f"{name}: {value} cannot be chosen. Choose one of {', '.join(CHOICES[name])}.")
    match name:
        case "timezone" if value not in available_timezones():
            raise SettingRefused(f"timezone: The time zone {value} is not known. Use a name such as Europe/Malta.")
        case "default_currency" if not value:
            return None
        case "reporting_currency" | "default_currency" if not is_currency(value):
            raise SettingRefused(f"{name}: {value} is no currency. Use an ISO 4217 code such as EUR.")
        case "landing_url" if value and not https_page(value):
            raise SettingRefused(
                "landing_url: A landing page has an address that begins with https:// and a host name."
            )
        case "landing_hosts":
            return [_checked_host(host) for host in value]
        case "attribution_window_days" if value is not None and value < 1:
            raise SettingRefused("attribution_window_days: A window has 1 day or more. Leave it empty for none.")
        case "name" if not value:
            raise SettingRefused("name: A brand has a name. Give it one.")
        case _:
            return value


def _checked_host(host: str) -> str:
    host = host.strip().lower()
    if not HOST.fullmatch(host):
        raise SettingRefused(f"landing_hosts: “{host}” is not a host name. Leave out https:// and paths.")
    return host


def _settings_of(brand: Brand) -> dict[str, Any]:
    return {name: getattr(brand, name) for name in SETTINGS}


def _plain(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _record(
    brand: Brand,
    by: User | str,
    now: datetime,
    action: str,
    subject: Brand | BrandToken | Application | Membership | User,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    audit.record(
        brand=brand,
        by=by,
        action=action,
        object_type=subject._meta.model_name or "",
        object_id=str(subject.pk),
        object_label=str(subject),
        before=before,
        after=after,
        now=now,
    )
