"""What everybody is told of a clip that was taken down: when and why, and nothing of whom."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from config.errors import Fault
from config.pages import wants_json
from registry.selectors import why_taken_down
from studio.models import Clip

CODE = "registry.taken-down"


def answer(request: HttpRequest, clip: Clip) -> HttpResponse:
    """410, as a page; as JSON, with the reason class for programs, for who asks so."""
    reason = why_taken_down(clip.taken_down_reason)
    if not wants_json(request):
        return render(request, "registry/gone.html", {"clip": clip, "reason": reason}, status=410)
    fault = Fault(
        CODE,
        message(clip.taken_down_at, reason),
        _("Verify your copy: its mark is still recognised."),
        retryable=False,
        status=410,
    )
    told = {"reason": clip.taken_down_reason, "taken_down_at": clip.taken_down_at}
    return JsonResponse(fault.as_dict() | told, status=410)


def message(taken_down_at: datetime, reason: str) -> str:
    """The day and the reason class, in a sentence or two."""
    day = taken_down_at.date().isoformat()
    told = _("This clip was taken down on %(day)s.") % {"day": day}
    return f"{told} {_('Reason: %(reason)s.') % {'reason': reason}}" if reason else told
