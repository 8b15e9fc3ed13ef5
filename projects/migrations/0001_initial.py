import core.clock
import core.models
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('enterprises', '0001_initial'),
        ('files', '0001_initial'),
        ('places', '0001_initial'),
        ('programmes', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Project',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('code', models.CharField(max_length=40, verbose_name='code')),
                ('name', core.models.NfcCharField(max_length=400, verbose_name='name')),
                ('folded', core.models.FoldedField(blank=True, default='', editable=False, max_length=1000, source='code name')),
                ('type', models.CharField(choices=[('single', 'Single project'), ('group', 'Group project'), ('flagship', 'Flagship project'), ('task', 'Task')], default='single', max_length=10, verbose_name='type')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('returned', 'Returned for completion'), ('approved', 'Approved'), ('in_progress', 'In progress'), ('accepted', 'Accepted'), ('closed', 'Closed'), ('stopped', 'Stopped')], default='draft', max_length=12)),
                ('year', models.PositiveSmallIntegerField(verbose_name='budget year')),
                ('investment_vnd', models.BigIntegerField(blank=True, null=True, verbose_name='total investment')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='starts on')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='ends on')),
                ('aim', models.TextField(blank=True, verbose_name='aim and main content')),
                ('historical', models.BooleanField(default=False)),
                ('demonstration', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(default=core.clock.now)),
                ('submitted_at', models.DateTimeField(null=True)),
                ('decided_on', models.DateField(null=True)),
                ('started_on', models.DateField(null=True)),
                ('accepted_on', models.DateField(null=True)),
                ('closed_on', models.DateField(null=True)),
                ('stopped_on', models.DateField(null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('activities', models.ManyToManyField(related_name='projects', to='programmes.activity', verbose_name='activities')),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='places.area', verbose_name='place')),
                ('beneficiaries', models.ManyToManyField(blank=True, related_name='projects', to='enterprises.enterprise', verbose_name='beneficiaries')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('implementing_unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='accounts.agency', verbose_name='implementing unit')),
                ('plan_line', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='programmes.planline', verbose_name='plan line')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='programmes.programme', verbose_name='programme')),
                ('province', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.area')),
                ('submitted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-year', 'code'],
            },
        ),
        migrations.CreateModel(
            name='ProgressUpdate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(unique=True)),
                ('on', models.DateField(verbose_name='as of')),
                ('value_invested_vnd', models.BigIntegerField(blank=True, null=True, verbose_name='value invested so far')),
                ('money_spent_vnd', models.BigIntegerField(blank=True, null=True, verbose_name='money spent so far')),
                ('percent', models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True)),
                ('stated_percent', models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True, verbose_name='percent')),
                ('percent_reason', core.models.NfcCharField(blank=True, max_length=300, verbose_name='reason for another percentage')),
                ('note', models.TextField(blank=True, verbose_name='what was done')),
                ('state', models.CharField(choices=[('reported', 'Reported'), ('confirmed', 'Confirmed'), ('returned', 'Returned')], default='reported', max_length=10)),
                ('reported_at', models.DateTimeField(default=core.clock.now)),
                ('decided_at', models.DateTimeField(null=True)),
                ('return_reason', models.TextField(blank=True)),
                ('content_hash', models.CharField(default='', max_length=64)),
                ('version', models.PositiveIntegerField(default=1)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reported_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='updates', to='projects.project')),
            ],
            options={
                'ordering': ['-on', '-id'],
            },
        ),
        migrations.CreateModel(
            name='PlannedResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', models.PositiveIntegerField(verbose_name='quantity')),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='programmes.indicator')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='planned_results', to='projects.project')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('issuer_name', core.models.NfcCharField(max_length=300)),
                ('number', core.models.NfcCharField(max_length=60, verbose_name='number')),
                ('decided_on', models.DateField(verbose_name='date')),
                ('batch', core.models.NfcCharField(blank=True, max_length=40, verbose_name='batch')),
                ('file_name', core.models.NfcCharField(blank=True, max_length=200)),
                ('note', models.TextField(blank=True)),
                ('recorded_at', models.DateTimeField(default=core.clock.now)),
                ('file', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                ('issuer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency', verbose_name='issued by')),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='projects.project')),
            ],
            options={
                'ordering': ['decided_on', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ProjectEstimate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('national', 'National industrial-extension money'), ('local', 'Local industrial-extension money'), ('counterpart', 'Counterpart money'), ('other', 'Other sources')], max_length=20, verbose_name='source')),
                ('amount_vnd', models.BigIntegerField(verbose_name='money')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='estimates', to='projects.project')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='DecisionMoney',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('national', 'National industrial-extension money'), ('local', 'Local industrial-extension money'), ('counterpart', 'Counterpart money'), ('other', 'Other sources')], max_length=20)),
                ('amount_vnd', models.BigIntegerField()),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='money', to='projects.decision')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('decision', 'source'), name='decision_source_once'), models.CheckConstraint(condition=models.Q(('amount_vnd__gte', 0)), name='decision_money_positive')],
            },
        ),
        migrations.CreateModel(
            name='ProgressPhoto',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('caption', core.models.NfcCharField(blank=True, max_length=200)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                ('update', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='photos', to='projects.progressupdate')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('update', 'file'), name='progress_photo_once')],
            },
        ),
        migrations.CreateModel(
            name='AchievedResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', models.PositiveIntegerField(verbose_name='quantity')),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='programmes.indicator')),
                ('update', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='results', to='projects.progressupdate')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('update', 'indicator'), name='achieved_result_once')],
            },
        ),
        migrations.AddIndex(
            model_name='project',
            index=models.Index(fields=['province', 'year', 'state'], name='project_province_year'),
        ),
        migrations.AddIndex(
            model_name='project',
            index=models.Index(fields=['area'], name='project_area'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.UniqueConstraint(fields=('province', 'code'), name='project_code_once'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'submitted', 'returned', 'approved', 'in_progress', 'accepted', 'closed', 'stopped'])), name='project_state_known'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('type__in', ['single', 'group', 'flagship', 'task'])), name='project_type_known'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('investment_vnd__isnull', True), ('investment_vnd__gte', 0), _connector='OR'), name='project_investment_positive'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('starts_on__isnull', True), ('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='project_dates_ordered', violation_error_message='The end lies before the start.'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['approved', 'in_progress', 'accepted', 'closed']), _negated=True), ('decided_on__isnull', False), _connector='OR'), name='project_approved_by_decision'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'returned']), ('submitted_at__isnull', False), _connector='OR'), name='project_submitted_at_known'),
        ),
        migrations.AddIndex(
            model_name='progressupdate',
            index=models.Index(fields=['project', 'state', 'on'], name='progress_project'),
        ),
        migrations.AddConstraint(
            model_name='progressupdate',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['reported', 'confirmed', 'returned'])), name='progress_state_known'),
        ),
        migrations.AddConstraint(
            model_name='progressupdate',
            constraint=models.CheckConstraint(condition=models.Q(('value_invested_vnd__isnull', True), ('value_invested_vnd__gte', 0), _connector='OR'), name='progress_value_positive'),
        ),
        migrations.AddConstraint(
            model_name='progressupdate',
            constraint=models.CheckConstraint(condition=models.Q(('money_spent_vnd__isnull', True), ('money_spent_vnd__gte', 0), _connector='OR'), name='progress_spent_positive'),
        ),
        migrations.AddConstraint(
            model_name='progressupdate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('state', 'reported')), models.Q(('decided_at__isnull', False), models.Q(('state', 'reported'), _negated=True)), _connector='OR'), name='progress_decision_stamped'),
        ),
        migrations.AddConstraint(
            model_name='progressupdate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'returned'), _negated=True), models.Q(('return_reason', ''), _negated=True), _connector='OR'), name='progress_return_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='plannedresult',
            constraint=models.UniqueConstraint(fields=('project', 'indicator'), name='planned_result_once'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('number', ''), _negated=True), name='decision_has_number'),
        ),
        migrations.AddConstraint(
            model_name='projectestimate',
            constraint=models.UniqueConstraint(fields=('project', 'source'), name='estimate_source_once'),
        ),
        migrations.AddConstraint(
            model_name='projectestimate',
            constraint=models.CheckConstraint(condition=models.Q(('amount_vnd__gte', 0)), name='estimate_positive'),
        ),
    ]
