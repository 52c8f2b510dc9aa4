"""The generator as it ships, with its own weights."""

import subprocess
import sys

import numpy as np
import pytest

from generation import (
    Aspect,
    Cancelled,
    GenerationRequest,
    InvalidRequest,
    Progress,
    Tier,
    load_generator,
)
from generation.embedded.generator import EmbeddedGenerator
from generation.styles import STYLES, WORLD_STYLES

STEPS = 4


@pytest.fixture(scope="module")
def generator():
    return EmbeddedGenerator.load(steps=STEPS)


@pytest.fixture(scope="module")
def clip(generator):
    return generator.generate(GenerationRequest("a red balloon rising over the hills", seconds=1))


def test_it_is_loaded_by_name():
    assert load_generator("embedded").info.name == "kinemark-embedded"


def test_a_clip_has_the_promised_size_and_rate(generator, clip):
    assert clip.frames.shape == (24, 512, 512, 3)
    assert clip.frames.dtype == np.uint8
    assert clip.fps == generator.limits.fps == 24


def test_a_clip_says_what_made_it(generator, clip):
    assert clip.model == generator.info
    assert not clip.model.upscaled
    assert len(clip.model.sha256) == 64
    assert (clip.seed, clip.steps) == (0, STEPS)
    assert str(clip.understanding) == "drawn: red balloon, rising, meadow"


@pytest.mark.parametrize("aspect", [Aspect.LANDSCAPE, Aspect.PORTRAIT])
def test_every_aspect_has_its_size(generator, aspect):
    output = generator.generate(GenerationRequest("a cat", aspect=aspect, seconds=1))
    height, width = output.frames.shape[1:3]
    assert (width, height) == generator.limits.sizes[aspect]
    assert width % 2 == height % 2 == 0


def test_the_same_request_gives_the_same_frames(generator, clip):
    again = generator.generate(GenerationRequest("a red balloon rising over the hills", seconds=1))
    assert np.array_equal(again.frames, clip.frames)


def test_a_long_clip_is_continued(generator):
    steps: list[Progress] = []
    output = generator.generate(GenerationRequest("a cat", seconds=2.6), steps.append)
    assert len(output.frames) == 62
    assert [p.step for p in steps if p.stage == "drawing"] == list(range(1, 2 * STEPS + 1))


def test_each_step_is_reported_and_some_show_a_preview(generator):
    seen: list[Progress] = []
    generator.generate(GenerationRequest("a blue car", seconds=1), seen.append)
    drawing = [p for p in seen if p.stage == "drawing"]
    assert [(p.step, p.steps) for p in drawing] == [(i, STEPS) for i in range(1, STEPS + 1)]
    assert drawing[-1].preview.shape == (192, 192, 3)
    assert seen[-1].stage == "painting"
    assert seen[-1].preview.shape == (512, 512, 3)


def test_a_draft_takes_fewer_steps(generator):
    request = GenerationRequest("a blue car", seconds=1, tier=Tier.DRAFT)
    assert generator.generate(request).steps < STEPS


def test_what_should_not_be_seen_matters(generator, clip):
    prompt = "a red balloon rising over the hills"
    other = generator.generate(GenerationRequest(prompt, seconds=1, negative="night, snow"))
    assert not np.array_equal(other.frames, clip.frames)


def test_a_loop_leads_back_into_its_beginning(full):
    frames = full.generate(GenerationRequest("a blue star spinning in space", loop=True)).frames
    jump = np.abs(frames[0].astype(int) - frames[-1]).mean()
    steps = np.abs(np.diff(frames.astype(np.int16), axis=0)).mean((1, 2, 3))
    assert jump < 2 * steps.max() + 1


def test_a_long_loop_repeats(full):
    output = full.generate(GenerationRequest("a red ball bouncing", seconds=4, loop=True))
    assert len(output.frames) == 96
    assert np.array_equal(output.frames[:48], output.frames[48:])


@pytest.fixture(scope="module")
def full():
    return EmbeddedGenerator.load()


@pytest.fixture(scope="module")
def drawn(full):
    return full.generate(GenerationRequest("a yellow star rising over the ocean", seed=3)).frames


def difference(a, b) -> float:
    return float(np.abs(a.astype(int) - b.astype(int)).mean())


def test_a_clip_begins_with_the_picture_that_it_is_given(full, drawn):
    request = GenerationRequest("a yellow star spinning over the ocean", first_frame=drawn[0])
    begins = full.generate(request).frames[0]
    assert difference(begins, drawn[0]) < 15 < difference(begins, 255 - drawn[0])


def test_a_clip_is_carried_on_from_its_last_frames(full, drawn):
    request = GenerationRequest("a yellow star rising over the ocean", continues=drawn, seconds=1)
    new = full.generate(request).frames
    assert len(new) == 24
    assert difference(new[0], drawn[-1]) < 15


def test_a_clip_is_drawn_again_the_more_freely_the_stronger(full, drawn):
    near, far = (
        full.generate(
            GenerationRequest("a purple heart over the ocean", source=drawn, strength=strength)
        ).frames
        for strength in (0.05, 1.0)
    )
    assert difference(near[24], drawn[24]) < difference(far[24], drawn[24])


def test_a_picture_of_another_world_is_refused(full):
    noise = np.random.default_rng(0).integers(0, 255, (256, 256, 3), np.uint8)
    with pytest.raises(InvalidRequest) as caught:
        full.generate(GenerationRequest("a cat", first_frame=noise))
    assert caught.value.code == "generation.reference-unknown-world"


def test_cancelling_takes_effect_within_the_step(generator):
    seen = []

    def cancel(progress):
        seen.append(progress)
        raise Cancelled

    with pytest.raises(Cancelled):
        generator.generate(GenerationRequest("a blue car"), cancel)
    assert len(seen) == 1


def test_a_style_is_part_of_what_is_asked(generator, clip):
    request = GenerationRequest("a red balloon rising over the hills", seconds=1, style="neon")
    output = generator.generate(request)
    assert output.understanding.drawn[-1] == "neon"
    assert not np.array_equal(output.frames, clip.frames)


def test_every_style_is_understood(generator):
    assert generator.limits.styles == WORLD_STYLES
    for style in WORLD_STYLES:
        assert generator.understand(STYLES[style]).drawn


def test_an_unknown_style_is_refused(generator):
    with pytest.raises(InvalidRequest) as caught:
        generator.generate(GenerationRequest("a cat", style="oil"))
    assert caught.value.code == "generation.style"


def test_the_world_renderer_takes_no_part_in_generating():
    program = (
        "import sys, generation\n"
        "generator = generation.load_generator(); generator.steps = 1\n"
        "generator.generate(generation.GenerationRequest('a red ball', seconds=1))\n"
        "sys.exit(any(m.startswith(('generation.embedded.world', 'generation.embedded.dataset'))"
        " for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
