"""Sampling with an untrained network: everything that does not depend on what it learned."""

import pytest
import torch

from generation.embedded.clipcode import WIDTH, given
from generation.embedded.denoiser import Denoiser, Shape
from generation.embedded.sampling import Known, Question, both, levels, sample
from generation.embedded.text import TEXT_WIDTH, TextFeatures, empty_text

STEPS = 4


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(0)
    net = Denoiser(Shape(width=64, depth=1, heads=1)).eval()
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.05)
    return net


@pytest.fixture(scope="module")
def texts():
    generator = torch.Generator().manual_seed(1)
    words = torch.randn(1, 5, TEXT_WIDTH, generator=generator)
    return both(TextFeatures(words, torch.ones(1, 5).bool()), empty_text(1))


def draw(net, texts, seed=0, known=None, on_step=lambda seen: None, loop=False, **more):
    return sample(
        net, Question(texts, 0, loop), known or Known.nothing(),
        torch.Generator().manual_seed(seed), STEPS, on_step, **more,
    )  # fmt: skip


def test_levels_go_from_noise_to_clean():
    path = levels(10)
    assert (path[0], path[-1], len(path)) == (0, 1, 11)
    assert path == sorted(path)


def test_the_same_seed_gives_the_same_code(net, texts):
    assert torch.equal(draw(net, texts, 3), draw(net, texts, 3))


def test_another_seed_gives_another_code(net, texts):
    assert not torch.equal(draw(net, texts, 3), draw(net, texts, 4))


def test_the_prompt_matters(net, texts):
    blank = both(empty_text(1), empty_text(1))
    assert not torch.equal(draw(net, texts), draw(net, blank))


def test_what_guidance_leads_away_from_matters(net, texts):
    generator = torch.Generator().manual_seed(2)
    against = TextFeatures(
        torch.randn(1, 7, TEXT_WIDTH, generator=generator), torch.ones(1, 7).bool()
    )
    prompt = TextFeatures(texts.tokens[:1], texts.mask[:1])
    assert not torch.equal(draw(net, texts), draw(net, both(prompt, against)))


def test_a_loop_is_asked_of_the_network(net, texts):
    assert not torch.equal(draw(net, texts), draw(net, texts, loop=True))


def test_known_numbers_are_kept(net, texts):
    code, flags = torch.randn(WIDTH), given("shape", "look")
    drawn = draw(net, texts, known=Known(code, flags))
    assert torch.equal(drawn[flags > 0], code[flags > 0])
    assert not torch.equal(drawn[flags == 0], code[flags == 0])


def test_a_late_draft_is_nearly_kept(net, texts):
    code = torch.randn(WIDTH)
    seen = []
    draw(net, texts, on_step=seen.append, draft=(code, 0.99))
    early = []
    draw(net, texts, on_step=early.append, draft=(code, 0.0))
    blank = []
    draw(net, texts, on_step=blank.append)
    assert torch.equal(early[0], blank[0])
    assert not torch.equal(seen[0], blank[0])


def test_each_step_is_seen(net, texts):
    seen = []
    last = draw(net, texts, on_step=seen.append)
    assert len(seen) == STEPS
    assert torch.equal(seen[-1], last)


def test_what_a_step_raises_comes_out_at_once(net, texts):
    seen = []

    def stop(code):
        seen.append(code)
        if len(seen) == 2:
            raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        draw(net, texts, on_step=stop)
    assert len(seen) == 2
