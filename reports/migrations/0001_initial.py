import core.clock
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('files', '0001_initial'),
        ('places', '0001_initial'),
        ('programmes', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('programme-results', 'Results of the industrial-extension programme')], max_length=30)),
                ('version', models.PositiveSmallIntegerField()),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('published', 'Published'), ('superseded', 'Superseded')], default='draft', max_length=12)),
                ('data_as_of', models.DateTimeField()),
                ('document', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('figures_sha256', models.CharField(max_length=64)),
                ('made_by_label', models.CharField(max_length=200)),
                ('made_at', models.DateTimeField(default=core.clock.now)),
                ('published_at', models.DateTimeField(null=True)),
                ('publish_note', models.TextField(blank=True)),
                ('issued_no', models.CharField(blank=True, max_length=60)),
                ('issued_on', models.DateField(null=True)),
                ('demonstration', models.BooleanField(default=False)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='places.area')),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='programmes.reportingperiod')),
                ('province', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.area')),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('supersedes', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='reports.report')),
            ],
            options={
                'ordering': ['-period__data_to', 'area', '-version'],
            },
        ),
        migrations.CreateModel(
            name='ReportFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('format', models.CharField(max_length=5)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='reports.report')),
            ],
        ),
        migrations.CreateModel(
            name='ReportLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('section', models.CharField(max_length=40)),
                ('row', models.CharField(max_length=80)),
                ('column', models.CharField(max_length=40)),
                ('record', models.CharField(max_length=120)),
                ('title', models.CharField(max_length=500)),
                ('area', models.CharField(blank=True, max_length=200)),
                ('on', models.DateField(null=True)),
                ('contribution', models.DecimalField(decimal_places=2, max_digits=20)),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='reports.report')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='ReportSchedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('programme-results', 'Results of the industrial-extension programme')], max_length=30)),
                ('period_kind', models.CharField(choices=[('month', 'Month'), ('quarter', 'Quarter'), ('half_year_1', 'First half-year'), ('half_year_2', 'Second half-year'), ('nine_months', 'Nine months'), ('year', 'Year'), ('plan_registration', 'Registration of the plan')], max_length=20)),
                ('regime', models.CharField(default='administrative', max_length=20)),
                ('reporting_starts_on', models.DateField(verbose_name='reporting starts on')),
                ('is_active', models.BooleanField(default=True)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='report_schedules', to='places.area')),
            ],
        ),
        migrations.CreateModel(
            name='DueReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('requested_at', models.DateTimeField(default=core.clock.now)),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programmes.reportingperiod')),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requested', to='reports.reportschedule')),
            ],
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(fields=('kind', 'period', 'area', 'version'), name='report_version_once'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'published')), fields=('kind', 'period', 'area'), name='report_one_published'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('kind', 'period', 'area'), name='report_one_draft'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'published', 'superseded'])), name='report_state_known'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('published_at__isnull', True), ('state', 'draft')), models.Q(('published_at__isnull', False), models.Q(('state', 'draft'), _negated=True)), _connector='OR'), name='report_published_stamped'),
        ),
        migrations.AddConstraint(
            model_name='reportfile',
            constraint=models.UniqueConstraint(fields=('report', 'format'), name='report_format_once'),
        ),
        migrations.AddIndex(
            model_name='reportline',
            index=models.Index(fields=['report', 'section', 'row', 'column'], name='report_line_cell'),
        ),
        migrations.AddConstraint(
            model_name='reportschedule',
            constraint=models.UniqueConstraint(fields=('kind', 'area', 'period_kind', 'regime'), name='report_schedule_once'),
        ),
        migrations.AddConstraint(
            model_name='duereport',
            constraint=models.UniqueConstraint(fields=('schedule', 'period'), name='due_report_once'),
        ),
    ]
