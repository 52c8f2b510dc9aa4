"""Every kind of clip satisfies the C2PA conformance and integrity rubrics (release 1.0).

Each rule of the two rubrics is written here as a predicate over `Reader.crjson()`, named by the
rule's own identifier; the word lists come from the vendored files, and a test compares the
identifiers, so no rule can be forgotten. Each rule also has a negative control that breaks it.
"""

import copy
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import c2pa
import numpy as np
import pytest
import yaml
from PIL import Image

from provenance import Ingredient, Relationship, sign_clip
from provenance.credentials import Authority
from provenance.credentials.reader import OFFLINE, merged

RUBRICS = Path(__file__).parent / "rubrics"
SPEC = "2.4"
Document = dict[str, Any]


def load(name: str) -> tuple[Document, list[str]]:
    """(word lists, rule identifiers) of a rubric."""
    head, rules = yaml.safe_load_all((RUBRICS / name).read_text())
    words = {key.lstrip("$"): value for key, value in head["variables"].items()}
    return words, [rule["id"] for rule in rules]


WORDS, CONFORMANCE = load("asset-rubric-conformance0.2-spec2.4.yml")
INTEGRITY_WORDS, INTEGRITY = load("asset-rubric-integrity.yml")
RULES: dict[str, Callable[[Document], bool]] = {}


def rule(name: str) -> Callable[[Callable[[Document], bool]], Callable[[Document], bool]]:
    def register(predicate: Callable[[Document], bool]) -> Callable[[Document], bool]:
        RULES[f"validation:{name}"] = predicate
        return predicate

    return register


def active(document: Document) -> Document:
    return document["manifests"][0]


def assertions(document: Document) -> Document:
    return active(document).get("assertions") or {}


def claim(document: Document) -> Document:
    return active(document).get("claim.v2") or {}


def actions(document: Document) -> list[Document]:
    return [
        action
        for data in assertions(document).values()
        for action in (data.get("actions") or [] if isinstance(data, dict) else [])
    ]


def ingredients(document: Document) -> list[Document]:
    return [data for data in assertions(document).values() if data.get("relationship") is not None]


def failures(document: Document) -> set[str]:
    results = active(document).get("validationResults")
    if results is None:
        return {"MISSING_VALIDATION_RESULTS"}
    return {status["code"] for status in results.get("failure") or []}


def base(label: str) -> str:
    return label.split("__")[0]


def standard(document: Document) -> Iterator[str]:
    return (key for key in assertions(document) if key.startswith("c2pa."))


@rule("mandatory_dst_for_perceptible_transformations")
def _(d: Document) -> bool:
    exempt = {
        *WORDS["inception_actions"],
        *WORDS["non_editorial_actions"],
        *WORDS["dst_exempt_perceptible_actions"],
    }
    return all(
        a.get("digitalSourceType")
        for a in actions(d)
        if a["action"].startswith("c2pa.") and a["action"] not in exempt
    )


@rule("mandatory_spec_version")
def _(d: Document) -> bool:
    info = claim(d).get("claim_generator_info") or {}
    version = (info[0] if isinstance(info, list) else info).get("specVersion")
    return isinstance(version, str) and version.split(".")[:2] == SPEC.split(".")


@rule("mandatory_all_actions_included")
def _(d: Document) -> bool:
    return all(
        data.get("allActionsIncluded") is not None
        for data in assertions(d).values()
        if data.get("actions") is not None
    )


@rule("no_dst_for_opened_action")
def _(d: Document) -> bool:
    return not any(a["action"] == "c2pa.opened" and a.get("digitalSourceType") for a in actions(d))


@rule("well_formed_data_present")
@rule("valid_data_present")
@rule("trusted_data_present")
def _(d: Document) -> bool:
    return active(d).get("validationResults") is not None


@rule("well_formed_success")
def _(d: Document) -> bool:
    return not failures(d) & set(WORDS["well_formed_error_codes"])


@rule("valid_success")
def _(d: Document) -> bool:
    return not failures(d) & set(WORDS["valid_error_codes"])


@rule("trusted_success")
def _(d: Document) -> bool:
    return not failures(d) & set(INTEGRITY_WORDS["trust_error_codes"])


@rule("inception_action_position")
def _(d: Document) -> bool:
    urls = [item["url"] for item in claim(d).get("created_assertions") or []]
    first = next((url for url in urls if "c2pa.actions" in url), "")
    names = [a["action"] for a in actions(d)]
    in_place = "c2pa.created" not in names or names[0] in WORDS["inception_actions"]
    return first.endswith("c2pa.actions.v2") and in_place


