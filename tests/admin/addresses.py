"""Every page of a furnished brand, with the area that it belongs to."""

from django.contrib import admin
from django.urls import reverse

from affiliates.models import Affiliate, Campaign, PromoCode, TrackingLink
from brands.desk.base import BrandAdmin
from brands.models import Application, AuditEvent, Brand, BrandToken, Membership
from brands.roles import Area
from commissions.models import Deal, Entry, Exclusion, Line, Plan, PlanVersion, RevenueProfile
from ingestion.models import Activity, Alias, Customer, Delivery, Event, Kpi

OBJECTS = (
    Activity,
    Affiliate,
    Alias,
    Application,
    AuditEvent,
    Brand,
    BrandToken,
    Campaign,
    Customer,
    Deal,
    Delivery,
    Entry,
    Event,
    Exclusion,
    Kpi,
    Line,
    Membership,
    Plan,
    PromoCode,
    RevenueProfile,
    TrackingLink,
)
WITHOUT_LIST = (Brand, PlanVersion)


def admins() -> dict[type, BrandAdmin]:
    return {model: page for model, page in admin.site._registry.items() if isinstance(page, BrandAdmin)}


def named(model: type, page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def lists() -> dict[str, Area]:
    """Return the address of each list."""
    return {named(model, "changelist"): page.area for model, page in admins().items() if model not in WITHOUT_LIST}


def objects(brand: Brand) -> dict[str, Area]:
    """Return the page of one object of each kind, inside the brand's tenant()."""
    pages = {}
    for model in OBJECTS:
        rows = model.objects.filter(pk=brand.pk) if model is Brand else model.objects.filter(brand=brand)
        row = rows.first()
        assert row is not None, f"the furnished brand has no {model.__name__}"
        pages[named(model, "change", row.pk)] = admins()[model].area
        if model is Line:
            pages[named(Line, "records", row.pk)] = Area.LINES
    return pages


def writing(brand: Brand) -> dict[str, Area]:
    """Return every page with a form that changes something, inside the brand's tenant()."""
    pages = {}
    for model, page in admins().items():
        if page.add_form is not None and model is not PlanVersion:
            pages[named(model, "add")] = page.area
        rows = model.objects.filter(pk=brand.pk) if model is Brand else model.objects.filter(brand=brand)
        for step in page.steps:
            row = next((row for row in page_rows(rows) if step.applies(row)), None)
            if row is not None:
                pages[named(model, step.name.replace("-", "_"), row.pk)] = step.area
        if page.removable and (row := rows.first()) is not None:
            pages[named(model, "delete", row.pk)] = page.area
    plan = Plan.objects.get(brand=brand, name="Hybrid")
    return {
        **pages,
        named(PlanVersion, "new", plan.pk): Area.TERMS,
        reverse("admin:ingestion_fxrate_upload"): Area.RATES,
        reverse("admin:ingestion_activity_map") + "?for=unknown_event&word=initial_fund": Area.MAPPING,
        reverse("admin:commissions_period_close", args=["2026-03"]): Area.PERIODS,
    }


def page_rows(rows: object) -> list:
    return list(rows[:20])  # type: ignore[index]
