"""Sampling with an untrained network: everything that does not depend on what it learned."""

import pytest
import torch

from generation.embedded.grid import FRAMES
from generation.embedded.model import ClipTransformer, Shape
from generation.embedded.sampler import (
    OVERLAP,
    Guidance,
    Window,
    both,
    levels,
    sample_clip,
    window_count,
)
from generation.embedded.text import TEXT_WIDTH, TextFeatures, empty_text


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(0)
    net = ClipTransformer(Shape(width=64, depth=1, heads=1, bottleneck=16)).eval()
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.05)
    return net


@pytest.fixture(scope="module")
def texts():
    generator = torch.Generator().manual_seed(1)
    words = torch.randn(1, 5, TEXT_WIDTH, generator=generator)
    return both(TextFeatures(words, torch.ones(1, 5).bool()), empty_text(1))


def sample(net, texts, frames=FRAMES, seed=0, on_step=lambda seen: None):
    return sample_clip(net, texts, (32, 32), frames, seed, 4, Guidance(), on_step)


def test_levels_go_from_noise_to_clean():
    path = levels(10)
    assert (path[0], path[-1]) == (0, 1)
    assert (path.diff() > 0).all()


def test_the_same_seed_gives_the_same_clip(net, texts):
    assert torch.equal(sample(net, texts, seed=3), sample(net, texts, seed=3))


def test_another_seed_gives_another_clip(net, texts):
    assert not torch.equal(sample(net, texts, seed=3), sample(net, texts, seed=4))


def test_the_prompt_matters(net, texts):
    blank = both(empty_text(1), empty_text(1))
    assert not torch.equal(sample(net, texts), sample(net, blank))


@pytest.mark.parametrize("frames", [8, 16, 17, 28, 29, 64])
def test_any_length_takes_the_windows_that_it_says(net, texts, frames):
    steps = []
    clip = sample(net, texts, frames, on_step=steps.append)
    assert clip.shape == (frames, 32, 32, 3)
    assert len(steps) == 4 * window_count(frames)


def test_a_longer_clip_begins_with_the_shorter_one(net, texts):
    assert torch.equal(sample(net, texts, 28)[:FRAMES], sample(net, texts, FRAMES))


def test_given_frames_are_kept(net, texts):
    known, generator = torch.rand(OVERLAP, 32, 32, 3), torch.Generator().manual_seed(0)
    *_, last = Window(net, texts, (32, 32), known, Guidance(), generator).sample(4)
    assert torch.equal(last[:OVERLAP], known)


def test_what_a_step_raises_comes_out_at_once(net, texts):
    seen = []

    def stop(picture):
        seen.append(picture)
        if len(seen) == 2:
            raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        sample(net, texts, on_step=stop)
    assert len(seen) == 2
