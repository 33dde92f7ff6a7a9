"""Changes to affiliates and to what they put on their pages. Each is audited where it happens."""

from affiliates.services.campaigns import create_campaign, rename_campaign
from affiliates.services.codes import CodeInvalid, CodeTaken
from affiliates.services.links import (
    CampaignOfAnother,
    LandingPageNeeded,
    LandingRefused,
    change_link,
    check_landing_page,
    create_link,
)
from affiliates.services.partners import (
    StatusTooFarAhead,
    StatusUnknown,
    change_affiliate,
    create_affiliate,
    set_default_affiliate,
    set_status,
)
from affiliates.services.promo_codes import PromoCodeDaysRefused, change_promo_code, create_promo_code
from affiliates.services.seats import SeatTaken, give_seat, take_seat
from affiliates.services.tree import MAX_LEVELS, ParentRefused, set_parent

__all__ = [
    "MAX_LEVELS",
    "CampaignOfAnother",
    "CodeInvalid",
    "CodeTaken",
    "LandingPageNeeded",
    "LandingRefused",
    "ParentRefused",
    "PromoCodeDaysRefused",
    "SeatTaken",
    "StatusTooFarAhead",
    "StatusUnknown",
    "change_affiliate",
    "change_link",
    "change_promo_code",
    "check_landing_page",
    "create_affiliate",
    "create_campaign",
    "create_link",
    "create_promo_code",
    "give_seat",
    "rename_campaign",
    "set_default_affiliate",
    "set_parent",
    "set_status",
    "take_seat",
]
