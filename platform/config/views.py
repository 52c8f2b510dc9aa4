"""The start page, and the pages for what goes wrong."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from config.errors import INTERNAL, Fault
from config.pages import answer_fault


def home(request: HttpRequest) -> HttpResponse:
    return render(request, "landing.html")


def healthz(_request: HttpRequest) -> HttpResponse:
    """Answers as soon as the web process serves; asks nothing of the database."""
    return HttpResponse("ok", content_type="text/plain")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    fault = Fault(
        "studio.bad-request",
        _("This request makes no sense to the studio."),
        _("Go back, reload the page and try again."),
        retryable=False,
        status=400,
    )
    return answer_fault(request, fault)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    fault = Fault(
        "studio.forbidden",
        _("You may not do this."),
        _("Sign in with an account that may, or ask whoever runs this studio."),
        retryable=False,
        status=403,
    )
    return answer_fault(request, fault)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    fault = Fault(
        "studio.form-expired",
        _("This form is no longer valid."),
        _("Go back, reload the page and send it again. Cookies must be allowed."),
        retryable=True,
        status=403,
    )
    return answer_fault(request, fault)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    fault = Fault(
        "studio.not-found",
        _("There is nothing at this address."),
        _("It may have been removed, have expired, or belong to somebody else."),
        retryable=False,
        status=404,
    )
    return answer_fault(request, fault)


def server_error(request: HttpRequest) -> HttpResponse:
    """Says what happened without needing the database, which may be the reason."""
    return render(request, "500.html", {"fault": INTERNAL}, status=500)
