"""Customers in the operators' pages: whose they are and why, what they did, what they earn for whom, and why not."""

from collections.abc import Collection
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from affiliates.models import Affiliate, Campaign
from attribution.models import Attribution, CustomerDay
from attribution.models.decisions import Rule
from attribution.queries.customers import COUNTED_BEGINNINGS, attribution_of, unattributed_customers
from attribution.services.transfers import transfer
from brands.desk import columns
from brands.desk.base import BrandAdmin, Step
from brands.desk.forms import BrandForm, CodeField, DayField, choose_all
from brands.desk.scope import scope_of
from brands.models import Brand
from brands.roles import Area
from commissions.models import Exclusion, Line
from commissions.queries.why_not import Finding, Obstacle, why_not, why_not_for
from ingestion.admin.deliveries import facts_of
from ingestion.admin.parked import MAPPINGS
from ingestion.models import Activity, Customer, CustomerProfile
from ingestion.models.records import KPIS_WITH_HISTORY
from ingestion.queries.kpis import count_kpis
from portal.admin.verdicts import verdicts
from portal.queries.customers import standings
from portal.wording import missing

SHOWN = 60
# What the bounties' own progress says already.
SHOWN_WITH_BOUNTIES = frozenset({Obstacle.CONDITION_SHORT, Obstacle.NOT_TRIGGERED, Obstacle.TOO_LATE})


class OwnerFilter(admin.SimpleListFilter):
    """Customers of nobody, and those that activities named before the brand reported them."""

    title = "attribution"
    parameter_name = "owner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("nobody", "Unattributed"), ("awaited", "Not reported yet")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "nobody":
                nobodys = unattributed_customers(brand_id=scope_of(request).brand.pk)
                return queryset.filter(pk__in=nobodys.values("pk"))
            case "awaited":
                return queryset.filter(reported_at__isnull=True)
            case _:
                return queryset


