"""Where moderators read what people said about answers."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from config import files
from config.errors import Conflict
from moderation.views import moderators_only
from verification import objections
from verification.models import Objection


@moderators_only
@require_GET
def objection(request: HttpRequest, objection_id: UUID) -> HttpResponse:
    found = _objection(objection_id)
    context = {
        "area": "review",
        "objection": found,
        "short": str(found.pk)[:8],
        "note": objections.note_of(found),
        "stills": range(len(objections.stills(found))),
        "account": found.account,
        "mark": _mark(found.account),
    }
    return render(request, "verification/objection.html", context)


@moderators_only
@require_POST
def close(request: HttpRequest, objection_id: UUID) -> HttpResponse:
    outcome = request.POST.get("outcome", "").strip()
    found = _objection(objection_id)
    if not outcome:
        messages.warning(request, _("Write down what you found out, then close it."))
        return redirect("objections:objection", found.pk)
    try:
        objections.close(found, request.user, outcome)
        messages.success(request, _("Closed. An attached video is deleted."))
    except Conflict as fault:
        messages.warning(request, f"{fault.message} {fault.advice}")
    return redirect("moderation:queue")


@moderators_only
@require_GET
def still(request: HttpRequest, objection_id: UUID, place: int) -> HttpResponseBase:
    pictures = objections.stills(_objection(objection_id))
    return files.picture(request, pictures[place] if place < len(pictures) else None)


def _objection(objection_id: UUID) -> Objection:
    found = Objection.objects.filter(pk=objection_id).first()
    if found is None:
        raise Http404
    return found


def _mark(account: dict[str, Any]) -> str:
    mark = account["examination"]["mark"]
    if not mark:
        return _("not looked for")
    told = _("score %(score).1f, needed %(needed).1f")
    return told % {"score": mark["score"], "needed": mark["threshold"]}
