import core.clock
import core.models
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('places', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Agency',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('ministry', 'Ministry'), ('ministry_department', 'Unit of the ministry'), ('provincial_committee', "People's committee of the province"), ('provincial_council', "People's council of the province"), ('department', 'Department of industry and trade'), ('centre', 'Industrial-extension centre'), ('commune', 'Commune authority'), ('other', 'Other agency')], max_length=30, verbose_name='kind')),
                ('name', core.models.NfcCharField(max_length=300, verbose_name='name')),
                ('area', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='agencies', to='places.area')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='units', to='accounts.agency')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('username', models.CharField(error_messages={'unique': 'This account exists already.'}, max_length=60, unique=True, verbose_name='account')),
                ('full_name', core.models.NfcCharField(max_length=150, verbose_name='full name')),
                ('folded', core.models.FoldedField(blank=True, default='', editable=False, max_length=1000, source='full_name username')),
                ('kind', models.CharField(choices=[('person', 'Person'), ('service', 'Program')], default='person', max_length=10)),
                ('position', core.models.NfcCharField(blank=True, max_length=150, verbose_name='position')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('phone', models.CharField(blank=True, max_length=20, verbose_name='phone')),
                ('is_active', models.BooleanField(default=True, verbose_name='may sign in')),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(default=core.clock.now)),
                ('agency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='people', to='accounts.agency')),
            ],
            options={
                'ordering': ['folded', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ApiClient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_id', models.CharField(max_length=60, unique=True)),
                ('name', core.models.NfcCharField(max_length=150, verbose_name='name')),
                ('scopes', models.JSONField(default=list)),
                ('may_publish', models.BooleanField(default=False, verbose_name='may publish reports')),
                ('is_active', models.BooleanField(default=True)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(default=core.clock.now)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='api_clients', to='accounts.agency')),
                ('service_account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='api_client', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ApiSecret',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hash', models.CharField(max_length=64, unique=True)),
                ('hint', models.CharField(max_length=8)),
                ('created_at', models.DateTimeField(default=core.clock.now)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='secrets', to='accounts.apiclient')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='AccessToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hash', models.CharField(max_length=64, unique=True)),
                ('scopes', models.JSONField(default=list)),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('created_at', models.DateTimeField(default=core.clock.now)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to='accounts.apiclient')),
                ('secret', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to='accounts.apisecret')),
            ],
        ),
        migrations.CreateModel(
            name='AgencyName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', core.models.NfcCharField(max_length=300, verbose_name='name')),
                ('short_name', core.models.NfcCharField(blank=True, max_length=60, verbose_name='short name')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                ('legal_basis', core.models.NfcCharField(blank=True, max_length=200, verbose_name='legal basis')),
                ('verified', models.CharField(choices=[('yes', 'Verified'), ('partial', 'Partly verified'), ('no', 'Not verified')], default='no', max_length=10)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='names', to='accounts.agency')),
            ],
            options={
                'ordering': [models.OrderBy(models.F('valid_from'), nulls_first=True)],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='agency_name_dates_ordered')],
            },
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('administrator', 'Administrator'), ('officer', 'Officer of the department'), ('leader', 'Leader of the department'), ('accountant', 'Accountant'), ('centre', 'Industrial-extension centre'), ('collaborator', 'Collaborator'), ('ministry', 'Ministry'), ('auditor', 'Inspector or auditor')], max_length=20, verbose_name='role')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                ('created_at', models.DateTimeField(default=core.clock.now)),
                ('area', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='places.area')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['valid_from', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['administrator', 'officer', 'leader', 'accountant', 'centre', 'collaborator', 'ministry', 'auditor'])), name='grant_role_known'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='grant_dates_ordered'), models.CheckConstraint(condition=models.Q(('area__isnull', False), ('role', 'ministry'), _connector='OR'), name='grant_needs_area'), models.UniqueConstraint(fields=('user', 'role', 'area', 'valid_from'), name='grant_once')],
            },
        ),
    ]
