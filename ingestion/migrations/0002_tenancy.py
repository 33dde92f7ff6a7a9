from django.db import migrations

from track360.lib.tenancy import TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0001_initial"),
        ("affiliates", "0002_tenancy"),
    ]

    operations = [
        TenantTable("Delivery", appends=True),
        TenantTable("IdempotencyKey"),
        TenantTable("Customer"),
        TenantTable("CustomerProfile"),
        TenantTable("Activity"),
        TenantTable("SupersededActivity", appends=True),
        TenantTable("Kpi"),
        TenantTable("Event"),
        TenantTable("Alias"),
        TenantTable("FxRate", appends=True),
        TenantTable("NewRates"),
    ]
