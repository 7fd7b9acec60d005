"""Writes rooms to call into a server's database: `{"name": "TwiML"}` from stdin.

A process of its own, with the server's environment: Django's settings are read once a process.
"""

import json
import os
import sys

import django


def main() -> None:
    """Make a TwiML bin and an application for each."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    django.setup()
    from conference_app import sids
    from conference_app.models import Account, TwimlBin
    from conference_app.services import applications

    account = Account.objects.get(sid=os.environ["CONFAB_ACCOUNT_SID"])
    for name, twiml in json.load(sys.stdin).items():
        twiml_bin = TwimlBin.objects.create(
            sid=sids.new("EH"), account=account, friendly_name=name, twiml=twiml
        )
        urls = applications.CallUrls(voice_url=twiml_bin.get_absolute_url())
        applications.create(account=account, urls=urls, friendly_name=name)


if __name__ == "__main__":
    main()
