"""The public page of a clip: what we know of it, and nothing of who made it."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from config import files
from registry.credentials import panel_of, public_file
from studio.models import Clip
from studio.selectors import public_clip


@require_safe
def clip(request: HttpRequest, clip_id: object) -> HttpResponse:
    found = _clip(clip_id)
    return render(request, "registry/clip.html", {"clip": found, "panel": panel_of(found)})


@require_safe
def video(request: HttpRequest, clip_id: object) -> HttpResponseBase:
    found = _clip(clip_id)
    save_as = f"kinemark-{found.mark_hex}.mp4" if "download" in request.GET else ""
    return files.video(request, public_file(found.file), save_as=save_as)


@require_safe
def poster(request: HttpRequest, clip_id: object) -> HttpResponseBase:
    return files.picture(request, public_file(_clip(clip_id).poster), public=True)


def _clip(clip_id: object) -> Clip:
    found = public_clip(clip_id)
    if found is None:
        raise Http404
    return found
