"""A brand with months of activity, made by SQL: what millions of pushed records would have left in the tables.

Players come back on some days and then play for a while: about twenty records on an active day, mostly bets, with what
was won, deposited, withdrawn and given as a bonus.
"""

from benchmarks import stage, terms

AFFILIATES = 40
RECORDS_A_DAY = 20  # of an active player
RECORDS_A_CUSTOMER = 160
CHUNK = 500_000

_DELIVERY = """
INSERT INTO ingestion_delivery (brand_id, uid, source, entity, request_id, body, sha256, strict, received_at, received,
                                accepted, duplicates, rejected, errors, repeated)
VALUES (%(brand)s, 'HISTORY', 'push', 'activities', '', '', '', false, now(), 0, 0, 0, 0, '[]', '{}') RETURNING id
"""
_CUSTOMERS = """
INSERT INTO ingestion_customer (brand_id, key, reported_at, registered_at, registered_on, country, sales_status,
                                kyc_status, evidence, delivery_id, index)
SELECT %(brand)s, 'h-' || n, now(), r.at, r.at::date, (ARRAY['DE', 'GB', 'MT', 'SE', 'FI'])[1 + n %% 5], '', '', '[]',
       %(delivery)s, n %% 1000
FROM generate_series(1, %(customers)s) n
CROSS JOIN LATERAL (SELECT timestamptz '2026-01-01 00:00Z' + make_interval(mins => (n * 7919) %% (100 * 1440)) AS at) r
"""
_ATTRIBUTIONS = """
INSERT INTO attribution_attribution (brand_id, customer_id, affiliate_id, campaign_id, rule, is_unsigned, evidence,
                                     candidates, flags, decided_at, reason)
SELECT c.brand_id, c.id, a.id, p.id, 'explicit', false, '{}', '[]', '[]', now(), ''
FROM ingestion_customer c
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM affiliates_affiliate WHERE brand_id = %(brand)s) a
  ON a.place = c.id %% %(affiliates)s
JOIN affiliates_campaign p ON p.brand_id = c.brand_id AND p.affiliate_id = a.id
WHERE c.brand_id = %(brand)s
"""
# Record n is the (n mod 20)th of an active day; the day's number decides the player and when.
_ACTIVITIES = """
INSERT INTO ingestion_activity (brand_id, key, digest, customer_id, event, event_id, moment, day, product, currency,
                                status, kpis, amounts, details, state, parked_for, delivery_id, index)
SELECT %(brand)s, gen_random_uuid(), gen_random_uuid(), c.id, k.kpi, 'h' || n, m.at, m.at::date,
       CASE WHEN k.kpi IN ('Bets', 'NGR', 'GGR') THEN (ARRAY['Casino', 'Sports'])[1 + n %% 2] ELSE '' END, 'EUR',
       'approved', ARRAY[k.kpi], ARRAY[round((random() * k.highest - k.below)::numeric, 2)], '{}', 'live', '',
       %(delivery)s, n %% 1000
FROM generate_series(%(first)s, %(last)s) n
CROSS JOIN LATERAL (SELECT n / %(a_day)s AS session, n %% %(a_day)s AS place) s
JOIN ingestion_customer c
  ON c.brand_id = %(brand)s AND c.id = %(first_customer)s + (s.session * 7919) %% %(customers)s
CROSS JOIN LATERAL (
    SELECT CASE WHEN s.place IN (13, 14) THEN 'NGR' WHEN s.place IN (15, 16) THEN 'GGR'
                WHEN s.place = 17 AND s.session %% 3 = 0 THEN 'Deposit'
                WHEN s.place = 18 AND s.session %% 9 = 0 THEN 'Withdrawal'
                WHEN s.place = 19 AND s.session %% 11 = 0 THEN 'Bonus' ELSE 'Bets' END AS kpi
) d
CROSS JOIN LATERAL (
    SELECT d.kpi, CASE d.kpi WHEN 'Bets' THEN 60 WHEN 'Deposit' THEN 200 ELSE 80 END AS highest,
           CASE WHEN d.kpi IN ('NGR', 'GGR') THEN 35 ELSE 0 END AS below
) k
CROSS JOIN LATERAL (
    SELECT date_trunc('day', c.registered_at)
           + make_interval(days => (hashint8(s.session) & 1023) %% 50, mins => s.place * 7 + 60) AS at
) m
"""


def brand_with_history(rows: int) -> stage.Brand:
    """Create a brand with hybrid plans and so many activities over five months."""
    brand = stage.new_brand("history")
    stage.configure(terms.document(slug=brand.slug, affiliates=AFFILIATES))
    given = {
        "brand": brand.id,
        "customers": max(200, rows // RECORDS_A_CUSTOMER),
        "affiliates": AFFILIATES,
        "a_day": RECORDS_A_DAY,
    }
    with stage.owners_connection() as connection:
        (given["delivery"],) = connection.execute(_DELIVERY, given).fetchone() or (0,)
        connection.execute(_CUSTOMERS, given)
        first = "SELECT min(id) FROM ingestion_customer WHERE brand_id = %(brand)s"
        (given["first_customer"],) = connection.execute(first, given).fetchone() or (0,)
        connection.execute(_ATTRIBUTIONS, given)
        connection.commit()
        for start in range(1, rows + 1, CHUNK):
            span = {"first": start, "last": min(rows, start + CHUNK - 1)}
            connection.execute(_ACTIVITIES, given | span)
            connection.commit()
    stage.vacuum("ingestion_customer", "attribution_attribution", "ingestion_activity")
    return brand
