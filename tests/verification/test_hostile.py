"""Files made to hurt, through the public page: a clear answer each, and nothing left behind."""

import io
import os
import struct
import zipfile
from pathlib import Path

import cbor2
import pytest
from django.apps import apps
from django.test import Client
from PIL import Image

from provenance import Credentials, new_manifest_id
from provenance.credentials.boxes import C2PA_UUID
from provenance.credentials.reader import IngredientFacts, ManifestFacts
from tests.verification.conftest import upload
from tests.web.conftest import make_report
from verification.models import Report

pytestmark = pytest.mark.django_db
MEGABYTE = 2**20


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I", 8 + len(body)) + kind + body


def superbox(label: str, *content: bytes, kind: str = "c2pa") -> bytes:
    """JUMBF (ISO/IEC 19566-5): a description with type and label, then the content boxes."""
    tail = bytes.fromhex("00110010800000aa00389b71")
    description = box(b"jumd", kind.encode() + tail, b"\x03", label.encode() + b"\0")
    return box(b"jumb", description, *content)


def store(*assertions: bytes, extra: bytes = b"") -> bytes:
    manifest = superbox(
        new_manifest_id(), superbox("c2pa.assertions", *assertions, kind="c2as"), kind="c2ma"
    )
    return superbox("c2pa", manifest, extra)


def carrying(clip: bytes, *stores: bytes) -> bytes:
    """A video that plays, with manifest stores of anybody's making after its first box."""
    first = struct.unpack(">I", clip[:4])[0]
    made = b"".join(
        box(b"uuid", C2PA_UUID, bytes(4), b"manifest\0", bytes(8), each) for each in stores
    )
    return clip[:first] + made + clip[first:]


def assertion(label: str, size: int = 10) -> bytes:
    return superbox(label, box(b"cbor", cbor2.dumps({"x": "y" * size})), kind="cbor")


def nested(depth: int) -> bytes:
    made = assertion("c2pa.ingredient")
    for level in range(depth):
        made = superbox(f"c2pa.ingredient__{level}", made)
    return made


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("video.mp4", bytes(50 * MEGABYTE))
    return buffer.getvalue()


def polyglot(clip: bytes, other: bytes) -> bytes:
    """A video that another program takes for something else."""
    return clip + box(b"free", other)


def picture_bomb() -> bytes:
    buffer = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(buffer, "PNG")
    return buffer.getvalue()


HTML = b"<html><script>alert(document.domain)</script></html>"
# name, the file made from a clip of somebody else's, and the verdicts that are honest
FILES = {
    "manifest of 9 MB": (
        lambda clip: carrying(clip, store(assertion("a", 9 * MEGABYTE))),
        {"ERROR_TIMEOUT"},
    ),
    "manifest of 8 MB": (
        lambda clip: carrying(clip, store(assertion("a", 8 * MEGABYTE - 1000))),
        {"CREDENTIALS_DAMAGED", "ERROR_TIMEOUT"},
    ),
    "5,000 assertions": (
        lambda clip: carrying(clip, store(*(assertion(f"a{i}") for i in range(5000)))),
        {"ERROR_TIMEOUT"},
    ),
    "thumbnail of 90 MB": (
        lambda clip: carrying(
            clip,
            store(
                superbox(
                    "c2pa.thumbnail.claim.jpeg", box(b"bidb", bytes(90 * MEGABYTE)), kind="bfdb"
                )
            ),
        ),
        {"ERROR_TIMEOUT"},
    ),
    "ingredients 200 deep": (
        lambda clip: carrying(clip, store(nested(200))),
        {"ERROR_TIMEOUT", "CREDENTIALS_DAMAGED"},
    ),
    "two manifest boxes": (
        lambda clip: carrying(clip, store(assertion("a")), store(assertion("b"))),
        {"CREDENTIALS_DAMAGED"},
    ),
    "manifest of nonsense": (lambda clip: carrying(clip, b"nonsense"), {"CREDENTIALS_DAMAGED"}),
    "box longer than the file": (
        lambda clip: struct.pack(">I", 2**31) + clip[4:],
        {"UNREADABLE", "CREDENTIALS_DAMAGED", "NOT_OURS", "ERROR_TIMEOUT"},
    ),
    "a hundred thousand boxes": (
        lambda clip: clip + box(b"free") * 100_000,
        {"ERROR_TIMEOUT", "CREDENTIALS_DAMAGED"},
    ),
    "zip bomb": (lambda _clip: bomb(), {"UNREADABLE"}),
    "zip after a video": (lambda clip: polyglot(clip, bomb()), {"NOT_OURS"}),
    "page after a video": (lambda clip: polyglot(clip, HTML), {"NOT_OURS"}),
    "page before a video": (lambda clip: HTML + clip, {"UNREADABLE", "NOT_OURS"}),
    "picture bomb": (lambda _clip: picture_bomb(), {"UNREADABLE"}),
    "playlist of private addresses": (
        lambda _clip: b"#EXTM3U\n#EXTINF:1,\nhttp://169.254.169.254/latest/\n",
        {"UNREADABLE"},
    ),
    "list of files": (
        lambda _clip: b"ffconcat version 1.0\nfile '/etc/passwd'\n",
        {"UNREADABLE"},
    ),
}


