import numpy as np

from safety import load_policy
from safety.media.checks import BlankCheck, FlashCheck
from safety.media.coverage import Coverage
from tests.safety.media.pictures import black, gradient


def flashing(per_second, fps=24, seconds=2):
    frames = np.full((fps * seconds, 32, 32, 3), 20, np.uint8)
    period = fps / per_second
    bright = (np.arange(len(frames)) % period) < period / 2
    frames[bright] = 230
    return frames


def test_blank_frames_are_unscreened():
    finding = BlankCheck().find(black(), 24)[0]
    assert finding.category == "unscreened"
    assert finding.decision == "review"


def test_one_blank_frame_is_enough():
    frames = gradient()
    frames[7] = 0
    assert BlankCheck().find(frames, 24)


def test_a_visible_clip_is_not_blank():
    assert not BlankCheck().find(gradient(), 24)


def test_more_than_three_flashes_a_second_are_held():
    finding = FlashCheck(load_policy()).find(flashing(6), 24)[0]
    assert finding.category == "flashing"
    assert finding.decision == "review"
    start, end = finding.seconds
    assert 0 <= start < end <= 2


def test_two_flashes_a_second_are_fine():
    assert not FlashCheck(load_policy()).find(flashing(2), 24)


def test_a_single_frame_cannot_flash():
    assert not FlashCheck(load_policy()).find(gradient(1), 24)


def test_a_kind_of_harm_without_classifier_or_excuse_is_named():
    assert not Coverage.of(load_policy()).find(black(), 24)
    finding = Coverage(["violence"], ["violence", "a_new_harm"]).find(black(), 24)[0]
    assert finding.category == "unscreened"
    assert "a new harm" in finding.reason
