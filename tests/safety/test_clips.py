import json

import numpy as np
import pytest

from safety import Decision, MediaGate, load_media_gate, load_policy
from safety.banks import Entry, HashBank, Purpose
from safety.clips import ClipBank, ClipCheck, ClipEntry
from safety.errors import InvalidExchange, InvalidInput
from safety.exchange import read_csv, read_json, write_csv, write_json
from safety.hashing import PictureHash, hash_clip, hash_picture, orientations
from safety.loading import MediaSettings
from safety.references import ReferenceCheck, similarity
from tests.safety.test_hashing import picture

CLIP = np.stack([picture(seed) for seed in range(8)])
OTHER = np.stack([picture(seed) for seed in range(100, 108)])
BANK = ClipBank("known", Purpose.BLOCK, [ClipEntry(hash_clip(CLIP), "why", "who")])
RULE = load_policy().prompt["copyright"]


@pytest.mark.parametrize(
    "clip",
    [
        CLIP,
        CLIP[:, :, ::-1],
        CLIP[::-1],
        CLIP[2:7],
        np.concatenate([OTHER[:4], CLIP]),
        np.pad(CLIP, ((0, 0), (16, 16), (0, 0), (0, 0))),
    ],
    ids=["same", "mirrored", "backwards", "cut", "inside another", "letterboxed"],
)
def test_a_known_clip_is_blocked_in_hiding(clip):
    (finding,) = ClipCheck(BANK).find(np.ascontiguousarray(clip), 8)
    assert finding.decision is Decision.BLOCK
    assert finding.hidden


def test_another_clip_passes():
    assert not ClipCheck(BANK).find(OTHER, 8)


def test_a_clip_that_shares_a_few_frames_is_another_clip():
    shared = np.concatenate([CLIP[:3], OTHER[:5]])
    assert not ClipCheck(BANK).find(shared, 8)


def test_the_share_counts_distinct_frames():
    longer = np.concatenate([CLIP, OTHER[:2]])
    (match,) = BANK.search([orientations(frame) for frame in longer])
    assert match.share == 1.0


def test_an_allowed_clip_cancels_a_match():
    allow = ClipBank("ours", Purpose.ALLOW, BANK.entries)
    assert not ClipCheck(BANK, allow).find(CLIP, 8)


def test_frames_without_detail_are_unscreened():
    (finding,) = ClipCheck(BANK).find(np.zeros((4, 64, 64, 3), np.uint8), 8)
    assert finding.category == "unscreened"


def test_a_clip_needs_frames():
    with pytest.raises(InvalidInput):
        ClipEntry(())


@pytest.mark.parametrize(("write", "read"), [(write_csv, read_csv), (write_json, read_json)])
def test_clips_survive_the_exchange(write, read):
    back = read(write(BANK))
    assert back.clips_block == BANK.entries
    assert back.clip_bank("again", Purpose.BLOCK).search([[h] for h in BANK.entries[0].hashes])


def test_frames_of_too_little_detail_are_left_out_and_a_clip_of_them_is_counted():
    def listed(*features):
        entry = {"raw_indicator": json.dumps(features), "type": "HASH_VIDEO_VPDQ"}
        return read_json(json.dumps([entry]).encode())

    good, poor = f"{'0f' * 32},90,0.000", f"{'f0' * 32},10,1.000"
    assert listed(good, poor).clips_block[0].hashes == (PictureHash.from_hex("0f" * 32, 90),)
    assert listed(poor).skipped == 1


@pytest.mark.parametrize("indicator", ["", "[", "7", '["0f,1"]', '["zz,90,0.0"]', "[" * 5000])
def test_a_broken_clip_signal_is_refused(indicator):
    entry = {"raw_indicator": indicator, "type": "HASH_VIDEO_VPDQ"}
    with pytest.raises(InvalidExchange):
        read_json(json.dumps([entry]).encode())


def works():
    bank = HashBank("works", Purpose.BLOCK, [Entry(hash_picture(picture(3)), "The Fox", "Fox Ltd")])
    return ReferenceCheck(bank, RULE)


def test_a_work_of_a_right_holder_is_named_with_its_similarity():
    (finding,) = works().find(CLIP, 8)
    assert finding.decision is Decision.REVIEW
    assert not finding.hidden
    assert "“The Fox” of Fox Ltd" in finding.reason
    assert "100%" in finding.reason
    assert finding.seconds == (3 / 8, 4 / 8)
    assert finding.subject == "The Fox"


def test_other_pictures_pass():
    assert not works().find(OTHER, 8)


def test_similarity_is_one_for_the_same_and_none_for_strangers():
    assert [similarity(bits) for bits in (0, 32, 128, 200)] == [1.0, 0.75, 0.0, 0.0]


@pytest.fixture
def folder(tmp_path):
    pictures = HashBank("p", Purpose.BLOCK, [Entry(hash_picture(picture(50)), "bad")])
    (tmp_path / "pictures.csv").write_bytes(write_csv(pictures))
    (tmp_path / "clips.json").write_bytes(write_json(BANK))
    (tmp_path / "references").mkdir()
    fox = HashBank("w", Purpose.BLOCK, [Entry(hash_picture(picture(3)), "The Fox", "Fox Ltd")])
    (tmp_path / "references" / "fox.json").write_bytes(write_json(fox))
    return tmp_path


def screened(folder, frames):
    return load_media_gate(added=MediaSettings(banks=folder)).screen(frames, 8)


def test_a_folder_of_lists_blocks_known_pictures_and_clips(folder):
    for frames in (CLIP, np.stack([picture(7), picture(50)])):
        verdict = screened(folder, frames)
        assert verdict.decision is Decision.BLOCK
        assert [finding.hidden for finding in verdict.findings] == [True]


def test_a_folder_of_lists_names_works(folder):
    verdict = screened(folder, np.stack([picture(3), picture(60)]))
    assert any(finding.category == "copyright" for finding in verdict.findings)


@pytest.mark.parametrize("fault", ["missing", "empty", "damaged", "no rule"])
def test_without_its_lists_the_gate_asks_for_review(folder, fault):
    from dataclasses import replace

    policy = load_policy()
    if fault == "missing":
        folder = folder / "gone"
    elif fault == "empty":
        folder = folder / "references" / "none"
        folder.mkdir()
    elif fault == "damaged":
        (folder / "clips.json").write_text("{")
    else:
        policy = replace(policy, prompt={})
    gate = load_media_gate(policy, MediaSettings(banks=folder))
    assert isinstance(gate, MediaGate)
    verdict = gate.screen(OTHER, 8)
    assert verdict.decision is Decision.REVIEW
    assert any("known pictures and clips" in finding.reason for finding in verdict.findings)
