"""A worker that has many affiliates to compute at once, as after a brand's first night."""

import io
import json

from django.core.management import call_command

from brands.models import Brand
from commissions.models import Line
from tests.live import eventually
from track360.lib.tenancy import tenant

MANY = 12
BEGINS = "2026-01-01"


def document():
    """JSON is YAML, but for days, which have no quotes there."""
    codes = [f"a{number}" for number in range(MANY)]
    stated = {
        "brand": {"slug": "many", "name": "Many", "vertical": "igaming", "reporting_currency": "EUR",
                  "timezone": "UTC", "default_currency": "EUR"},
        "affiliates": [{"id": code, "name": code, "status": "active"} for code in codes],
        "plans": [{"name": "Share", "currency": "EUR", "versions": [
            {"effective_from": BEGINS, "components": [
                {"name": "Share", "kind": "revshare", "base": "NGR", "rate": "0.30"}]}]}],
        "deals": [{"affiliate": code, "plan": "Share", "starts_on": BEGINS} for code in codes],
    }  # fmt: skip
    return json.dumps(stated).replace(f'"{BEGINS}"', BEGINS)


def test_a_workers_processes_compute_many_affiliates_together(platform, tmp_path):
    stated = tmp_path / "many.yaml"
    stated.write_text(document())
    call_command("brand_config", "apply", str(stated), stdout=io.StringIO())
    said = io.StringIO()
    call_command("brand_token", "many", stdout=said)
    token = json.loads(said.getvalue())["token"]
    customers = [{"customerId": f"c{n}", "regtime": "2026-03-01 09:00", "affiliateId": f"a{n}"} for n in range(MANY)]
    revenue = [
        {
            "eventname": "NGR",
            "eventid": f"e{n}",
            "createtime": "2026-03-02 10:00",
            "customerid": f"c{n}",
            "Value": "100",
        }
        for n in range(MANY)
    ]

    assert platform.push("customers", customers, token=token).json()["accepted"] == MANY
    assert platform.push("activities", revenue, token=token).json()["accepted"] == MANY

    brand = Brand.objects.get(slug="many")

    def amounts():
        with tenant(brand.id):
            return list(Line.objects.filter(brand=brand).values_list("amount", flat=True))

    eventually(lambda: amounts() == [30] * MANY)
    assert '"level": "error"' not in (tmp_path / "worker.log").read_text()
