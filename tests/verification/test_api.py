"""The interface for programs: a file or an address goes in, the signed report comes out."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.api_keys import create_key
from accounts.models import Scope
from config.errors import UserFault
from jobs import signing
from provenance import check_report
from tests.web.conftest import make_report
from verification import services
from verification.models import Report
from verification.schemas import Verification

pytestmark = pytest.mark.django_db
BASE = "/api/v1"
VERIFY = f"{BASE}/verifications"


@pytest.fixture
def outside() -> Client:
    """A program elsewhere: no cookies, no forgery token."""
    return Client(enforce_csrf_checks=True)


def form(client: Client, content: bytes, **extra: str):
    return client.post(VERIFY, {"video": SimpleUploadedFile("v.mp4", content)}, **extra)


def body(client: Client, content: bytes, kind: str = "video/mp4", **extra: str):
    return client.generic("POST", VERIFY, content, kind, CONTENT_TYPE=kind, **extra)


def left_behind(settings) -> list[str]:
    return [file.name for file in settings.UPLOADS_DIR.iterdir() if file.suffix != ".lock"]


@pytest.mark.parametrize("send", [form, body])
def test_a_file_comes_back_as_a_signed_report(outside, published, settings, send):
    answer = send(outside, published.read_bytes())
    assert answer.status_code == 201
    told = answer.json()
    assert told["report"]["state"] == "OURS_DEV"
    signed = check_report(told["signed"], signing.trust())
    assert signed.report["content"] == told["report"]["content"]
    assert signed.report["answers"] == told["report"]["answers"]
    assert told["address"].endswith(Report.objects.get().get_absolute_url())
    assert left_behind(settings) == []


def test_an_answer_is_as_the_document_says(outside, alien):
    told = body(outside, alien.read_bytes()).json()
    read = Verification.model_validate(told, strict=False)  # what the document is made from
    assert set(told) == set(Verification.model_fields)
    assert set(told["report"]) == set(type(read.report).model_fields)


def test_the_document_names_every_way_in(outside):
    document = outside.get(f"{BASE}/openapi.json").json()
    assert set(document["paths"]) == {"/verifications", "/verifications/{report_id}"}
    verify = document["paths"]["/verifications"]["post"]
    assert set(verify["requestBody"]["content"]) == {
        "application/json", "multipart/form-data", "video/*"
    }  # fmt: skip
    assert {"201", "400", "413", "415", "429", "503"} <= set(verify["responses"])


def test_an_address_is_fetched(outside, alien, monkeypatch, settings):
    asked = []

    class Fetcher:
        def fetch(self, url, into):
            asked.append(url)
            into.write_bytes(alien.read_bytes())

    monkeypatch.setattr(services, "fetcher", Fetcher)
    answer = body(outside, json.dumps({"url": "https://v.example/a"}).encode(), "application/json")
    assert answer.status_code == 201
    assert answer.json()["report"]["state"] == "NOT_OURS"
    assert asked == ["https://v.example/a"]
    assert left_behind(settings) == []
    assert "v.example" not in str(Report.objects.values().get())


@pytest.mark.parametrize("url", ["http://v.example/", "https://127.0.0.1/", "https://[::1]/"])
def test_an_address_that_is_not_visited(outside, url):
    answer = body(outside, json.dumps({"url": url}).encode(), "application/json")
    assert answer.status_code == 400
    assert answer.json()["code"].startswith("verification.url-")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'"x"', b"{}", b'{"url": 1}', b'{"url": null}', b"[" * 9000]
)
def test_json_that_is_no_address(outside, content):
    answer = body(outside, content, "application/json")
    assert answer.status_code == 400
    assert answer.json()["code"] == "verification.url-malformed"


@pytest.mark.parametrize("kind", ["text/html", "image/png", "application/x-www-form-urlencoded"])
def test_another_kind_of_body(outside, kind):
    answer = body(outside, b"x", kind)
    assert answer.status_code == 415
    assert answer.json()["code"] == "verification.wrong-type"


def test_faults_are_json_with_a_code(outside, settings):
    settings.VERIFY_MAX_BYTES = 1000
    assert form(outside, b"").json()["code"] == "verification.empty-file"
    assert body(outside, b"").json()["code"] == "verification.empty-file"
    assert outside.post(VERIFY, {}).json()["code"] == "verification.no-file"
    for send in (form, body):
        answer = send(outside, b"x" * 1001)
        assert (answer.status_code, answer.json()["code"]) == (413, "verification.too-large")
    assert left_behind(settings) == []


def test_the_hours_limit_is_the_pages(outside, settings, alien):
    settings.VERIFY_PER_HOUR = 1
    assert body(outside, alien.read_bytes()).status_code == 201
    answer = outside.post("/verify/", {}, headers={"Accept": "application/json"})
    assert answer.status_code == 429
    answer = body(outside, b"x")
    assert answer.status_code == 429
    assert answer["Retry-After"]


def test_a_trusted_key_has_no_hours_limit(outside, settings, alien, admin):
    settings.VERIFY_PER_HOUR = 1
    secret = create_key(admin, "newsroom", [Scope.VERIFY_VIDEOS], 30).secret
    for _ in range(3):
        answer = body(outside, b"x", headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code == 201
    assert body(outside, b"x").status_code == 201  # the address still has its own share


def test_only_administrators_hand_out_trusted_keys(creator, admin):
    assert Scope.VERIFY_VIDEOS not in creator.grantable_scopes
    assert Scope.VERIFY_VIDEOS in admin.grantable_scopes


def test_a_key_without_the_scope(outside, creator):
    secret = create_key(creator, "archive", [Scope.FETCH_MANIFESTS], 30).secret
    answer = body(outside, b"x", headers={"Authorization": f"Bearer {secret}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "verification.scope-missing")


def test_a_key_that_is_none(outside, settings):
    settings.VERIFY_PER_HOUR = 1
    for status in (401, 429):
        answer = body(outside, b"x", headers={"Authorization": "Bearer kmk_nonsense"})
        assert answer.status_code == status


def test_a_report_can_be_read_again_and_deleted(outside):
    report = make_report()
    assert outside.get(f"{VERIFY}/{report.pk}").json()["report"]["state"] == "UNREADABLE"
    assert outside.delete(f"{VERIFY}/{report.pk}").status_code == 204
    assert outside.get(f"{VERIFY}/{report.pk}").status_code == 404
    assert outside.delete(f"{VERIFY}/{report.pk}").json()["code"] == "verification.no-report"


def test_a_fault_while_fetching_leaves_nothing(outside, monkeypatch, settings):
    class Fetcher:
        def fetch(self, _url, into):
            into.write_bytes(b"half of a video")
            raise UserFault("verification.url-broken", "It broke off.", "Try again.")

    monkeypatch.setattr(services, "fetcher", Fetcher)
    answer = body(outside, b'{"url": "https://v.example/a"}', "application/json")
    assert answer.json()["code"] == "verification.url-broken"
    assert left_behind(settings) == []
