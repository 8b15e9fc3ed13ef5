import core.clock
import core.models
import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('places', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ActivityGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=10, unique=True)),
                ('name', core.models.NfcCharField(max_length=300)),
                ('name_en', models.CharField(blank=True, max_length=300)),
                ('verified', models.CharField(choices=[('yes', 'Verified'), ('partial', 'Partly verified'), ('no', 'Not verified')], max_length=10)),
            ],
            options={
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Indicator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True)),
                ('name', core.models.NfcCharField(max_length=400, verbose_name='indicator')),
                ('unit', core.models.NfcCharField(blank=True, max_length=60, verbose_name='unit')),
                ('unit_counted', models.CharField(blank=True, max_length=40)),
                ('method', models.CharField(choices=[('computed', 'Computed from the records'), ('entered', 'Entered from outside'), ('narrative', 'Told in words')], max_length=12)),
                ('training_kinds', models.CharField(blank=True, max_length=100)),
                ('verified', models.CharField(choices=[('yes', 'Verified'), ('partial', 'Partly verified'), ('no', 'Not verified')], max_length=10)),
                ('note', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Activity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True)),
                ('name', core.models.NfcCharField(max_length=300, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=300)),
                ('needs_beneficiary', models.BooleanField(default=True)),
                ('norm_code', models.CharField(blank=True, max_length=40)),
                ('source', core.models.NfcCharField(blank=True, max_length=300)),
                ('verified', models.CharField(choices=[('yes', 'Verified'), ('partial', 'Partly verified'), ('no', 'Not verified')], max_length=10)),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='programmes.activitygroup')),
            ],
            options={
                'ordering': ['group__code', 'id'],
            },
        ),
        migrations.CreateModel(
            name='LegalDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', core.models.NfcCharField(blank=True, max_length=60, verbose_name='number')),
                ('type', core.models.NfcCharField(max_length=60, verbose_name='type')),
                ('issuer', core.models.NfcCharField(max_length=200, verbose_name='issued by')),
                ('issued_on', models.DateField(blank=True, null=True, verbose_name='issued on')),
                ('in_force_from', models.DateField(blank=True, null=True, verbose_name='in force from')),
                ('in_force_to', models.DateField(blank=True, null=True, verbose_name='in force to')),
                ('subject', core.models.NfcCharField(max_length=500, verbose_name='subject')),
                ('amends', core.models.NfcCharField(blank=True, max_length=200, verbose_name='amends')),
                ('replaced_by', core.models.NfcCharField(blank=True, max_length=200, verbose_name='replaced by')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('verified', models.CharField(choices=[('yes', 'Verified'), ('partial', 'Partly verified'), ('no', 'Not verified')], max_length=10)),
                ('folded', core.models.FoldedField(blank=True, default='', editable=False, max_length=1000, source='number subject issuer')),
            ],
            options={
                'ordering': [models.OrderBy(models.F('issued_on'), descending=True, nulls_last=True), 'number'],
                'constraints': [models.UniqueConstraint(fields=('number', 'issuer', 'subject'), name='legal_document_once')],
            },
        ),
        migrations.CreateModel(
            name='Programme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True, verbose_name='code')),
                ('name', core.models.NfcCharField(max_length=300, verbose_name='name')),
                ('source', models.CharField(choices=[('national', 'National industrial-extension money'), ('local', 'Local industrial-extension money'), ('counterpart', 'Counterpart money'), ('other', 'Other sources')], max_length=20, verbose_name='source')),
                ('year_from', models.PositiveSmallIntegerField()),
                ('year_to', models.PositiveSmallIntegerField()),
                ('legal_basis', core.models.NfcCharField(blank=True, max_length=200, verbose_name='legal basis')),
                ('verified', models.CharField(choices=[('yes', 'Verified'), ('partial', 'Partly verified'), ('no', 'Not verified')], max_length=10)),
                ('note', models.TextField(blank=True)),
                ('area', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='places.area')),
            ],
            options={
                'ordering': ['-year_from', 'code'],
            },
        ),
        migrations.CreateModel(
            name='AnnualPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('version', models.PositiveSmallIntegerField(default=1)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('approved', 'Approved'), ('superseded', 'Superseded')], default='draft', max_length=12)),
                ('decision_number', core.models.NfcCharField(blank=True, max_length=60, verbose_name='decision number')),
                ('decision_on', models.DateField(blank=True, null=True, verbose_name='decision date')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('created_at', models.DateTimeField(default=core.clock.now)),
                ('row_version', models.PositiveIntegerField(default=1)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='places.area')),
                ('issuer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='programmes.programme')),
            ],
            options={
                'ordering': ['-year', 'programme', '-version'],
            },
        ),
        migrations.CreateModel(
            name='ReportingPeriod',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20, unique=True)),
                ('kind', models.CharField(choices=[('month', 'Month'), ('quarter', 'Quarter'), ('half_year_1', 'First half-year'), ('half_year_2', 'Second half-year'), ('nine_months', 'Nine months'), ('year', 'Year'), ('plan_registration', 'Registration of the plan')], max_length=20)),
                ('regime', models.CharField(choices=[('administrative', 'Administrative report'), ('statistical', 'Statistical report')], max_length=20)),
                ('year', models.PositiveSmallIntegerField()),
                ('label', core.models.NfcCharField(max_length=100)),
                ('data_from', models.DateField()),
                ('data_to', models.DateField()),
                ('due_on', models.DateField(blank=True, null=True)),
                ('basis', core.models.NfcCharField(blank=True, max_length=200)),
                ('verified', models.CharField(choices=[('yes', 'Verified'), ('partial', 'Partly verified'), ('no', 'Not verified')], max_length=10)),
                ('note', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['-data_to', 'kind'],
                'constraints': [models.CheckConstraint(condition=models.Q(('data_to__gte', models.F('data_from'))), name='period_dates_ordered')],
            },
        ),
        migrations.CreateModel(
            name='SupportNorm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40)),
                ('activity_text', core.models.NfcCharField(max_length=300, verbose_name='activity')),
                ('beneficiary_text', core.models.NfcCharField(blank=True, max_length=200, verbose_name='beneficiary')),
                ('ceiling_amount_vnd', models.BigIntegerField(blank=True, null=True, verbose_name='ceiling')),
                ('ceiling_percent', models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True, verbose_name='percent of cost')),
                ('unit', core.models.NfcCharField(max_length=60, verbose_name='unit')),
                ('source', models.CharField(choices=[('national', 'National industrial-extension money'), ('local', 'Local industrial-extension money'), ('counterpart', 'Counterpart money'), ('other', 'Other sources')], max_length=20, verbose_name='source')),
                ('cap_scope', models.CharField(default='unknown', max_length=20)),
                ('multiplier_of', models.CharField(blank=True, max_length=40)),
                ('multiplier', models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True)),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                ('legal_basis', core.models.NfcCharField(blank=True, max_length=200, verbose_name='legal basis')),
                ('evidence', models.TextField(blank=True)),
                ('verified', models.CharField(choices=[('yes', 'Verified'), ('partial', 'Partly verified'), ('no', 'Not verified')], max_length=10)),
                ('note', models.TextField(blank=True)),
                ('area', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='places.area')),
            ],
            options={
                'ordering': ['code', 'source', models.OrderBy(models.F('valid_from'), nulls_first=True)],
            },
        ),
        migrations.CreateModel(
            name='Target',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('comparison', models.CharField(blank=True, choices=[('exact', 'exactly'), ('at_least', 'at least'), ('about', 'about'), ('range', 'range'), ('strive', 'strive for'), ('', 'no quantity')], max_length=10)),
                ('low', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ('high', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ('qualifier', core.models.NfcCharField(blank=True, max_length=40)),
                ('source', core.models.NfcCharField(blank=True, max_length=300)),
                ('verified', models.CharField(choices=[('yes', 'Verified'), ('partial', 'Partly verified'), ('no', 'Not verified')], max_length=10)),
                ('note', models.TextField(blank=True)),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='targets', to='programmes.indicator')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='targets', to='programmes.programme')),
            ],
            options={
                'ordering': ['programme', 'id'],
            },
        ),
        migrations.CreateModel(
            name='PlanLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity_low', models.PositiveIntegerField(blank=True, null=True, verbose_name='quantity')),
                ('quantity_high', models.PositiveIntegerField(blank=True, null=True, verbose_name='quantity up to')),
                ('unit', core.models.NfcCharField(blank=True, max_length=60, verbose_name='unit')),
                ('source', models.CharField(choices=[('national', 'National industrial-extension money'), ('local', 'Local industrial-extension money'), ('counterpart', 'Counterpart money'), ('other', 'Other sources')], max_length=20, verbose_name='source')),
                ('amount_vnd', models.BigIntegerField(blank=True, null=True, verbose_name='money')),
                ('note', core.models.NfcCharField(blank=True, max_length=300, verbose_name='note')),
                ('activity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='programmes.activity')),
                ('indicator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='programmes.indicator')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='programmes.annualplan')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('quantity_high__isnull', True), ('quantity_high__gte', models.F('quantity_low')), _connector='OR'), name='plan_line_range_ordered'), models.CheckConstraint(condition=models.Q(('amount_vnd__isnull', True), ('amount_vnd__gte', 0), _connector='OR'), name='plan_line_money')],
            },
        ),
        migrations.AddConstraint(
            model_name='programme',
            constraint=models.CheckConstraint(condition=models.Q(('year_to__gte', models.F('year_from'))), name='programme_years_ordered'),
        ),
        migrations.AddConstraint(
            model_name='programme',
            constraint=models.CheckConstraint(condition=models.Q(('source__in', ['national', 'local'])), name='programme_source_known'),
        ),
        migrations.AddConstraint(
            model_name='annualplan',
            constraint=models.UniqueConstraint(fields=('area', 'programme', 'year', 'version'), name='plan_version_once'),
        ),
        migrations.AddConstraint(
            model_name='annualplan',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'approved')), fields=('area', 'programme', 'year'), name='plan_one_approved'),
        ),
        migrations.AddConstraint(
            model_name='annualplan',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'draft'), models.Q(('decision_on__isnull', False), models.Q(('decision_number', ''), _negated=True)), _connector='OR'), name='plan_approved_by_decision'),
        ),
        migrations.AddConstraint(
            model_name='target',
            constraint=models.UniqueConstraint(fields=('programme', 'indicator'), name='target_once'),
        ),
        migrations.AddConstraint(
            model_name='target',
            constraint=models.CheckConstraint(condition=models.Q(('high__isnull', True), ('high__gte', models.F('low')), _connector='OR'), name='target_bounds_ordered'),
        ),
    ]
