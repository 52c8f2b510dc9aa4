"""The C2PA 2.4 manifest of a clip, as the library's JSON definition.

What bites (conformance rubrics 1.0): `specVersion`, `allActionsIncluded`, `"created": true`, a
digitalSourceType on `c2pa.edited` and none on `c2pa.opened`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from provenance.credentials.claims import (
    GENERATION_LABEL,
    MARK_ALGORITHM,
    MARK_BYTES,
    ClipClaims,
    Relationship,
)
from provenance.version import NAME, VERSION

MARK_PLACEHOLDER = "~" * MARK_BYTES
"""Text that the strict finisher turns into the mark's bytes: same length in CBOR."""
THUMBNAIL = "thumbnail.jpg"

_SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_GENERATED = _SOURCE + "trainedAlgorithmicMedia"
_COMPOSITE = _SOURCE + "compositeWithTrainedAlgorithmicMedia"
_SPEC = "2.4.0"

Definition = dict[str, Any]


def definition(claims: ClipClaims) -> Definition:
    """The manifest definition for `claims`, without the ingredients' files."""
    assertions = [
        _assertion("c2pa.actions.v2", {"actions": _actions(claims), "allActionsIncluded": True}),
        _disclosure(claims),
        _training(),
        _generation(claims),
    ]
    if claims.mark_id is not None:
        assertions.insert(1, _soft_binding(claims.duration_ms))
    return {
        "claim_version": 2,
        "label": claims.manifest_id,
        "format": "video/mp4",
        "claim_generator_info": [{"name": NAME, "version": VERSION, "specVersion": _SPEC}],
        "thumbnail": {"format": "image/jpeg", "identifier": THUMBNAIL},
        "assertions": assertions,
    }


def ingredient(index: int, relationship: Relationship, media_type: str) -> Definition:
    """The ingredient's definition; `label` is what the actions refer to. It has no title."""
    return {"relationship": relationship.value, "label": label(index), "format": media_type}


def label(index: int) -> str:
    """Name of the ingredient with this index inside the definition."""
    return f"ingredient-{index}"


def _actions(claims: ClipClaims) -> list[Definition]:
    by = {
        relationship: [
            label(index)
            for index, item in enumerate(claims.ingredients)
            if item.relationship is relationship
        ]
        for relationship in Relationship
    }
    agent = {"name": claims.model_name, "version": claims.model_version}
    studio = {"name": NAME, "version": VERSION}
    when = claims.created_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    actions: list[Definition] = []
    if parents := by[Relationship.PARENT]:
        actions.append({"action": "c2pa.opened", "parameters": {"ingredientIds": parents}})
        edit: Definition = {"action": "c2pa.edited", "digitalSourceType": _COMPOSITE}
    else:
        edit = {"action": "c2pa.created", "digitalSourceType": _GENERATED}
    edit |= {"softwareAgent": agent, "when": when}
    if inputs := by[Relationship.INPUT]:
        edit["parameters"] = {"ingredientIds": inputs}
    if claims.edit:
        edit["description"] = claims.edit
    actions.append(edit)
    actions += [
        {"action": "c2pa.placed", "parameters": {"ingredientIds": [part]}, "softwareAgent": studio}
        for part in by[Relationship.COMPONENT]
    ]
    if claims.upscaled:
        actions.append(
            {
                "action": "c2pa.resized.proportional",
                "softwareAgent": studio,
                "description": "Enlarged from the size that the model draws.",
            }
        )
    if claims.mark_id is not None:
        actions.append(
            {
                "action": "c2pa.watermarked.bound",
                "softwareAgent": studio,
                "description": "Invisible mark that leads back to these credentials.",
            }
        )
    return actions


def _assertion(name: str, data: Definition, *, created: bool = True) -> Definition:
    return {"label": name, "created": created, "data": data}


def _soft_binding(duration_ms: int) -> Definition:
    block = {"scope": {"timespan": {"start": 0, "end": duration_ms}}, "value": MARK_PLACEHOLDER}
    return _assertion("c2pa.soft-binding", {"alg": MARK_ALGORITHM, "blocks": [block]})


def _disclosure(claims: ClipClaims) -> Definition:
    """C2PA 2.4 §18.28."""
    return _assertion(
        "c2pa.ai-disclosure",
        {
            "modelType": "c2pa.types.model.pytorch",
            "modelName": claims.model_name,
            "modelIdentifier": f"pkg:generic/{claims.model_name}@{claims.model_version}",
            "contentProfile": {"humanOversightLevel": "prompt_guided"},
        },
    )


def _training() -> Definition:
    """CAWG training and data mining 1.1: the studio does not licence its clips for training."""
    uses = {
        "cawg.ai_generative_training": "notAllowed",
        "cawg.ai_training": "notAllowed",
        "cawg.data_mining": "notAllowed",
        "cawg.ai_inference": "allowed",
    }
    entries = {name: {"use": use} for name, use in uses.items()}
    return _assertion("cawg.training-mining", {"entries": entries}, created=False)


def _generation(claims: ClipClaims) -> Definition:
    data = {
        "model": claims.model_name,
        "modelVersion": claims.model_version,
        "modelSha256": claims.model_sha256,
        "modelLicence": claims.model_licence,
        "promptCommitment": claims.prompt_commitment,
        "seed": claims.seed,
        "steps": claims.steps,
        "durationMs": claims.duration_ms,
        "upscaled": claims.upscaled,
    }
    if claims.prompt_commitment:
        data["promptCommitmentMethod"] = "HMAC-SHA256, salt kept by the studio"
    return _assertion(GENERATION_LABEL, {k: v for k, v in data.items() if v != ""})
