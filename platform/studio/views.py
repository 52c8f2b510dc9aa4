"""Pages for creators. Each shows only what its reader owns; anything else does not exist."""

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config import files
from config.errors import UserFault, explain
from generation import GenerationError
from jobs import selectors as job_selectors
from jobs import services as job_services
from jobs.models import Job
from moderation import takedowns
from moderation.selectors import statement_of
from registry.credentials import public_file
from storyboards.job_page import shots_now
from studio import selectors, services
from studio.check import check_prompt
from studio.clip_page import clip_view
from studio.compare_page import compare as compare_with
from studio.desk import desk_of
from studio.forms import ShotForm
from studio.listing import page_of_work
from studio.models import Clip, Picture
from studio.pictures import erase, picture_for, preview_of, receive
from studio.progress import job_tag, progress_of, rail
from studio.stream import events as stream_events


@login_required
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    context = {"area": "studio", "work": page_of_work(request.user, request.GET.get("page"))}
    try:
        desk = desk_of(request)
    except GenerationError as error:  # no generator: what is there can still be looked at
        fault = explain(error)
        return render(request, "studio/home.html", context | {"fault": fault}, status=fault.status)
    if request.method == "POST" and desk.form.is_valid():
        return redirect(_made(services.submit_all(request.user, desk.form.ask)))
    status = 422 if desk.form.errors else 200
    return render(request, "studio/home.html", context | {"desk": desk}, status=status)


def _made(jobs: list[Job]) -> str:
    """Where to watch what was asked for: several clips beside the one that they came of."""
    parent = jobs[0].shot.parent
    if len(jobs) > 1 and parent:
        return reverse("studio:clip", args=[parent.pk]) + "#family"
    return reverse("studio:job", args=[jobs[0].pk])


@login_required
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    text = request.POST.get("prompt", "").strip()
    if not text:
        return render(request, "studio/check.html", {})
    form = ShotForm(
        selectors.limits(),
        {**request.POST.dict(), "prompt": text},
        person=request.user,
    )
    problems = [] if form.is_valid() else form.problems
    context: dict[str, object] = {"problems": problems}
    if not problems:
        context["check"] = check_prompt(request.user, text, form.request.negative)
    return render(request, "studio/check.html", context)


@login_required
@require_POST
def pictures(request: HttpRequest) -> HttpResponse:
    """Takes a picture as soon as it is chosen, and shows it where it will be used."""
    upload = request.FILES.get("file")
    if upload is None:
        return render(request, "studio/picture.html", {})
    try:
        context: dict[str, object] = {"picture": receive(request.user, upload)}
    except UserFault as fault:
        context = {"fault": explain(fault)}
    return render(request, "studio/picture.html", context)


@login_required
@require_GET
def picture(request: HttpRequest, picture_id: object) -> HttpResponse:
    content = preview_of(_picture(request, picture_id))
    return HttpResponse(content, "image/jpeg", headers={"Cache-Control": "private, no-store"})


@login_required
@require_POST
def erase_picture(request: HttpRequest, picture_id: object) -> HttpResponse:
    erase(_picture(request, picture_id), request.user)
    if request.htmx:
        return render(request, "studio/picture.html", {})
    messages.success(request, _("The picture is erased. Clips that were made from it stay."))
    return redirect("studio:home")


@login_required
@require_GET
def job(request: HttpRequest, job_id: object) -> HttpResponse:
    return render(request, "studio/job.html", _job_context(_job(request, job_id)))


@login_required
@require_GET
def job_now(request: HttpRequest, job_id: object) -> HttpResponse:
    return render(request, "studio/job_now.html", _job_context(_job(request, job_id)))


@login_required
@require_GET
def status(request: HttpRequest, job_id: object) -> JsonResponse:
    return JsonResponse(progress_of(_job(request, job_id)).as_dict())


@login_required
@require_GET
async def events(request: HttpRequest, job_id: object) -> HttpResponseBase:
    person = await request.auser()
    await sync_to_async(_job)(request, job_id)
    return StreamingHttpResponse(
        stream_events(person, job_id),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


@login_required
@require_GET
def preview(request: HttpRequest, job_id: object) -> HttpResponseBase:
    return files.picture(request, job_selectors.preview(_job(request, job_id)))


@login_required
@require_POST
def cancel(request: HttpRequest, job_id: object) -> HttpResponse:
    job_services.cancel(_job(request, job_id), request.user)
    return redirect("studio:job", job_id)


@login_required
@require_POST
def retry(request: HttpRequest, job_id: object) -> HttpResponse:
    job_services.retry(_job(request, job_id), request.user)
    return redirect("studio:job", job_id)


@login_required
@require_GET
def clip(request: HttpRequest, clip_id: object) -> HttpResponse:
    view = clip_view(_clip(request, clip_id), request)
    return render(request, "studio/clip.html", {"area": "studio", "clip": view})


@login_required
@require_GET
def compare(request: HttpRequest, clip_id: object) -> HttpResponse:
    found = _clip(request, clip_id)
    page = compare_with(found, request.GET.getlist("with"))
    context = {"area": "studio", "clip": found, "page": page}
    return render(request, "studio/compare.html", context)


@login_required
@require_GET
def download(request: HttpRequest, clip_id: object) -> HttpResponseBase:
    found = _clip(request, clip_id)
    return files.video(request, public_file(found.file), save_as=f"kinemark-{found.mark_hex}.mp4")


@login_required
@require_POST
def withdraw(request: HttpRequest, clip_id: object) -> HttpResponse:
    """Takes one's own clip down. Asked twice: the button is behind a box to tick."""
    found = _clip(request, clip_id)
    if "sure" not in request.POST:
        messages.warning(request, _("Tick the box to withdraw the clip."))
        return redirect("studio:clip", found.pk)
    takedowns.withdraw(found, request.user)
    messages.success(request, _("You withdrew the clip. Nobody can see it any more."))
    return redirect("studio:job", found.job_id)


def _job(request: HttpRequest, job_id: object) -> Job:
    found = selectors.job_of(request.user, job_id)
    if found is None:
        raise Http404
    return found


def _clip(request: HttpRequest, clip_id: object) -> Clip:
    found = selectors.clip_of(request.user, clip_id)
    if found is None:
        raise Http404
    return found


def _picture(request: HttpRequest, picture_id: object) -> Picture:
    found = picture_for(request.user, picture_id)
    if found is None:
        raise Http404
    return found


def _job_context(job: Job) -> dict[str, object]:
    return {
        "area": "studio",
        "job": job,
        "tag": job_tag(job),
        "now": progress_of(job),
        "rail": rail(job),
        "prompt": services.prompt_of(job.shot),
        "statement": statement_of(job.pk),
        "shots": shots_now(job),
    }
