"""From a file of unknown origin to its verdict, through the sandbox."""

import struct
from dataclasses import replace

import numpy as np
import pytest

from provenance import (
    Examination,
    Limits,
    ProvenanceFailed,
    TrustStores,
    VerdictState,
    decide,
    examine,
    sign_clip,
    verify_published,
    write_video,
)
from provenance.similar import LIKENESS

S = VerdictState


@pytest.fixture
def look(studio):
    def run(path, **options) -> Examination:
        return examine(path, studio.keys, studio.trust, studio.registry, **options)

    return run


def test_the_clip_as_downloaded(studio, look):
    verdict = decide(look(studio.clip))
    assert verdict.state is S.OURS_DEV
    assert verdict.sentence.startswith("Signature, picture and the studio's record agree.")
    statuses = [verdict.signature.status, verdict.watermark.status, verdict.record.status]
    assert statuses == ["partly", "yes", "yes"]


def test_the_clip_reencoded_halved_and_stripped(studio, look, reencoded):
    found = look(reencoded)
    assert found.credentials is None
    assert found.record.manifest_id == studio.signed.manifest_id
    assert found.record.recovered.failures == ("assertion.bmffHash.mismatch",)
    assert decide(found).state is S.RECOVERED


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("copy.mkv", ["-c", "copy"]),
        ("copy.mov", ["-c", "copy"]),
        ("copy.ts", ["-c", "copy"]),
        ("other-codec.webm", ["-c:v", "libvpx-vp9", "-cpu-used", "8", "-crf", "30"]),
        ("old-codec.avi", ["-c:v", "mpeg4", "-q:v", "4"]),
        ("turned.mp4", ["-c", "copy", "-metadata:s:v:0", "rotate=90"]),
    ],
)
def test_the_clip_in_another_wrapping(studio, look, ffmpeg, tmp_path, name, options):
    ffmpeg("-i", studio.clip, *options, tmp_path / name)
    assert decide(look(tmp_path / name)).state is S.RECOVERED


def test_an_altered_part_is_told_where_and_when(studio, look, ffmpeg, tmp_path):
    box = "drawbox=x=100:y=300:w=160:h=160:color=red:t=fill:enable='between(t,0.8,1.5)'"
    ffmpeg("-i", studio.clip, "-map_metadata", "-1", "-vf", box, "-crf", "23", tmp_path / "a.mp4")
    found = look(tmp_path / "a.mp4")
    assert decide(found).state is S.RECOVERED_ALTERED
    [(start, end)] = found.content.segments
    assert start == pytest.approx(0.8, abs=0.25)
    assert end == pytest.approx(1.5, abs=0.25)
    region = found.content.regions[0]
    assert region.x == pytest.approx(100 / 512, abs=0.08)
    assert region.y == pytest.approx(300 / 512, abs=0.08)
    assert found.content.heatmap


REMOVED = {
    "the same": (),
    "half size at CRF 36": ("-vf", "scale=256:256", "-crf", "36"),
    "mirrored": ("-vf", "hflip"),
    "on its side": ("-vf", "transpose=1"),
    "with its middle second only": ("-ss", "0.5", "-t", "1"),
}


@pytest.mark.parametrize("name", REMOVED)
def test_the_clip_without_its_mark_is_found_by_its_picture(
    studio, look, ffmpeg, tmp_path, pictures, name
):
    """As it would look if somebody had the unmarked master, or had removed the mark."""
    write_video(tmp_path / "master.mp4", pictures(), 24)
    ffmpeg("-i", tmp_path / "master.mp4", *REMOVED[name], tmp_path / "copy.mp4")
    found = look(tmp_path / "copy.mp4")
    verdict = decide(found)
    assert found.mark.mark_id is None
    assert verdict.state is S.FINGERPRINT_ONLY
    assert found.record.manifest_id == studio.signed.manifest_id
    assert found.content.score >= LIKENESS


def test_a_stranger_who_signs_our_picture_anew_is_told_of_the_likeness(
    look, tmp_path, pictures, claims
):
    from provenance.credentials import Authority

    write_video(tmp_path / "master.mp4", pictures(), 24)
    signer = Authority.open(tmp_path / "stranger").signer()
    sign_clip(tmp_path / "master.mp4", tmp_path / "taken.mp4", claims(mark_id=None), signer)
    verdict = decide(look(tmp_path / "taken.mp4"))
    assert verdict.state is S.VALID_UNKNOWN_ISSUER
    assert any("published clips" in line for line in verdict.evidence)


