import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('places', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Portal',
            fields=[
                ('number', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('demonstration', models.BooleanField(default=False)),
                ('help_phone', models.CharField(blank=True, max_length=20, verbose_name='phone for help')),
                ('province', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.area', verbose_name='province')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('number', 1)), name='portal_only_one')],
            },
        ),
    ]