@rule("no_deprecated_assertions")
def _(d: Document) -> bool:
    deprecated = WORDS["deprecated_assertion_labels"]
    return not any(key.startswith("stds.") or key in deprecated for key in assertions(d))


@rule("no_unsupported_assertions")
def _(d: Document) -> bool:
    known = {*WORDS["allowed_assertions"], *WORDS["deprecated_assertion_labels"]}
    return all(base(key) in known for key in standard(d))


@rule("no_deprecated_actions")
def _(d: Document) -> bool:
    return not any(a["action"] in WORDS["deprecated_action_labels"] for a in actions(d))


@rule("no_unsupported_actions")
def _(d: Document) -> bool:
    names = [a["action"] for a in actions(d)]
    return all(n in WORDS["allowed_actions"] for n in names if n.startswith("c2pa."))


@rule("no_unrecognized_custom_assertions")
def _(d: Document) -> bool:
    return all("." in key for key in assertions(d) if not key.startswith("c2pa."))


@rule("no_unrecognized_custom_actions")
def _(d: Document) -> bool:
    names = [a["action"] for a in actions(d)]
    return all("." in name for name in names if not name.startswith("c2pa."))


@rule("no_unrecognized_custom_action_parameters")
def _(d: Document) -> bool:
    names = [name for a in actions(d) for name in a.get("parameters") or {}]
    return all("." in name for name in names if name not in WORDS["standard_parameters"])


@rule("discouraged_legacy_action_parameters")
def _(d: Document) -> bool:
    given = [a.get("parameters") or {} for a in actions(d)]
    return not any(p.get("description") or p.get("ingredient") for p in given)


@rule("active_manifest_urn")
def _(d: Document) -> bool:
    return str(active(d).get("label")).startswith("urn:c2pa:")


@rule("review_ratings_datasource")
def _(d: Document) -> bool:
    human = WORDS["human_entry_source_types"]
    return not any(
        data.get("reviewRatings") is not None and data.get("dataSource", {}).get("type") in human
        for data in assertions(d).values()
    )


@rule("ingredient_v3_no_active_manifest")
def _(d: Document) -> bool:
    return not any(
        i.get("activeManifest") is None and i.get("validationResults") is not None
        for i in ingredients(d)
    )


@rule("ingredient_v3_mandatory_validation_results")
def _(d: Document) -> bool:
    return not any(
        i.get("activeManifest") is not None and i.get("validationResults") is None
        for i in ingredients(d)
    )


@rule("ingredient_relationship_values")
def _(d: Document) -> bool:
    return all(i["relationship"] in WORDS["valid_relationship_values"] for i in ingredients(d))


@rule("mandatory_dst_for_created_action")
def _(d: Document) -> bool:
    return all(a.get("digitalSourceType") for a in actions(d) if a["action"] == "c2pa.created")


@rule("no_deprecated_claim_fields")
def _(d: Document) -> bool:
    return claim(d).get("specVersion") is None


@rule("ingredient_v3_choice")
def _(d: Document) -> bool:
    return not any(i.get("activeManifest") and i.get("digitalSourceType") for i in ingredients(d))


@rule("alternative_content_representation_choice")
def _(d: Document) -> bool:
    kind = "exif.originalPreservationImage"
    for data in assertions(d).values():
        parameters = data.get("parameters") or {}
        if kind in (data.get("type"), parameters.get("type")):
            chosen = ("multiAssetPartIndex", "embeddedOriginalPreservationImage")
            if sum(parameters.get(name) is not None for name in chosen) != 1:
                return False
    return True


@rule("forbidden_labels_in_external_references")
def _(d: Document) -> bool:
    exact = {"c2pa.actions", "c2pa.actions.v2", "c2pa.cloud-data", "c2pa.external-reference"}
    labels = [
        data["label"]
        for data in assertions(d).values()
        if data.get("label") and data.get("url") and data.get("relationship") is None
    ]
    return not any(
        label in exact or label.startswith(("c2pa.hash", "c2pa.ingredient")) for label in labels
    )


@rule("no_url_in_hashes")
def _(d: Document) -> bool:
    hashes = ("c2pa.hash.data", "c2pa.hash.bmff.v3")
    return not any(assertions(d).get(name, {}).get("url") for name in hashes)


@rule("all_actions_included_opened")
def _(d: Document) -> bool:
    names = [a["action"] for a in actions(d)]
    included = assertions(d).get("c2pa.actions.v2", {}).get("allActionsIncluded")
    return names != ["c2pa.opened"] or included is True


