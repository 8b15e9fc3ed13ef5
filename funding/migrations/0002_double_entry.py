import django.db.models.deletion
import django.db.models.expressions
from collections import defaultdict

from django.db import migrations, models


def _parts(rows):
    """{entry: the part of it that changes the advances} of one project's payments from one budget, in their order.
    A return takes first what other payments cover."""
    parts, owner, paid, advanced = {}, {}, 0, 0
    for pk, kind, amount, corrects in rows:
        origin = owner[pk] = owner.get(corrects, (pk, kind)) if corrects else (pk, kind)
        part = 0
        if origin[1] == "advance":
            part = amount
        elif paid + amount < advanced:
            part = paid + amount - advanced
        elif origin[1] == "return" and amount > 0:
            part = min(amount, -sum(part for pk, part in parts.items() if owner[pk] == origin))
        if part:
            parts[pk] = part
        paid, advanced = paid + amount, advanced + part
    return parts, advanced


def say_which_part_is_advance(apps, schema_editor):
    """Nobody but this may write into the ledger: on PostgreSQL its guards rest for the length of the transaction,
    which holds the tables for itself (SQLite: they are lifted before every migration)."""
    LedgerEntry = apps.get_model("funding", "LedgerEntry")
    ProjectBalance = apps.get_model("funding", "ProjectBalance")
    tables = ("funding_ledgerentry", "funding_projectbalance")
    postgresql = schema_editor.connection.vendor == "postgresql"
    if postgresql:
        for table in tables:
            schema_editor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    rows = defaultdict(list)
    paid = LedgerEntry.objects.filter(account="paid").order_by("id")
    for project, budget, *row in paid.values_list("project", "budget", "id", "kind", "amount_vnd", "corrects"):
        rows[project, budget].append(row)
    for (project, budget), found in rows.items():
        parts, advanced = _parts(found)
        for pk, part in parts.items():
            LedgerEntry.objects.filter(pk=pk).update(advance_vnd=part)
        ProjectBalance.objects.filter(project=project, budget=budget).update(advanced_vnd=advanced)
    if postgresql:
        for table in tables:
            schema_editor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('enterprises', '0001_initial'),
        ('funding', '0001_initial'),
        ('projects', '0002_project_repeat_reason'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='ledgerentry',
            name='ledger_account_project',
        ),
        migrations.RemoveConstraint(
            model_name='ledgerentry',
            name='ledger_account_kind',
        ),
        migrations.RemoveConstraint(
            model_name='ledgerentry',
            name='ledger_sign',
        ),
        migrations.AddField(
            model_name='ledgerentry',
            name='advance_vnd',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='ledgerentry',
            name='establishment',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ledger', to='enterprises.enterprise'),
        ),
        migrations.AddField(
            model_name='projectbalance',
            name='advanced_vnd',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='projectbalance',
            name='cleared_vnd',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='projectbalance',
            name='delivered_vnd',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.RunPython(say_which_part_is_advance, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='ledgerentry',
            name='account',
            field=models.CharField(choices=[('given', 'Budget given'), ('allocated', 'Approved for projects'), ('paid', 'Advanced and paid'), ('cleared', 'Advances cleared'), ('delivered', 'Delivered to establishments')], max_length=10),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='kind',
            field=models.CharField(choices=[('budget', 'Budget given'), ('allocation', 'Money approved'), ('advance', 'Advance'), ('payment', 'Payment'), ('clearing', 'Clearing of an advance'), ('recovery', 'Recovery of an unspent advance'), ('delivery', 'Delivery to the establishment'), ('return', 'Returned to the budget'), ('cancel', 'Budget cancelled'), ('carry_over', 'Carried over to the next year'), ('correction', 'Correction')], max_length=12),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('account', 'given'), ('project__isnull', True)), models.Q(('account__in', ['allocated', 'paid', 'cleared', 'delivered']), ('project__isnull', False)), _connector='OR'), name='ledger_account_project'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('account', 'given'), ('kind__in', ['budget', 'cancel', 'carry_over', 'correction'])), models.Q(('account', 'allocated'), ('kind__in', ['allocation', 'cancel', 'carry_over', 'correction'])), models.Q(('account', 'paid'), ('kind__in', ['advance', 'payment', 'return', 'recovery', 'correction'])), models.Q(('account', 'cleared'), ('kind__in', ['clearing', 'correction'])), models.Q(('account', 'delivered'), ('kind__in', ['delivery', 'correction'])), _connector='OR'), name='ledger_account_kind'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount_vnd__gt', 0), ('kind__in', ['advance', 'payment', 'clearing', 'delivery'])), models.Q(('amount_vnd__lt', 0), ('kind__in', ['return', 'recovery', 'cancel'])), ('kind__in', ['budget', 'allocation', 'carry_over', 'correction']), _connector='OR'), name='ledger_sign'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('advance_vnd', models.F('amount_vnd')), ('kind__in', ['advance', 'recovery'])), models.Q(('advance_vnd__gte', models.F('amount_vnd')), ('advance_vnd__lte', 0), ('kind', 'return')), models.Q(('account', 'paid'), ('advance_vnd__gte', 0), ('advance_vnd__lte', models.F('amount_vnd')), ('kind', 'correction')), models.Q(('account', 'paid'), ('advance_vnd__gte', models.F('amount_vnd')), ('advance_vnd__lte', 0), ('kind', 'correction')), models.Q(models.Q(('kind__in', ['advance', 'recovery']), _negated=True), ('advance_vnd', 0)), _connector='OR'), name='ledger_advance_part'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('account', 'delivered'), ('establishment__isnull', False)), models.Q(models.Q(('account', 'delivered'), _negated=True), ('establishment__isnull', True)), _connector='OR'), name='ledger_delivered_to_whom'),
        ),
        migrations.AddConstraint(
            model_name='projectbalance',
            constraint=models.CheckConstraint(condition=models.Q(('cleared_vnd__gte', 0)), name='project_cleared_positive'),
        ),
        migrations.AddConstraint(
            model_name='projectbalance',
            constraint=models.CheckConstraint(condition=models.Q(('cleared_vnd__lte', models.F('advanced_vnd'))), name='project_cleared_within_advanced'),
        ),
        migrations.AddConstraint(
            model_name='projectbalance',
            constraint=models.CheckConstraint(condition=models.Q(('advanced_vnd__lte', django.db.models.expressions.CombinedExpression(models.F('paid_vnd'), '+', models.F('cleared_vnd')))), name='project_advance_within_paid'),
        ),
        migrations.AddConstraint(
            model_name='projectbalance',
            constraint=models.CheckConstraint(condition=models.Q(('delivered_vnd__gte', 0)), name='project_delivered_positive'),
        ),
        migrations.AddConstraint(
            model_name='projectbalance',
            constraint=models.CheckConstraint(condition=models.Q(('delivered_vnd__lte', models.F('paid_vnd'))), name='project_delivered_within_paid'),
        ),
        migrations.AddField(
            model_name='ledgerentry',
            name='counter',
            field=models.GeneratedField(db_persist=True, expression=models.Case(models.When(account='given', then=models.Value('treasury')), models.When(account='allocated', then=models.Value('given')), models.When(account='paid', then=models.Value('allocated')), models.When(account='cleared', then=models.Value('advances')), models.When(account='delivered', then=models.Value('paid'))), output_field=models.CharField(max_length=10)),
        ),
    ]
