"""How people sign in: by e-mail and password, with a second factor, in accounts that others open for them."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import ResetPasswordKeyForm
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from affiliates.queries import seats_of
from brands.models import User


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are opened by operators; nobody signs himself up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Lead operators who are nobody's partner to their own pages."""
        person = request.user
        if isinstance(person, User) and person.is_staff and not seats_of(user=person):
            return reverse("admin:index")
        return str(super().get_login_redirect_url(request))


class NewPasswordForm(ResetPasswordKeyForm):
    """A password that is set through a letter's link, which proves that its reader has the address.

    Without the proof allauth refuses him a second factor for good, as it has no other one to ask for here.
    """

    def save(self) -> None:
        super().save()
        EmailAddress.objects.filter(user=self.user, email__iexact=self.user.email).update(verified=True)


class MFAAdapter(DefaultMFAAdapter):
    """Second factors must be read back, so they rest encrypted; the first of `ENCRYPTION_KEYS` writes, all read."""

    def encrypt(self, text: str) -> str:
        return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS]).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS]).decrypt(encrypted_text.encode()).decode()
