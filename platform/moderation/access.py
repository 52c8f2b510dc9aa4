"""Who may open the pages of moderators and administrators. To everybody else they do not exist."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase

from accounts.models import Person

View = Callable[..., HttpResponseBase]


def moderators_only(view: View) -> View:
    return _only(view, lambda person: person.may_review)


def admins_only(view: View) -> View:
    return _only(view, lambda person: person.is_admin)


def _only(view: View, may: Callable[[Person], bool]) -> View:
    @login_required
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return wrapped
