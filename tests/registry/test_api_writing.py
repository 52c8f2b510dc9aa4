"""The resolution API for those with a key: depositing, binding, withdrawing."""

import base64
import hashlib
import json
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from django.utils.timezone import now

from accounts.models import ApiKey, Role, Scope
from audit.models import Event
from jobs.signing import trust
from provenance import FINGERPRINT_ALGORITHM, MARK_ALGORITHM, InvalidMedia, check_report
from provenance.deposit import MAX_BYTES
from registry.models import Binding, Deposit, Record
from tests.registry.conftest import BASE, signed
from tests.registry.test_api_reading import BY_BINDING, code, encoded, left_behind

pytestmark = pytest.mark.django_db
MANIFESTS, BINDINGS = f"{BASE}/manifests", f"{BASE}/bindings"
STORE = "application/c2pa"
VALUE = b"perceptual hash"
OTHER = "com.example.other.1"


def deposit(client, content: bytes, key: dict[str, str], kind: str = STORE):
    return client.post(MANIFESTS, content, content_type=kind, headers=key)


def bind(client, manifest_id: str, key: dict[str, str], value: bytes = VALUE, method="post"):
    body = {"bindingValue": encoded(value), "manifestId": manifest_id}
    return getattr(client, method)(BINDINGS, body, content_type="application/json", headers=key)


def found(client, value: bytes = VALUE, alg: str = OTHER) -> list[str]:
    matches = client.get(BY_BINDING, {"alg": alg, "value": encoded(value)}).json()["matches"]
    return [match["manifestId"] for match in matches]


@pytest.fixture
def kept(client, writer, outside) -> str:
    """The identifier of a deposited manifest."""
    return deposit(client, outside.manifest, writer).json()["manifestId"]


def test_a_deposited_manifest_comes_back_unchanged(client, writer, outside, settings):
    response = deposit(client, outside.manifest, writer)
    assert response.status_code == 200
    assert response.json() == {"manifestId": outside.manifest_id}
    assert client.get(f"{MANIFESTS}/{outside.manifest_id}").content == outside.manifest
    assert left_behind(settings) == []


def test_a_receipt_can_be_checked_without_the_studio(client, writer, outside):
    response = client.post(
        f"{MANIFESTS}?returnReceipt=true",
        outside.manifest,
        content_type=STORE,
        headers=writer,
    )
    receipt = response.json()["receipt"]
    assert receipt["@type"] == "org.c2pa.manifest-receipt"
    assert receipt["repository"]["manifestId"] == outside.manifest_id
    header, payload, signature = receipt["anchor"]["proof"]["value"].split(".")
    told = json.loads(unpadded(payload))
    assert told["sha256"] == hashlib.sha256(outside.manifest).hexdigest()
    assert told["manifestId"] == outside.manifest_id
    head = json.loads(unpadded(header))
    leaf = x509.load_der_x509_certificate(base64.b64decode(head["x5c"][0]))
    raw = unpadded(signature)
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    signed = f"{header}.{payload}".encode()
    leaf.public_key().verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidMedia, match="not a signed report"):
        check_report(receipt["anchor"]["proof"]["value"], trust())


def unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_depositing_twice_is_depositing_once(client, writer, kept, outside):
    assert deposit(client, outside.manifest, writer).json() == {"manifestId": kept}
    assert Deposit.objects.count() == 1
    assert Event.objects.filter(action="deposit.kept").count() == 1


def test_another_manifest_with_a_known_identifier_is_409(client, writer, kept, tmp_path):
    second = signed(tmp_path, "second", manifest_id=kept)
    response = deposit(client, second.manifest, writer)
    assert response.status_code == 409
    assert code(response) == "registry.manifest-known"


def test_a_manifest_of_a_clip_of_ours_is_409(client, writer, outside, record):
    Record.objects.update(manifest_id=outside.manifest_id)
    assert deposit(client, outside.manifest, writer).status_code == 409
    assert not Deposit.objects.exists()


def test_a_deposit_cannot_claim_a_mark_of_ours(client, writer, record, tmp_path):
    thief = signed(tmp_path, "thief", mark_id=record.mark_id)
    assert deposit(client, thief.manifest, writer).status_code == 200
    assert found(client, record.mark_id.to_bytes(6, "big"), MARK_ALGORITHM) == [record.manifest_id]
    response = bind(client, thief.manifest_id, writer, record.mark_id.to_bytes(6, "big"))
    assert response.status_code == 403
    assert code(response) == "registry.own-algorithm"


def test_a_manifest_is_found_by_the_bindings_that_it_names(client, writer, tmp_path, monkeypatch):
    monkeypatch.setattr("provenance.credentials.manifest.MARK_ALGORITHM", OTHER)
    monkeypatch.setattr("provenance.credentials.reader.MARK_ALGORITHM", OTHER)
    made = signed(tmp_path, "other", mark_id=0xABCDEF)
    monkeypatch.undo()
    assert deposit(client, made.manifest, writer).status_code == 200
    assert found(client, (0xABCDEF).to_bytes(6, "big")) == [made.manifest_id]
    assert found(client, (0xABCDEF).to_bytes(6, "big"), "com.example.third.1") == []


