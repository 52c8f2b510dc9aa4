"""Read credentials of any file, offline, and say what was found as data.

The library follows URLs that a file names unless told otherwise; every context here is built from
`OFFLINE`, and the canary proves that the library listened (it ignores misspelled settings).
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import c2pa
import cbor2

from provenance.credentials import boxes
from provenance.credentials.claims import GENERATION_LABEL, MARK_ALGORITHM
from provenance.credentials.trust import Store, TrustStores
from provenance.errors import InvalidMedia

OFFLINE: dict[str, Any] = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    "core": {"allowed_network_hosts": [], "allow_redirects": False},
}
STORE_TYPE = "application/c2pa"
WITHDRAWN = "signingCredential.revoked"
"""Our own code beside the library's: we withdrew the certificate ourselves."""
_MOST_TEXT, _MOST_ITEMS = 300, 64
_X5CHAIN = 33  # RFC 9360


@dataclass(frozen=True, slots=True)
class IngredientFacts:
    """What a clip was made from, as its manifest tells it, and what of that fails."""

    relationship: str
    manifest_id: str
    issuer: str
    failures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ManifestFacts:
    """One step of the chain of edits: who made what, from which manifests (relationship, URN)."""

    manifest_id: str
    issuer: str
    generator: str
    actions: tuple[str, ...]
    made_from: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Credentials:
    """The active manifest of a file. Every text in it is a claim of whoever made the file.

    Attributes:
        manifest_id: its URN.
        successes, informational, failures: validation codes of the active manifest only
            (C2PA 2.4 §15.2); ingredients have their own.
        store: the trust store that the signer's certificate leads to, if the library trusts it.
        issuer, common_name: organisation and name in that certificate.
        signed_at: time that a trusted time stamp proves, ISO 8601, or "".
        generator: software that made the claim.
        source_type: last part of the first action's digital source type, e.g.
            "trainedAlgorithmicMedia".
        actions: action labels in order.
        soft_bindings: (algorithm, value in hex).
        generation: our own assertion, empty for others' files.
        ingredients: what it was made from.
        history: every manifest in the file, the active one first, then its ancestors.
        remote_url: where the file says that its credentials are; never fetched.
    """

    manifest_id: str = ""
    successes: tuple[str, ...] = ()
    informational: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    store: Store | None = None
    issuer: str = ""
    common_name: str = ""
    signed_at: str = ""
    generator: str = ""
    source_type: str = ""
    actions: tuple[str, ...] = ()
    soft_bindings: tuple[tuple[str, str], ...] = ()
    generation: dict[str, Any] = field(default_factory=dict)
    ingredients: tuple[IngredientFacts, ...] = ()
    history: tuple[ManifestFacts, ...] = ()
    remote_url: str = ""

    @property
    def marks(self) -> tuple[str, ...]:
        """Values of our own soft bindings, hex."""
        return tuple(value for alg, value in self.soft_bindings if alg == MARK_ALGORITHM)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Credentials:
        """The inverse of `as_dict`, also after a trip through JSON."""
        lists = {"successes", "informational", "failures", "actions"}
        plain: dict[str, Any] = {
            key: tuple(value) if key in lists else value for key, value in data.items()
        }
        plain["store"] = Store(data["store"]) if data["store"] else None
        plain["soft_bindings"] = tuple((alg, value) for alg, value in data["soft_bindings"])
        plain["ingredients"] = tuple(
            IngredientFacts(**{**item, "failures": tuple(item["failures"])})
            for item in data["ingredients"]
        )
        plain["history"] = tuple(
            ManifestFacts(
                **{
                    **item,
                    "actions": tuple(item["actions"]),
                    "made_from": tuple((kind, label) for kind, label in item["made_from"]),
                }
            )
            for item in data["history"]
        )
        return cls(**plain)


def read_credentials(
    source: Path | bytes | BinaryIO, trust: TrustStores, manifest: bytes | None = None
) -> Credentials | None:
    """The credentials of an MP4 or MOV, or None when it has none.

    Args:
        source: the file.
        trust: whom to trust.
        manifest: validate this manifest store against the file instead of an embedded one.

    Raises:
        LimitReached: the manifest is larger than we parse (codes of `boxes`).
        InvalidMedia: ``provenance.manifest-damaged``: credentials are there but cannot be read.
    """
    if isinstance(source, Path):
        with source.open("rb") as file:
            return read_credentials(file, trust, manifest)
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    if manifest is None:
        store = boxes.find_store(stream)
        content = store.content if store else None
    else:
        content = manifest
    if content is not None:
        boxes.check_store(content)
    stream.seek(0)
    context = c2pa.Context.from_dict(_settings(trust))
    try:
        with c2pa.Reader(media_type(stream), stream, manifest, context=context) as reader:
            return _facts(json.loads(reader.json()), content or b"", trust)
    except c2pa.C2paError as fault:
        if content is None and (url := refused_url(fault)):
            return Credentials(remote_url=_text(url))
        if content is None:
            return None
        raise InvalidMedia(
            "manifest-damaged",
            "The file has credentials, but they are damaged.",
            "Ask the sender for an undamaged copy.",
        ) from fault
    finally:
        context.close()


