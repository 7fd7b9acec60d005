# Meetings that let nobody else in.

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conference_app', '0009_guest_links'),
    ]

    operations = [
        migrations.AddField(
            model_name='conference',
            name='locked',
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name='conferenceevent',
            name='kind',
            field=models.CharField(choices=[('conference-start', 'Conference Start'), ('conference-end', 'Conference End'), ('participant-join', 'Participant Join'), ('participant-leave', 'Participant Leave'), ('participant-mute', 'Participant Mute'), ('participant-unmute', 'Participant Unmute'), ('participant-hold', 'Participant Hold'), ('participant-unhold', 'Participant Unhold'), ('participant-modify', 'Participant Modify'), ('participant-speech-start', 'Participant Speech Start'), ('participant-speech-stop', 'Participant Speech Stop'), ('announcement-end', 'Announcement End'), ('announcement-fail', 'Announcement Fail'), ('conference-lock', 'Conference Lock'), ('conference-unlock', 'Conference Unlock')], max_length=32),
        ),
    ]
