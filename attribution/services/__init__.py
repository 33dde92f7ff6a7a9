"""Changes to whose customers are, and the sums that follow from them."""

from attribution.services.clicks import ClickBuffer, Visit, record_clicks
from attribution.services.following import Followed, drain, follow_up
from attribution.services.locks import lock_sums
from attribution.services.rebuilding import rebuild_sums
from attribution.services.resolution import brands_to_resolve, resolve_again
from attribution.services.transfers import AlreadyHis, TransferRefused, transfer

__all__ = [
    "AlreadyHis",
    "ClickBuffer",
    "Followed",
    "TransferRefused",
    "Visit",
    "brands_to_resolve",
    "drain",
    "follow_up",
    "lock_sums",
    "rebuild_sums",
    "record_clicks",
    "resolve_again",
    "transfer",
]
