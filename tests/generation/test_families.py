"""What families of models can make, and which checkpoint belongs to which."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation import Ability, Aspect
from generation.families import FAMILIES, Way, recognise
from generation.settings import SETTINGS

sys.path.insert(0, str(Path(__file__).parent))
from tiny_generators import name_of
from tiny_pipelines import build

names = st.sampled_from(sorted(FAMILIES))


@given(names, st.floats(0.5, 8))
def test_every_length_keeps_the_family_s_rule(name, seconds):
    family = FAMILIES[name]
    frames = family.frames(seconds)
    assert (frames - family.offset) % family.stride == 0
    assert 0 < frames <= family.most_frames


@given(names, st.integers(1, 400))
def test_a_clip_is_cut_to_frames_that_it_has(name, count):
    family = FAMILIES[name]
    frames = family.frames_within(count)
    assert (frames - family.offset) % family.stride == 0
    assert frames <= max(count, family.stride + family.offset)


@given(names)
def test_every_size_keeps_the_family_s_rule(name):
    family = FAMILIES[name]
    for width, height in family.sizes().values():
        assert width % family.multiple == height % family.multiple == 0
        assert abs(width * height / family.area - 1) < 0.1


def test_each_family_has_a_row_of_settings():
    assert set(SETTINGS) == set(FAMILIES)


def test_a_model_with_one_size_has_one_aspect():
    assert FAMILIES["cogvideox-i2v"].sizes() == {Aspect.LANDSCAPE: (720, 480)}


@pytest.mark.parametrize(
    ("tiny", "family"),
    [
        ("wan", "wan-2.1"),
        ("wan_clip", "wan-2.1"),
        ("wan_image", "wan-2.1-i2v"),
        ("wan_first_and_last", "wan-2.1-flf2v"),
        ("wan_with_two_experts", "wan-2.2-a14b"),
        ("wan_image_with_two_experts", "wan-2.2-a14b-i2v"),
        ("wan_5b", "wan-2.2-5b"),
        ("wan_vace", "wan-vace"),
        ("skyreels", "skyreels-v2"),
        ("ltx_image", "ltx"),
        ("ltx_condition", "ltx-condition"),
        ("cogvideox_clip", "cogvideox"),
        ("cogvideox_image", "cogvideox-i2v"),
        ("hunyuan", "hunyuan"),
        ("hunyuan_15", "hunyuan-1.5"),
        ("mochi", "mochi"),
    ],
)
def test_a_checkpoint_s_family_shows_in_its_configuration(tiny, family):
    assert name_of(build(tiny)) == family


def test_later_cogvideox_compresses_time_in_its_patches():
    assert recognise("CogVideoXPipeline", {}, {"patch_size_t": 2}) == "cogvideox-1.5"


@pytest.mark.parametrize(
    "kind", ["StableDiffusionPipeline", "CogVideoXFunControlPipeline", "WanAnimatePipeline", ""]
)
def test_other_pipelines_belong_to_no_family(kind):
    assert recognise(kind, {}, {}) is None


def test_abilities_follow_from_the_ways():
    assert FAMILIES["wan-2.1"].abilities() == {Ability.RESTYLE}
    assert FAMILIES["wan-2.1-i2v"].abilities() == {Ability.FIRST_FRAME, Ability.CONTINUE}
    assert FAMILIES["mochi"].abilities() == set()
    assert FAMILIES["wan-vace"].abilities() == {"first-frame", "last-frame", "continue", "loop"}


def test_models_that_need_a_picture_say_so():
    needy = {name for name, family in FAMILIES.items() if family.required()}
    assert needy == {name for name, family in FAMILIES.items() if set(family.ways) == {Way.IMAGE}}
