"""What uploads of published clips are told."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.robustness.clips import film
from provenance.comparison import Colour, ContentState, compare
from provenance.fingerprint import Reference, reference
from provenance.media import read_video, write_video
from provenance.watermark import Geometry
from provenance.watermark.geometry import of_format
from tests.provenance.moving import (
    FPS,
    FRAMES,
    SIZE,
    chroma,
    clip,
    luma,
    recoloured,
    same_landscape,
)


@pytest.fixture(scope="module")
def original() -> np.ndarray:
    return clip(1)


@pytest.fixture(scope="module")
def kept(original: np.ndarray) -> Reference:
    return reference(original, fps=FPS)


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p,
        lambda p: cv2.resize(p, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
        lambda p: cv2.resize(p, (300, 256), interpolation=cv2.INTER_AREA),
        lambda p: cv2.GaussianBlur(p, (0, 0), 2.0),
        lambda p: cv2.convertScaleAbs(p, alpha=0.8, beta=30),
    ],
    ids=["same", "half", "squeezed", "blurred", "brightness"],
)
def test_a_clip_matches_itself(
    original: np.ndarray, kept: Reference, change: Callable[[np.ndarray], np.ndarray]
) -> None:
    found = compare([change(p) for p in luma(original)], None, kept)
    assert found.state is ContentState.MATCHES
    assert found.score > 0.9
    assert found.segments == ()


def test_a_cut_out_piece_is_laid_where_it_belongs(original: np.ndarray, kept: Reference) -> None:
    whole = of_format(*SIZE, SIZE)
    geometry = Geometry(whole.matrix, (-100.0, -60.0))
    upload = [p[60:, 100:] for p in luma(original)]
    found = compare(upload, geometry, kept)
    assert found.state is ContentState.MATCHES


def test_a_mirrored_upload_matches(original: np.ndarray, kept: Reference) -> None:
    geometry = Geometry((-1.0, 0.0, 0.0, 1.0), (SIZE[0] - 1.0, 0.0))
    found = compare([p[:, ::-1].copy() for p in luma(original)], geometry, kept)
    assert found.state is ContentState.MATCHES


def test_a_clip_seen_aslant_matches(original: np.ndarray, kept: Reference) -> None:
    width, height = SIZE
    here = np.array([[0, 0], [width, 0], [0, height], [width, height]], np.float32)
    there = here + np.array([[20, 8], [-6, 0], [0, 0], [-16, -12]], np.float32)
    aslant = cv2.getPerspectiveTransform(here, there)
    edge = cv2.BORDER_REPLICATE
    upload = [cv2.warpPerspective(p, aslant, SIZE, borderMode=edge) for p in luma(original)]
    found = compare(upload, of_format(*SIZE, SIZE), kept, fps=FPS)
    assert found.state is ContentState.MATCHES
    assert found.score > 0.9


@pytest.mark.parametrize("at", [(0.2, 0.2), (0.8, 0.8)])
def test_a_clip_is_laid_straight_from_the_corner_that_its_lattice_fits(
    at: tuple[float, float],
) -> None:
    """Its upper edge is a fifth shorter; by the lattice of a corner most of it lies beside it."""
    shown = film("bikes", 120)(640, 384, 24)
    size = np.array([640, 384], np.float32)
    here = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], np.float32) * size
    there = np.array([[0.09, 0], [0.91, 0], [0, 1], [1, 1]], np.float32) * size
    aslant = cv2.getPerspectiveTransform(here, there)
    edge = cv2.BORDER_REPLICATE
    upload = [cv2.warpPerspective(p, aslant, (640, 384), borderMode=edge) for p in luma(shown)]
    lattice = tangent(aslant, at * size, (640, 384))
    found = compare(upload, lattice, reference(shown, fps=FPS), fps=FPS)
    assert found.state is ContentState.MATCHES
    assert found.score > 0.9


def tangent(plane: np.ndarray, place: np.ndarray, size: tuple[int, int]) -> Geometry:
    """The lattice of a whole clip of that size, moved by a plane, as it lies around a place."""
    *there, depth = plane @ [*place, 1]
    at = np.array(there) / depth
    slope = (plane[:2, :2] - np.outer(at, plane[2, :2])) / depth
    whole = of_format(*size, size)
    matrix, shift = slope @ whole.array, at + slope @ (whole.shift - place)
    return Geometry(tuple(matrix.ravel().tolist()), tuple(shift.tolist()))


def test_fast_motion_in_an_interlaced_copy_matches(
    tmp_path: Path, ffmpeg: Callable[..., None]
) -> None:
    """Each of its pictures shows two moments, in every other line."""
    pictures = film("bikes", 60)(384, 640, 48)
    write_video(tmp_path / "clip.mp4", pictures, FPS)
    as_broadcast = ("-vf", "interlace", "-flags", "+ilme+ildct", "-crf", "23")
    ffmpeg("-i", tmp_path / "clip.mp4", *as_broadcast, tmp_path / "copy.mp4")
    video = read_video(tmp_path / "copy.mp4")
    stored, seen = reference(pictures, fps=FPS), video.moments
    found = compare(seen.luma, None, stored, fps=seen.fps, chroma=seen.chroma)
    woven = compare(video.luma, None, stored, fps=video.info.fps, chroma=video.chroma)
    assert found.state is ContentState.MATCHES
    assert woven.state is ContentState.ALTERED


def test_what_lay_askew_is_paired_in_time_anew() -> None:
    """A street from a moving bicycle, in perspective, read through a lattice that fits the left of
    it: laid so, its frames are most alike at wrong moments."""
    width, height = 640, 384
    shown = film("bikes", 120)(width, height, 48)
    corners = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], np.float32)
    moved = np.array([[0.03, 0.02], [0.99, 0], [0, 1], [0.97, 0.98]], np.float32)
    size = np.array([width, height], np.float32)
    aslant = cv2.getPerspectiveTransform(corners * size, moved * size)
    edge = cv2.BORDER_REPLICATE
    upload = [cv2.warpPerspective(p, aslant, (width, height), borderMode=edge) for p in luma(shown)]
    lattice = Geometry((0.956, 0.0, 0.0, 0.956), (260.8, 4.7))
    found = compare(upload, lattice, reference(shown, fps=FPS), fps=FPS)
    assert found.state is ContentState.MATCHES


def test_a_trimmed_upload_matches_and_covers_less(original: np.ndarray, kept: Reference) -> None:
    found = compare(luma(original[20:44]), None, kept, fps=FPS)
    assert found.state is ContentState.MATCHES
    assert 0.4 < found.coverage < 0.7


def test_a_trimmed_upload_is_told_what_it_leaves_out(original: np.ndarray, kept: Reference) -> None:
    first, last = compare(luma(original[14:36]), None, kept, fps=FPS).missing
    assert first == pytest.approx((0, 14 / FPS), abs=0.1)
    assert last == pytest.approx((36 / FPS, 2), abs=0.1)


@pytest.mark.parametrize("each", [1, 2], ids=["whole", "at twice the speed"])
def test_a_whole_upload_leaves_nothing_out(
    original: np.ndarray, kept: Reference, each: int
) -> None:
    assert compare(luma(original[::each]), None, kept, fps=FPS).missing == ()


@pytest.mark.parametrize(("first", "length"), [(17, 24), (15, 12), (33, 12)])
def test_a_short_piece_of_a_film_keeps_its_speed(first: int, length: int) -> None:
    """So few moments lie as well on many a line in time; the original speed is to be preferred."""
    shown = film("bikes", 10)(SIZE[0], SIZE[1], FRAMES)
    piece = luma(shown[first : first + length])
    found = compare(piece, None, reference(shown, fps=FPS), fps=FPS)
    assert found.state is ContentState.MATCHES
    assert found.speed == 1
    assert found.start == pytest.approx(-first / FPS, abs=2 / FPS)


def test_a_faster_upload_matches(original: np.ndarray, kept: Reference) -> None:
    found = compare(luma(original[::2]), None, kept, fps=FPS)
    assert found.state is ContentState.MATCHES


@pytest.mark.parametrize("seed", range(2, 12))
def test_another_clip_is_other_content(kept: Reference, seed: int) -> None:
    found = compare(luma(clip(seed)), None, kept)
    assert found.state is ContentState.OTHER


def test_another_subject_in_the_same_landscape_is_other_content(
    original: np.ndarray, kept: Reference
) -> None:
    found = compare(luma(same_landscape(original)), None, kept, fps=FPS)
    assert found.state is ContentState.OTHER


def test_an_edit_is_found_in_time_and_place(original: np.ndarray, kept: Reference) -> None:
    edited = original.copy()
    edited[24:42, 150:230, 40:160] = (250, 250, 250)
    edited[24:42, 170:210, 60:140] = (5, 5, 5)
    found = compare(luma(edited), None, kept, fps=FPS)
    assert found.state is ContentState.ALTERED
    (segment,) = found.segments
    assert segment == pytest.approx((1.0, 1.75), abs=0.25)
    box = max(found.regions, key=lambda region: region.width * region.height)
    wanted = (40 / 384, 150 / 256, 120 / 384, 80 / 256)
    assert (box.x, box.y, box.width, box.height) == pytest.approx(wanted, abs=0.06)
    assert found.heatmap is not None
    assert found.heatmap[23, 12] > 0.2
    assert found.heatmap[4, 40] == 0


def test_a_caption_bar_is_an_alteration(original: np.ndarray, kept: Reference) -> None:
    captioned = original.copy()
    captioned[:, 215:] = 0
    captioned[:, 225:245, 60:320:9] = 255
    found = compare(luma(captioned), None, kept)
    assert found.state is ContentState.ALTERED
    assert all(region.y > 0.7 for region in found.regions)


def test_a_cover_over_most_of_what_moves_is_an_alteration(
    original: np.ndarray, kept: Reference
) -> None:
    covered = original.copy()
    covered[:, 15:105, :230] = (5, 5, 5)  # the square's whole way
    found = compare(luma(covered), None, kept)
    assert found.state is ContentState.ALTERED


def test_a_cover_hides_no_other_content(original: np.ndarray, kept: Reference) -> None:
    covered = same_landscape(original)
    covered[:, 215:] = (5, 5, 5)
    assert compare(luma(covered), None, kept).state is ContentState.OTHER


def test_another_hue_of_the_same_brightness_is_an_alteration(
    original: np.ndarray, kept: Reference
) -> None:
    edited = original.copy()
    edited[24:42, 64:192, 96:288] = recoloured(edited[24:42, 64:192, 96:288])
    found = compare(luma(edited), None, kept, fps=FPS, chroma=chroma(edited))
    assert found.state is ContentState.ALTERED
    assert found.colour is Colour.CHANGED
    (segment,) = found.segments
    assert segment == pytest.approx((1.0, 1.75), abs=0.25)


def test_a_clip_recoloured_as_a_whole_is_altered_and_not_another(
    original: np.ndarray, kept: Reference
) -> None:
    edited = recoloured(original)
    found = compare(luma(edited), None, kept, chroma=chroma(edited))
    assert (found.state, found.colour) == (ContentState.ALTERED, Colour.CHANGED)


@pytest.mark.parametrize("share", [0.5, 1.0, 1.5], ids=["paler", "same", "stronger"])
def test_the_strength_of_colours_alters_nothing(
    original: np.ndarray, kept: Reference, share: float
) -> None:
    planes = [np.clip(128 + share * (p - 128.0), 0, 255).astype(np.uint8) for p in chroma(original)]
    found = compare(luma(original), None, kept, chroma=planes)
    assert (found.state, found.colour) == (ContentState.MATCHES, Colour.SAME)


def test_a_grey_copy_matches_and_is_told_to_be_grey(original: np.ndarray, kept: Reference) -> None:
    grey = [np.full_like(planes, 128) for planes in chroma(original)]
    found = compare(luma(original), None, kept, chroma=grey)
    assert (found.state, found.colour) == (ContentState.MATCHES, Colour.LOST)
