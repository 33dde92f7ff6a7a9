"""What operators fill in about affiliates."""

from typing import Any, cast

from django import forms

from affiliates.models import Affiliate, AffiliateParent, AffiliateStatus, Campaign, Seat, Status
from brands.desk.forms import BrandForm, CodeField, DayField, Section, choose_all
from brands.desk.people import PersonForm

CODE_HELP = "Letters, digits, dots, hyphens, underscores or tildes. It never changes."


class AffiliateForm(BrandForm):
    """A form with a field for an affiliate, by his code."""

    affiliate = CodeField(model=Affiliate, help_text="The affiliate's code.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_all(self)


class NewAffiliateForm(AffiliateForm):
    code = forms.CharField(max_length=50, help_text=CODE_HELP)
    name = forms.CharField(max_length=100)
    email = forms.EmailField(required=False, label="E-mail")
    status = forms.ChoiceField(choices=Status.choices, initial=Status.ACTIVE)
    affiliate = None  # type: ignore[assignment]
    parent = CodeField(model=Affiliate, required=False, help_text="Empty: nobody's sub-affiliate.")


class AffiliateNameForm(BrandForm):
    name = forms.CharField(max_length=100)
    email = forms.EmailField(required=False, label="E-mail")


class StatusForm(BrandForm):
    status = forms.ChoiceField(
        choices=Status.choices,
        help_text="Suspended affiliates earn but are not paid. Blocked ones earn nothing for days on which they are "
        "blocked, and get no new customers. Pending and declined ones get and earn nothing.",
    )
    from_day = DayField(required=False, label="From", help_text="Until the day of the next status. Empty: ever since.")
    reason = forms.CharField(max_length=200, required=False, help_text="Kept in the audit log.")

    @classmethod
    def initial_from(cls, subject: Affiliate) -> dict[str, Any]:
        latest = AffiliateStatus.objects.filter(brand_id=subject.brand_id, affiliate=subject).order_by("-pk").first()
        return {"status": latest.status if latest else Status.ACTIVE}


class ParentForm(AffiliateForm):
    affiliate = None  # type: ignore[assignment]
    parent = CodeField(model=Affiliate, required=False, help_text="Empty: nobody's sub-affiliate from that day on.")
    from_day = DayField(required=False, label="From", help_text="Empty: ever since.")

    @classmethod
    def initial_from(cls, subject: Affiliate) -> dict[str, Any]:
        rows = AffiliateParent.objects.filter(brand_id=subject.brand_id, affiliate=subject).select_related("parent")
        latest = rows.order_by("-pk").first()
        return {"parent": latest.parent if latest else None}


class SeatForm(PersonForm):
    """A person who logs in to the affiliates' portal."""

    @classmethod
    def initial_from(cls, subject: Affiliate) -> dict[str, Any]:
        return {"email": subject.email, "name": subject.name}


class SeatField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of an affiliate's seats, by its person."""

    def label_from_instance(self, obj: Seat) -> str:
        return obj.user.email


class LeavingForm(BrandForm):
    seat = SeatField(queryset=Seat.objects.none(), empty_label=None, label="Person")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seats = Seat.objects.filter(brand=self.scope.brand, affiliate=self.subject).select_related("user")
        cast(SeatField, self.fields["seat"]).queryset = seats.order_by("user__email")


class NewCampaignForm(AffiliateForm):
    code = forms.CharField(max_length=50, help_text=CODE_HELP)
    name = forms.CharField(max_length=100, required=False, help_text="Empty: the code.")


class CampaignNameForm(BrandForm):
    name = forms.CharField(max_length=100)


class NewLinkForm(AffiliateForm):
    campaign = CodeField(model=Campaign, required=False, help_text="One of the affiliate's campaigns.")
    code = forms.CharField(
        max_length=50, required=False, help_text="The address will be /c/ and this code. Empty: a random one."
    )
    landing_url = forms.URLField(
        assume_scheme="https",
        max_length=500,
        required=False,
        label="Landing page",
        help_text="Empty: the brand's landing page.",
    )


class LinkForm(BrandForm):
    landing_url = forms.URLField(
        assume_scheme="https",
        max_length=500,
        required=False,
        label="Landing page",
        help_text="Empty: the brand's landing page.",
    )
    is_active = forms.BooleanField(
        required=False,
        label="The link works",
        help_text="Visitors of a link that is switched off are told that there is no such page. They are not counted, "
        "and nobody who registers later is attributed by that visit.",
    )


class PromoCodeDaysForm(BrandForm):
    """From when through when a promo code counts, by the day of the registration in the brand's time zone."""

    starts_on = DayField(required=False, label="First day", help_text="Of registrations. Empty: from the beginning.")
    ends_on = DayField(
        required=False, label="Last day", help_text="Who registers later is not attributed by it. Empty: open."
    )


class NewPromoCodeForm(PromoCodeDaysForm, AffiliateForm):
    campaign = CodeField(model=Campaign, required=False, help_text="One of the affiliate's campaigns.")
    code = forms.CharField(max_length=50, help_text="What customers type when they register, in any case.")

    sections = (Section("", ("code", "affiliate", "campaign", "starts_on", "ends_on")),)
