"""Pages of the hash lists, for administrators."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from banks import services
from banks.forms import ImportForm, PictureForm
from banks.page import entries_of
from config.errors import UserFault, explain
from moderation.access import admins_only
from safety import SafetyError

ROWS = 50
FORMS = {"csv": "text/csv", "json": "application/json"}


@admins_only
@require_GET
def lists(request: HttpRequest) -> HttpResponse:
    return _lists(request)


@admins_only
@require_POST
def import_list(request: HttpRequest) -> HttpResponse:
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _lists(request, imports=form)
    given = form.cleaned_data
    try:
        made = services.import_list(request.user, given["file"], given["works"])
    except (UserFault, SafetyError) as error:
        return _lists(request, error=error)
    messages.success(request, _("Imported. The gates follow it from their next check on."))
    return _to(made)


@admins_only
@require_POST
def add_picture(request: HttpRequest) -> HttpResponse:
    form = PictureForm(request.POST, request.FILES)
    if not form.is_valid():
        return _lists(request, pictures=form)
    given = form.cleaned_data
    try:
        made = services.add_picture(request.user, upload=given.pop("picture"), **given)
    except (UserFault, SafetyError) as error:
        return _lists(request, pictures=form, error=error)
    messages.success(request, _("Added. The picture itself was not kept."))
    return _to(made)


@admins_only
@require_GET
def entries(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    found = _list(kind, name)
    about = request.GET.get("q", "")
    page = Paginator(entries_of(found, about), ROWS).get_page(request.GET.get("page"))
    context = {"area": "review", "list": found, "kind": kind, "page": page, "q": about}
    return render(request, "banks/list.html", context)


@admins_only
@require_GET
def export(request: HttpRequest, kind: str, name: str, form: str) -> HttpResponse:
    found = _list(kind, name)
    if form not in FORMS:
        raise Http404
    response = HttpResponse(services.export(found, request.user, form), FORMS[form])
    response.headers["Content-Disposition"] = f'attachment; filename="{found.path.stem}.{form}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@admins_only
@require_POST
def remove(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    found = _list(kind, name)
    try:
        services.remove_entry(found, request.user, request.POST.get("indicator", ""))
        messages.success(request, _("Removed."))
    except (UserFault, SafetyError) as error:
        _warn(request, error)
    return _to(found)


@admins_only
@require_POST
def delete(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    found = _list(kind, name)
    if "sure" not in request.POST:
        messages.warning(request, _("Tick the box to delete the list."))
        return _to(found)
    services.delete_list(found, request.user)
    messages.success(request, _("The list is deleted."))
    return redirect("banks:lists")


def _lists(
    request: HttpRequest,
    imports: ImportForm | None = None,
    pictures: PictureForm | None = None,
    error: Exception | None = None,
) -> HttpResponse:
    context = {
        "area": "review",
        "has_folder": services.folder() is not None,
        "lists": services.hash_lists(),
        "imports": imports or ImportForm(),
        "pictures": pictures or PictureForm(),
        "fault": explain(error) if error else None,
    }
    status = 422 if imports or pictures or error else 200
    return render(request, "banks/lists.html", context, status=status)


def _list(kind: str, name: str) -> services.HashList:
    found = services.hash_list(name, kind == "works") if kind in {"known", "works"} else None
    if found is None:
        raise Http404
    return found


def _to(found: services.HashList) -> HttpResponse:
    return redirect("banks:list", "works" if found.works else "known", found.name)


def _warn(request: HttpRequest, error: Exception) -> None:
    fault = explain(error)
    messages.warning(request, f"{fault.message} {fault.advice}")
