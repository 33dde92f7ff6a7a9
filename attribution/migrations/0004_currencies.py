from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("attribution", "0003_beginnings"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="affiliateday",
            index=models.Index(fields=["brand", "currency"], name="currencies_of_a_brand"),
        ),
    ]
