"""When and where an upload was altered, out of what differs at each moment."""

import numpy as np
import pytest

from provenance.localise import Changes, alterations, heatmap

SHAPE = (9, 32, 32)
WHEN = np.arange(9, dtype=np.float32) / 6
AREA = 32 * 32
CLEAR = np.s_[8:16, 8:16]
FAINT = np.s_[8:16, 16:20]


def changes(moments: list[int], places: object = CLEAR, faint: object = CLEAR) -> Changes:
    shown, excess = np.zeros(SHAPE, np.bool_), np.zeros(SHAPE, np.float32)
    for moment in moments:
        shown[moment][places] = True
        excess[moment][places] = 9
        excess[moment][faint] = 2
    return Changes(shown, excess)


NOTHING = changes([])


def test_what_differs_nowhere_is_not_altered() -> None:
    assert alterations(NOTHING, changes([3, 4, 5]), WHEN, AREA, 1.5) == []


def test_an_edit_lasts_from_between_moments_to_between_moments() -> None:
    edit = changes([3, 4, 5])
    (found,) = alterations(edit, edit, WHEN, AREA, 1.5)
    assert (found.start, found.end) == pytest.approx((2.5 / 6, 5.5 / 6), abs=1e-3)


def test_an_edit_at_the_end_lasts_to_the_end() -> None:
    edit = changes([7, 8])
    (found,) = alterations(edit, edit, WHEN, AREA, 1.5)
    assert found.end == 1.5


def test_a_single_moment_is_no_edit() -> None:
    edit = changes([4])
    assert alterations(edit, edit, WHEN, AREA, 1.5) == []


def test_an_edit_whose_ends_are_escaped_by_frames_beside_it_is_found() -> None:
    (found,) = alterations(changes([4]), changes([3, 4, 5]), WHEN, AREA, 1.5)
    assert (found.start, found.end) == pytest.approx((2.5 / 6, 5.5 / 6), abs=1e-3)


def test_what_moved_by_the_frames_that_escape_an_edit_is_no_part_of_it() -> None:
    """Pictures before and after the edit are like the clip's but for what has moved on in them."""
    moved = np.s_[20:28, 20:28]
    escaped = changes([3, 6], moved, moved)
    escaped.places[4:6][:, *CLEAR] = True
    (found,) = alterations(escaped, changes([3, 4, 5, 6]), WHEN, AREA, 1.5)
    (region,) = found.regions
    assert (region.x, region.y, region.width, region.height) == (0.25, 0.25, 0.25, 0.25)


def test_where_frames_in_time_differ_without_an_edit_they_place_none() -> None:
    """Frames were dropped and doubled: what lies nearest in time has moved on elsewhere as well."""
    moved = np.s_[20:28, 20:28]
    late = changes([1, 3, 4, 5, 7], moved, moved)
    late.places[3:6][:, *CLEAR] = True
    (found,) = alterations(changes([3, 4, 5]), late, WHEN, AREA, 1.5)
    assert [(region.x, region.y) for region in found.regions] == [(0.25, 0.25)]


def test_a_region_grows_into_what_differs_faintly_beside_it() -> None:
    edit = changes([3, 4, 5], faint=FAINT)
    (found,) = alterations(edit, edit, WHEN, AREA, 1.5)
    (region,) = found.regions
    assert (region.x, region.y, region.width, region.height) == (0.25, 0.25, 0.375, 0.25)


@pytest.mark.parametrize("faint", [np.s_[24:30, 24:30], np.s_[8, 16:30]], ids=["apart", "thin"])
def test_what_is_faint_and_apart_or_thin_is_no_part_of_it(faint: object) -> None:
    edit = changes([3, 4, 5], faint=faint)
    (found,) = alterations(edit, edit, WHEN, AREA, 1.5)
    (region,) = found.regions
    assert (region.x, region.y, region.width, region.height) == (0.25, 0.25, 0.25, 0.25)


def test_the_heatmap_tells_the_share_of_time() -> None:
    edit = changes([3, 4, 5], faint=FAINT)
    shares = heatmap(edit, alterations(edit, edit, WHEN, AREA, 1.5))
    assert shares[CLEAR] == pytest.approx(1 / 3)
    assert shares[FAINT] == pytest.approx(1 / 3)
    assert shares.sum() == pytest.approx((64 + 32) / 3, abs=1e-3)


def test_a_region_ends_where_half_of_a_blurred_edge_is_left() -> None:
    edit = changes([3, 4, 5], faint=np.s_[7:17, 7:17])
    edit.excess[:, 8:16, 8:16] = edit.excess[:, 8:16, 8:16] * 4.5
    (found,) = alterations(edit, edit, WHEN, AREA, 1.5)
    (region,) = found.regions
    assert (region.x, region.y, region.width, region.height) == (0.25, 0.25, 0.25, 0.25)
