"""Reading hostile files: nothing leaves the machine, nothing runs away."""

import io
import json
import socket
import struct
import sys
import threading
from dataclasses import replace
from pathlib import Path

import c2pa
import pytest

from provenance import LimitReached, TrustStores, VerdictState, canary, decide, examine
from provenance.credentials import Authority, boxes, read_credentials
from provenance.credentials.reader import OFFLINE, merged
from provenance.errors import InvalidMedia, ProvenanceFailed

NOBODY = TrustStores(c2pa="", tsa="")


class Listener:
    """Counts connections to a local port."""

    def __enter__(self):
        self.hits = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._count, daemon=True).start()
        return self

    def _count(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.hits += 1
            connection.close()

    def __exit__(self, *_):
        self._socket.close()


def build(source: Path, target: Path, authority, *, assertions=(), remote="", embed=True):
    """A file by the plain library, as somebody else would make it."""
    definition = {
        "claim_generator_info": [{"name": "Somebody", "version": "1"}],
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "data": {
                    "actions": [
                        {
                            "action": "c2pa.created",
                            "digitalSourceType": "http://cv.iptc.org/newscodes/"
                            "digitalsourcetype/trainedAlgorithmicMedia",
                        }
                    ]
                },
            },
            *assertions,
        ],
    }
    context = c2pa.Context.from_dict(merged(OFFLINE, {"verify": {"verify_after_sign": False}}))
    own = authority.signer()
    signer = c2pa.Signer.from_callback(own.sign, c2pa.C2paSigningAlg.ES256, own.chain, None)
    with (
        c2pa.Builder(definition, context=context) as builder,
        signer,
        source.open("rb") as source_file,
        target.open("w+b") as target_file,
    ):
        if not embed:
            builder.set_no_embed()
        if remote:
            builder.set_remote_url(remote)
        return builder.sign(signer, "video/mp4", source_file, target_file)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority.open(tmp_path_factory.mktemp("authority") / "pki")


def test_the_canary_sings():
    canary()


def test_the_canary_notices_settings_that_did_not_take(monkeypatch):
    misspelled = {"verifi": {"remote_manifest_fetch": False}}
    module = sys.modules["provenance.credentials.canary"]
    monkeypatch.setattr(module, "OFFLINE", misspelled | {"core": OFFLINE["core"]})
    with pytest.raises(ProvenanceFailed) as caught:
        canary()
    assert caught.value.code == "provenance.settings-ignored"


def test_a_remote_manifest_is_named_and_never_fetched(small_clip, tmp_path, authority):
    with Listener() as listener:
        url = f"http://127.0.0.1:{listener.port}/manifest.c2pa"
        build(small_clip, tmp_path / "remote.mp4", authority, remote=url, embed=False)
        found = read_credentials(tmp_path / "remote.mp4", NOBODY)
        verdict = decide(examine(tmp_path / "remote.mp4", None, NOBODY, None))
    assert found.remote_url == url
    assert verdict.state is VerdictState.REMOTE_ONLY
    assert listener.hits == 0


def test_an_embedded_manifest_with_a_url_is_read_and_not_fetched(small_clip, tmp_path, authority):
    with Listener() as listener:
        url = f"http://127.0.0.1:{listener.port}/manifest.c2pa"
        build(small_clip, tmp_path / "both.mp4", authority, remote=url)
        found = read_credentials(tmp_path / "both.mp4", NOBODY)
    assert found.failures == ("signingCredential.untrusted",)
    assert listener.hits == 0


def test_the_plain_library_would_have_fetched_it(small_clip, tmp_path, authority):
    """The danger is real: without our settings the same file causes a request."""
    with Listener() as listener:
        url = f"http://127.0.0.1:{listener.port}/manifest.c2pa"
        build(small_clip, tmp_path / "remote.mp4", authority, remote=url, embed=False)
        with pytest.raises(c2pa.C2paError):
            c2pa.Reader(str(tmp_path / "remote.mp4"))
    assert listener.hits > 0


def test_a_file_without_credentials_has_none(small_clip):
    assert read_credentials(small_clip, NOBODY) is None