def test_our_mark_on_another_picture_conflicts(studio, look, tmp_path, pictures):
    """A mark of ours whose record belongs to other content."""
    from provenance import embed

    other = embed(pictures(11), studio.mark_id, studio.keys.current, fps=24)
    write_video(tmp_path / "other.mp4", other, 24)
    found = look(tmp_path / "other.mp4")
    assert found.content.state == "other"
    assert decide(found).state is S.CONFLICT


def test_a_clip_that_is_not_ours(look, tmp_path, pictures):
    write_video(tmp_path / "other.mp4", pictures(9, 128, 12), 24)
    found = look(tmp_path / "other.mp4")
    verdict = decide(found)
    assert verdict.state is S.NOT_OURS
    assert found.picture_searched
    assert "no proof of human origin" in verdict.sentence


@pytest.mark.parametrize(
    "content",
    [b"", b"just text\n" * 100, b"\xff\xd8\xff\xe0JFIF" * 50, b"PK\3\4" + bytes(1000),
     b"#EXTM3U\nfile:///etc/passwd\n", b"\0\0\0\x18ftypisom"],
    ids=["empty", "text", "jpeg", "zip", "playlist", "only-a-header"],
)  # fmt: skip
def test_what_is_no_video(look, tmp_path, content):
    path = tmp_path / "liar.mp4"
    path.write_bytes(content)
    assert decide(look(path)).state is S.UNREADABLE


