"""The words a brand's terms can be written in, as its configuration stands."""

from brands.models import Brand
from commissions.admin.terms.vocabulary import Vocabulary
from commissions.queries.terms import kpi_names, profiles_of
from ingestion.queries.kpis import count_kpis
from ingestion.rules.standard import PRODUCTS


def words_of(brand: Brand) -> Vocabulary:
    """Return the brand's KPIs, revenue profiles and products."""
    return Vocabulary(
        kpis=tuple(sorted(kpi_names(brand=brand))),
        profiles=dict(sorted(profiles_of(brand_id=brand.pk).items())),
        products=PRODUCTS,
        counts=tuple(sorted(count_kpis(brand=brand))),
    )
