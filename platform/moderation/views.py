"""Pages for moderators. To everybody else they do not exist."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from config import files
from config.errors import Conflict, UserFault
from jobs.selectors import faults, strip
from moderation import selectors, services
from moderation.access import moderators_only
from moderation.case_page import case_page
from moderation.forms import DecisionForm
from moderation.models import Case, Outcome
from moderation.queue_page import neighbours, queue_rows
from studio.pictures import preview_of
from verification import objections


@moderators_only
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    context = {
        "area": "review",
        "rows": queue_rows(request.user),
        "objections": objections.open_objections()[:20],
        "decided": selectors.decided_cases()[:8],
        "faults": faults()[:8],
    }
    return render(request, "moderation/queue.html", context)


@moderators_only
@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """Claims the oldest case that is free."""
    found = selectors.next_case(request.user)
    return _take(request, found) if found else redirect("moderation:queue")


@moderators_only
@require_GET
def case(request: HttpRequest, case_id: object) -> HttpResponse:
    return _show(request, _case(request, case_id), DecisionForm())


@moderators_only
@require_POST
def claim(request: HttpRequest, case_id: object) -> HttpResponse:
    return _take(request, _case(request, case_id))


@moderators_only
@require_POST
def release(request: HttpRequest, case_id: object) -> HttpResponse:
    services.release_claim(_case(request, case_id), request.user)
    return redirect("moderation:queue")


@moderators_only
@require_POST
def decide(request: HttpRequest, case_id: object) -> HttpResponse:
    found = _case(request, case_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form, status=422)
    given = form.cleaned_data
    try:
        if given["outcome"] == Outcome.APPROVE:
            decided = services.approve(found, request.user, given["note"])
        else:
            decided = services.reject(found, request.user, given["reason"], given["note"])
    except Conflict as fault:
        messages.warning(request, f"{fault.message} {fault.advice}")
        return redirect("moderation:case", case_id)
    except UserFault as fault:
        form.add_error("reason", ValidationError(f"{fault.message} {fault.advice}", fault.code))
        return _show(request, found, form, status=422)
    told = (
        _("Decided. The creator is told.") if decided else _("Noted. A second person must agree.")
    )
    messages.success(request, told)
    following = selectors.next_case(request.user, after=found)
    return _take(request, following) if following else redirect("moderation:queue")


@moderators_only
@require_GET
def frame(request: HttpRequest, case_id: object, place: int) -> HttpResponseBase:
    pictures = strip(_case(request, case_id).job)
    return files.picture(request, pictures[place] if place < len(pictures) else None)


@moderators_only
@require_GET
def picture(request: HttpRequest, case_id: object) -> HttpResponse:
    """What the creator sent for the clip to begin with."""
    sent = _case(request, case_id).job.shot.picture
    if sent is None or sent.erased_at:
        raise Http404
    return HttpResponse(
        preview_of(sent), "image/jpeg", headers={"Cache-Control": "private, no-store"}
    )


def _case(request: HttpRequest, case_id: object) -> Case:
    found = selectors.case_for(request.user, case_id)
    if found is None:
        raise Http404
    return found


def _take(request: HttpRequest, found: Case) -> HttpResponse:
    try:
        services.claim(found, request.user)
    except Conflict as fault:
        messages.warning(request, f"{fault.message} {fault.advice}")
        return redirect("moderation:queue")
    return redirect("moderation:case", found.pk)


def _show(request: HttpRequest, found: Case, form: DecisionForm, status: int = 200) -> HttpResponse:
    before, after = neighbours(found)
    context = {
        "area": "review",
        "page": case_page(found, request.user),
        "form": form,
        "before": before,
        "after": after,
    }
    return render(request, "moderation/case.html", context, status=status)