class OwnedByFilter(admin.SimpleListFilter):
    """Customers who are or were one affiliate's; addresses name him."""

    title = "affiliate"
    parameter_name = "affiliate"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        affiliates = Affiliate.objects.filter(brand=scope_of(request).brand).order_by("code")
        offered = list(affiliates.values_list("code", "name")[:100])
        named = request.GET.get("affiliate", "")
        return offered if not named or named in dict(offered) else [*offered, (named, named)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        owned = Attribution.objects.filter(
            brand=scope_of(request).brand, affiliate__code=self.value(), superseded_at__isnull=True
        )
        return queryset.filter(pk__in=owned.values("customer"))


class TransferForm(BrandForm):
    affiliate = CodeField(model=Affiliate, label="To", help_text="The affiliate's code.")
    campaign = CodeField(model=Campaign, required=False, help_text="One of his campaigns, or none.")
    from_day = DayField(
        required=False, label="From", help_text="Earlier days stay with whom they are. Empty: ever since."
    )
    reason = forms.CharField(max_length=200, help_text="Kept with the decision and in the audit log.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_all(self)


@admin.register(Customer)
class CustomerAdmin(BrandAdmin):
    """The brand's customers."""

    area = Area.RECORDS
    intro = "Everybody the brand reported, and those that activity named before. Ids are the brand's own."
    empty_title = "No customer yet"
    empty_text = "Customers appear as soon as the brand posts them with its token."
    page_template = "admin/customers/customer.html"
    keeps_history = True
    list_display = ("customer_id", "owner", "country", "registered", "reported")
    list_filter = (OwnerFilter, OwnedByFilter)
    search_fields = ("key",)
    search_help_text = "Customer id, whole or from its beginning"
    # As the index has it: the newest first, those whose registration nobody has reported last.
    ordering = (F("registered_on").desc(nulls_last=True), F("reported_at").desc(nulls_last=True), "-pk")

    @admin.display(description="customer id", ordering="key")
    def customer_id(self, row: Customer) -> str:
        return row.key

    @admin.display(description="affiliate today")
    def owner(self, row: Any) -> SafeString | str:
        if row.reported_at is None:
            return columns.chip("pending", "Not reported yet")
        return row.owner_name or columns.chip("", "Unattributed")

    @admin.display(description="registered", ordering=F("registered_on").asc(nulls_first=True))
    def registered(self, row: Customer) -> str:
        return str(row.registered_on or columns.NOTHING)

    @admin.display(description="first reported", ordering=F("reported_at").asc(nulls_first=True))
    def reported(self, row: Customer) -> SafeString | str:
        return columns.moment(row.reported_at)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        scope = scope_of(request)
        decisions = Attribution.objects.filter(brand=scope.brand, customer=OuterRef("pk"), superseded_at__isnull=True)
        of_today = decisions.filter(Q(holds_from__isnull=True) | Q(holds_from__lte=scope.today))
        newest = of_today.order_by(F("holds_from").desc(nulls_last=True))
        customers: QuerySet[Any] = (
            super().get_queryset(request).annotate(owner_name=Subquery(newest.values("affiliate__name")[:1]))
        )
        return customers

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        exact = queryset.filter(key=term)
        return (exact if exact.exists() else queryset.filter(key__startswith=term)), False

    def page_context(self, request: HttpRequest, subject: Customer) -> dict[str, Any]:
        scope = scope_of(request)
        brand = scope.brand
        attribution = attribution_of(brand=brand, customer=subject)
        owners = {one.affiliate.pk: one.affiliate for one in attribution.ownerships}
        asked = request.GET.get("day", "")
        counts = count_kpis(brand=brand)
        days, days_in_all = days_of(brand=brand, customer=subject)
        on_the_day = records_on(brand=brand, customer=subject, day=asked)
        return {
            "profile": CustomerProfile.objects.filter(brand=brand, customer=subject).first(),
            "attribution": attribution,
            "ownerships": [(one, Rule(one.rule).label) for one in attribution.ownerships],
            "candidates": verdicts(brand=brand, attribution=attribution),
            "findings": [
                (finding, said(finding, counts=counts), mapping_of(finding) if scope.changes(Area.MAPPING) else "")
                for finding in self._findings(request, subject, tuple(owners.values()))
            ],
            "asks_why": "why" in request.GET,
            "exclusions": Exclusion.objects.filter(brand=brand, customer=subject).order_by("from_day"),
            "standings": [
                (
                    owner,
                    standings(brand=brand, affiliate=owner, customers=[subject.pk], today=scope.today).get(
                        subject.pk, ()
                    ),
                )
                for owner in owners.values()
            ],
            "lines": Line.objects.filter(brand=brand, customer=subject)
            .select_related("affiliate", "plan", "version", "component")
            .order_by("-period", "component__name")[:SHOWN],
            "days": days,
            "days_in_all": days_in_all,
            "history": [(row, facts_of(row, counts=counts)) for row in history_of(brand=brand, customer=subject)],
            "asked_day": asked,
            "records": [(row, facts_of(row, counts=counts)) for row in on_the_day],
            "may_exclude": scope.changes(Area.EXCLUSIONS),
        }

    def _findings(self, request: HttpRequest, customer: Customer, owners: tuple[Affiliate, ...]) -> list[Finding]:
        """Return what stands in the way: from sums and terms, or with `?why` also from every single record."""
        scope = scope_of(request)
        if "why" in request.GET:
            return why_not(brand=scope.brand, customer=customer, today=scope.today)
        found = [
            finding
            for owner in owners
            for finding in why_not_for(brand=scope.brand, customer=customer, affiliate=owner, today=scope.today)
        ]
        return [finding for finding in found if finding.obstacle not in SHOWN_WITH_BOUNTIES]

    def give_to(self, request: HttpRequest, customer: Customer, data: dict[str, Any]) -> str:
        scope = scope_of(request)
        transfer(
            brand=scope.brand,
            customer=customer,
            to=data["affiliate"],
            campaign=data["campaign"],
            from_day=data["from_day"],
            reason=data["reason"],
            by=scope.user,
            now=scope.now,
        )
        since = f"from {data['from_day']}" if data["from_day"] else "ever since"
        return f"{customer} is {data['affiliate'].name}'s {since}. Commissions of all concerned are computed again."

    steps = (
        Step(
            "transfer",
            "Transfer",
            TransferForm,
            give_to,
            Area.TRANSFERS,
            text="Gives the customer to another affiliate from a day on, for good. Closed periods get adjustments.",
            applies=lambda customer: customer.reported_at is not None,
        ),
    )


def said(finding: Finding, *, counts: Collection[str]) -> str:
    """Write what stands in the way, a condition's figures as money or numbers."""
    if not finding.measure or finding.have is None or finding.need is None:
        return finding.sentence
    return missing(finding.measure, have=finding.have, need=finding.need, currency=finding.currency, counts=counts)


def mapping_of(finding: Finding) -> str:
    """Return where an operator says what the word means that records wait for; empty where none does."""
    if finding.parked_for not in MAPPINGS:
        return ""
    return f"{reverse('admin:ingestion_activity_map')}?{urlencode({'for': finding.parked_for, 'word': finding.word})}"


def days_of(*, brand: Brand, customer: Customer) -> tuple[list[tuple[date, list[SafeString], int]], int]:
    """Return the customer's last days, whole, with each KPI's sum and the number of records, and how many he has."""
    sums = CustomerDay.objects.filter(brand=brand, customer=customer).exclude(kpi__in=COUNTED_BEGINNINGS)
    all_days = sums.order_by("-day").values("day").distinct()
    days: dict[date, tuple[list[SafeString], int]] = {}
    for row in sums.filter(day__in=all_days[:SHOWN]).order_by("-day", "kpi", "product"):
        said, records = days.get(row.day, ([], 0))
        name = f"{row.kpi} {row.product}".strip()
        days[row.day] = ([*said, columns.labelled(name, row.amount, row.currency)], records + row.records)
    return [(day, said, records) for day, (said, records) in days.items()], all_days.count()


def history_of(*, brand: Brand, customer: Customer) -> QuerySet[Activity]:
    """Return the customer's deposits, withdrawals of them and purchases, the newest first."""
    return Activity.objects.filter(brand=brand, customer=customer, kpis__overlap=KPIS_WITH_HISTORY).order_by(
        "-day", "-moment"
    )[:SHOWN]


def records_on(*, brand: Brand, customer: Customer, day: str) -> QuerySet[Activity]:
    """Return the customer's records of one day, written YYYY-MM-DD; none for anything else."""
    try:
        on = date.fromisoformat(day)
    except ValueError:
        return Activity.objects.none()
    return Activity.objects.filter(brand=brand, customer=customer, day=on).order_by("moment", "pk")[: SHOWN * 5]
