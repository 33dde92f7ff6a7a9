"""Where mail goes when nobody has said through which server."""

from collections.abc import Sequence

import structlog
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

log = structlog.get_logger(__name__)


class NoMail(BaseEmailBackend):
    """Sends nothing and says so; of a letter, which may hold a link to a new password, nothing is told."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Return 0: the number of letters that were sent."""
        if email_messages:
            log.warning("mail_not_sent", letters=len(email_messages), because="EMAIL_HOST is empty")
        return 0
