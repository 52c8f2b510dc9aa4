"""Pages on which moderators find a published clip, take it down, and put it back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from config import files
from config.errors import UserFault
from moderation import selectors, takedowns
from moderation.access import moderators_only
from moderation.forms import TakedownForm
from moderation.models import Takedown
from registry.credentials import public_file
from studio.models import Clip

ROWS = 25


@moderators_only
@require_GET
def clips(request: HttpRequest) -> HttpResponse:
    named = request.GET.get("q", "")
    page = Paginator(selectors.clips(named), ROWS).get_page(request.GET.get("page"))
    return render(request, "moderation/clips.html", {"area": "review", "page": page, "q": named})


@moderators_only
@require_GET
def clip(request: HttpRequest, clip_id: object) -> HttpResponse:
    return _show(request, _clip(clip_id), TakedownForm())


@moderators_only
@require_POST
def take_down(request: HttpRequest, clip_id: object) -> HttpResponse:
    found = _clip(clip_id)
    form = TakedownForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form, status=422)
    given = form.cleaned_data
    try:
        takedowns.take_down(found, given["reason"], request.user, given["note"])
        messages.success(request, _("Taken down. Its creator is told."))
    except UserFault as fault:
        messages.warning(request, f"{fault.message} {fault.advice}")
    return redirect("moderation:clip", found.pk)


@moderators_only
@require_POST
def lift(request: HttpRequest, ground_id: int) -> HttpResponse:
    ground = get_object_or_404(Takedown.objects.select_related("clip"), pk=ground_id)
    try:
        takedowns.lift(ground, request.user)
        messages.success(
            request, _("Taken back. The creator of the clip sees that it is up again.")
        )
    except UserFault as fault:
        messages.warning(request, f"{fault.message} {fault.advice}")
    return redirect("moderation:clip", ground.clip_id)


@moderators_only
@require_GET
def poster(request: HttpRequest, clip_id: object) -> HttpResponseBase:
    """A frame of the clip, whether or not it is still published."""
    return files.picture(request, public_file(_clip(clip_id).poster))


def _clip(clip_id: object) -> Clip:
    found = selectors.clips().filter(pk=clip_id).first()
    if found is None:
        raise Http404
    return found


def _show(request: HttpRequest, found: Clip, form: TakedownForm, status: int = 200) -> HttpResponse:
    context = {
        "area": "review",
        "clip": found,
        "form": form,
        "grounds": selectors.grounds(found),
        "derived": [each for each in takedowns.derived_from(found) if not each.taken_down_at],
        "case": found.job.cases.last(),
    }
    return render(request, "moderation/clip.html", context, status=status)
