import core.clock
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True, default=core.clock.now)),
                ('actor_kind', models.CharField(max_length=10)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('actor_label', models.CharField(max_length=200)),
                ('channel', models.CharField(max_length=10)),
                ('address', models.CharField(blank=True, max_length=64)),
                ('device', models.CharField(blank=True, max_length=200)),
                ('request_id', models.CharField(blank=True, max_length=40)),
                ('action', models.CharField(max_length=60)),
                ('object_type', models.CharField(max_length=60)),
                ('object_id', models.CharField(max_length=40)),
                ('object_label', models.CharField(max_length=300)),
                ('within_type', models.CharField(blank=True, max_length=60)),
                ('within_id', models.CharField(blank=True, max_length=40)),
                ('changes', models.JSONField(default=dict)),
                ('note', models.TextField(blank=True)),
            ],
            options={
                'indexes': [models.Index(fields=['object_type', 'object_id'], name='audit_object'), models.Index(fields=['within_type', 'within_id'], name='audit_within')],
            },
        ),
    ]
