"""The studio's interface for programs: faults as JSON, with the codes that pages show."""

from typing import Any

import structlog
from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from config.errors import INTERNAL, Fault, KinemarkError, explain
from provenance import ProvenanceError

log = structlog.get_logger()

KEYS = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key of this studio (kmk_…), made on one's account page. Scopes: "
    "fetch:manifests, store:manifests, store:bindings, verify:videos.",
}


class FaultBody(Schema):
    """What went wrong: a stable code, what happened, and what to do next."""

    code: str
    message: str
    advice: str
    retryable: bool
    status: int


class Interface(NinjaAPI):
    """An API whose document has paths relative to `base`, and the studio's keys as its security."""

    def __init__(self, base: str, **options: Any) -> None:
        super().__init__(**options)
        self.base = base

    def get_openapi_schema(self, **_options: Any) -> OpenAPISchema:
        document = super().get_openapi_schema(path_prefix="")
        document["servers"] = [{"url": f"{settings.KINEMARK_URL}{self.base}"}]
        document["components"]["securitySchemes"] = {"auth": KEYS}
        return document


def new_api(base: str, **options: Any) -> Interface:
    """An API whose every fault is a `FaultBody`."""
    api = Interface(base, docs_url=None, **options)
    for kind, handler in (
        (KinemarkError, _explained),
        (ProvenanceError, _explained),
        (ValidationError, _invalid),
        (HttpError, _refused),
        (OperationalError, _away),
        (Exception, _unexpected),
    ):
        api.exception_handler(kind)(handler)
    return api


def _explained(_request: HttpRequest, error: Exception) -> HttpResponse:
    response = _answer(explain(error))
    if retry_after := getattr(error, "retry_after", None):
        response["Retry-After"] = str(retry_after)
    if response.status_code == 401:
        response["WWW-Authenticate"] = 'Bearer realm="Kinemark registry"'
    return response


def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Names what is wrong, and repeats nothing of what was sent."""
    where = sorted({".".join(str(part) for part in each["loc"][:3]) for each in error.errors})
    return _answer(
        Fault(
            "api.request-invalid",
            f"Not as described: {', '.join(where)}.",
            "Compare the request with the OpenAPI document. In an address, + is written %2B.",
            retryable=False,
            status=400,
        )
    )


def _refused(_request: HttpRequest, error: HttpError) -> HttpResponse:
    """Ninja's own complaint: a body that is no JSON."""
    return _answer(
        Fault(
            "api.request-invalid",
            "The body of the request could not be read.",
            "Send JSON, as the OpenAPI document describes it.",
            retryable=False,
            status=error.status_code,
        )
    )


def _away(_request: HttpRequest, error: OperationalError) -> HttpResponse:
    log.error("database away", error=error)
    fault = Fault(
        "studio.database-away",
        "The studio's database does not answer.",
        "Try again in a moment.",
        retryable=True,
        status=503,
    )
    response = _answer(fault)
    response["Retry-After"] = "10"
    return response


def _unexpected(_request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("interface failed", error=error)
    return _answer(INTERNAL)


def _answer(fault: Fault) -> HttpResponse:
    body = FaultBody(**fault.as_dict()).model_dump_json()
    return HttpResponse(body, status=fault.status, content_type="application/json")
