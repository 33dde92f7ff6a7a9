from django.db import migrations

# A day's row is updated with every delivery of that day. With room left on its page the new version lies beside the
# old one and no index is touched.
ROOM = {"affiliateday": 50, "customerday": 85}


class Migration(migrations.Migration):
    dependencies = [
        ("attribution", "0005_derived_rows"),
    ]

    operations = [
        migrations.RunSQL(
            [f"ALTER TABLE attribution_{model} SET (fillfactor = {percent})" for model, percent in ROOM.items()],
            [f"ALTER TABLE attribution_{model} RESET (fillfactor)" for model in ROOM],
        ),
    ]
