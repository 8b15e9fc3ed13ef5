import core.clock
import core.models
import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('places', '0001_initial'),
        ('projects', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='TrainingClass',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('new_skill', 'New vocational training'), ('upgrade', 'Upgrading of skills'), ('management', 'Management and energy saving'), ('brand', 'Brands and trade marks'), ('other', 'Other subject')], max_length=12, verbose_name='kind')),
                ('subject', core.models.NfcCharField(max_length=300, verbose_name='subject')),
                ('starts_on', models.DateField(verbose_name='starts on')),
                ('ends_on', models.DateField(verbose_name='ends on')),
                ('total', models.PositiveIntegerField(blank=True, null=True, verbose_name='learners')),
                ('women', models.PositiveIntegerField(blank=True, null=True, verbose_name='of them women')),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(default=core.clock.now)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.area', verbose_name='place')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='classes', to='projects.project')),
            ],
            options={
                'ordering': ['-starts_on', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='class_dates_ordered', violation_error_message='The end lies before the start.'), models.CheckConstraint(condition=models.Q(('women__isnull', True), models.Q(('total__isnull', False), ('women__lte', models.F('total'))), _connector='OR'), name='class_women_within_total', violation_error_message='There cannot be more women than learners.')],
            },
        ),
    ]
