
import core.models
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('places', '0001_initial'),
        ('programmes', '0003_data_lock'),
    ]

    operations = [
        migrations.CreateModel(
            name='AdvanceTier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('national', 'National industrial-extension money'), ('local', 'Local industrial-extension money'), ('counterpart', 'Counterpart money'), ('other', 'Other sources')], max_length=20, verbose_name='source')),
                ('tier', models.PositiveSmallIntegerField(default=1, verbose_name='tier')),
                ('percent', models.DecimalField(decimal_places=2, max_digits=5, verbose_name='percent of the support')),
                ('condition', models.TextField(blank=True, verbose_name='condition')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                ('legal_basis', core.models.NfcCharField(blank=True, max_length=200, verbose_name='legal basis')),
                ('evidence', models.TextField(blank=True)),
                ('verified', models.CharField(choices=[('yes', 'Verified'), ('partial', 'Partly verified'), ('no', 'Not verified')], max_length=10)),
                ('note', models.TextField(blank=True)),
                ('activity', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tiers', to='programmes.activity')),
                ('area', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='places.area')),
                ('group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tiers', to='programmes.activitygroup')),
            ],
            options={
                'ordering': ['source', 'activity__code', 'group__code', 'tier', models.OrderBy(models.F('valid_from'), nulls_first=True)],
                'constraints': [models.CheckConstraint(condition=models.Q(('percent__gt', 0), ('percent__lte', 100)), name='advance_tier_percent'), models.CheckConstraint(condition=models.Q(('activity__isnull', True), ('group__isnull', True), _connector='OR'), name='advance_tier_one_subject')],
            },
        ),
    ]
