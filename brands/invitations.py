"""Letters to people who were named for a brand. The link in one is the only way into a new account.

Whoever names somebody never learns or sets his password: a password is set by the person who reads mail at the address.
So an account proves its address, whichever brand had it opened.
"""

import structlog
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from brands.models import Brand, User

log = structlog.get_logger(__name__)


def invite(*, person: User, brand: Brand) -> None:
    """Write to a person that he may sign in for a brand, once the surrounding transaction has committed.

    Who has no password yet is sent a link to set one, which works once and for three days; later he asks for another
    through “Forgot your password?”. Mail that cannot be delivered undoes nothing; it is logged without the address.
    """
    transaction.on_commit(lambda: _send(person, brand))


def _send(person: User, brand: Brand) -> None:
    told = {"person": person, "brand": brand, "address": settings.BASE_URL + _path(person)}
    subject = render_to_string("account/email/invitation_subject.txt", told).strip()
    try:
        send_mail(subject, render_to_string("account/email/invitation_message.txt", told), None, [person.email])
    except OSError as error:  # what smtplib and sockets raise
        log.warning("invitation_not_sent", user=person.pk, brand=brand.pk, error=type(error).__name__)


def _path(person: User) -> str:
    if person.has_usable_password():
        return reverse("account_login")
    key = default_token_generator.make_token(person)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(person), "key": key})
