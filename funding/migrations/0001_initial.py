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
        ('programmes', '0001_initial'),
        ('projects', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Budget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('source', models.CharField(choices=[('national', 'National industrial-extension money'), ('local', 'Local industrial-extension money'), ('counterpart', 'Counterpart money'), ('other', 'Other sources')], max_length=20, verbose_name='source')),
                ('year', models.PositiveSmallIntegerField(verbose_name='budget year')),
                ('created_at', models.DateTimeField(default=core.clock.now)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='budgets', to='programmes.programme')),
                ('province', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='budgets', to='places.area')),
            ],
            options={
                'ordering': ['-year', 'source', 'id'],
            },
        ),
        migrations.CreateModel(
            name='LedgerEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('account', models.CharField(choices=[('given', 'Budget given'), ('allocated', 'Approved for projects'), ('paid', 'Advanced and paid')], max_length=10)),
                ('kind', models.CharField(choices=[('budget', 'Budget given'), ('allocation', 'Money approved'), ('advance', 'Advance'), ('payment', 'Payment'), ('return', 'Returned to the budget'), ('correction', 'Correction')], max_length=12)),
                ('amount_vnd', models.BigIntegerField(verbose_name='amount')),
                ('document_no', core.models.NfcCharField(max_length=60, verbose_name='document number')),
                ('document_on', models.DateField(verbose_name='document date')),
                ('reason', core.models.NfcCharField(blank=True, max_length=300, verbose_name='reason')),
                ('recorded_at', models.DateTimeField(default=core.clock.now)),
                ('recorded_on', models.DateField(default=core.clock.today)),
                ('recorded_by_label', models.CharField(max_length=200)),
                ('recorded_by_id', models.BigIntegerField(null=True)),
                ('budget', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='funding.budget')),
                ('corrects', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='funding.ledgerentry')),
                ('decision', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ledger', to='projects.decision')),
                ('issuer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agency')),
                ('project', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ledger', to='projects.project')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='ProjectBalance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('allocated_vnd', models.BigIntegerField(default=0)),
                ('paid_vnd', models.BigIntegerField(default=0)),
                ('budget', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='project_balances', to='funding.budget')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='balances', to='projects.project')),
            ],
        ),
        migrations.CreateModel(
            name='BudgetBalance',
            fields=[
                ('budget', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='balance', serialize=False, to='funding.budget')),
                ('given_vnd', models.BigIntegerField(default=0)),
                ('allocated_vnd', models.BigIntegerField(default=0)),
                ('paid_vnd', models.BigIntegerField(default=0)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('given_vnd__gte', 0)), name='balance_given_positive'), models.CheckConstraint(condition=models.Q(('allocated_vnd__gte', 0)), name='balance_allocated_positive'), models.CheckConstraint(condition=models.Q(('allocated_vnd__lte', models.F('given_vnd'))), name='balance_within_budget'), models.CheckConstraint(condition=models.Q(('paid_vnd__gte', 0)), name='balance_paid_positive'), models.CheckConstraint(condition=models.Q(('paid_vnd__lte', models.F('allocated_vnd'))), name='balance_paid_within_allocated')],
            },
        ),
        migrations.AddConstraint(
            model_name='budget',
            constraint=models.UniqueConstraint(fields=('province', 'programme', 'source', 'year'), name='budget_once'),
        ),
        migrations.AddConstraint(
            model_name='budget',
            constraint=models.CheckConstraint(condition=models.Q(('source__in', ['national', 'local'])), name='budget_source_known'),
        ),
        migrations.AddIndex(
            model_name='ledgerentry',
            index=models.Index(fields=['budget', 'account'], name='ledger_budget'),
        ),
        migrations.AddIndex(
            model_name='ledgerentry',
            index=models.Index(fields=['project', 'account'], name='ledger_project'),
        ),
        migrations.AddIndex(
            model_name='ledgerentry',
            index=models.Index(fields=['account', 'recorded_on'], name='ledger_recorded'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.CheckConstraint(condition=models.Q(('amount_vnd', 0), _negated=True), name='ledger_amount_not_zero'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.CheckConstraint(condition=models.Q(('document_no', ''), _negated=True), name='ledger_has_document'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('account', 'given'), ('project__isnull', True)), models.Q(('account__in', ['allocated', 'paid']), ('project__isnull', False)), _connector='OR'), name='ledger_account_project'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('account', 'given'), ('kind__in', ['budget', 'correction'])), models.Q(('account', 'allocated'), ('kind__in', ['allocation', 'correction'])), models.Q(('account', 'paid'), ('kind__in', ['advance', 'payment', 'return', 'correction'])), _connector='OR'), name='ledger_account_kind'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount_vnd__gt', 0), ('kind__in', ['advance', 'payment'])), models.Q(('amount_vnd__lt', 0), ('kind', 'return')), ('kind__in', ['budget', 'allocation', 'correction']), _connector='OR'), name='ledger_sign'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'correction'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='ledger_correction_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='projectbalance',
            constraint=models.UniqueConstraint(fields=('project', 'budget'), name='project_balance_once'),
        ),
        migrations.AddConstraint(
            model_name='projectbalance',
            constraint=models.CheckConstraint(condition=models.Q(('allocated_vnd__gte', 0)), name='project_allocated_positive'),
        ),
        migrations.AddConstraint(
            model_name='projectbalance',
            constraint=models.CheckConstraint(condition=models.Q(('paid_vnd__gte', 0)), name='project_paid_positive'),
        ),
        migrations.AddConstraint(
            model_name='projectbalance',
            constraint=models.CheckConstraint(condition=models.Q(('paid_vnd__lte', models.F('allocated_vnd'))), name='project_paid_within_allocated'),
        ),
    ]
