"""An affiliate's day is added to all day long; with room on its page, no index learns of it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("attribution", "0002_tenancy")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE attribution_affiliateday SET (fillfactor = 60)",
            "ALTER TABLE attribution_affiliateday RESET (fillfactor)",
        ),
    ]
