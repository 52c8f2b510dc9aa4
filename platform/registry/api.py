"""The C2PA Soft Binding Resolution API 2.4, all of it but `byReference`.

That one would have the studio fetch addresses that anybody names. Paths, names and status codes
are the specification's ("softbinding/Decoupled"); 401, 413, 415, 429 and 503 are added where a
public server cannot do without them.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from ninja import Query as InAddress
from ninja import Router, Status

from accounts.models import ApiKey, Scope
from config.api import FaultBody, new_api
from config.errors import Forbidden, SystemFault, UserFault
from jobs.signing import mark_keys
from provenance import FINGERPRINT_ALGORITHM, HASH_BYTES, MARK_ALGORITHM, active_manifest
from provenance.deposit import MAX_BYTES
from registry import content, deposits, gone, schemas, selectors
from registry.admission import may
from registry.receipts import receipt_for
from verification.limits import slot, take_token

VERSION = "2.4.0"
BASE = "/c2pa/v1"
STORE_TYPE = "application/c2pa"
MARK_BYTES = 6
MOST = "How many at most; never more than 100"
_MOST_MATCHES = 100
_MOST_IN_ADDRESS = 2048
_MOST_FRAMES = 32

router = Router()
api = new_api(
    BASE,
    title="C2PA Soft Binding Resolution API",
    version=VERSION,
    description=(
        "Finds and hands out C2PA manifests of this studio's clips, and of manifests deposited "
        "here, from an invisible mark, a soft binding's value or a video. Reading needs no key."
    ),
    urls_namespace="c2pa",
)


def _errors(*codes: int) -> dict[int, type[FaultBody]]:
    return dict.fromkeys(codes, FaultBody)


def _extra(scope: Scope | None, **more: Any) -> dict[str, Any]:
    """What Ninja cannot know: who may, and bodies that are bytes."""
    if scope is None:
        return {"security": [{}], **more}
    named = [{"auth": [str(scope)]}]
    return {"security": named if scope.writes else [*named, {}], **more}


def _bytes_of(*kinds: str) -> dict[str, Any]:
    """A body of bytes, of a request or an answer."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    return {"content": dict.fromkeys(kinds, binary)}


@router.get(
    "/matches/byBinding",
    auth=may(Scope.FETCH_MANIFESTS),
    response={200: schemas.Matches, **_errors(400, 401, 403, 414, 429, 500, 503)},
    operation_id="queryByBinding",
    summary="Manifests that a soft binding leads to",
    tags=["query"],
    exclude_none=True,
    openapi_extra=_extra(Scope.FETCH_MANIFESTS),
)
def by_binding(
    request: HttpRequest,
    value: Annotated[schemas.Base64, InAddress()],
    alg: Annotated[schemas.Algorithm, InAddress()],
    maxResults: Annotated[int, InAddress(ge=1, description=MOST)] = 10,  # noqa: N803
) -> schemas.Matches:
    if len(request.GET["value"]) > _MOST_IN_ADDRESS:
        fault = UserFault(
            "registry.address-too-long",
            _("This value is too long for an address."),
            _("Send it with POST, in a body."),
        )
        fault.status = 414
        raise fault
    return _bound(alg, value, maxResults)


@router.post(
    "/matches/byBinding",
    auth=may(Scope.FETCH_MANIFESTS),
    response={200: schemas.Matches, **_errors(400, 401, 403, 413, 429, 500, 503)},
    operation_id="queryByLargeBinding",
    summary="Manifests that a large soft binding leads to",
    tags=["query"],
    exclude_none=True,
    openapi_extra=_extra(Scope.FETCH_MANIFESTS),
)
def by_large_binding(
    request: HttpRequest,
    query: schemas.Query,
    maxResults: Annotated[int, InAddress(ge=1, description=MOST)] = 10,  # noqa: N803
) -> schemas.Matches:
    return _bound(query.alg, query.value, maxResults)


