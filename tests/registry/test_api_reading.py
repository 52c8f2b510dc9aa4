"""The resolution API for everybody: what a mark, a value or a video leads to."""

import base64
import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from django.http import UnreadablePostError
from django.utils.timezone import now

from accounts.models import Scope
from config.errors import SystemFault
from jobs.signing import trust
from provenance import (
    FINGERPRINT_ALGORITHM,
    MARK_ALGORITHM,
    read_credentials,
    reference,
    write_video,
)
from registry import selectors
from registry.content import body_as_file
from registry.models import Record
from studio.models import Clip
from tests.registry.conftest import BASE, grey
from tests.verification.conftest import reencoded, without_mark
from verification.limits import slot

pytestmark = pytest.mark.django_db
BY_BINDING, BY_CONTENT = f"{BASE}/matches/byBinding", f"{BASE}/matches/byContent"


def encoded(value: bytes) -> str:
    return base64.b64encode(value).decode()


def mark(record: Record) -> dict[str, object]:
    return {"alg": MARK_ALGORITHM, "value": encoded(record.mark_id.to_bytes(6, "big"))}


def code(response) -> str:
    assert response["Content-Type"] == "application/json"
    body = response.json()
    assert body["status"] == response.status_code
    assert body["message"]
    assert body["advice"]
    return body["code"]


def send_video(client, content: bytes, kind: str = "video/mp4", **query: str):
    address = BY_CONTENT + "".join(f"?{key}={value}" for key, value in query.items())
    return client.post(address, content, content_type=kind)


def left_behind(settings) -> list[str]:
    return [file.name for file in settings.UPLOADS_DIR.iterdir() if file.suffix != ".lock"]


def test_a_mark_leads_to_its_manifest(client, record):
    response = client.get(BY_BINDING, mark(record))
    assert response.status_code == 200
    assert response.json() == {"matches": [{"manifestId": record.manifest_id}]}


def test_a_mark_in_a_body_leads_to_the_same(client, record):
    response = client.post(BY_BINDING, mark(record), content_type="application/json")
    assert response.json() == {"matches": [{"manifestId": record.manifest_id}]}


def test_a_mark_that_nobody_has_leads_nowhere(client, record):
    query = mark(record) | {"value": encoded(bytes(6))}
    assert client.get(BY_BINDING, query).json() == {"matches": []}


def test_another_algorithm_leads_nowhere(client, record):
    query = mark(record) | {"alg": "com.example.other.1"}
    assert client.get(BY_BINDING, query).json() == {"matches": []}


def test_no_more_matches_than_asked(client, writer, record, outside, layered):
    value = {"bindingValue": encoded(b"a value")}
    for made in (outside, layered):
        deposited = client.post(
            f"{BASE}/manifests", made.manifest, content_type="application/c2pa", headers=writer
        )
        assert deposited.status_code == 200
        client.post(
            f"{BASE}/bindings",
            value | {"manifestId": made.manifest_id},
            content_type="application/json",
            headers=writer,
        )
    query = {"alg": "com.example.other.1", "value": encoded(b"a value")}
    both = [{"manifestId": made.manifest_id} for made in (outside, layered)]
    assert client.get(BY_BINDING, query).json() == {"matches": both}
    assert client.get(BY_BINDING, query | {"maxResults": 1}).json() == {"matches": both[:1]}


BAD_QUERIES = [
    {"value": ""},
    {"value": "not base64!"},
    {"value": "AAA"},
    {"value": "AA AA"},
    {"alg": ""},
    {"alg": "a b"},
    {"alg": "<script>"},
    {"maxResults": "0"},
    {"maxResults": "-1"},
    {"maxResults": "ten"},
]


@pytest.mark.parametrize("wrong", BAD_QUERIES, ids=str)
def test_a_wrong_question_is_400(client, record, wrong):
    response = client.get(BY_BINDING, mark(record) | wrong)
    assert response.status_code == 400
    assert code(response) == "api.request-invalid"
    assert "<script>" not in response.content.decode()


@pytest.mark.parametrize("missing", ["alg", "value"])
def test_half_a_question_is_400(client, record, missing):
    query = mark(record)
    del query[missing]
    assert client.get(BY_BINDING, query).status_code == 400
    assert client.post(BY_BINDING, query, content_type="application/json").status_code == 400


@pytest.mark.parametrize("value", [b"short", b"too long"])
def test_a_mark_of_another_length_is_400(client, value):
    query = {"alg": MARK_ALGORITHM, "value": encoded(value)}
    assert code(client.get(BY_BINDING, query)) == "registry.value-invalid"


