# Which operators see and steer what belongs to an account.

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("conference_app", "0012_voices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="operators",
            field=models.ManyToManyField(
                blank=True,
                help_text="Who sees and steers what belongs to this account, as far as his permissions go."
                " Superusers see all accounts without being named here.",
                related_name="accounts",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