def test_a_clip_cut_in_half_is_tampered(studio, look, tmp_path):
    content = studio.clip.read_bytes()
    (tmp_path / "half.mp4").write_bytes(content[: len(content) // 2])
    verdict = decide(look(tmp_path / "half.mp4"))
    assert verdict.state is S.TAMPERED
    assert verdict.watermark.status == "yes"


def test_a_clip_cut_inside_its_credentials_is_damaged(studio, look, tmp_path):
    (tmp_path / "cut.mp4").write_bytes(studio.clip.read_bytes()[:9000])
    assert decide(look(tmp_path / "cut.mp4")).state is S.CREDENTIALS_DAMAGED


def test_a_changed_picture_is_tampered(studio, look, tmp_path):
    content = bytearray(studio.clip.read_bytes())
    content[-5000] ^= 0xFF
    (tmp_path / "flip.mp4").write_bytes(content)
    assert decide(look(tmp_path / "flip.mp4")).state is S.TAMPERED


def test_a_manifest_moved_to_another_clip_is_tampered(studio, look, tmp_path, pictures):
    from provenance.credentials import boxes

    write_video(tmp_path / "other.mp4", pictures(5, 128, 8), 24)
    with studio.clip.open("rb") as file:
        store = boxes.find_store(file)
    payload = boxes.C2PA_UUID + bytes(4) + b"manifest\0" + bytes(8) + store.content
    box = struct.pack(">I4s", len(payload) + 8, b"uuid") + payload
    other = (tmp_path / "other.mp4").read_bytes()
    (tmp_path / "moved.mp4").write_bytes(other + box)
    assert decide(look(tmp_path / "moved.mp4")).state is S.TAMPERED


def test_a_mark_signed_over_by_a_stranger_conflicts(studio, tmp_path, claims):
    """Our marked picture under somebody else's valid credentials."""
    from provenance.credentials import Authority

    stranger = Authority.open(tmp_path / "stranger")
    path = tmp_path / "signed-over.mp4"
    sign_clip(studio.unsigned, path, claims(mark_id=None), stranger.signer())
    found = examine(path, studio.keys, studio.trust, studio.registry)
    assert found.credentials.failures == ("signingCredential.untrusted",)
    assert decide(found).state is S.CONFLICT


def test_a_stranger_with_our_organisation_name_is_unknown(tmp_path, small_clip, claims, look):
    from provenance.credentials import Authority

    path = tmp_path / "imitation.mp4"
    sign_clip(small_clip, path, claims(mark_id=None), Authority.open(tmp_path / "x").signer())
    assert decide(look(path)).state is S.VALID_UNKNOWN_ISSUER


def test_only_a_production_root_gives_intact(studio):
    trust = replace(studio.trust, production=studio.trust.development, development="")
    found = examine(studio.clip, studio.keys, trust, studio.registry)
    assert decide(found).state is S.OURS_INTACT


def test_without_our_roots_we_do_not_know_ourselves(studio):
    found = examine(studio.clip, None, TrustStores.load(), None)
    assert decide(found).state is S.VALID_UNKNOWN_ISSUER


def test_a_mark_without_a_record(studio):
    found = examine(studio.unsigned, studio.keys, studio.trust, None)
    assert decide(found).state is S.WATERMARK_ONLY


def test_a_file_over_the_limit_is_not_called_foreign(studio, look):
    verdict = decide(look(studio.clip, limits=Limits(max_bytes=1000)))
    assert verdict.state is S.ERROR_TIMEOUT


def test_a_picture_over_the_limit_is_not_called_foreign(reencoded, look):
    verdict = decide(look(reencoded, limits=Limits(max_pixels=1000)))
    assert verdict.state is S.ERROR_TIMEOUT


def test_time_over_the_limit_is_not_called_foreign(reencoded, look):
    verdict = decide(look(reencoded, wall_seconds=0.05))
    assert verdict.state is S.ERROR_TIMEOUT
    assert "too long" in verdict.evidence[0]


def test_a_mark_that_was_not_searched_is_not_called_absent(studio, reencoded):
    verdict = decide(examine(reencoded, None, studio.trust, None))
    assert (verdict.state, verdict.watermark.status) == (S.ERROR_TIMEOUT, "unknown")


def test_a_bomb_of_pixels_is_refused(look, tmp_path):
    write_video(tmp_path / "wide.mp4", [np.zeros((2320, 4112, 3), np.uint8)], 1)
    found = look(tmp_path / "wide.mp4")
    assert found.limit == "provenance.frame-too-large"
    assert decide(found).state is S.ERROR_TIMEOUT


def test_a_bomb_of_frames_is_cut_short(look, tmp_path):
    write_video(tmp_path / "long.mp4", (np.zeros((64, 64, 3), np.uint8) for _ in range(2300)), 60)
    found = look(tmp_path / "long.mp4")
    assert (found.video.frames, found.video.capped) == (2160, True)
    assert any("first 36 seconds" in line for line in decide(found).evidence)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_empty_picture_ends_well(look, tmp_path, level):
    frame = np.full((128, 128, 3), level, np.uint8)
    write_video(tmp_path / "flat.mp4", [frame] * 5, 5)
    assert decide(look(tmp_path / "flat.mp4")).state is S.NOT_OURS


def test_a_single_frame_ends_well(look, tmp_path, pictures):
    write_video(tmp_path / "one.mp4", pictures(2, 128, 1), 1)
    assert decide(look(tmp_path / "one.mp4")).state is S.NOT_OURS


def test_a_broken_record_is_our_fault(studio, reencoded, tmp_path):
    from provenance import FolderRegistry, RegisteredClip

    registry = FolderRegistry(tmp_path / "records")
    registry.store(studio.mark_id, RegisteredClip("urn:c2pa:x", b"", b"no reference"))
    with pytest.raises(ProvenanceFailed) as caught:
        examine(reencoded, studio.keys, studio.trust, registry)
    assert caught.value.code == "provenance.record-broken"


def test_the_published_clip_is_read_back(studio):
    verify_published(
        studio.clip, studio.signed.manifest_id, studio.mark_id, keys=studio.keys, trust=studio.trust
    )


def test_a_clip_without_its_mark_is_not_published(studio, small_clip, tmp_path, claims):
    path = tmp_path / "unmarked.mp4"
    signed = sign_clip(small_clip, path, claims(), studio.authority.signer())
    with pytest.raises(ProvenanceFailed) as caught:
        verify_published(
            path, signed.manifest_id, studio.mark_id, keys=studio.keys, trust=studio.trust
        )
    assert caught.value.code == "provenance.mark-not-read-back"


@pytest.mark.parametrize("broken", ["unsigned", "other-id", "untrusted"])
def test_a_clip_without_its_manifest_is_not_published(studio, broken):
    path = studio.unsigned if broken == "unsigned" else studio.clip
    manifest_id = "urn:c2pa:other" if broken == "other-id" else studio.signed.manifest_id
    trust = TrustStores.load() if broken == "untrusted" else studio.trust
    with pytest.raises(ProvenanceFailed) as caught:
        verify_published(path, manifest_id, studio.mark_id, keys=studio.keys, trust=trust)
    assert caught.value.code == "provenance.manifest-not-read-back"
