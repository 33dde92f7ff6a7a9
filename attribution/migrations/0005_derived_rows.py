import django.db.models.deletion
from django.db import migrations, models

BRAND = models.ForeignKey(
    db_constraint=False,
    db_index=False,
    on_delete=django.db.models.deletion.PROTECT,
    related_name="+",
    to="brands.brand",
)
POINTERS = {
    "customerday": ["customer_id"],
    "affiliateday": ["affiliate_id", "campaign_id", "link_id"],
    "touched": ["affiliate_id", "customer_id"],
}


class Migration(migrations.Migration):
    dependencies = [
        ("attribution", "0004_currencies"),
    ]

    operations = [
        *(migrations.AlterField(model_name=model, name="brand", field=BRAND) for model in POINTERS),
        migrations.RunSQL(
            [
                f"ALTER TABLE attribution_{model} DROP CONSTRAINT attribution_{model}_{column}_of_the_same_brand"
                for model, columns in POINTERS.items()
                for column in columns
            ],
            migrations.RunSQL.noop,
        ),
    ]
