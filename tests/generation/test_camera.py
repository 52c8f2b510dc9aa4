"""What a prompt asks of the camera, and what a clip shows of it."""

import random
from dataclasses import replace

import cv2
import numpy as np
import pytest

from generation.camera import CameraMove, asked_camera, camera_motion
from generation.embedded.world.render import render
from generation.embedded.world.spec import Spec

SECONDS = np.arange(48) / 24
CAR = Spec("car", "red", "still", "city", "day", "clear", "static", "cartoon")


def lumas_of(camera: str, **changes: str) -> list[np.ndarray]:
    spec = replace(CAR, camera=camera, **changes)
    frames = render(spec, 5, (192, 192), SECONDS).frames
    return [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]


@pytest.mark.parametrize(
    ("prompt", "move"),
    [
        ("a cat, camera pans left", CameraMove.PAN_LEFT),
        ("slow pan to the right over a city", CameraMove.PAN_RIGHT),
        ("the camera moves slowly to the left", CameraMove.PAN_LEFT),
        ("a ghost, camera zooms in", CameraMove.ZOOM_IN),
        ("Slow zoom\nout", CameraMove.ZOOM_OUT),
        ("zooming out of a city", CameraMove.ZOOM_OUT),
        ("fixed shot of a star", CameraMove.STATIC),
        ("a car moving left", None),
        ("a panda on the left", None),
        ("tilt up, then zoom in", CameraMove.TILT_UP),
    ],
)
def test_the_prompt_names_a_move(prompt, move):
    assert asked_camera(prompt) is move


@pytest.mark.parametrize(
    ("camera", "move"),
    [
        ("static", CameraMove.STATIC),
        ("pan_left", CameraMove.PAN_LEFT),
        ("pan_right", CameraMove.PAN_RIGHT),
        ("zoom_in", CameraMove.ZOOM_IN),
    ],
)
def test_the_measured_move_is_the_rendered_one(camera, move):
    assert camera_motion(lumas_of(camera), 24).move is move


def test_backwards_the_camera_goes_the_other_way():
    assert camera_motion(lumas_of("pan_left")[::-1], 24).move is CameraMove.PAN_RIGHT
    assert camera_motion(lumas_of("zoom_in")[::-1], 24).move is CameraMove.ZOOM_OUT


def test_a_moving_subject_is_no_moving_camera():
    assert camera_motion(lumas_of("static", motion="right"), 24).move is CameraMove.STATIC


def test_what_shows_nothing_to_follow_stands_still():
    grey = [np.full((96, 128), 90, np.uint8)] * 12
    assert camera_motion(grey, 8).move is CameraMove.STATIC


def test_one_frame_stands_still():
    noise = np.frombuffer(random.Random(1).randbytes(96 * 96), np.uint8).reshape(96, 96)
    assert camera_motion([noise], 24).move is CameraMove.STATIC
