"""How people sign in: by e-mail and password, with a second factor, in accounts that others open for them."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are opened by operators; nobody signs himself up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class MFAAdapter(DefaultMFAAdapter):
    """Second factors must be read back, so they rest encrypted; the first of `ENCRYPTION_KEYS` writes, all read."""

    def encrypt(self, text: str) -> str:
        return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS]).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS]).decrypt(encrypted_text.encode()).decode()
