"""API keys of an account: its own token makes and revokes them, no key does."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from conference_app.api.authentication import CameWithTheAccountsToken
from conference_app.api.base import AccountView
from conference_app.api.key_words import KeyParameters, render_key, render_new_key
from conference_app.api.paging import Listing, render_page
from conference_app.models import ApiKey
from conference_app.services import api_keys


class _KeyView(AccountView):
    permission_classes = [CameWithTheAccountsToken]

    @property
    def own(self) -> QuerySet[ApiKey]:
        """The account's keys."""
        return ApiKey.objects.filter(account=self.account)


class KeysView(_KeyView):
    """…/Keys."""

    def get(self, request: Request, account_sid: str) -> Response:
        """List them."""
        return Response(render_page(request, Listing("keys", self.own, self.own, render_key)))

    def post(self, request: Request, account_sid: str) -> Response:
        """Make one; this answer alone has its secret."""
        sent = KeyParameters.read(request.data)
        key = api_keys.create(account=self.account, friendly_name=sent.get("FriendlyName", ""))
        headers = {"Cache-Control": "no-store"}
        return Response(render_new_key(key), status=status.HTTP_201_CREATED, headers=headers)


class KeyView(_KeyView):
    """…/Keys/{Sid}."""

    def get(self, request: Request, account_sid: str, sid: str) -> Response:
        """Fetch it."""
        return Response(render_key(self._key(sid)))

    def post(self, request: Request, account_sid: str, sid: str) -> Response:
        """Call it something else."""
        key, sent = self._key(sid), KeyParameters.read(request.data)
        if "FriendlyName" in sent:
            key = api_keys.rename(key=key, friendly_name=sent["FriendlyName"])
        return Response(render_key(key))

    def delete(self, request: Request, account_sid: str, sid: str) -> Response:
        """Revoke it."""
        api_keys.revoke(key=self._key(sid))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _key(self, sid: str) -> ApiKey:
        return get_object_or_404(self.own, sid=sid)
