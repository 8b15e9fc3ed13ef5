import core.models
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Area',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(max_length=30, unique=True)),
                ('code', models.CharField(db_index=True, max_length=10, verbose_name='code')),
                ('level', models.CharField(choices=[('province', 'Province'), ('district', 'District'), ('commune', 'Commune')], max_length=10, verbose_name='level')),
                ('type', core.models.NfcCharField(max_length=30)),
                ('name', core.models.NfcCharField(max_length=100, verbose_name='name')),
                ('full_name', core.models.NfcCharField(max_length=150)),
                ('folded', core.models.FoldedField(blank=True, default='', editable=False, max_length=1000, source='full_name')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                ('legal_basis', core.models.NfcCharField(blank=True, max_length=300)),
                ('source', core.models.NfcCharField(blank=True, max_length=300)),
                ('verified', models.CharField(choices=[('yes', 'Verified'), ('partial', 'Partly verified'), ('no', 'Not verified')], max_length=10)),
                ('commune_units', models.PositiveIntegerField(blank=True, null=True)),
                ('name_variants', core.models.NfcCharField(blank=True, max_length=200)),
                ('note', models.TextField(blank=True)),
                ('main_former_district', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.area')),
                ('main_former_district_2024', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.area')),
            ],
            options={
                'ordering': ['level', 'code', 'uid'],
            },
        ),
        migrations.CreateModel(
            name='AreaClosure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('via', models.CharField(max_length=12)),
                ('divided', models.BooleanField(default=False)),
                ('valid_from', models.DateField(blank=True, null=True)),
                ('valid_to', models.DateField(blank=True, null=True)),
                ('ancestor', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='closure_down', to='places.area')),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='closure_up', to='places.area')),
            ],
        ),
        migrations.CreateModel(
            name='AreaParent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(blank=True, null=True)),
                ('valid_to', models.DateField(blank=True, null=True)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parent_links', to='places.area')),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='child_links', to='places.area')),
            ],
        ),
        migrations.CreateModel(
            name='AreaSuccession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField()),
                ('kind', models.CharField(max_length=20)),
                ('whole', models.BooleanField()),
                ('verified', models.CharField(choices=[('yes', 'Verified'), ('partial', 'Partly verified'), ('no', 'Not verified')], max_length=10)),
                ('note', core.models.NfcCharField(blank=True, max_length=300)),
                ('new', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='predecessor_links', to='places.area')),
                ('old', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='successor_links', to='places.area')),
            ],
        ),
        migrations.AddConstraint(
            model_name='area',
            constraint=models.CheckConstraint(condition=models.Q(('level__in', ['province', 'district', 'commune'])), name='area_level_known'),
        ),
        migrations.AddConstraint(
            model_name='area',
            constraint=models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='area_dates_ordered'),
        ),
        migrations.AddConstraint(
            model_name='areaclosure',
            constraint=models.UniqueConstraint(fields=('ancestor', 'area'), name='area_closure_once'),
        ),
        migrations.AddConstraint(
            model_name='areaparent',
            constraint=models.UniqueConstraint(fields=('area', 'parent', 'valid_from'), name='area_parent_once'),
        ),
        migrations.AddConstraint(
            model_name='areasuccession',
            constraint=models.UniqueConstraint(fields=('old', 'new'), name='area_succession_once'),
        ),
    ]
