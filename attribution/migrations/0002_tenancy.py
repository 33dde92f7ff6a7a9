from django.db import migrations

from track360.lib.tenancy import TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("attribution", "0001_initial"),
        ("ingestion", "0002_tenancy"),
    ]

    operations = [
        TenantTable("Click"),
        TenantTable("Attribution"),
        TenantTable("CustomerDay"),
        TenantTable("AffiliateDay"),
        TenantTable("Touched"),
    ]
