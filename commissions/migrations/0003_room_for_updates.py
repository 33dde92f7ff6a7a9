"""Lines and standings are updated in place all month; with room on their page, no index learns of it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("commissions", "0002_tenancy")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE commissions_line SET (fillfactor = 60)", "ALTER TABLE commissions_line RESET (fillfactor)"
        ),
        migrations.RunSQL(
            "ALTER TABLE commissions_qualification SET (fillfactor = 60)",
            "ALTER TABLE commissions_qualification RESET (fillfactor)",
        ),
    ]
