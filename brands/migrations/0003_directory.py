from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("brands", "0002_tenancy"),
    ]

    operations = [
        migrations.AddField(
            model_name="brand",
            name="directory_version",
            field=models.PositiveBigIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="brand",
            name="directory_resolved",
            field=models.PositiveBigIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="brand",
            name="directory_resolved_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
