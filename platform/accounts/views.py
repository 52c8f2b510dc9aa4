"""The page of one's own API keys."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import api_keys
from accounts.forms import KeyForm
from accounts.models import Scope
from config.errors import KinemarkError, explain


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """The list and the form. A new key is in the answer to its own form and nowhere else: it is
    kept neither in a session nor in an address."""
    form = KeyForm(request.POST or None, owner=request.user)
    if request.method != "POST":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=422)
    wanted = {Scope(value) for value in form.cleaned_data["scopes"]}
    name, days = form.cleaned_data["name"], form.cleaned_data["days"]
    try:
        new = api_keys.create_key(request.user, name, wanted, days)
    except KinemarkError as error:
        fault = explain(error)
        return _page(request, form, status=fault.status, fault=fault)
    return _page(request, KeyForm(owner=request.user), new=new)


@login_required
@require_POST
def revoke(request: HttpRequest, key_id: object) -> HttpResponse:
    if not api_keys.revoke_key(request.user, key_id):
        raise Http404
    messages.success(request, _("The key is revoked. Nothing opens with it any more."))
    return redirect("accounts:keys")


def _page(
    request: HttpRequest, form: KeyForm, status: int = 200, **context: object
) -> HttpResponse:
    context |= {"form": form, "keys": api_keys.living(request.user), "area": "account"}
    return render(request, "account/keys.html", context, status=status)
