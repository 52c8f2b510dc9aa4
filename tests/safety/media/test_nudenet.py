"""NudeNet itself is no dependency of ours, so its detector is stood in for."""

import numpy as np
import pytest

from safety import MediaGate, load_media_gate, load_policy
from safety.loading import MediaSettings
from safety.media.nudenet import CATEGORY, NudeNet
from safety.policy import CategoryRule
from tests.safety.media.pictures import gradient

RULE = CategoryRule("sexual content", "", 0.4, 1.01)


class Detector:
    def __init__(self, *boxes):
        self.boxes = boxes
        self.seen = []

    def detect(self, image):
        self.seen.append(image)
        return self.boxes


def test_an_exposed_part_asks_for_review():
    box = {"class": "BUTTOCKS_EXPOSED", "score": 0.8, "box": [0, 0, 9, 9]}
    (finding,) = NudeNet(RULE, Detector(box)).find(gradient(), 24)
    assert (finding.category, finding.score, finding.decision) == (CATEGORY, 0.8, "review")


@pytest.mark.parametrize("box", [("FACE_FEMALE", 0.9), ("BUTTOCKS_EXPOSED", 0.2)])
def test_covered_or_doubtful_parts_pass(box):
    detector = Detector({"class": box[0], "score": box[1], "box": []})
    assert not NudeNet(RULE, detector).find(gradient(), 24)


def test_it_is_shown_blue_first():
    frames = np.zeros((1, 32, 32, 3), np.uint8)
    frames[..., 0] = 255
    detector = Detector()
    NudeNet(RULE, detector).find(frames, 24)
    assert detector.seen[0][0, 0].tolist() == [0, 0, 255]


def test_a_score_that_is_no_number_asks_for_review():
    box = {"class": "BUTTOCKS_EXPOSED", "score": float("nan"), "box": []}
    gate = MediaGate(load_policy(), [NudeNet(RULE, Detector(box))])
    assert gate.screen(gradient(), 24).decision == "review"


def test_switched_on_but_not_installed_asks_for_review(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "nudenet", None)
    verdict = load_media_gate(added=MediaSettings(nudenet=True)).screen(gradient(), 24)
    assert any("NudeNet" in finding.reason for finding in verdict.findings)
