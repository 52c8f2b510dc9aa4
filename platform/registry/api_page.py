"""How programs find the resolution API: the well-known address, and a page for their authors."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from registry.api import BASE, VERSION, api


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of the page."""

    method: str
    path: str
    summary: str
    scope: str
    """Empty where no key is needed."""


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    context = {
        "operations": list(_operations()),
        "base": f"{settings.KINEMARK_URL}{BASE}",
        "document": reverse("c2pa:openapi-json"),
        "per_minute": settings.REGISTRY_PER_MINUTE,
    }
    return render(request, "registry/api.html", context)


@require_safe
def discovery(_request: HttpRequest) -> JsonResponse:
    """RFC 8615, as the specification wants it."""
    base = f"{settings.KINEMARK_URL}{BASE}"
    return JsonResponse(
        {
            "apiEndpoint": base,
            "c2paSpecificationVersion": VERSION,
            "capabilitiesEndpoint": f"{base}/services/capabilities",
            "statusEndpoint": f"{base}/services/status",
        }
    )


def _operations() -> list[Operation]:
    """Read from the document itself, so that the page cannot tell of something else."""
    return [
        Operation(method.upper(), path, each["summary"], _scope(each["security"]))
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method, each in methods.items()
    ]


def _scope(security: list[dict[str, list[str]]]) -> str:
    return "" if {} in security else security[0]["auth"][0]
