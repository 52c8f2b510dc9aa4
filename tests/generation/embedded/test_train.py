"""The training run: resumable, deterministic, and only where it should learn."""

import numpy as np
import pytest
import torch

from generation.embedded.dataset import ClipData, build
from generation.embedded.diffusion import clip_loss, given_tokens, mix_noise
from generation.embedded.optimiser import orthogonalise
from generation.embedded.train import Options, Trainer, draw_given, learning_rate


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    build(folder, clips=20, seed=1, workers=1)
    return folder


def options(data, run, steps=4) -> Options:
    run.mkdir(exist_ok=True)
    return Options(data, run, steps, 2, 2, 4, 1e-3, 0, 1, 64, 1)


def weights(trainer):
    return torch.cat([p.detach().flatten() for p in trainer.net.parameters()])


def test_a_resumed_run_ends_where_an_unbroken_one_does(data, tmp_path):
    whole = Trainer(0, options(data, tmp_path / "whole"))
    whole.run()
    first = Trainer(0, options(data, tmp_path / "broken"))
    for _ in range(2):
        first.train_step(ClipData(data))
    first.save()
    second = Trainer(0, options(data, tmp_path / "broken"))
    second.run()
    assert second.step == whole.step == 4
    assert torch.equal(weights(second), weights(whole))


def test_a_run_can_be_told_to_finish(data, tmp_path):
    run = tmp_path / "run"
    trainer = Trainer(0, options(data, run, steps=1000))
    (run / "finish").touch()
    trainer.step = 10
    trainer.ask_to_finish()
    assert trainer.decay_from == 10


def test_the_rate_warms_up_stays_and_falls(data, tmp_path):
    o = options(data, tmp_path / "run", steps=1000)
    assert learning_rate(0, o, 998) < learning_rate(500, o, 998) == 1
    assert learning_rate(999, o, 998) == pytest.approx(0.5)


def test_data_of_a_folder_without_any():
    from pathlib import Path

    with pytest.raises(FileNotFoundError, match=r"generation\.embedded\.dataset"):
        ClipData(Path("/nonexistent"))


def test_only_continuations_have_given_frames():
    continued = torch.tensor([True, False] * 20)
    given = draw_given(continued, 16, torch.Generator().manual_seed(0))
    assert (given.sum(1) > 0).equal(continued)
    assert set(given[continued].sum(1).tolist()) == {1.0, 2.0, 4.0}


def test_given_frames_stay_clean_and_are_flagged():
    clips, noise = torch.rand(1, 16, 32, 32, 3), torch.randn(1, 16, 32, 32, 3)
    given = torch.zeros(1, 16)
    given[0, :4] = 1
    noisy = mix_noise(clips, noise, torch.tensor([0.3]), given)
    assert torch.equal(noisy[:, :4], clips[:, :4])
    assert not torch.equal(noisy[:, 4:], clips[:, 4:])
    assert given_tokens(given, 32, 32)[0].sum(1).tolist() == [4] * 16 + [0] * 48


def test_the_loss_ignores_given_frames_and_stresses_the_subject():
    clips, mask = torch.zeros(1, 16, 8, 8, 3), torch.zeros(1, 16, 8, 8)
    mask[:, :, :4] = 1
    given, level = torch.zeros(1, 16), torch.tensor([0.0])
    given[0, 0] = 1
    wrong = clips.clone()
    wrong[:, 0] = 1
    assert clip_loss(wrong, clips, mask, level, given) == 0
    on_subject, beside = clips.clone(), clips.clone()
    on_subject[:, 1:, :4] = 1
    beside[:, 1:, 4:] = 1
    stressed, plain = (clip_loss(c, clips, mask, level, given) for c in (on_subject, beside))
    assert stressed > 3 * plain


def test_orthogonalised_blocks_have_singular_values_near_one():
    blocks = torch.randn(3, 64, 320, generator=torch.Generator().manual_seed(0))
    values = torch.linalg.svdvals(orthogonalise(blocks))
    assert values.min() > 0.6
    assert values.max() < 1.3


def test_batches_depend_on_their_seed_alone(data):
    bucket = ClipData(data)
    first, again = (bucket.batch("1:1", 4, np.random.default_rng([0, 7])) for _ in range(2))
    assert torch.equal(first.clips, again.clips)
    assert first.clips.abs().max() <= 1
