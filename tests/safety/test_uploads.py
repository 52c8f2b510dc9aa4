"""Pictures that people bring, on photographs: listed ones are blocked, all others wait."""

import cv2
import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_sample_images

from safety import Decision, MediaGate, MediaSettings, UploadGate, load_policy, load_upload_gate
from safety.banks import BankCheck, Entry, HashBank, Purpose
from safety.clips import ClipBank, ClipEntry
from safety.exchange import write_csv, write_json
from safety.hashing import hash_clip, hash_picture
from safety.media.coverage import EXPECTED, Coverage
from tests.safety.media.test_images import bomb, coded

TEMPLE, FLOWER = load_sample_images().images
CLIP = np.stack([TEMPLE[:, shift : shift + 400] for shift in range(0, 240, 60)])


def png(pixels):
    return coded(Image.fromarray(np.ascontiguousarray(pixels)))


def listed(folder, bank):
    """The gate of a studio with this one list."""
    (folder / "list.csv").write_bytes(write_csv(bank))
    return load_upload_gate(added=MediaSettings(banks=folder))


@pytest.fixture
def gate(tmp_path):
    return listed(tmp_path, HashBank("known", Purpose.BLOCK, [Entry(hash_picture(TEMPLE))]))


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p,
        lambda p: p[:, ::-1],
        lambda p: np.rot90(p),
        lambda p: cv2.resize(p, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA),
        lambda p: np.pad(p, ((80, 80), (0, 0), (0, 0))),
        lambda p: np.pad(p, ((0, 0), (50, 90), (0, 0)), constant_values=255)[:, ::-1],
        lambda p: cv2.GaussianBlur(p, (5, 5), 0),
        lambda p: p[4:-4, 6:-6],
    ],
    ids=["as it is", "mirrored", "turned", "smaller", "letterboxed", "framed and mirrored",
         "blurred", "a little cut off"],
)  # fmt: skip
def test_a_listed_photograph_is_blocked_in_hiding(gate, change):
    verdict = gate.screen(png(change(TEMPLE)))
    assert verdict.decision is Decision.BLOCK
    assert [finding.hidden for finding in verdict.findings] == [True]


def test_a_listed_photograph_is_blocked_after_recompression(gate):
    assert gate.screen(coded(Image.fromarray(TEMPLE), "JPEG", quality=30)).decision is (
        Decision.BLOCK
    )


@pytest.mark.parametrize("frame", [0, 2])
def test_a_frame_of_a_listed_clip_is_blocked(tmp_path, frame):
    bank = ClipBank("known", Purpose.BLOCK, [ClipEntry(hash_clip(CLIP))])
    verdict = listed(tmp_path, bank).screen(png(CLIP[frame][:, ::-1]))
    assert verdict.decision is Decision.BLOCK
    assert verdict.findings[0].category == "known_clip"


def test_another_photograph_waits_for_a_person(gate):
    verdict = gate.screen(png(FLOWER))
    assert verdict.decision is Decision.REVIEW
    assert any("No picture classifier looks for" in found.reason for found in verdict.findings)


def test_a_picture_that_cannot_be_compared_says_so(gate):
    verdict = gate.screen(png(np.full((200, 200, 3), 90, np.uint8)))
    assert verdict.decision is Decision.REVIEW
    assert any("too little detail" in finding.reason for finding in verdict.findings)


def test_a_listed_work_is_named(tmp_path):
    (tmp_path / "references").mkdir()
    work = HashBank("works", Purpose.BLOCK, [Entry(hash_picture(FLOWER), "The Flower", "Fox Ltd")])
    (tmp_path / "references" / "works.json").write_bytes(write_json(work))
    verdict = load_upload_gate(added=MediaSettings(banks=tmp_path)).screen(png(FLOWER))
    assert verdict.decision is Decision.REVIEW
    assert any("“The Flower” of Fox Ltd" in finding.reason for finding in verdict.findings)


@pytest.mark.parametrize("fault", ["not set", "missing", "empty", "damaged"])
def test_an_upload_is_held_without_readable_lists(tmp_path, fault):
    if fault == "damaged":
        (tmp_path / "list.csv").write_text("nothing,of,use\n")
    folder = {"not set": None, "missing": tmp_path / "gone"}.get(fault, tmp_path)
    verdict = load_upload_gate(added=MediaSettings(banks=folder)).screen(png(FLOWER))
    assert verdict.decision is Decision.REVIEW
    assert any("known pictures and clips" in finding.reason for finding in verdict.findings)


def test_a_classifier_that_was_added_sees_uploads_too(tmp_path):
    added = MediaSettings(checkpoint=tmp_path / "gone")
    verdict = load_upload_gate(added=added).screen(png(FLOWER))
    assert any("open_clip checkpoint" in finding.reason for finding in verdict.findings)


def gate_that_covers_everything():
    known = BankCheck(HashBank("known", Purpose.BLOCK, [Entry(hash_picture(TEMPLE))]))
    return UploadGate(MediaGate(load_policy(), [known, Coverage(EXPECTED)]))


def test_an_upload_that_every_kind_of_check_saw_can_pass():
    assert gate_that_covers_everything().screen(png(FLOWER)).decision is Decision.ALLOW


@pytest.mark.parametrize("content", [b"", b"junk", bomb(), None, 3], ids=str)
def test_what_is_no_picture_is_held(content):
    assert gate_that_covers_everything().screen(content).decision is Decision.REVIEW
