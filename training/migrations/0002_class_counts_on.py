from django.db import migrations, models
from django.db.models import F


def say_when(apps, schema_editor):
    """Classes so far count as of their end, as they did."""
    apps.get_model("training", "TrainingClass").objects.update(counts_on=F("ends_on"))


class Migration(migrations.Migration):
    dependencies = [
        ("training", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="trainingclass",
            name="counts_on",
            field=models.DateField(null=True, verbose_name="counts from"),
        ),
        migrations.RunPython(say_when, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="trainingclass",
            name="counts_on",
            field=models.DateField(verbose_name="counts from"),
        ),
    ]
