# Voices brought to one loudness and freed of noise: of a room, and of a participant.

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conference_app', "0011_recordings"),
    ]

    operations = [
        migrations.AddField(
            model_name='audibilitychange',
            name='auto_gain_control',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='audibilitychange',
            name='noise_suppression',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='participant',
            name='auto_gain_control',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='participant',
            name='noise_suppression',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='room',
            name='auto_gain_control',
            field=models.BooleanField(default=False, help_text='Bring all voices to one loudness, in recordings too.'),
        ),
        migrations.AddField(
            model_name='room',
            name='noise_suppression',
            field=models.BooleanField(default=False, help_text='Take steady noise out of all voices, in recordings too.'),
        ),
    ]