@pytest.fixture(scope="module")
def innocent(tmp_path_factory) -> bytes:
    """A video of somebody else's; module-wide, for it only lends its bytes."""
    import numpy as np

    from provenance import write_video

    path = tmp_path_factory.mktemp("innocent") / "clip.mp4"
    ramp = np.add.outer(np.arange(96), np.arange(96)).astype(np.uint8)
    write_video(path, [np.repeat((ramp + 3 * i)[..., None], 3, 2) for i in range(12)], 24)
    return path.read_bytes()


def left_behind(settings) -> list[Path]:
    return [file for file in settings.UPLOADS_DIR.rglob("*") if file.suffix != ".lock"]


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_gets_an_honest_answer(name, innocent, settings, client):
    make, honest = FILES[name]
    response = upload(make(innocent), "holiday.mp4")
    assert response.status_code == 302, response.content[:500]
    report = Report.objects.get()
    assert report.verdict["state"] in honest
    page = client.get(report.get_absolute_url())
    assert page.status_code == 200
    assert report.verdict["headline"].encode() in page.content
    assert left_behind(settings) == []


SCRIPT = "</title><script>alert('x')</script><img src=x onerror=alert(1)>"


def test_script_in_every_string_of_a_manifest_is_text(client, moderator):
    """Issuer, names, actions, relations, codes: wherever a page shows what a file says."""
    hostile = Credentials(
        manifest_id=SCRIPT,
        successes=(SCRIPT,),
        failures=(SCRIPT,),
        issuer=SCRIPT,
        common_name=SCRIPT,
        signed_at=SCRIPT,
        generator=SCRIPT,
        source_type=SCRIPT,
        actions=(SCRIPT,),
        soft_bindings=((SCRIPT, "00"),),
        ingredients=(IngredientFacts(SCRIPT, SCRIPT, SCRIPT, (SCRIPT,)),),
        history=(ManifestFacts(SCRIPT, SCRIPT, SCRIPT, (SCRIPT,), ((SCRIPT, SCRIPT),)),),
        remote_url=f"https://example.org/{SCRIPT}",
    )
    report = make_report(credentials=hostile, credentials_seen=True)
    page = client.get(report.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert" in page
    assert client.get(f"/verify/reports/{report.pk}/report.pdf").status_code == 200


def test_an_address_that_a_file_names_is_text_and_no_link(client):
    named = Credentials(remote_url="https://evil.example/manifest")
    page = client.get(make_report(credentials=named).get_absolute_url()).content.decode()
    assert "https://evil.example/manifest" in page
    assert 'href="https://evil.example' not in page


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/zip", ""])
def test_the_content_type_that_a_sender_claims_is_ignored(innocent, kind, settings):
    from django.core.files.uploadedfile import SimpleUploadedFile

    Client().post("/verify/", {"video": SimpleUploadedFile("x.html", innocent, kind)})
    assert Report.objects.get().verdict["state"] == "NOT_OURS"
    assert left_behind(settings) == []


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a\0b.mp4", "x" * 5000, "<script>.mp4", "nul:"]
)
def test_file_names_go_nowhere(innocent, name, settings):
    upload(innocent, name)
    assert left_behind(settings) == []
    assert not [row for row in Report.objects.values() if name in str(row)]


def test_a_page_in_the_address_field_is_shown_as_text():
    answer = Client().post("/verify/", {"url": 'https://x.example/"><script>alert(1)</script>'})
    assert answer.status_code == 400
    assert b"<script>alert" not in answer.content
    assert b"verification.url-malformed" in answer.content


SECRET = b"0123456789-these-very-bytes-are-in-the-video-" * 50


def test_nothing_remains_of_a_video_on_disk_or_in_the_database(published, settings):
    """Every file of the studio and every column of every table, before and after."""
    content = polyglot(published.read_bytes(), SECRET)
    before = _files(settings.KINEMARK_HOME)
    response = upload(content, "my-secret-holiday.mp4")
    assert response.status_code == 302
    for path in _files(settings.KINEMARK_HOME) - before:
        if path.suffix != ".lock" and path.is_file():
            assert SECRET[:100] not in path.read_bytes(), path
    rows = "".join(str(row) for model in apps.get_models() for row in model.objects.values_list())
    assert "my-secret-holiday" not in rows
    assert SECRET[:45].decode() not in rows
    assert "127.0.0.1" not in rows


def test_deleted_means_that_no_row_is_left(client, alien):
    def count() -> int:
        return sum(
            model.objects.count() for model in apps.get_models() if model.__name__ != "Bucket"
        )

    before = count()
    upload(alien.read_bytes())
    report = Report.objects.get()
    client.post(f"/verify/reports/{report.pk}/share", {"days": "7"})
    assert count() == before + 2
    client.post(f"/verify/reports/{report.pk}/delete")
    assert count() == before


def _files(folder: Path) -> set[Path]:
    return {Path(root) / name for root, _folders, names in os.walk(folder) for name in names}
