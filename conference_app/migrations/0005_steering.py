import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conference_app", "0004_call_recordings"),
    ]

    operations = [
        migrations.AddField(
            model_name="participant",
            name="deaf",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="participant",
            name="volume",
            field=models.FloatField(default=1.0),
        ),
        migrations.AddField(
            model_name="recording",
            name="paused",
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name="AudibilityChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("occurred_at", models.DateTimeField()),
                ("muted", models.BooleanField(default=False)),
                ("hold", models.BooleanField(default=False)),
                ("deaf", models.BooleanField(default=False)),
                ("volume", models.FloatField(default=1.0)),
                ("call_sid_to_coach", models.CharField(blank=True, max_length=34)),
                ("volumes", models.JSONField(blank=True, default=dict)),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="audibility_changes",
                        to="conference_app.call",
                    ),
                ),
                (
                    "conference",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="audibility_changes",
                        to="conference_app.conference",
                    ),
                ),
            ],
            options={
                "ordering": ["conference", "occurred_at"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("conference", "call", "occurred_at"),
                        name="audibility_change_unique",
                    )
                ],
            },
        ),
    ]
