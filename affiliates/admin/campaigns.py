"""Campaigns in the operators' pages."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from affiliates import services
from affiliates.admin.forms import CampaignNameForm, NewCampaignForm
from affiliates.admin.owned import OwnedAdmin
from affiliates.models import Campaign
from brands.desk import columns
from brands.desk.scope import scope_of
from brands.roles import Area


@admin.register(Campaign)
class CampaignAdmin(OwnedAdmin):
    """Names under which affiliates group their links and customers."""

    area = Area.AFFILIATES
    intro = "A campaign groups links, promo codes and customers of one affiliate. A deal can be for one campaign only."
    empty_title = "No campaign yet"
    empty_text = "Campaigns are optional. Create one when an affiliate wants to tell his sources apart."
    add_form = NewCampaignForm
    change_form = CampaignNameForm
    keeps_history = True
    why_fixed = "Whose it is and its code never change, because links, codes and customers rest on them."
    list_display = ("code", "name", "affiliate", "made")
    list_select_related = ("affiliate",)
    search_fields = ("code", "name", "affiliate__code", "affiliate__name")
    search_help_text = "Campaign or affiliate"
    ordering = ("code",)

    @admin.display(description="created", ordering="created_at")
    def made(self, row: Campaign) -> SafeString | str:
        return columns.moment(row.created_at)

    def add(self, request: HttpRequest, data: dict[str, Any]) -> Campaign:
        scope = scope_of(request)
        return services.create_campaign(**data, by=scope.user, now=scope.now)

    def change(self, request: HttpRequest, subject: Campaign, data: dict[str, Any]) -> None:
        scope = scope_of(request)
        services.rename_campaign(campaign=subject, name=data["name"], by=scope.user, now=scope.now)
