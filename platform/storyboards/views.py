"""Pages of storyboards. The board is one form: every button saves everything and does its thing."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from storyboards import selectors, services
from storyboards.board_page import board_view
from storyboards.drafts import Draft, act
from storyboards.listing import page_of_storyboards
from storyboards.models import Storyboard
from studio.check import check_prompt
from studio.selectors import limits


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    boards = page_of_storyboards(request.user, request.GET.get("page"))
    return render(request, "storyboards/home.html", {"area": "studio", "boards": boards})


@login_required
@require_POST
def new(request: HttpRequest) -> HttpResponse:
    draft = Draft.empty(next(iter(limits().aspects)).value)
    return redirect("storyboards:board", services.begin(request.user, draft).pk)


@login_required
@require_http_methods(["GET", "POST"])
def board(request: HttpRequest, storyboard_id: object) -> HttpResponse:
    storyboard = _storyboard(request, storyboard_id)
    if request.method == "POST":
        return _act(request, storyboard)
    if storyboard.job_id:
        return redirect("studio:job", storyboard.job_id)
    return _page(request, storyboard, selectors.draft_of(storyboard))


@login_required
@require_POST
def check(request: HttpRequest, storyboard_id: object) -> HttpResponse:
    """What the studio makes of one shot's words; stores nothing."""
    _storyboard(request, storyboard_id)
    draft = Draft.posted(request.POST)
    key = request.POST.get("checked", "")
    text = next((shot.prompt.strip() for shot in draft.shots if shot.key == key), "")
    problems = [] if not text else _problems_of(draft, key)
    said = None if problems or not text else check_prompt(request.user, text)
    context = {"problems": problems, "check": said}
    return render(request, "storyboards/check.html", context)


@login_required
@require_POST
def copy(request: HttpRequest, storyboard_id: object) -> HttpResponse:
    draft = selectors.draft_of(_storyboard(request, storyboard_id)).copied()
    return redirect("storyboards:board", services.begin(request.user, draft).pk)


@login_required
@require_POST
def delete(request: HttpRequest, storyboard_id: object) -> HttpResponse:
    services.delete(_storyboard(request, storyboard_id))
    return redirect("storyboards:home")


def _act(request: HttpRequest, storyboard: Storyboard) -> HttpResponse:
    action = request.POST.get("action", "save")
    draft = act(Draft.posted(request.POST), action)
    services.save(storyboard, draft)
    if action != "render":
        if request.htmx:
            return _page(request, storyboard, draft, action=action)
        return redirect("storyboards:board", storyboard.pk)
    try:
        job = services.submit(storyboard, draft)
    except services.NotReady as not_ready:
        return _page(request, storyboard, draft, not_ready.problems, action)
    address = reverse("studio:job", args=[job.pk])
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _page(
    request: HttpRequest,
    storyboard: Storyboard,
    draft: Draft,
    problems: list[services.Problem] | None = None,
    action: str = "",
) -> HttpResponse:
    view = board_view(draft, limits(), problems or [], action)
    context = {"area": "studio", "storyboard": storyboard, "board": view}
    if request.htmx:  # which swaps in nothing but answers of 200
        return render(request, "storyboards/shots.html", context)
    return render(request, "storyboards/board.html", context, status=422 if problems else 200)


def _problems_of(draft: Draft, key: str) -> list[services.Problem]:
    try:
        services.check(draft)
    except services.NotReady as not_ready:
        return [problem for problem in not_ready.problems if problem.key == key]
    return []


def _storyboard(request: HttpRequest, storyboard_id: object) -> Storyboard:
    found = selectors.storyboard_of(request.user, storyboard_id)
    if found is None:
        raise Http404
    return found