def test_a_deposit_cannot_claim_the_looks_of_a_clip_of_ours(
    client, writer, record, tmp_path, monkeypatch
):
    """It names our fingerprint algorithm as its own; nothing is bound under it."""
    monkeypatch.setattr("provenance.credentials.manifest.MARK_ALGORITHM", FINGERPRINT_ALGORITHM)
    monkeypatch.setattr("provenance.credentials.reader.MARK_ALGORITHM", FINGERPRINT_ALGORITHM)
    thief = signed(tmp_path, "thief", mark_id=0xABCDEF)
    monkeypatch.undo()
    assert deposit(client, thief.manifest, writer).status_code == 200
    response = bind(client, thief.manifest_id, writer, bytes(32))
    assert code(response) == "registry.own-algorithm"
    assert found(client, bytes(32), FINGERPRINT_ALGORITHM) == []


def flipped(content: bytes, at: bytes) -> bytes:
    spoilt = bytearray(content)
    spoilt[spoilt.index(at) + 1] ^= 1
    return bytes(spoilt)


def test_a_changed_manifest_is_400(client, writer, outside, settings):
    response = deposit(client, flipped(outside.manifest, b"trainedAlgorithmic"), writer)
    assert response.status_code == 400
    assert code(response) == "provenance.manifest-invalid"
    assert left_behind(settings) == []


HOSTILE = {
    "one byte": b"\0",
    "text": b"just text",
    "zeros": bytes(5000),
    "8 MB of zeros": bytes(MAX_BYTES),
    "box longer than the world": b"\xff\xff\xff\xffjumb" + bytes(100),
    "empty boxes": b"\0\0\0\x08free" * 30_000,
    "nested": b"".join((10_000 - 8 * i).to_bytes(4, "big") + b"jumb" for i in range(1000)),
    "zip": b"PK\x03\x04" + bytes(4000),
    "a video": b"\0\0\0\x18ftypisom\0\0\0\0isommp41" + bytes(100),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_manifest_is_400(client, writer, name, settings):
    response = deposit(client, HOSTILE[name], writer)
    assert response.status_code == 400
    assert code(response).startswith("provenance.")
    assert not Deposit.objects.exists()
    assert left_behind(settings) == []


def test_a_cut_manifest_is_400(client, writer, outside):
    assert deposit(client, outside.manifest[:-100], writer).status_code == 400


def test_a_manifest_that_is_too_large_is_413(client, writer, settings):
    response = deposit(client, bytes(MAX_BYTES + 1), writer)
    assert response.status_code == 413
    assert code(response) == "registry.too-large"


@pytest.mark.parametrize("kind", ["application/json", "video/mp4", "text/plain"])
def test_another_type_is_415(client, writer, outside, kind):
    assert deposit(client, outside.manifest, writer, kind).status_code == 415


def test_html_in_a_manifest_is_given_back_as_bytes_only(client, writer, kept):
    response = client.get(f"{MANIFESTS}/{kept}")
    assert response["Content-Type"] == "application/c2pa"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_value_leads_where_it_was_bound(client, writer, kept):
    assert bind(client, kept, writer).status_code == 204
    assert found(client) == [kept]


def test_binding_twice_is_binding_once(client, writer, kept):
    assert [bind(client, kept, writer).status_code for _ in range(2)] == [204, 204]
    assert Binding.objects.count() == 1


def test_a_clip_of_ours_can_be_bound_to_other_peoples_fingerprints(client, writer, record):
    assert bind(client, record.manifest_id, writer).status_code == 204
    assert found(client) == [record.manifest_id]


@pytest.mark.parametrize("method", ["post", "put"])
def test_binding_to_what_is_not_here_is_404(client, writer, method):
    response = bind(client, "urn:c2pa:none", writer, method=method)
    assert response.status_code == 404
    assert code(response) == "registry.no-manifest"


def test_a_binding_can_be_moved(client, writer, kept, layered):
    deposit(client, layered.manifest, writer)
    bind(client, kept, writer)
    assert bind(client, layered.manifest_id, writer, method="put").status_code == 204
    assert found(client) == [layered.manifest_id]


def test_moving_what_nobody_bound_is_404(client, writer, kept):
    response = bind(client, kept, writer, method="put")
    assert response.status_code == 404
    assert code(response) == "registry.no-binding"


def test_moving_what_somebody_else_bound_is_404(client, writer, kept, stranger, key_of):
    bind(client, kept, writer)
    stranger.role = Role.ADMIN
    stranger.save()
    assert bind(client, kept, key_of(stranger), method="put").status_code == 404
    assert found(client) == [kept]


BAD_BINDINGS = [
    {},
    {"bindingValue": "AAAA"},
    {"manifestId": "urn:c2pa:x"},
    {"bindingValue": "!", "manifestId": "urn:c2pa:x"},
    {"bindingValue": "AAAA", "manifestId": "no identifier"},
    {"bindingValue": 7, "manifestId": "urn:c2pa:x"},
    {"bindingValue": "AAAA", "manifestId": None},
    [],
]


@pytest.mark.parametrize("body", BAD_BINDINGS, ids=str)
@pytest.mark.parametrize("method", ["post", "put"])
def test_a_binding_that_makes_no_sense_is_400(client, writer, method, body):
    send = getattr(client, method)
    response = send(BINDINGS, body, content_type="application/json", headers=writer)
    assert response.status_code == 400


def test_withdrawing_takes_the_bindings_along(client, writer, kept):
    bind(client, kept, writer)
    assert client.delete(f"{MANIFESTS}/{kept}", headers=writer).status_code == 204
    assert found(client) == []
    assert client.get(f"{MANIFESTS}/{kept}").status_code == 404
    assert not Binding.objects.exists()


def test_withdrawing_what_is_not_here_is_404(client, writer):
    response = client.delete(f"{MANIFESTS}/urn:c2pa:none", headers=writer)
    assert code(response) == "registry.no-manifest"
    assert response.status_code == 404


def test_withdrawing_a_clip_of_ours_is_403(client, writer, record):
    response = client.delete(f"{MANIFESTS}/{record.manifest_id}", headers=writer)
    assert response.status_code == 403
    assert code(response) == "registry.not-yours"
    assert Record.objects.exists()


def test_withdrawing_somebody_elses_is_403(client, kept, stranger, key_of):
    stranger.role = Role.ADMIN
    stranger.save()
    response = client.delete(f"{MANIFESTS}/{kept}", headers=key_of(stranger))
    assert response.status_code == 403
    assert Deposit.objects.exists()


def test_withdrawing_what_is_no_identifier_is_400(client, writer):
    assert client.delete(f"{MANIFESTS}/nonsense", headers=writer).status_code == 400


def writes(client, key: dict[str, str]) -> dict[str, int]:
    """The status of each writing operation."""
    answers = {
        "deposit": deposit(client, b"x", key),
        "withdraw": client.delete(f"{MANIFESTS}/urn:c2pa:x", headers=key),
        "bind": bind(client, "urn:c2pa:x", key),
        "move": bind(client, "urn:c2pa:x", key, method="put"),
    }
    return {name: answer.status_code for name, answer in answers.items()}


ALLOWED = {"deposit": 400, "withdraw": 404, "bind": 404, "move": 404}


def test_with_the_scopes_everything_is_looked_at(client, writer):
    assert writes(client, writer) == ALLOWED


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer kmk_invented", "Basic abc", "Bearer " + "x" * 5000]
)
def test_without_a_key_nothing_is_written(client, header):
    key = {"Authorization": header} if header else {}
    assert set(writes(client, key).values()) == {401}


