from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("brands", "0003_directory")]

    operations = [
        migrations.AddField(
            model_name="brand",
            name="meaning_version",
            field=models.PositiveBigIntegerField(default=0, editable=False),
        ),
    ]