@router.post(
    "/matches/byContent",
    auth=may(Scope.FETCH_MANIFESTS),
    response={200: schemas.Matches, **_errors(400, 401, 403, 413, 415, 429, 500, 503)},
    operation_id="uploadFile",
    summary="Manifests that belong to a video",
    description="The video is looked at in a sandbox and deleted before the answer is sent.",
    tags=["query"],
    exclude_none=True,
    openapi_extra=_extra(
        Scope.FETCH_MANIFESTS, requestBody={"required": True, **_bytes_of("video/*")}
    ),
)
def by_content(
    request: HttpRequest,
    alg: Annotated[schemas.Algorithm | None, InAddress()] = None,
    maxResults: Annotated[int, InAddress(ge=1, description=MOST)] = 10,  # noqa: N803
    hintAlg: Annotated[schemas.Algorithm | None, InAddress()] = None,  # noqa: N803
    hintValue: Annotated[schemas.Base64 | None, InAddress()] = None,  # noqa: N803
) -> schemas.Matches:
    _only(request, "video/")
    if alg is not None and alg not in selectors.OWN_ALGORITHMS:
        raise UserFault(
            "registry.algorithm-unknown",
            _("Videos are not searched for this algorithm here."),
            _("Leave alg out, or take one from /services/supportedAlgorithms."),
        )
    hint = _mark_id(hintValue) if hintValue and hintAlg == MARK_ALGORITHM else None
    key = str(request.auth.pk) if isinstance(request.auth, ApiKey) else ""
    take_token(key or request.META.get("REMOTE_ADDR", ""))
    with slot(key), content.body_as_file(request, settings.VERIFY_MAX_BYTES) as file:
        found = content.find(file, alg, hint)
    return _matches([(each.manifest_id, each.score) for each in found], maxResults)


@router.get(
    "/manifests/{manifestId}",
    auth=may(Scope.FETCH_MANIFESTS),
    response={200: None, **_errors(400, 401, 403, 404, 429, 500, 503)},
    operation_id="getManifestById",
    summary="A manifest store, or its active manifest alone",
    description="A clip that was taken down answers 403 with the code registry.taken-down.",
    tags=["fetch"],
    openapi_extra=_extra(
        Scope.FETCH_MANIFESTS,
        responses={200: {"description": "The manifest", **_bytes_of(STORE_TYPE)}},
    ),
)
def manifest(
    request: HttpRequest,
    manifestId: schemas.ManifestId,  # noqa: N803
    returnActiveManifest: Annotated[bool, InAddress()] = False,  # noqa: N803
) -> HttpResponse:
    stored = selectors.stored_manifest(manifestId)
    if stored is None:
        raise deposits.no_manifest()
    store, taken_down_at, reason = stored
    if taken_down_at is not None:
        raise Forbidden(
            "registry.taken-down",
            gone.message(taken_down_at, reason),
            _("It was made by this studio; neither it nor its manifest is handed out any more."),
        )
    return HttpResponse(
        active_manifest(store) if returnActiveManifest else store, content_type=STORE_TYPE
    )


@router.post(
    "/manifests",
    auth=may(Scope.STORE_MANIFESTS),
    response={200: schemas.Deposited, **_errors(400, 401, 403, 409, 413, 415, 429, 500, 503)},
    operation_id="storeManifest",
    summary="Deposits a manifest store",
    description="It is read in a sandbox first: its signature and statements must hold. Soft "
    "bindings that it names lead to it from then on. A receipt is signed, and can be checked "
    "without the studio.",
    tags=["store"],
    exclude_none=True,
    openapi_extra=_extra(
        Scope.STORE_MANIFESTS, requestBody={"required": True, **_bytes_of(STORE_TYPE)}
    ),
)
def store_manifest(
    request: HttpRequest,
    returnReceipt: Annotated[bool, InAddress()] = False,  # noqa: N803
) -> schemas.Deposited:
    _only(request, STORE_TYPE)
    kept = deposits.deposit(request.auth.owner, _body(request, MAX_BYTES))
    receipt = receipt_for(kept, f"{settings.KINEMARK_URL}{BASE}") if returnReceipt else None
    return schemas.Deposited(manifestId=kept.manifest_id, receipt=receipt)


@router.delete(
    "/manifests/{manifestId}",
    auth=may(Scope.STORE_MANIFESTS),
    response={204: None, **_errors(400, 401, 403, 404, 429, 500, 503)},
    operation_id="deleteManifest",
    summary="Withdraws a deposited manifest and every binding to it",
    tags=["store"],
    openapi_extra=_extra(Scope.STORE_MANIFESTS),
)
def delete_manifest(request: HttpRequest, manifestId: schemas.ManifestId) -> Status:  # noqa: N803
    deposits.withdraw(request.auth.owner, manifestId)
    return Status(204, None)


@router.post(
    "/bindings",
    auth=may(Scope.STORE_BINDINGS),
    response={204: None, **_errors(400, 401, 403, 404, 413, 429, 500, 503)},
    operation_id="storeBinding",
    summary="Lets a soft binding's value lead to a manifest",
    tags=["store"],
    openapi_extra=_extra(Scope.STORE_BINDINGS),
)
def store_binding(request: HttpRequest, binding: schemas.NewBinding) -> Status:
    deposits.bind(request.auth.owner, binding.bindingValue, binding.manifestId)
    return Status(204, None)


