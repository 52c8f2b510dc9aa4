"""A signed clip: strict 2.4 manifest, time stamp, nothing personal, whole or not at all."""

import io
import json
import subprocess

import c2pa
import cbor2
import pytest

from provenance import ClipClaims, ProvenanceFailed, read_credentials, sign_clip
from provenance.credentials import Authority, Signer, Store, TrustStores, boxes, commit
from provenance.credentials.claims import GENERATION_LABEL, MARK_ALGORITHM
from provenance.credentials.reader import OFFLINE
from provenance.errors import InvalidMedia


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority.open(tmp_path_factory.mktemp("authority") / "pki")


@pytest.fixture(scope="module")
def trust(authority):
    return TrustStores.load(authority.folder)


@pytest.fixture
def signed(authority, small_clip, tmp_path, claims):
    def make(**changes):
        path = tmp_path / "signed.mp4"
        return path, sign_clip(small_clip, path, claims(**changes), authority.signer())

    return make


def _assertion(content, manifest_id, label):
    leaf = boxes.leaf(content, "c2pa", manifest_id, "c2pa.assertions", label)
    return cbor2.loads(content[leaf.start : leaf.end])


def test_it_validates_completely(signed, trust):
    path, result = signed()
    found = read_credentials(path, trust)
    assert found.failures == ()
    assert found.manifest_id == result.manifest_id
    assert found.store is Store.DEVELOPMENT
    assert {
        "claimSignature.validated",
        "assertion.bmffHash.match",
        "timeStamp.validated",
        "timeStamp.trusted",
    } <= set(found.successes)


def test_the_returned_manifest_is_the_one_in_the_file(signed):
    path, result = signed()
    with path.open("rb") as file:
        assert boxes.find_store(file).content == result.manifest


def test_the_soft_binding_is_a_byte_string(signed):
    _, result = signed()
    data = _assertion(result.manifest, result.manifest_id, "c2pa.soft-binding")
    assert data["alg"] == MARK_ALGORITHM
    assert data["blocks"][0]["value"] == bytes.fromhex("123456789abc")


def test_a_file_without_a_mark_claims_none(signed, trust):
    path, _ = signed(mark_id=None)
    found = read_credentials(path, trust)
    assert found.marks == ()
    assert found.actions == ("c2pa.created",)


def test_the_actions_of_a_text_to_video_clip(signed, trust):
    path, _ = signed(upscaled=True)
    found = read_credentials(path, trust)
    assert found.actions == (
        "c2pa.created",
        "c2pa.resized.proportional",
        "c2pa.watermarked.bound",
    )
    assert found.source_type == "trainedAlgorithmicMedia"


def test_the_generation_is_told(signed):
    _, result = signed()
    data = _assertion(result.manifest, result.manifest_id, GENERATION_LABEL)
    assert data["seed"] == 7
    assert data["modelSha256"] == "ab" * 32
    assert data["upscaled"] is False


def test_the_prompt_is_committed_to_and_not_told(signed):
    secret = "an unmistakable prompt about Zanzibar"
    commitment, salt = commit(secret)
    path, _ = signed(prompt_commitment=commitment)
    content = path.read_bytes()
    assert commitment.encode() in content
    assert b"Zanzibar" not in content
    assert commit(secret, salt) == (commitment, salt)
    assert commit(secret)[0] != commitment


def test_the_file_names_nobody_and_no_place(signed, small_clip):
    _, result = signed()
    for personal in (b"signed.mp4", b"small.mp4", str(small_clip.parent).encode(), b"/tmp"):
        assert personal not in result.manifest


def test_training_and_disclosure_are_there(signed):
    _, result = signed()
    disclosure = _assertion(result.manifest, result.manifest_id, "c2pa.ai-disclosure")
    training = _assertion(result.manifest, result.manifest_id, "cawg.training-mining")
    assert disclosure["contentProfile"]["humanOversightLevel"] == "prompt_guided"
    assert training["entries"]["cawg.ai_training"]["use"] == "notAllowed"


def test_the_picture_is_unchanged(signed, small_clip):
    path, _ = signed()
    original = small_clip.read_bytes()
    start = original.index(b"mdat")
    assert original[start:] in path.read_bytes()


def test_openssl_accepts_the_time_stamp(signed, authority, tmp_path):
    """An independent implementation of RFC 3161 reads and verifies our token."""
    message = b"any message"
    token = authority.signer().timestamper.token(message)
    (tmp_path / "token").write_bytes(token)
    (tmp_path / "message").write_bytes(message)
    ran = subprocess.run(
        [
            *("openssl", "ts", "-verify", "-token_in", "-in", tmp_path / "token"),
            *("-data", tmp_path / "message"),
            *("-CAfile", authority.folder / "tsa-root.pem"),
            *("-untrusted", authority.folder / "tsa.pem"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Verification: OK" in ran.stdout + ran.stderr


@pytest.mark.parametrize("behaviour", [lambda _: b"\1" * 64, lambda _: b""])
def test_a_signer_that_signs_badly_publishes_nothing(
    authority, small_clip, tmp_path, claims, behaviour
):
    good = authority.signer()
    bad = Signer(good.chain, behaviour, good.timestamper)
    with pytest.raises(ProvenanceFailed):
        sign_clip(small_clip, tmp_path / "bad.mp4", claims(), bad)
    assert list(tmp_path.iterdir()) == []


def test_a_source_that_is_no_video_is_refused(authority, tmp_path, claims):
    (tmp_path / "text.mp4").write_text("hello")
    with pytest.raises(InvalidMedia) as caught:
        sign_clip(tmp_path / "text.mp4", tmp_path / "out.mp4", claims(), authority.signer())
    assert caught.value.code == "provenance.unreadable"
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"manifest_id": "urn:uuid:1"},
        {"mark_id": 1 << 48},
        {"mark_id": -1},
    ],
)
def test_claims_are_checked(claims, wrong):
    with pytest.raises(InvalidMedia) as caught:
        claims(**wrong)
    assert caught.value.code == "provenance.claims-invalid"


def test_claims_hold_no_free_text_about_people():
    fields = set(ClipClaims.__dataclass_fields__)
    assert not fields & {"title", "author", "prompt", "owner", "name"}


def test_the_library_alone_reads_it_too(signed, authority):
    """Not only our reader: the plain library with our root says Trusted."""
    path, _ = signed()
    anchors = authority.root + authority.timestamp_root
    context = c2pa.Context.from_dict({**OFFLINE, "trust": {"trust_anchors": anchors}})
    with c2pa.Reader("video/mp4", io.BytesIO(path.read_bytes()), context=context) as reader:
        assert reader.get_validation_state() == "Trusted"
        assert json.loads(reader.json())["active_manifest"].startswith("urn:c2pa:")