@rule("opened_action_ingredient_reference")
def _(d: Document) -> bool:
    opened = [a for a in actions(d) if a["action"] == "c2pa.opened"]
    return all(len((a.get("parameters") or {}).get("ingredients") or ()) == 1 for a in opened)


@rule("no_box_hash_for_tiff")
def _(d: Document) -> bool:
    kind = assertions(d).get("c2pa.asset-type.v2", {}).get("dc:format")
    return not ("c2pa.hash.boxes" in assertions(d) and kind in WORDS["tiff_media_types"])


KINDS = ("text-to-video", "image-to-video", "remix", "extend", "storyboard")


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Authority:
    return Authority.open(tmp_path_factory.mktemp("authority") / "pki")


def crjson(path: Path, authority: Authority) -> Document:
    anchors = authority.root + authority.timestamp_root
    settings = merged(OFFLINE, {"trust": {"trust_anchors": anchors}})
    context = c2pa.Context.from_dict(settings)
    stream = io.BytesIO(path.read_bytes())
    with c2pa.Reader("video/mp4", stream, context=context) as reader:
        return json.loads(reader.crjson())


@pytest.fixture(scope="module")
def documents(tmp_path_factory, authority, small_clip, claims) -> dict[str, Document]:
    folder = tmp_path_factory.mktemp("kinds")
    still = folder / "start.png"
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(still)
    signer = authority.signer()
    first, second = folder / "first.mp4", folder / "second.mp4"
    for path in (first, second):
        sign_clip(small_clip, path, claims(), signer)
    sources = {
        "text-to-video": (),
        "image-to-video": (Ingredient(still, Relationship.INPUT, "image/png"),),
        "remix": (
            Ingredient(first, Relationship.PARENT),
            Ingredient(still, Relationship.INPUT, "image/png"),
        ),
        "extend": (Ingredient(first, Relationship.PARENT),),
        "storyboard": (
            Ingredient(first, Relationship.COMPONENT),
            Ingredient(second, Relationship.COMPONENT),
        ),
    }
    made = {}
    for kind, ingredients_of in sources.items():
        path = folder / f"{kind}.mp4"
        upscaled = kind == "text-to-video"
        sign_clip(small_clip, path, claims(ingredients=ingredients_of, upscaled=upscaled), signer)
        made[kind] = crjson(path, authority)
    return made