@router.put(
    "/bindings",
    auth=may(Scope.STORE_BINDINGS),
    response={204: None, **_errors(400, 401, 403, 404, 413, 429, 500, 503)},
    operation_id="updateBinding",
    summary="Lets a bound value lead to another manifest",
    tags=["store"],
    openapi_extra=_extra(Scope.STORE_BINDINGS),
)
def update_binding(request: HttpRequest, binding: schemas.NewBinding) -> Status:
    deposits.rebind(request.auth.owner, binding.bindingValue, binding.manifestId)
    return Status(204, None)


@router.get(
    "/services/supportedAlgorithms",
    response={200: schemas.Algorithms, **_errors(500)},
    operation_id="getSupportedBindings",
    summary="Algorithms that can be asked for",
    tags=["service"],
    openapi_extra=_extra(None),
)
def supported_algorithms(request: HttpRequest) -> schemas.Algorithms:
    return schemas.Algorithms(
        watermarks=[schemas.NamedAlgorithm(alg=MARK_ALGORITHM)],
        fingerprints=[schemas.NamedAlgorithm(alg=FINGERPRINT_ALGORITHM)],
    )


@router.get(
    "/services/status",
    response={200: schemas.Status, **_errors(500)},
    operation_id="getServiceStatus",
    summary="Whether the service works; degraded when videos cannot be searched for marks",
    tags=["service"],
    openapi_extra=_extra(None),
)
def status(request: HttpRequest) -> schemas.Status:
    try:
        mark_keys()
        word = "ok"
    except SystemFault:
        word = "degraded"
    return schemas.Status(status=word, timestamp=now().isoformat(timespec="seconds"))


@router.get(
    "/services/capabilities",
    response={200: schemas.Capabilities, **_errors(500)},
    operation_id="getServiceCapabilities",
    summary="Which optional parts of the specification are here",
    tags=["service"],
    openapi_extra=_extra(None),
)
def capabilities(request: HttpRequest) -> schemas.Capabilities:
    return schemas.Capabilities(
        c2paSpecificationVersion=VERSION,
        supportedCapabilities=["queryByContent", "storeManifests", "storeBindings"],
    )


def _bound(algorithm: str, value: bytes, most: int) -> schemas.Matches:
    if algorithm == FINGERPRINT_ALGORITHM:
        _only_hashes(value)
        most = min(most, _MOST_MATCHES)
        return _matches(selectors.manifest_ids_that_look_like(value, most), most)
    if algorithm == MARK_ALGORITHM:
        _mark_id(value)
    ids = selectors.manifest_ids_bound_to(algorithm, value, min(most, _MOST_MATCHES))
    return _matches([(each, None) for each in ids], most)


def _only_hashes(value: bytes) -> None:
    frames, rest = divmod(len(value), HASH_BYTES)
    if rest or frames > _MOST_FRAMES:
        raise UserFault(
            "registry.value-invalid",
            _("A fingerprint has %(bytes)d bytes for each frame, and at most %(most)d frames.")
            % {"bytes": HASH_BYTES, "most": _MOST_FRAMES},
            _("Send hashes of frames spread over the clip; or send the video itself."),
        )


def _matches(found: Sequence[tuple[str, int | None]], most: int) -> schemas.Matches:
    return schemas.Matches(
        matches=[
            schemas.Match(manifestId=manifest_id, similarityScore=score)
            for manifest_id, score in found[:most]
        ]
    )


def _mark_id(value: bytes) -> int:
    if len(value) != MARK_BYTES:
        raise UserFault(
            "registry.value-invalid",
            _("A mark of this studio has %(bytes)d bytes.") % {"bytes": MARK_BYTES},
            _("Send the value of the soft binding as it stands in the manifest, in base64."),
        )
    return int.from_bytes(value, "big")


def _only(request: HttpRequest, kind: str) -> None:
    """Refuses another kind of body before a byte of it is read."""
    if not (request.content_type or "").startswith(kind):
        fault = UserFault(
            "registry.wrong-type",
            _("This address takes %(kind)s only.") % {"kind": kind.rstrip("/")},
            _("Say in Content-Type what you send."),
        )
        fault.status = 415
        raise fault


def _body(request: HttpRequest, most: int) -> bytes:
    found: bytes = request.read(most + 1)
    if len(found) > most:
        raise content.TooLarge(most)
    return found


api.add_router("", router)
