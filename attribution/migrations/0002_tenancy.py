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
        TenantTable("CustomerDay", is_derived=True),
        TenantTable("AffiliateDay", is_derived=True),
        TenantTable("Touched", is_derived=True),
        # A day's row is updated with every delivery of that day. With room left on its page the new version lies
        # beside the old one and no index is touched.
        migrations.RunSQL(
            sql=[
                "ALTER TABLE attribution_affiliateday SET (fillfactor = 50)",
                "ALTER TABLE attribution_customerday SET (fillfactor = 85)",
            ],
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
