"""Public pages: put a video in, read the verdict. No account, no cookie."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.errors import KinemarkError, explain
from config.pages import wants_json
from provenance import ProvenanceError
from verification import limits, selectors, services
from verification.models import Report
from verification.report_page import as_json, report_page


@csrf_exempt  # anonymous, and changes nothing of anybody's: programs and cookieless browsers may
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _form(request)
    try:
        limits.take_token(request.META["REMOTE_ADDR"])
        made = services.verify_upload(request.FILES.get("video"))
    except (KinemarkError, ProvenanceError) as error:
        return _refused(request, error)
    if wants_json(request):
        address = request.build_absolute_uri(made.get_absolute_url())
        return JsonResponse({"report": address}, status=201)
    return redirect(made)


@never_cache
@require_safe
def report(request: HttpRequest, report_id: object) -> HttpResponse:
    page = report_page(_report(report_id))
    return render(request, "verification/report.html", {"area": "verify", "page": page})


@never_cache
@require_safe
def report_json(request: HttpRequest, report_id: object) -> JsonResponse:
    return JsonResponse(as_json(_report(report_id)), json_dumps_params={"indent": 2})


@require_POST
def delete(request: HttpRequest, report_id: object) -> HttpResponse:
    services.delete_report(_report(report_id).pk)
    messages.success(request, _("The report is deleted. Nothing of it remains."))
    return redirect("verification:home")


def _form(request: HttpRequest, **context: object) -> HttpResponse:
    context |= {
        "area": "verify",
        "address": request.build_absolute_uri(request.path),
        "most_bytes": settings.VERIFY_MAX_BYTES,
        "most_mb": settings.VERIFY_MAX_BYTES // 1_000_000,
        "days": settings.REPORT_DAYS,
    }
    return render(request, "verification/home.html", context)


def _refused(request: HttpRequest, error: Exception) -> HttpResponse:
    """Why nothing was examined, on the page that the person came from."""
    fault = explain(error)
    if wants_json(request):
        response: HttpResponse = JsonResponse(fault.as_dict())
    else:
        response = _form(request, fault=fault)
    response.status_code = fault.status
    if retry_after := getattr(error, "retry_after", None):
        response["Retry-After"] = str(retry_after)
    return response


def _report(report_id: object) -> Report:
    found = selectors.report_of(report_id)
    if found is None:
        raise Http404
    return found
