"""API keys, a second token of an account, and secrets that are encrypted."""

from functools import partial

import django.db.models.deletion
from django.db import migrations, models

import conference_app.models.account
import conference_app.models.api_key
import conference_app.models.secret_field
import conference_app.sids
from conference_app.encryption import decrypt, encrypt


def encrypt_tokens(apps, schema_editor):
    """The column is plain text at this point, in both directions."""
    _change_tokens(apps, schema_editor, encrypt)


def decrypt_tokens(apps, schema_editor):
    _change_tokens(apps, schema_editor, decrypt)


def _change_tokens(apps, schema_editor, change):
    accounts = apps.get_model("conference_app", "Account").objects.using(
        schema_editor.connection.alias
    )
    for account in accounts.only("auth_token"):
        accounts.filter(pk=account.pk).update(auth_token=change(account.auth_token))


class Migration(migrations.Migration):

    dependencies = [
        ("conference_app", "0006_rest"),
    ]

    operations = [
        migrations.AlterField(
            model_name="account",
            name="auth_token",
            field=models.TextField(default=conference_app.models.account.new_auth_token),
        ),
        migrations.AddField(
            model_name="account",
            name="secondary_auth_token",
            field=conference_app.models.secret_field.SecretField(blank=True, default=""),
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("sid", models.CharField(default=partial(conference_app.sids.new, *("SK",), **{}), editable=False, max_length=34, unique=True, verbose_name="SID")),
                ("friendly_name", models.CharField(blank=True, max_length=64)),
                ("secret", conference_app.models.secret_field.SecretField(default=conference_app.models.api_key.new_secret, editable=False)),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="api_keys", to="conference_app.account")),
            ],
            options={
                "verbose_name": "API key",
            },
        ),
        migrations.RunPython(encrypt_tokens, decrypt_tokens, elidable=False),
        migrations.AlterField(
            model_name="account",
            name="auth_token",
            field=conference_app.models.secret_field.SecretField(default=conference_app.models.account.new_auth_token),
        ),
    ]
