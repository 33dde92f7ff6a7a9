"""Comparing with what is computed from scratch."""

from django.db import connection

from commissions.services import verifying
from tests.commissions.conftest import day_of, registered

SHARE = {"name": "Share", "kind": "revshare", "base": "NGR", "rate": "0.30"}


def test_comparing_locks_nobody_out(business, anna):
    business.deal(anna, business.plan(SHARE))
    business.customers(registered("c1", affiliate_id="anna"))
    business.activities(day_of("c1", "2026-03-12", NGR="100"))
    business.settle()

    with business.open() as brand, connection.cursor() as cursor:
        found = verifying.differences(brand=brand, now=business.now)
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        locks = cursor.fetchone()[0]

    assert (found, locks) == ([], 0)
