from django.db import migrations

from track360.lib.tenancy import TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("affiliates", "0001_initial"),
        ("brands", "0002_tenancy"),
    ]

    operations = [
        TenantTable("Affiliate"),
        TenantTable("AffiliateStatus"),
        TenantTable("Campaign"),
        TenantTable("AffiliateParent"),
        TenantTable("Seat"),
        TenantTable("TrackingLink"),
        TenantTable("PromoCode"),
    ]
