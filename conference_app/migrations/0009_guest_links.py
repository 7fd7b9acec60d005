# Guest links, and the application of a room.

import conference_app.models.guest_link
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conference_app', '0008_calling'),
    ]

    operations = [
        migrations.AddField(
            model_name='room',
            name='application',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='room', to='conference_app.application'),
        ),
        migrations.CreateModel(
            name='GuestLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('token', models.CharField(default=conference_app.models.guest_link.new_token, editable=False, max_length=64, unique=True)),
                ('note', models.CharField(blank=True, max_length=128)),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('max_guests', models.PositiveIntegerField(blank=True, null=True)),
                ('guests', models.PositiveIntegerField(default=0, editable=False)),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='guest_links', to='conference_app.room')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('max_guests__gte', 1)), name='guest_link_lets_in')],
            },
        ),
    ]