def test_every_rule_of_both_rubrics_is_here():
    assert set(RULES) == {*CONFORMANCE, *INTEGRITY}
    assert (len(CONFORMANCE), len(INTEGRITY)) == (31, 6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", RULES)
def test_a_clip_satisfies(documents, kind, name):
    assert RULES[name](documents[kind])


def change(path: str, value: Any) -> Callable[[Document], None]:
    """Set a dotted path below the active manifest; "*" picks the first item of a list."""

    def apply(document: Document) -> None:
        *way, last = path.split("/")
        here: Any = active(document)
        for step in way:
            here = here[int(step)] if isinstance(here, list) else here[step]
        if value is ...:
            del here[last]
        elif isinstance(here, list):
            here[int(last)] = value
        else:
            here[last] = value

    return apply


def fail(code: str) -> Callable[[Document], None]:
    return change("validationResults/failure", [{"code": code}])


ACTIONS = "assertions/c2pa.actions.v2/actions"
INGREDIENT = "assertions/c2pa.ingredient.v3"
EXTERNAL = {"label": "c2pa.hash.data", "url": "https://x.example"}
RATING = {"reviewRatings": [], "dataSource": {"type": "humanEntry.anonymous"}}
PRESERVED = {"type": "exif.originalPreservationImage", "parameters": {}}
BOX_HASH = {"c2pa.hash.boxes": {}, "c2pa.asset-type.v2": {"dc:format": "image/tiff"}}
ONLY_OPENED = {"actions": [{"action": "c2pa.opened"}], "allActionsIncluded": False}

CONTROLS: dict[str, tuple[str, Callable[[Document], None]]] = {
    "mandatory_dst_for_perceptible_transformations": (
        "remix",
        change(f"{ACTIONS}/1/digitalSourceType", ...),
    ),
    "mandatory_spec_version": (
        "extend",
        change("claim.v2/claim_generator_info/specVersion", "2.2"),
    ),
    "mandatory_all_actions_included": (
        "extend",
        change("assertions/c2pa.actions.v2/allActionsIncluded", ...),
    ),
    "no_dst_for_opened_action": ("extend", change(f"{ACTIONS}/0/digitalSourceType", "x")),
    "well_formed_data_present": ("extend", change("validationResults", ...)),
    "valid_data_present": ("extend", change("validationResults", ...)),
    "trusted_data_present": ("extend", change("validationResults", ...)),
    "well_formed_success": ("extend", fail("claim.malformed")),
    "valid_success": ("extend", fail("assertion.bmffHash.mismatch")),
    "trusted_success": ("extend", fail("signingCredential.untrusted")),
    "inception_action_position": ("text-to-video", change("claim.v2/created_assertions", [])),
    "no_deprecated_assertions": ("extend", change("assertions/c2pa.actions", {})),
    "no_unsupported_assertions": ("extend", change("assertions/c2pa.training-mining", {})),
    "no_deprecated_actions": ("extend", change(f"{ACTIONS}/2/action", "c2pa.watermarked")),
    "no_unsupported_actions": ("extend", change(f"{ACTIONS}/2/action", "c2pa.invented")),
    "no_unrecognized_custom_assertions": ("extend", change("assertions/nodot", {})),
    "no_unrecognized_custom_actions": ("extend", change(f"{ACTIONS}/2/action", "nodot")),
    "no_unrecognized_custom_action_parameters": (
        "extend",
        change(f"{ACTIONS}/2/parameters", {"nodot": 1}),
    ),
    "discouraged_legacy_action_parameters": (
        "extend",
        change(f"{ACTIONS}/2/parameters", {"description": "x"}),
    ),
    "active_manifest_urn": ("extend", change("label", "urn:uuid:1")),
    "review_ratings_datasource": ("extend", change("assertions/org.x", RATING)),
    "ingredient_v3_no_active_manifest": ("extend", change(f"{INGREDIENT}/activeManifest", ...)),
    "ingredient_v3_mandatory_validation_results": (
        "extend",
        change(f"{INGREDIENT}/validationResults", ...),
    ),
    "ingredient_relationship_values": ("extend", change(f"{INGREDIENT}/relationship", "cousinOf")),
    "mandatory_dst_for_created_action": (
        "storyboard",
        change(f"{ACTIONS}/0/digitalSourceType", ...),
    ),
    "no_deprecated_claim_fields": ("extend", change("claim.v2/specVersion", "2.4.0")),
    "ingredient_v3_choice": ("extend", change(f"{INGREDIENT}/digitalSourceType", "x")),
    "alternative_content_representation_choice": ("extend", change("assertions/org.x", PRESERVED)),
    "forbidden_labels_in_external_references": ("extend", change("assertions/org.x", EXTERNAL)),
    "no_url_in_hashes": ("extend", change("assertions/c2pa.hash.bmff.v3/url", "https://x")),
    "all_actions_included_opened": ("extend", change("assertions/c2pa.actions.v2", ONLY_OPENED)),
    "opened_action_ingredient_reference": (
        "extend",
        change(f"{ACTIONS}/0/parameters/ingredients", []),
    ),
    "no_box_hash_for_tiff": ("extend", change("assertions", BOX_HASH)),
}


@pytest.mark.parametrize("name", CONTROLS)
def test_a_negative_control_fails(documents, name):
    kind, spoil = CONTROLS[name]
    document = copy.deepcopy(documents[kind])
    spoil(document)
    assert not RULES[f"validation:{name}"](document)


def test_every_rule_has_a_negative_control():
    assert {f"validation:{name}" for name in CONTROLS} == set(RULES)


def test_a_careless_manifest_fails_though_the_library_signs_it(authority, small_clip, tmp_path):
    """A real control from end to end: what the library lets through, the rules do not."""
    careless = {
        "claim_generator_info": [{"name": "Careless", "version": "1"}],
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "data": {
                    "actions": [
                        {"action": "c2pa.created", "digitalSourceType": "http://c2pa.org/x"},
                        {"action": "c2pa.edited"},
                        {"action": "c2pa.color_adjustments"},
                    ]
                },
            }
        ],
    }
    own = authority.signer()
    signer = c2pa.Signer.from_callback(own.sign, c2pa.C2paSigningAlg.ES256, own.chain, None)
    path = tmp_path / "careless.mp4"
    with (
        c2pa.Builder(careless, context=c2pa.Context.from_dict(OFFLINE)) as builder,
        signer,
        small_clip.open("rb") as source,
        path.open("w+b") as target,
    ):
        builder.sign(signer, "video/mp4", source, target)
    failed = {name for name, holds in RULES.items() if not holds(crjson(path, authority))}
    assert failed >= {
        "validation:mandatory_spec_version",
        "validation:mandatory_all_actions_included",
        "validation:mandatory_dst_for_perceptible_transformations",
        "validation:no_deprecated_actions",
    }
    assert "validation:trusted_success" not in failed
