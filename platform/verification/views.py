"""Public pages: put a video in, read the verdict, hand the report on. No account needed."""

import uuid
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.errors import KinemarkError, UserFault, explain
from config.pages import wants_json
from jobs.signing import report_root
from provenance import ProvenanceError, pdf
from verification import limits, objections, originals, selectors, services
from verification.models import Claim, Report
from verification.report_page import as_json, report_page
from verification.shown import Shown, of_report


@csrf_exempt  # anonymous, and changes nothing of anybody's: programs and cookieless browsers may
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _form(request)
    address = request.POST.get("url", "").strip()
    try:
        limits.take_token(request.META.get("REMOTE_ADDR", ""))
        if address and "video" not in request.FILES:
            made = services.verify_url(address)
        else:
            made = services.verify_upload(request.FILES.get("video"))
    except (KinemarkError, ProvenanceError) as error:
        return _refused(request, error, url=address)
    if wants_json(request):
        return JsonResponse(
            {"report": request.build_absolute_uri(made.get_absolute_url())}, status=201
        )
    return redirect(made)


@never_cache
@require_safe
@of_report
def report(request: HttpRequest, shown: Shown) -> HttpResponse:
    return _page(request, shown)


@never_cache
@require_safe
@of_report
def report_json(request: HttpRequest, shown: Shown) -> HttpResponse:
    return JsonResponse(as_json(shown), json_dumps_params={"indent": 2})


@never_cache
@require_safe
@of_report
def report_jws(request: HttpRequest, shown: Shown) -> HttpResponse:
    """The signed report, as docs/signed-reports.md describes it."""
    if not shown.report.signed:
        raise Http404
    return _download(shown.report, shown.report.signed.encode(), "application/jose", "jws")


@never_cache
@require_safe
@of_report
def report_pdf(request: HttpRequest, shown: Shown) -> HttpResponse:
    return _download(shown.report, pdf(shown.report.verdict), "application/pdf", "pdf")


@never_cache
@require_safe
@of_report
def original(request: HttpRequest, shown: Shown, place: int) -> HttpResponse:
    """What the published clip shows where the copy differs."""
    picture = originals.still(shown.report, place)
    if picture is None:
        raise Http404
    return HttpResponse(picture, content_type="image/jpeg")


@require_safe
def root(request: HttpRequest) -> HttpResponse:
    """The root certificate that reports of this studio lead to."""
    pem = report_root()
    if not pem:
        raise Http404
    response = HttpResponse(pem, content_type="application/x-pem-file")
    response["Content-Disposition"] = 'attachment; filename="studio-root.pem"'
    return response


@require_POST
def delete(request: HttpRequest, report_id: UUID) -> HttpResponse:
    services.delete_report(_report(report_id).pk)
    messages.success(request, _("The report is deleted. Nothing of it remains."))
    return redirect("verification:home")


@require_POST
def share(request: HttpRequest, report_id: UUID) -> HttpResponse:
    found = _report(report_id)
    days = request.POST.get("days", "")
    services.share(found, int(days) if days.isdigit() and len(days) < 4 else 0)
    return redirect(f"{found.get_absolute_url()}#share")


@require_POST
def unshare(request: HttpRequest, report_id: UUID) -> HttpResponse:
    found = _report(report_id)
    services.unshare(found, request.POST.get("token", ""))
    messages.success(request, _("That address no longer opens the report."))
    return redirect(f"{found.get_absolute_url()}#share")


@never_cache
@require_POST
def wrong(request: HttpRequest) -> HttpResponse:
    """“This answer is wrong”. One fixed address, because only fixed ones may take large bodies."""
    upload = request.FILES.get("video")
    claim, note = request.POST.get("claim", ""), request.POST.get("note", "").strip()[:4000]
    try:
        found = _report(_uuid(request.POST.get("report", "")))
        limits.take_token(request.META.get("REMOTE_ADDR", ""))
        if upload and not request.POST.get("consent"):
            raise UserFault(
                "verification.consent-missing",
                _("The video was sent without your consent to keep it, so nothing was kept."),
                _("Tick the box, or send the objection without the video."),
            )
        objections.object_to(found, claim, note, upload)
    except (KinemarkError, ProvenanceError) as error:
        said = {"fault": explain(error), "claim": claim, "note": note}
        response = _page(request, Shown(found, None), **said)
        response.status_code = explain(error).status
        return response
    finally:
        services.discard(upload)
    messages.success(request, _("Thank you. A person will look at it; the report goes along."))
    return redirect(found)


def _page(request: HttpRequest, shown: Shown, **more: object) -> HttpResponse:
    context = {
        "area": "verify",
        "page": report_page(shown, request.build_absolute_uri),
        "claims": Claim.choices,
        "share_days": services.SHARE_DAYS,
        "video_days": settings.OBJECTION_VIDEO_DAYS,
        **more,
    }
    return render(request, "verification/report.html", context)


def _form(request: HttpRequest, **context: object) -> HttpResponse:
    context |= {
        "area": "verify",
        "api": request.build_absolute_uri("/api/v1"),
        "most_bytes": settings.VERIFY_MAX_BYTES,
        "most_mb": settings.VERIFY_MAX_BYTES // 1_000_000,
        "days": settings.REPORT_DAYS,
        "per_hour": settings.VERIFY_PER_HOUR,
    }
    return render(request, "verification/home.html", context)


def _refused(request: HttpRequest, error: Exception, url: str) -> HttpResponse:
    """Why nothing was examined, on the page that the person came from."""
    fault = explain(error)
    if wants_json(request):
        response: HttpResponse = JsonResponse(fault.as_dict())
    else:
        response = _form(request, fault=fault, url=url[:2048])
    response.status_code = fault.status
    if retry_after := getattr(error, "retry_after", None):
        response["Retry-After"] = str(retry_after)
    return response


def _download(found: Report, body: bytes, kind: str, suffix: str) -> HttpResponse:
    """Named after the file's hash: two reports on two files never overwrite each other."""
    response = HttpResponse(body, content_type=kind)
    name = f"kinemark-report-{found.sha256[:12]}.{suffix}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _report(report_id: UUID | None) -> Report:
    found = selectors.report_of(report_id) if report_id else None
    if found is None:
        raise Http404
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
