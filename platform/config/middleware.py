"""Errors on their way to a person."""

from collections.abc import Callable

import structlog
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from config.errors import INTERNAL, explain
from config.pages import answer_fault

log = structlog.get_logger()


class ExplainErrors:
    """Faults that a view raises are told in words; a database that is away is told as such.

    What nobody expected goes on to Django, which logs it and shows 500.html.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, OperationalError):
            log.error("database away", error=error)
            page = render_to_string("503.html")  # without the request: no user, no database
            return HttpResponse(page, status=503, headers={"Retry-After": "10"})
        fault = explain(error)
        if fault is INTERNAL:
            return None
        if fault.status >= 500:
            log.error("page failed", code=fault.code, error=error)
        response = answer_fault(request, fault)
        if retry_after := getattr(error, "retry_after", None):
            response["Retry-After"] = str(retry_after)
        return response
