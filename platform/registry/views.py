"""The public page of a clip: what we know of it, and nothing of who made it."""

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseGone,
)
from django.shortcuts import render
from django.views.decorators.http import require_safe

from config import files
from registry import gone
from registry.credentials import panel_of, public_file
from studio.models import Clip


@require_safe
def clip(request: HttpRequest, clip_id: object) -> HttpResponse:
    found = _clip(clip_id)
    if found.taken_down_at is not None:
        return gone.answer(request, found)
    return render(request, "registry/clip.html", {"clip": found, "panel": panel_of(found)})


@require_safe
def video(request: HttpRequest, clip_id: object) -> HttpResponseBase:
    found = _clip(clip_id)
    if found.taken_down_at is not None:
        return HttpResponseGone()
    save_as = f"kinemark-{found.mark_hex}.mp4" if "download" in request.GET else ""
    return files.video(request, public_file(found.file), save_as=save_as)


@require_safe
def poster(request: HttpRequest, clip_id: object) -> HttpResponseBase:
    found = _clip(clip_id)
    if found.taken_down_at is not None:
        return HttpResponseGone()
    return files.picture(request, public_file(found.poster), public=True)


def _clip(clip_id: object) -> Clip:
    """A clip that was published, whether or not it still is."""
    found = Clip.objects.filter(pk=clip_id).select_related("record", "job").first()
    if found is None:
        raise Http404
    return found
