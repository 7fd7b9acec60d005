# Who spoke in a recording, what was trimmed off its start, and that it is being removed; how old
# things are.

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conference_app', '0010_locks'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='recording',
            name='recording_of_conference_or_call',
        ),
        migrations.AddField(
            model_name='recording',
            name='speech',
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name='recording',
            name='trimmed_start_ms',
            field=models.PositiveIntegerField(default=0, verbose_name='trimmed at the start (ms)'),
        ),
        migrations.AlterField(
            model_name='recording',
            name='status',
            field=models.CharField(choices=[('in-progress', 'In Progress'), ('processing', 'Processing'), ('completed', 'Completed'), ('absent', 'Absent'), ('failed', 'Failed'), ('removing', 'Removing')], default='in-progress', max_length=16),
        ),
        migrations.AddIndex(
            model_name='recording',
            index=models.Index(condition=models.Q(('status', 'removing')), fields=['id'], name='recording_removing'),
        ),
        migrations.AddIndex(
            model_name='recording',
            index=models.Index(fields=['started_at'], name='recording_started'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(fields=['created_at'], name='delivery_created'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(fields=['created_at'], name='alert_created'),
        ),
        migrations.AddConstraint(
            model_name='recording',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('call__isnull', True), ('conference__isnull', False)), models.Q(('call__isnull', False), ('conference__isnull', True)), models.Q(('call__isnull', True), ('conference__isnull', True), ('status', 'removing')), _connector='OR'), name='recording_of_conference_or_call'),
        ),
    ]