BAD_BODIES = [
    b"",
    b"{",
    b"[]",
    b'"text"',
    b'{"alg": 7, "value": "AAAA"}',
    b'{"alg": "a", "value": ["AAAA"]}',
    b"[" * 100_000,
    b"\xff\xfe",
    b'{"alg": "\\ud800", "value": "AAAA"}',
]


@pytest.mark.parametrize("body", BAD_BODIES, ids=lambda body: repr(body[:20]))
def test_a_body_that_is_no_question_is_400(client, body):
    response = client.post(BY_BINDING, body, content_type="application/json")
    assert response.status_code == 400
    assert code(response) == "api.request-invalid"


def test_a_value_too_long_for_an_address_is_414(client):
    query = {"alg": "com.example.other.1", "value": "A" * 4096}
    assert code(client.get(BY_BINDING, query)) == "registry.address-too-long"
    assert client.get(BY_BINDING, query).status_code == 414
    assert client.post(BY_BINDING, query, content_type="application/json").status_code == 200


def test_a_key_that_nobody_made_is_401(client, record):
    response = client.get(
        BY_BINDING, mark(record), headers={"Authorization": "Bearer kmk_invented"}
    )
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert code(response) == "registry.key-unknown"


def test_a_key_without_the_scope_is_403(client, record, admin, key_of):
    key = key_of(admin, Scope.STORE_BINDINGS)
    response = client.get(BY_BINDING, mark(record), headers=key)
    assert response.status_code == 403
    assert code(response) == "registry.scope-missing"


def test_a_key_that_may_read_reads(client, record, creator, key_of):
    response = client.get(BY_BINDING, mark(record), headers=key_of(creator))
    assert response.status_code == 200


