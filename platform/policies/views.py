"""Pages of the policy: moderators read them and rehearse, administrators change what is live."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from config.errors import UserFault, explain
from moderation.access import admins_only, moderators_only
from policies import replays, selectors, services
from policies.models import Activation, PolicyVersion
from policies.page import version_page
from safety import SafetyError


@moderators_only
@require_GET
def versions(request: HttpRequest) -> HttpResponse:
    return _versions(request)


@admins_only
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    sent = request.FILES.get("policy")
    try:
        kept = services.upload(sent.read() if sent else b"", request.user)
    except (UserFault, SafetyError) as error:
        return _versions(request, error)
    return redirect("policies:version", kept.pk)


@moderators_only
@require_GET
def version(request: HttpRequest, version_id: int) -> HttpResponse:
    found = _version(version_id)
    live = services.live()
    other = PolicyVersion.objects.filter(pk=_number(request.GET.get("with"))).first() or live
    context = {
        "area": "review",
        "page": version_page(found, other),
        "live": live,
        "other": other,
        "others": PolicyVersion.objects.exclude(pk=found.pk),
        "is_live": found.pk == live.pk,
        "may_go_live": services.is_rehearsed(found, live),
    }
    return render(request, "policies/version.html", context)


@moderators_only
@require_GET
def download(request: HttpRequest, version_id: int) -> HttpResponse:
    found = _version(version_id)
    response = HttpResponse(found.content, "application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="policy-{found.pk}.json"'
    return response


@moderators_only
@require_POST
def replay(request: HttpRequest, version_id: int) -> HttpResponse:
    found = _version(version_id)
    try:
        replays.start(found, request.user)
    except (UserFault, SafetyError) as error:
        _warn(request, error)
    return redirect("policies:version", found.pk)


@moderators_only
@require_POST
def cancel(request: HttpRequest, version_id: int) -> HttpResponse:
    services.cancel_replays(_version(version_id), request.user)
    return redirect("policies:version", version_id)


@admins_only
@require_POST
def make_live(request: HttpRequest, version_id: int) -> HttpResponse:
    found = _version(version_id)
    if "sure" not in request.POST:
        messages.warning(request, _("Tick the box to make the policy live."))
        return redirect("policies:version", found.pk)
    try:
        services.make_live(found, request.user)
        messages.success(request, _("Live from the next check on."))
    except (UserFault, SafetyError) as error:
        _warn(request, error)
    return redirect("policies:version", found.pk)


def _versions(request: HttpRequest, error: Exception | None = None) -> HttpResponse:
    context: dict[str, object] = {"area": "review", "fault": explain(error) if error else None}
    try:
        context["live"] = live = services.live()
        selectors.read(live.content)
    except SafetyError as broken:
        context |= {"fault": explain(broken), "held": True}
    context |= {
        "versions": PolicyVersion.objects.select_related("uploaded_by"),
        "activations": Activation.objects.select_related("version", "by")[:20],
    }
    return render(request, "policies/versions.html", context, status=422 if error else 200)


def _version(version_id: int) -> PolicyVersion:
    return get_object_or_404(PolicyVersion, pk=version_id)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 10 else None


def _warn(request: HttpRequest, error: Exception) -> None:
    fault = explain(error)
    messages.warning(request, f"{fault.message} {fault.advice}")
