import django.db.models.deletion
from django.db import migrations, models

from core.guards import lift_from

EXCEPTION = {
    "null": True,
    "on_delete": django.db.models.deletion.PROTECT,
    "related_name": "+",
    "to": "projects.lockexception",
}


class Migration(migrations.Migration):
    dependencies = [
        ("products", "0003_exceptions_of_brands"),
        ("projects", "0013_lock_exceptions_of_selections"),
    ]

    operations = [
        migrations.AddField("selectionround", "exception", models.ForeignKey(**EXCEPTION)),
        migrations.AddField("selectionround", "exception_at", models.DateTimeField(null=True)),
        migrations.AddField("selectionentry", "exception", models.ForeignKey(**EXCEPTION)),
        migrations.AddField("selectionentry", "exception_at", models.DateTimeField(null=True)),
        migrations.AddField("certificate", "exception", models.ForeignKey(**EXCEPTION)),
        migrations.AddField("certificate", "exception_at", models.DateTimeField(null=True)),
        migrations.AddField("certificate", "counts_on", models.DateField(null=True)),
        migrations.AddField("brand", "granted_counts_on", models.DateField(null=True, blank=True)),
        migrations.RunPython(lift_from("products_certificate", "products_brand"), migrations.RunPython.noop),
        # Until now a certificate counted on its own day, whatever was locked.
        migrations.RunSQL("UPDATE products_certificate SET counts_on = issued_on", migrations.RunSQL.noop),
        migrations.RunSQL(
            "UPDATE products_brand SET granted_counts_on = valid_from WHERE valid_from IS NOT NULL",
            migrations.RunSQL.noop,
        ),
        migrations.AlterField("certificate", "counts_on", models.DateField()),
        migrations.RemoveConstraint("brand", "brand_granted_by_number"),
        migrations.AddConstraint(
            "brand",
            models.CheckConstraint(
                condition=~models.Q(state="granted")
                | (models.Q(valid_from__isnull=False, granted_counts_on__isnull=False) & ~models.Q(granted_no="")),
                name="brand_granted_by_number",
            ),
        ),
    ]
