"""How the studio differs from allauth's defaults."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whoever runs the studio invites people, unless `KINEMARK_SIGN_UP_OPEN` says otherwise."""
        return bool(settings.SIGN_UP_OPEN)