def test_a_reading_key_writes_nothing(client, admin, key_of):
    assert set(writes(client, key_of(admin, Scope.FETCH_MANIFESTS)).values()) == {403}


def test_each_scope_opens_its_own(client, admin, key_of):
    manifests = writes(client, key_of(admin, Scope.STORE_MANIFESTS))
    bindings = writes(client, key_of(admin, Scope.STORE_BINDINGS))
    assert manifests == ALLOWED | {"bind": 403, "move": 403}
    assert bindings == ALLOWED | {"deposit": 403, "withdraw": 403}


def test_a_key_stops_writing_when_its_owner_may_no_longer(client, admin, writer):
    admin.role = Role.CREATOR
    admin.save()
    assert set(writes(client, writer).values()) == {403}


ENDS = {
    "revoked": {"revoked_at": now()},
    "expired": {"expires_at": now() - timedelta(seconds=1)},
}


@pytest.mark.parametrize("end", ENDS)
def test_a_key_that_ended_opens_nothing(client, writer, end):
    ApiKey.objects.update(**ENDS[end])
    assert set(writes(client, writer).values()) == {401}


def test_a_key_of_somebody_locked_out_opens_nothing(client, writer, admin):
    admin.is_active = False
    admin.save()
    assert set(writes(client, writer).values()) == {401}


def test_a_signed_in_browser_writes_nothing(client, admin):
    """A page of somebody else's could make it send requests."""
    client.force_login(admin)
    assert set(writes(client, {}).values()) == {401}


def test_writing_is_counted_too(client, writer, settings):
    settings.REGISTRY_PER_MINUTE = 1
    deposit(client, b"x", writer)
    assert deposit(client, b"x", writer).status_code == 429


def test_what_is_written_stands_in_the_audit_log(client, writer, kept):
    bind(client, kept, writer)
    client.delete(f"{MANIFESTS}/{kept}", headers=writer)
    actions = list(Event.objects.order_by("seq").values_list("action", flat=True))
    assert actions[-3:] == ["deposit.kept", "binding.made", "deposit.withdrawn"]