def read_store(content: bytes, trust: TrustStores) -> Credentials:
    """The credentials in a bare manifest store (``application/c2pa``), without the file that they
    belong to: `failures` always has the mismatch of its hard binding.

    Raises:
        LimitReached: the manifest is larger than we parse (codes of `boxes`).
        InvalidMedia: ``provenance.manifest-damaged``.
    """
    boxes.check_store(content)
    context = c2pa.Context.from_dict(_settings(trust))
    try:
        with c2pa.Reader(STORE_TYPE, io.BytesIO(content), context=context) as reader:
            return _facts(json.loads(reader.json()), content, trust)
    except c2pa.C2paError as fault:
        raise InvalidMedia(
            "manifest-damaged",
            "This is no C2PA manifest store, or it is damaged.",
            "Send the manifest store as bytes, just as it stands in the file.",
        ) from fault
    finally:
        context.close()


def merged(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Two nested settings as one; `second` wins."""
    result = dict(first)
    for key, value in second.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return result


def media_type(file: BinaryIO) -> str:
    """MIME type for the library, from the file's own first box; the name is not believed."""
    file.seek(0)
    head = file.read(12)
    file.seek(0)
    return "video/quicktime" if head[4:12] == b"ftypqt  " else "video/mp4"


def _settings(trust: TrustStores) -> dict[str, Any]:
    anchors = trust.anchors
    return merged(OFFLINE, {"trust": {"trust_anchors": anchors}}) if anchors else OFFLINE


def refused_url(fault: c2pa.C2paError) -> str:
    """The URL in the library's refusal to fetch a remote manifest, else ""."""
    found = re.match(r"Remote: .*?(\S+)$", str(fault))
    return found.group(1) if found else ""


def _facts(report: dict[str, Any], content: bytes, trust: TrustStores) -> Credentials:
    manifest_id = str(report.get("active_manifest", ""))
    manifests = report.get("manifests") or {}
    active = manifests.get(manifest_id) or {}
    results = report.get("validation_results") or {}
    codes = results.get("activeManifest") or {}
    signature = active.get("signature_info") or {}
    assertions = active.get("assertions") or []
    successes = _codes(codes.get("success"))
    actions = [
        action for data in _data(assertions, "c2pa.actions") for action in _list(data, "actions")
    ]
    chain = _chain(content, manifest_id)
    trusted = "signingCredential.trusted" in successes
    stamped = {"timeStamp.trusted", "timeStamp.validated"} <= set(successes)
    signed_at = _text(signature.get("time")) if stamped else ""
    store = trust.owner(chain) if trusted else None
    failures = _codes(codes.get("failure"))
    if store and trust.withdrawn(chain, signed_at):
        failures = (*failures, WITHDRAWN)
    return Credentials(
        manifest_id=_text(manifest_id),
        successes=successes,
        informational=_codes(codes.get("informational")),
        failures=failures,
        store=store,
        issuer=_text(signature.get("issuer")),
        common_name=_text(signature.get("common_name")),
        signed_at=signed_at,
        generator=_generator(active),
        source_type=_text(str(actions[0].get("digitalSourceType", "")).rsplit("/", 1)[-1])
        if actions
        else "",
        actions=tuple(_text(action.get("action")) for action in actions[:_MOST_ITEMS]),
        soft_bindings=tuple(_soft_bindings(content, manifest_id)),
        generation=_plain(next(iter(_data(assertions, GENERATION_LABEL)), {})),
        ingredients=tuple(_ingredients(active, manifests, results))[:_MOST_ITEMS],
        history=tuple(_history(manifest_id, manifests)),
    )


def _ingredients(
    active: dict[str, Any], manifests: dict[str, Any], results: dict[str, Any]
) -> Iterator[IngredientFacts]:
    """Ingredients of the active manifest; a failure anywhere below counts for the whole branch.

    A laundered ingredient fails only in the results that its own manifest recorded, a later
    change only in the reader's deltas: both are looked at.
    """
    deltas = [
        code
        for delta in results.get("ingredientDeltas") or []
        for code in _codes((delta.get("validationDeltas") or {}).get("failure"))
    ]
    for item in active.get("ingredients") or []:
        below = str(item.get("active_manifest") or "")
        signature = (manifests.get(below) or {}).get("signature_info") or {}
        failures = {*_recorded(item, manifests, set()), *deltas}
        yield IngredientFacts(
            relationship=_text(item.get("relationship")),
            manifest_id=_text(below),
            issuer=_text(signature.get("issuer")),
            failures=tuple(sorted(failures - {"signingCredential.untrusted"})),
        )


def _recorded(item: dict[str, Any], manifests: dict[str, Any], seen: set[str]) -> Iterator[str]:
    results = (item.get("validation_results") or {}).get("activeManifest") or {}
    yield from _codes(results.get("failure"))
    below = str(item.get("active_manifest") or "")
    if below and below not in seen:
        seen.add(below)
        for deeper in (manifests.get(below) or {}).get("ingredients") or []:
            yield from _recorded(deeper, manifests, seen)


def _history(manifest_id: str, manifests: dict[str, Any]) -> Iterator[ManifestFacts]:
    """Breadth first from the active manifest, each manifest once."""
    waiting, seen = [manifest_id], {manifest_id}
    while waiting:
        label = waiting.pop(0)
        manifest = manifests.get(label) or {}
        actions = [
            _text(action.get("action"))
            for data in _data(manifest.get("assertions") or [], "c2pa.actions")
            for action in _list(data, "actions")
        ]
        sources = [
            (_text(item.get("relationship")), str(item.get("active_manifest") or ""))
            for item in manifest.get("ingredients") or []
        ][:_MOST_ITEMS]
        yield ManifestFacts(
            _text(label),
            _text((manifest.get("signature_info") or {}).get("issuer")),
            _generator(manifest),
            tuple(actions[:_MOST_ITEMS]),
            tuple((kind, _text(source)) for kind, source in sources),
        )
        for _, source in sources:
            if source and source not in seen:
                seen.add(source)
                waiting.append(source)


def _soft_bindings(content: bytes, manifest_id: str) -> Iterator[tuple[str, str]]:
    """Read from the store itself: the library's JSON does not tell bytes from text."""
    prefix = ("c2pa", manifest_id, "c2pa.assertions")
    for item in boxes.walk(content):
        if not isinstance(item, boxes.Leaf) or item.kind != b"cbor" or item.path[:3] != prefix:
            continue
        if item.path[-1].split("__")[0] != "c2pa.soft-binding":
            continue
        data = _cbor(content[item.start : item.end])
        for block in _list(data, "blocks")[:_MOST_ITEMS]:
            value = block.get("value")
            if isinstance(value, bytes) and len(value) <= _MOST_TEXT:
                yield _text(data.get("alg")), value.hex()


def _chain(content: bytes, manifest_id: str) -> list[bytes]:
    """The signer's certificates, DER, leaf first, from the COSE headers (C2PA 2.4 §14.6)."""
    box = boxes.leaf(content, "c2pa", manifest_id, "c2pa.signature")
    cose = _cbor(content[box.start : box.end]) if box else None
    value = getattr(cose, "value", None)
    if not isinstance(value, list | tuple) or len(value) != 4:
        return []
    protected = _cbor(value[0]) if isinstance(value[0], bytes) else {}
    for headers in (protected, value[1]):
        if isinstance(headers, dict):
            chain = headers.get(_X5CHAIN, headers.get("x5chain"))
            if isinstance(chain, bytes):
                return [chain]
            if isinstance(chain, list | tuple):
                return [der for der in chain[:16] if isinstance(der, bytes)]
    return []


def _cbor(content: bytes) -> Any:
    try:
        return cbor2.loads(content)
    except Exception:  # whatever a hostile encoding makes of the decoder: no data
        return {}


def _data(assertions: list[dict[str, Any]], label: str) -> list[dict[str, Any]]:
    return [
        item["data"]
        for item in assertions
        if str(item.get("label", "")).startswith(label) and isinstance(item.get("data"), dict)
    ]


def _list(data: Any, key: str) -> list[dict[str, Any]]:
    items = data.get(key) if isinstance(data, dict) else None
    return (
        [item for item in items if isinstance(item, dict)]
        if isinstance(items, list | tuple)
        else []
    )


def _codes(statuses: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_text(status.get("code")) for status in statuses or []))


def _generator(active: dict[str, Any]) -> str:
    info = active.get("claim_generator_info") or [{}]
    return _text(f"{info[0].get('name', '')} {info[0].get('version', '')}".strip())


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    """Numbers, truths and cut texts of an assertion that anybody may have written."""
    return {
        _text(key): value if isinstance(value, bool | int | float) else _text(value)
        for key, value in list(data.items())[:_MOST_ITEMS]
        if isinstance(value, bool | int | float | str)
    }


def _text(value: Any) -> str:
    return str(value)[:_MOST_TEXT] if value else ""