def test_too_many_questions_are_429(client, record, settings):
    settings.REGISTRY_PER_MINUTE = 2
    answers = [client.get(BY_BINDING, mark(record)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert code(answers[2]) == "registry.too-often"
    assert 1 <= int(answers[2]["Retry-After"]) <= 60


def test_a_key_has_a_count_of_its_own(client, record, settings, creator, key_of):
    settings.REGISTRY_PER_MINUTE = 1
    client.get(BY_BINDING, mark(record))
    assert client.get(BY_BINDING, mark(record)).status_code == 429
    assert client.get(BY_BINDING, mark(record), headers=key_of(creator)).status_code == 200


def test_a_failure_of_ours_is_500_and_tells_nothing(client, record, monkeypatch):
    monkeypatch.setattr(selectors, "manifest_ids_bound_to", lambda *_: 1 / 0)
    response = client.get(BY_BINDING, mark(record))
    assert response.status_code == 500
    assert code(response) == "studio.internal"
    assert "ZeroDivision" not in response.content.decode()


def test_a_manifest_is_given_out_as_it_was_signed(client, published):
    record, _file = published
    response = client.get(f"{BASE}/manifests/{record.manifest_id}")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/c2pa"
    assert response.content == bytes(record.manifest)


def test_the_active_manifest_alone(client, writer, layered):
    client.post(
        f"{BASE}/manifests", layered.manifest, content_type="application/c2pa", headers=writer
    )
    address = f"{BASE}/manifests/{layered.manifest_id}"
    alone = client.get(address, {"returnActiveManifest": "true"}).content
    assert client.get(address).content == layered.manifest
    assert 0 < len(alone) < len(layered.manifest)
    assert alone.count(b"urn:c2pa:") < layered.manifest.count(b"urn:c2pa:")


def test_a_manifest_that_is_not_here_is_404(client):
    response = client.get(f"{BASE}/manifests/urn:c2pa:00000000-0000-0000-0000-000000000000")
    assert response.status_code == 404
    assert code(response) == "registry.no-manifest"


@pytest.mark.parametrize("name", ["x", "urn:", "%20", "a%00b", "urn:c2pa:" + "0" * 500])
def test_what_is_no_identifier_is_400(client, name):
    assert client.get(f"{BASE}/manifests/{name}").status_code == 400


def test_a_clip_taken_down_keeps_its_manifest_to_itself(client, record):
    Clip.objects.update(taken_down_at=now())
    response = client.get(f"{BASE}/manifests/{record.manifest_id}")
    assert response.status_code == 403
    assert code(response) == "registry.taken-down"
    assert now().date().isoformat() in response.json()["message"]
    assert client.get(BY_BINDING, mark(record)).json()["matches"]  # the mark is still ours


def test_why_a_clip_was_taken_down_is_said(client, record):
    Clip.objects.update(taken_down_at=now(), taken_down_reason="order")
    response = client.get(f"{BASE}/manifests/{record.manifest_id}")
    assert "Order of a court or an authority" in response.json()["message"]


@pytest.fixture
def unmarked(published) -> Path:
    record, file = published
    return without_mark(record.clip, file)


def test_a_copy_without_its_mark_leads_to_it_by_its_picture(client, published, unmarked):
    record, _file = published
    for query in ({}, {"alg": FINGERPRINT_ALGORITHM}):
        (match,) = send_video(client, unmarked.read_bytes(), **query).json()["matches"]
        assert match["manifestId"] == record.manifest_id
        assert match["similarityScore"] > 80


def test_who_asks_for_marks_alone_is_told_of_no_likeness(client, unmarked):
    response = send_video(client, unmarked.read_bytes(), alg=MARK_ALGORITHM)
    assert response.json() == {"matches": []}


def test_a_marked_copy_can_be_looked_for_by_its_picture_alone(client, published):
    record, file = published
    copy = reencoded(file).read_bytes()
    (match,) = send_video(client, copy, alg=FINGERPRINT_ALGORITHM).json()["matches"]
    assert match["manifestId"] == record.manifest_id


def test_a_fingerprint_leads_to_its_manifest(client, record):
    hashes = np.random.default_rng(1).integers(0, 256, (3, 32), np.uint8)
    Record.objects.update(hashes=hashes.tobytes())
    query = {"alg": FINGERPRINT_ALGORITHM, "value": encoded(hashes[1:].tobytes())}
    found = {"matches": [{"manifestId": record.manifest_id, "similarityScore": 100}]}
    assert client.get(BY_BINDING, query).json() == found
    assert client.post(BY_BINDING, query, content_type="application/json").json() == found
    other = query | {"value": encoded(bytes(64))}
    assert client.get(BY_BINDING, other).json() == {"matches": []}


@pytest.mark.parametrize("length", [1, 31, 33, 33 * 32])
def test_what_is_no_fingerprint_is_400(client, length):
    query = {"alg": FINGERPRINT_ALGORITHM, "value": encoded(bytes(length))}
    assert code(client.get(BY_BINDING, query)) == "registry.value-invalid"


def test_a_video_leads_to_its_manifest(client, published, settings):
    record, file = published
    response = send_video(client, file.read_bytes())
    (match,) = response.json()["matches"]
    assert match["manifestId"] == record.manifest_id
    assert match["similarityScore"] > 90
    assert left_behind(settings) == []


def test_a_stripped_copy_leads_to_it_too(client, published):
    record, file = published
    response = send_video(client, reencoded(file).read_bytes())
    assert response.json()["matches"][0]["manifestId"] == record.manifest_id


def test_a_hint_may_help_and_cannot_mislead(client, published, tmp_path):
    record, file = published
    for value, matches in ((record.mark_id, 1), (5, 1)):
        query = f"?hintAlg={MARK_ALGORITHM}&hintValue="
        hint = encoded(value.to_bytes(6, "big")).replace("+", "%2B")
        response = client.post(
            BY_CONTENT + query + hint, file.read_bytes(), content_type="video/mp4"
        )
        assert len(response.json()["matches"]) == matches


def test_a_mark_on_other_pictures_leads_nowhere(client, published):
    """The transplanted mark: the record's content is no longer what the video shows."""
    _record, file = published
    random = np.random.default_rng(5)
    other = [np.kron(random.integers(0, 255, (8, 8, 3), np.uint8), np.ones((32, 32, 1), np.uint8))]
    Record.objects.update(reference=reference(other * 24, fps=24).to_bytes())
    assert send_video(client, file.read_bytes()).json() == {"matches": []}


def test_a_video_of_somebody_else_leads_nowhere(client, published, tmp_path, settings):
    write_video(tmp_path / "alien.mp4", grey(), 24)
    content = (tmp_path / "alien.mp4").read_bytes()
    assert send_video(client, content).json() == {"matches": []}
    assert left_behind(settings) == []


def test_an_algorithm_that_videos_are_not_searched_for_is_400(client):
    assert code(send_video(client, b"x", alg="com.example.1")) == "registry.algorithm-unknown"


@pytest.mark.parametrize("kind", ["image/png", "application/json", "text/html", ""])
def test_what_is_said_to_be_no_video_is_415(client, kind, settings):
    response = send_video(client, b"x" * 100, kind)
    assert response.status_code == 415
    assert code(response) == "registry.wrong-type"


HOSTILE = {
    "text": b"just text",
    "zeros": bytes(5000),
    "html": b"<html><script>alert(1)</script>",
    "zip bomb": gzip.compress(bytes(20_000_000)),
    "bare ftyp": b"\0\0\0\x18ftypisom\0\0\0\0isommp41",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_only_says_that_it_is_a_video_is_400(client, name, settings):
    response = send_video(client, HOSTILE[name])
    assert response.status_code == 400
    assert code(response) == "registry.unreadable"
    assert left_behind(settings) == []


def test_nothing_at_all_is_400(client):
    response = client.generic("POST", BY_CONTENT, b"", CONTENT_TYPE="video/mp4")
    assert code(response) == "registry.body-empty"


def test_a_video_that_is_too_large_is_413(client, settings):
    settings.VERIFY_MAX_BYTES = 1000
    response = send_video(client, bytes(1001))
    assert response.status_code == 413
    assert code(response) == "registry.too-large"
    assert left_behind(settings) == []


def test_too_many_videos_are_429(client, settings):
    settings.VERIFY_PER_HOUR = 1
    assert [send_video(client, b"x").status_code for _ in range(2)] == [400, 429]


def test_when_every_place_is_taken_it_is_503(client, settings):
    settings.VERIFY_AT_ONCE = 1
    with slot():
        response = send_video(client, b"x")
    assert response.status_code == 503
    assert response["Retry-After"]
    assert left_behind(settings) == []


def test_who_hangs_up_leaves_nothing_behind(rf, settings):
    request = rf.post(BY_CONTENT, b"x" * 1000, content_type="video/mp4")
    pieces = iter([b"x" * 500])

    def read(_size: int) -> bytes:
        for piece in pieces:
            return piece
        raise UnreadablePostError("gone")

    request.read = read
    with pytest.raises(UnreadablePostError), body_as_file(request, 10_000):
        pytest.fail("the body was taken for whole")
    assert left_behind(settings) == []


def test_algorithms_are_named(client):
    answer = client.get(f"{BASE}/services/supportedAlgorithms").json()
    assert answer["watermarks"] == [{"alg": MARK_ALGORITHM}]
    assert answer["fingerprints"] == [{"alg": FINGERPRINT_ALGORITHM}]


def test_the_service_says_how_it_is(client, monkeypatch):
    assert client.get(f"{BASE}/services/status").json()["status"] == "ok"

    def gone() -> None:
        raise SystemFault("jobs.mark-key-gone", "gone", "restore it")

    monkeypatch.setattr("registry.api.mark_keys", gone)
    assert client.get(f"{BASE}/services/status").json()["status"] == "degraded"


def test_programs_find_the_api_by_themselves(client):
    found = client.get("/.well-known/c2pa-soft-binding-resolution").json()
    assert found["c2paSpecificationVersion"] == "2.4.0"
    assert found["apiEndpoint"].endswith(BASE)
    can = client.get(found["capabilitiesEndpoint"].split("8000")[-1]).json()
    assert "queryByContent" in can["supportedCapabilities"]
    assert "queryByReference" not in can["supportedCapabilities"]


def test_byreference_is_left_out(client):
    assert client.post(f"{BASE}/matches/byReference", {}).status_code == 404


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_405(client, method):
    assert getattr(client, method)(BY_BINDING).status_code == 405


def test_the_document_is_there_for_programs(client):
    document = json.loads(client.get(f"{BASE}/openapi.json").content)
    assert document["info"]["version"] == "2.4.0"
    assert document["components"]["securitySchemes"]["auth"]["scheme"] == "bearer"


def test_the_page_tells_of_every_operation(client):
    page = client.get("/c2pa/").content.decode()
    for path in ("/matches/byBinding", "/manifests/{manifestId}", "/services/status"):
        assert path in page


def test_the_whole_recovery(client, published):
    """As an integrator would: a stripped copy, its match, its manifest."""
    _record, file = published
    copy: Path = reencoded(file)
    match = send_video(client, copy.read_bytes()).json()["matches"][0]
    store = client.get(f"{BASE}/manifests/{match['manifestId']}").content
    found = read_credentials(copy, trust(), store)
    assert found.failures == ("assertion.bmffHash.mismatch",)
    assert "claimSignature.validated" in found.successes
