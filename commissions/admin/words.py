"""The words a brand's terms can be written in, as its configuration stands, and those that nothing was sent under."""

from collections.abc import Iterable
from difflib import get_close_matches

from attribution.models import AffiliateDay
from brands.models import Brand
from commissions.admin.terms.vocabulary import Vocabulary
from commissions.engine.plan import NO_PRODUCT
from commissions.queries.terms import kpi_names, profiles_of
from ingestion.models import Alias
from ingestion.models.configuration import AliasKind
from ingestion.queries.kpis import count_kpis
from ingestion.rules.names import fold
from ingestion.rules.standard import PRODUCTS


def words_of(brand: Brand) -> Vocabulary:
    """Return the brand's KPIs, revenue profiles and products."""
    return Vocabulary(
        kpis=tuple(sorted(kpi_names(brand=brand))),
        profiles=dict(sorted(profiles_of(brand_id=brand.pk).items())),
        products=PRODUCTS,
        counts=tuple(sorted(count_kpis(brand=brand))),
    )


def product_doubts(brand: Brand, products: Iterable[str]) -> list[str]:
    """Say of each product that terms name and no record is of, that nothing is earned on it, and what may be meant.

    Case, _ and - do not matter. What the brand has sent is read only where a product is none of the known ones.
    """
    named = {fold(product): product for product in products}
    aliases = dict(Alias.objects.filter(brand=brand, kind=AliasKind.PRODUCT).values_list("alias", "target"))
    known = {fold(product): product for product in (*PRODUCTS, *aliases.values(), NO_PRODUCT)}
    means = {fold(alias): target for alias, target in aliases.items()}
    doubtful = [folded for folded in named if folded not in known]
    if not doubtful:
        return []
    sent = {fold(product) for product in products_sent(brand)}
    said = []
    for folded in doubtful:
        if folded in means:
            said.append(f"“{named[folded]}” is taken for {means[folded]} when it comes, so terms must name that.")
        elif folded not in sent:
            close = get_close_matches(folded, known, n=1)
            meant = f" Is {known[close[0]]} meant?" if close else ""
            said.append(
                f"No record of “{named[folded]}” has come so far: nothing is earned on it until one does.{meant}"
            )
    return said


def products_sent(brand: Brand) -> list[str]:
    """Return the products the brand's facts are of."""
    return list(AffiliateDay.objects.filter(brand=brand).order_by().values_list("product", flat=True).distinct())
