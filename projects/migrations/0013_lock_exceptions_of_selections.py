from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0012_lock_exceptions_of_more"),
    ]

    operations = [
        migrations.RemoveConstraint("lockexception", "lock_exception_opens_something"),
        migrations.AddField(
            "lockexception", "selections", models.BooleanField(default=False, verbose_name="selections")
        ),
        migrations.AddConstraint(
            "lockexception",
            models.CheckConstraint(
                condition=models.Q(progress=True)
                | models.Q(classes=True)
                | models.Q(rosters=True)
                | models.Q(brands=True)
                | models.Q(selections=True)
                | models.Q(clusters=True),
                name="lock_exception_opens_something",
            ),
        ),
    ]
