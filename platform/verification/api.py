"""Verification for programs: a file or an address goes in, the signed report comes out.

Nobody needs a key; the limits are the page's. A key with the scope `verify:videos`, which
administrators hand out, lifts the hourly limit.
"""

import json
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import ValidationError

from accounts.api_keys import key_behind
from accounts.models import ApiKey, Scope
from config.api import FaultBody, new_api
from config.errors import Forbidden, UserFault
from verification import limits, schemas, selectors, services
from verification.models import Report

BASE = "/api/v1"
VERSION = "1.0.0"
_MOST_JSON = 10_000

router = Router()
api = new_api(
    BASE,
    title="Kinemark verification",
    version=VERSION,
    description="Says where a video comes from, whether it is whole, and what was not checked. "
    "The video is deleted before the answer is sent.",
    urls_namespace="api",
)
_ERRORS: dict[int, Any] = dict.fromkeys((400, 401, 403, 404, 413, 415, 429, 500, 503), FaultBody)
_BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": schemas.Address.model_json_schema()},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["video"],
                "properties": {"video": {"type": "string", "format": "binary"}},
            }
        },
        "video/*": {"schema": {"type": "string", "format": "binary"}},
    },
}


def _admit(request: HttpRequest) -> ApiKey | str:
    """Who asks: a trusted key, or anybody. A key that is none, or may not, is told so."""
    kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if not kind:
        return "anybody"
    key = key_behind(secret.strip()) if kind.lower() == "bearer" else None
    if key is None:
        limits.take_token(request.META.get("REMOTE_ADDR", ""))  # who tries keys is slowed down
        fault = UserFault(
            "verification.key-unknown",
            _("This key is not known here, or it has ended."),
            _("Leave it out, or ask whoever runs this studio for a new one."),
        )
        fault.status = 401
        raise fault
    if not key.allows(Scope.VERIFY_VIDEOS):
        raise Forbidden(
            "verification.scope-missing",
            _("This key may not verify without limits: it lacks the scope verify:videos."),
            _("Leave it out to verify within the public limits."),
        )
    return key


@router.post(
    "/verifications",
    auth=_admit,
    response={201: schemas.Verification, **_ERRORS},
    operation_id="verify",
    summary="Examines a video, sent as a file or named by its address",
    openapi_extra={"requestBody": _BODY, "security": [{}, {"auth": []}]},
)
def verify(request: HttpRequest, response: HttpResponse) -> Any:
    if not isinstance(request.auth, ApiKey):
        limits.take_token(request.META.get("REMOTE_ADDR", ""))
    response["Cache-Control"] = "no-store"
    return Status(201, _told(request, _verified(request)))


@router.get(
    "/verifications/{report_id}",
    response={200: schemas.Verification, **_ERRORS},
    operation_id="read",
    summary="The report again, until it expires",
    openapi_extra={"security": [{}]},
)
def read(request: HttpRequest, response: HttpResponse, report_id: UUID) -> Any:
    response["Cache-Control"] = "no-store"
    return _told(request, _report(report_id))


@router.delete(
    "/verifications/{report_id}",
    response={204: None, **_ERRORS},
    operation_id="delete",
    summary="Deletes the report at once",
    openapi_extra={"security": [{}]},
)
def delete(request: HttpRequest, report_id: UUID) -> Any:
    services.delete_report(_report(report_id).pk)
    return Status(204, None)


def _verified(request: HttpRequest) -> Report:
    kind = request.content_type or ""
    key = str(request.auth.pk) if isinstance(request.auth, ApiKey) else ""
    if kind == "multipart/form-data":
        return services.verify_upload(_file(request), key)
    if kind == "application/json":
        return services.verify_url(_url(request), key)
    if kind.startswith("video/") or kind == "application/octet-stream":
        return services.verify_body(request.read, key)
    fault = UserFault(
        "verification.wrong-type",
        _("This address takes a video, a form with one, or JSON with its address."),
        _("Say in Content-Type what you send."),
    )
    fault.status = 415
    raise fault


def _file(request: HttpRequest) -> UploadedFile | None:
    try:
        return request.FILES.get("video")
    except MultiPartParserError as error:
        raise UserFault(
            "verification.form-broken",
            _("The form around the video could not be read."),
            _("Send it as multipart/form-data with its boundary, or send the video as the body."),
        ) from error


def _url(request: HttpRequest) -> str:
    try:
        return schemas.Address(**json.loads(request.read(_MOST_JSON))).url
    except (ValueError, TypeError, RecursionError, ValidationError) as error:
        raise UserFault(
            "verification.url-malformed",
            _("The body is not JSON with the address of a video."),
            _('Send {"url": "https://…"}.'),
        ) from error


def _told(request: HttpRequest, found: Report) -> schemas.Verification:
    return schemas.Verification(
        id=found.pk,
        address=request.build_absolute_uri(found.get_absolute_url()),
        expires_at=found.expires_at,
        signed=found.signed,
        report=schemas.ReportBody(**found.verdict, examination=found.examination),
    )


def _report(report_id: UUID) -> Report:
    found = selectors.report_of(report_id)
    if found is None:
        fault = UserFault(
            "verification.no-report",
            _("There is no such report, or it has expired."),
            _("Verify the video again."),
        )
        fault.status = 404
        raise fault
    return found


api.add_router("", router)
