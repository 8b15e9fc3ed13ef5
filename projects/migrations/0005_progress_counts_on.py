import core.clock
from django.db import migrations, models
from django.db.models import F
from django.utils import timezone


def say_when(apps, schema_editor):
    """Recorded on the day it was reported; confirmed ones count as of their own day, as they did."""
    ProgressUpdate = apps.get_model("projects", "ProgressUpdate")
    for row in ProgressUpdate.objects.only("reported_at").iterator():
        day = timezone.localtime(row.reported_at).date()
        ProgressUpdate.objects.filter(pk=row.pk).update(recorded_on=day)
    ProgressUpdate.objects.filter(state="confirmed").update(counts_on=F("on"))


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0004_progress_corrections"),
    ]

    operations = [
        migrations.AddField(
            model_name="progressupdate",
            name="recorded_on",
            field=models.DateField(default=core.clock.today),
        ),
        migrations.AddField(
            model_name="progressupdate",
            name="counts_on",
            field=models.DateField(null=True, verbose_name="counts from"),
        ),
        migrations.RunPython(say_when, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="progressupdate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("counts_on__isnull", False), ("state", "confirmed"),
                )
                | models.Q(models.Q(("state", "confirmed"), _negated=True), ("counts_on__isnull", True)),
                name="progress_counts_once_confirmed",
            ),
        ),
    ]
