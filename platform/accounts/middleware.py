"""Who decides about others' clips comes no further than to the second factor without one."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.second_factor import must_set_up
from config.errors import Forbidden, explain
from config.pages import answer_fault, wants_json


class RequireSecondFactor:
    """Sends moderators and administrators to set one up, wherever they go."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        pages = ("mfa_index", "account_reauthenticate", "account_logout")
        self.open = tuple(reverse(page) for page in pages)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (
            request.path.startswith(self.open)
            or not request.user.is_authenticated
            or not must_set_up(request.user)
        ):
            return self.get_response(request)
        if wants_json(request) or request.method not in {"GET", "HEAD"}:
            return answer_fault(request, explain(_missing()))
        return redirect("mfa_activate_totp")


def _missing() -> Forbidden:
    return Forbidden(
        "accounts.second-factor-missing",
        _("Moderators and administrators need a second factor beside their password."),
        _("Set it up on your account page, then come back."),
    )
