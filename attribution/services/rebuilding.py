"""The sums by day, counted anew from records, decisions and clicks, without what was stored."""

from datetime import date
from typing import Any

from django.db import connection, transaction

from affiliates.models import Affiliate
from attribution.models import Touched
from attribution.services.locks import hold_clicks, lock_sums
from attribution.services.sums import CLICKS, FIRST_DEPOSITS, REGISTRATIONS
from brands.models import Brand
from ingestion.queries.kpis import count_kpis
from track360.lib.jobs import wake

BEGINNING = date(1, 1, 1)

# Everything is summed and joined by hashes, and nothing of it shall spill to disk.
_FOR_BIG_SUMS = "SET LOCAL work_mem = '256MB'; SET LOCAL enable_nestloop = off"

# What all deliveries but the waiting ones have brought, less what they have replaced: what is counted when nothing
# waits, and what the follow-up of those that wait will be added to. One statement, and so one moment.
_CUSTOMER_DAYS = f"""
INSERT INTO attribution_customerday (brand_id, customer_id, day, kpi, product, currency, amount, records, positives)
WITH waiting AS MATERIALIZED (
    SELECT coalesce(array_agg(delivery_id), '{{}}') AS ids FROM ingestion_outbox WHERE brand_id = %(brand)s
),
versions AS (
    SELECT customer_id, day, product, currency, kpis, amounts, 1 AS sign
    FROM ingestion_activity
    WHERE brand_id = %(brand)s AND state = 'live' AND status = 'approved'
      AND delivery_id <> ALL((SELECT ids FROM waiting)::bigint[])
    UNION ALL
    SELECT customer_id, day, product, currency, kpis, amounts,
           CASE WHEN replaced_by_id = ANY((SELECT ids FROM waiting)::bigint[]) THEN 1 ELSE -1 END
    FROM ingestion_supersededactivity
    WHERE brand_id = %(brand)s AND state = 'live' AND status = 'approved'
      AND (replaced_by_id = ANY((SELECT ids FROM waiting)::bigint[]))
          <> (delivery_id = ANY((SELECT ids FROM waiting)::bigint[]))
),
facts AS MATERIALIZED (
    SELECT v.customer_id, v.day, k.kpi, v.product,
           CASE WHEN k.kpi = ANY(%(counts)s::text[]) THEN '' ELSE v.currency END AS currency,
           sum(v.sign * k.amount) AS amount, sum(v.sign) AS records, sum(v.sign * (k.amount > 0)::int) AS positives
    FROM versions v CROSS JOIN LATERAL unnest(v.kpis, v.amounts) AS k (kpi, amount)
    GROUP BY 1, 2, 3, 4, 5
    HAVING sum(v.sign) <> 0
),
beginnings AS (
    SELECT c.id AS customer_id, coalesce(c.registered_on, f.first_day) AS registered_on, f.first_deposit
    FROM ingestion_customer c
    LEFT JOIN (
        SELECT customer_id, min(day) AS first_day,
               min(day) FILTER (WHERE kpi = 'Deposit' AND positives > 0) AS first_deposit
        FROM facts GROUP BY customer_id
    ) f ON f.customer_id = c.id
    WHERE c.brand_id = %(brand)s AND c.reported_at IS NOT NULL
)
SELECT %(brand)s, s.* FROM (
    SELECT * FROM facts
    UNION ALL
    SELECT customer_id, registered_on, '{REGISTRATIONS}', '', '', 1, 1, 1 FROM beginnings
    WHERE registered_on IS NOT NULL
    UNION ALL
    SELECT customer_id, first_deposit, '{FIRST_DEPOSITS}', '', '', 1, 1, 1 FROM beginnings
    WHERE first_deposit IS NOT NULL
) s
ORDER BY customer_id, day, kpi, product, currency
"""  # noqa: S608 - constants only

_AFFILIATE_DAYS = f"""
INSERT INTO attribution_affiliateday
    (brand_id, affiliate_id, campaign_id, link_id, day, kpi, product, currency, amount, records, positives)
WITH owners AS (
    SELECT customer_id, affiliate_id, campaign_id, link_id, coalesce(holds_from, '-infinity') AS since,
           lead(coalesce(holds_from, '-infinity'), 1, 'infinity')
               OVER (PARTITION BY customer_id ORDER BY coalesce(holds_from, '-infinity')) AS until
    FROM attribution_attribution WHERE brand_id = %(brand)s AND superseded_at IS NULL
)
SELECT %(brand)s, o.affiliate_id, o.campaign_id, o.link_id, c.day, c.kpi, c.product, c.currency,
       sum(c.amount), sum(c.records), sum(c.positives)
FROM attribution_customerday c
LEFT JOIN owners o ON o.customer_id = c.customer_id AND o.since <= c.day AND c.day < o.until
WHERE c.brand_id = %(brand)s
GROUP BY o.affiliate_id, o.campaign_id, o.link_id, c.day, c.kpi, c.product, c.currency
UNION ALL
SELECT %(brand)s, l.affiliate_id, l.campaign_id, l.id, (c.clicked_at AT TIME ZONE %(zone)s)::date, '{CLICKS}', '', '',
       count(*), count(*), count(*)
FROM attribution_click c JOIN affiliates_trackinglink l ON l.brand_id = c.brand_id AND l.id = c.link_id
WHERE c.brand_id = %(brand)s
GROUP BY l.affiliate_id, l.campaign_id, l.id, 5
"""  # noqa: S608 - constants only


@transaction.atomic
def rebuild_sums(*, brand: Brand) -> None:
    """Forget a brand's sums, count them anew, and have every affiliate computed again from the beginning.

    Records and clicks may go on coming in meanwhile; their follow-up waits and adds to the new sums.
    """
    lock_sums(brand_id=brand.id)
    hold_clicks(brand_id=brand.id)
    given: dict[str, Any] = {"brand": brand.id, "counts": count_kpis(brand=brand), "zone": brand.timezone}
    with connection.cursor() as cursor:
        cursor.execute(_FOR_BIG_SUMS)
        cursor.execute("DELETE FROM attribution_affiliateday WHERE brand_id = %s", [brand.id])
        cursor.execute("DELETE FROM attribution_customerday WHERE brand_id = %s", [brand.id])
        cursor.execute(_CUSTOMER_DAYS, given)
        cursor.execute(_AFFILIATE_DAYS, given)
        cursor.execute("SET LOCAL work_mem TO DEFAULT; SET LOCAL enable_nestloop TO DEFAULT")
    affiliates = Affiliate.objects.filter(brand=brand).values_list("id", flat=True)
    Touched.objects.bulk_create(
        Touched(brand=brand, affiliate_id=affiliate, from_day=BEGINNING) for affiliate in affiliates
    )
    wake("commissions.follow_up", brand_id=brand.id)
