from django.db import migrations

from track360.lib.tenancy import TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("commissions", "0001_initial"),
        ("attribution", "0002_tenancy"),
    ]

    operations = [
        TenantTable("ClosedPeriod", appends=True),
        TenantTable("Plan"),
        TenantTable("PlanVersion"),
        TenantTable("Component"),
        TenantTable("RevenueProfile"),
        TenantTable("Deal"),
        TenantTable("Exclusion"),
        TenantTable("Line"),
        TenantTable("Entry", appends=True),
        TenantTable("Qualification"),
        TenantTable("CarryState"),
    ]
