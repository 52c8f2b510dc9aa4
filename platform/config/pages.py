"""What pages of several apps share: words with a tone, and answers to faults."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from config.errors import Fault


@dataclass(frozen=True, slots=True)
class Tag:
    """A word with an icon: `tone` is yes, no, partly, info or quiet, and never says it alone."""

    word: str
    tone: str
    icon: str


def wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def answer_fault(request: HttpRequest, fault: Fault) -> HttpResponse:
    """A fault as a page, as a note inside a page (htmx), or as JSON for who asks so."""
    if wants_json(request):
        return JsonResponse(fault.as_dict(), status=fault.status)
    if getattr(request, "htmx", False):
        return render(request, "parts/fault.html", {"fault": fault})
    return render(request, "errors/page.html", {"fault": fault}, status=fault.status)
