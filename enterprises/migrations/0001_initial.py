import core.clock
import core.models
import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('places', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Enterprise',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', core.models.NfcCharField(max_length=300, verbose_name='name')),
                ('folded', core.models.FoldedField(blank=True, default='', editable=False, max_length=1000, source='name')),
                ('kind', models.CharField(choices=[('enterprise', 'Enterprise'), ('cooperative', 'Cooperative'), ('cooperative_group', 'Cooperative group'), ('household', 'Household business'), ('artisan', 'Artisan')], max_length=20, verbose_name='kind')),
                ('tax_code', models.CharField(blank=True, max_length=14, null=True, verbose_name='tax code')),
                ('address', core.models.NfcCharField(blank=True, max_length=300, verbose_name='address')),
                ('headcount', models.PositiveIntegerField(blank=True, null=True, verbose_name='workers')),
                ('phone', models.CharField(blank=True, max_length=20, verbose_name='phone')),
                ('representative', core.models.NfcCharField(blank=True, max_length=150, verbose_name='legal representative')),
                ('main_product', core.models.NfcCharField(blank=True, max_length=300, verbose_name='main product')),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(default=core.clock.now)),
                ('updated_at', models.DateTimeField(default=core.clock.now)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='enterprises', to='places.area', verbose_name='commune')),
                ('province', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.area')),
            ],
            options={
                'ordering': ['name', 'id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('tax_code__isnull', False)), fields=('tax_code',), name='enterprise_tax_code_once'), models.CheckConstraint(condition=models.Q(('tax_code', ''), _negated=True), name='enterprise_tax_code_not_empty'), models.CheckConstraint(condition=models.Q(('kind__in', ['enterprise', 'cooperative', 'cooperative_group', 'household', 'artisan'])), name='enterprise_kind_known')],
            },
        ),
    ]