def test_too_many_assertions_are_refused_before_parsing(small_clip, tmp_path, authority):
    many = [{"label": "org.example.n", "data": {"i": i}} for i in range(600)]
    build(small_clip, tmp_path / "many.mp4", authority, assertions=many)
    with pytest.raises(LimitReached) as caught:
        read_credentials(tmp_path / "many.mp4", NOBODY)
    assert caught.value.code == "provenance.too-many-assertions"
    assert decide(examine(tmp_path / "many.mp4", None, NOBODY, None)).state == "ERROR_TIMEOUT"


def test_two_manifest_boxes_are_damage(studio, tmp_path):
    content = studio.clip.read_bytes()
    start = content.index(boxes.C2PA_UUID) - 8
    size = struct.unpack(">I", content[start : start + 4])[0]
    (tmp_path / "twice.mp4").write_bytes(content + content[start : start + size])
    with pytest.raises(InvalidMedia) as caught:
        read_credentials(tmp_path / "twice.mp4", NOBODY)
    assert caught.value.code == "provenance.manifest-damaged"


def test_texts_of_strangers_are_cut(small_clip, tmp_path, authority):
    html = "<script>alert(1)</script>" * 100
    assertion = {"label": "org.kinemark.generation", "data": {"model": html, "deep": [[html]]}}
    build(small_clip, tmp_path / "html.mp4", authority, assertions=[assertion])
    found = read_credentials(tmp_path / "html.mp4", NOBODY)
    assert len(found.generation["model"]) == 300
    assert len(json.dumps(found.as_dict())) < 3000


def test_a_laundered_source_surfaces(studio, small_clip, tmp_path):
    """The library signs a remix of a tampered clip and calls it trusted; we show the source."""
    tampered = bytearray(studio.clip.read_bytes())
    tampered[-5000] ^= 0xFF
    action = {"action": "c2pa.opened", "parameters": {"ingredientIds": ["source"]}}
    definition = {
        "claim_generator_info": [{"name": "Launderer", "version": "1"}],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}],
    }
    own = studio.authority.signer()
    signer = c2pa.Signer.from_callback(own.sign, c2pa.C2paSigningAlg.ES256, own.chain, None)
    path = tmp_path / "laundered.mp4"
    with (
        c2pa.Builder(definition, context=c2pa.Context.from_dict(OFFLINE)) as builder,
        signer,
        small_clip.open("rb") as source,
        path.open("w+b") as target,
    ):
        described = {"relationship": "parentOf", "label": "source"}
        builder.add_ingredient(described, "video/mp4", io.BytesIO(bytes(tampered)))
        builder.sign(signer, "video/mp4", source, target)
    trust = replace(studio.trust, production=studio.trust.development, development="")
    found = read_credentials(path, trust)
    assert found.failures == ()
    assert found.ingredients[0].failures == ("assertion.bmffHash.mismatch",)
    verdict = decide(examine(path, studio.keys, trust, None))
    assert verdict.state is VerdictState.OURS_SOURCE_PROBLEM
    assert any("made from" in line for line in verdict.evidence)


def test_the_four_trust_stores_are_kept_apart(studio):
    own = studio.trust
    as_production = TrustStores("", "", production=own.development, own_tsa=own.own_tsa)
    as_public = TrustStores(c2pa=own.development, tsa="")
    as_time = TrustStores(c2pa="", tsa=own.development)
    stores = [read_credentials(studio.clip, t).store for t in (own, as_production, as_public)]
    assert stores == ["development", "production", "c2pa"]
    assert read_credentials(studio.clip, as_time).store is None


def test_the_vendored_lists_load():
    trust = TrustStores.load()
    assert trust.c2pa.count("BEGIN CERTIFICATE") == 30
    assert trust.tsa.count("BEGIN CERTIFICATE") == 22
    assert trust.production == trust.development == ""


def test_a_recovered_manifest_fails_only_in_the_hash(studio, reencoded):
    found = read_credentials(reencoded, studio.trust, studio.signed.manifest)
    assert found.failures == ("assertion.bmffHash.mismatch",)
    assert found.store == "development"
