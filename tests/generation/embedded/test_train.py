"""The training runs: resumable, deterministic, and only where they should learn."""

import csv
import itertools
import random
from dataclasses import asdict
from pathlib import Path

import pytest
import torch

from generation.embedded.clipcode import PLACE, WIDTH, given
from generation.embedded.codec import SHAPE_WIDTH, STAGE_WIDTH, VIEWS, by_layer, on_sphere
from generation.embedded.dataset import ClipData, write_captions
from generation.embedded.flow import code_loss, draw_levels, mix_noise
from generation.embedded.layout import CANVASES
from generation.embedded.optimiser import orthogonalise
from generation.embedded.train import Options, Trainer, learning_rate
from generation.embedded.train_codec import (
    Individual,
    Trainee,
    draw_shapes,
    draw_stages,
    load_trainee,
    shape_loss,
    shares_of,
    stage_key,
    stage_keys,
    train,
    view_loss,
)
from generation.embedded.train_perception import draw, draw_all
from generation.embedded.train_perception import train as train_perceiver
from generation.embedded.world.render import OUTLINES
from generation.embedded.world.spec import SUBJECTS, is_held_out, sample_spec
from generation.embedded.world.subjects import Build


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A small training set whose codes come from no codec: enough for everything but looks."""
    folder = tmp_path_factory.mktemp("data")
    write_captions(folder, 24, seed=1)
    generator = torch.Generator().manual_seed(0)
    kinds = itertools.product(SUBJECTS, sorted(set(OUTLINES.values())), (1, -1))
    about = [asdict(Individual(*kind, Build())) for kind in kinds]
    torch.save(
        {
            "stages": on_sphere(torch.randn(len(stage_keys()), STAGE_WIDTH, generator=generator)),
            "shapes": on_sphere(torch.randn(len(about), SHAPE_WIDTH, generator=generator)),
            "about": about,
        },
        folder / "codes.pt",
    )
    return folder


def options(data, run, steps=4) -> Options:
    run.mkdir(exist_ok=True)
    return Options(data, run, steps, 2, 4, 1e-3, 0, 1, 64, 1)


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


def test_a_run_leaves_a_log_and_a_curve(data, tmp_path):
    run = tmp_path / "run"
    Trainer(0, options(data, run, steps=20)).run()
    with (run / "log.csv").open() as log:
        assert [int(row[0]) for row in csv.reader(log)] == [20]
    assert (run / "loss.png").exists()


def test_the_rate_warms_up_stays_and_falls(data, tmp_path):
    o = options(data, tmp_path / "run", steps=1000)
    assert learning_rate(0, o, 998) < learning_rate(500, o, 998) == 1
    assert learning_rate(999, o, 998) == pytest.approx(0.5)


def test_data_of_a_folder_without_any():
    with pytest.raises(FileNotFoundError):
        ClipData(Path("/nonexistent"))


def test_batches_depend_on_their_seed_alone(data):
    kept = ClipData(data)
    first, again = (kept.batch(6, random.Random(7)) for _ in range(2))
    assert torch.equal(first.codes, again.codes)
    assert torch.equal(first.condition.given, again.condition.given)
    assert torch.equal(first.condition.text.tokens, again.condition.text.tokens)


def test_no_batch_holds_a_held_out_combination(data):
    assert not any(is_held_out(spec) for spec in ClipData(data).specs)


def test_numbers_of_a_batch_have_about_unit_size(data):
    codes = ClipData(data).batch(64, random.Random(0)).codes
    for name, place in PLACE.items():
        assert 0.2 < codes[:, place].square().mean().sqrt() < 3, name


def test_some_prompts_are_left_out(data):
    lengths = ClipData(data).batch(200, random.Random(0)).condition.text.mask.sum(1)
    assert 5 < (lengths == 1).sum() < 45


def test_known_numbers_stay_clean():
    codes, noise = torch.rand(1, WIDTH), torch.randn(1, WIDTH)
    flags = given("stage", first_frames=3)[None]
    noisy = mix_noise(codes, noise, torch.tensor([0.3]), flags)
    assert torch.equal(noisy[flags > 0], codes[flags > 0])
    assert not torch.equal(noisy[flags == 0], codes[flags == 0])


def test_the_loss_ignores_known_numbers():
    codes, level = torch.zeros(1, WIDTH), torch.tensor([0.5])
    wrong, flags = codes.clone(), given("look")[None]
    wrong[:, PLACE["look"]] = 1
    assert code_loss(wrong, codes, level, flags) == 0
    assert code_loss(wrong, codes, level, torch.zeros(1, WIDTH)) > 0


def test_levels_lie_between_noise_and_clean():
    drawn = draw_levels(1000, torch.Generator().manual_seed(0))
    assert 0 < drawn.min() < 0.2
    assert 0.8 < drawn.max() < 1


def test_orthogonalised_blocks_have_singular_values_near_one():
    blocks = torch.randn(3, 64, 320, generator=torch.Generator().manual_seed(0))
    values = torch.linalg.svdvals(orthogonalise(blocks))
    assert values.min() > 0.6
    assert values.max() < 1.3


def test_every_stage_of_a_spec_is_among_those_that_the_codec_sees():
    keys, rng = set(stage_keys()), random.Random(0)
    for _ in range(300):
        assert stage_key(sample_spec(rng), rng.choice(list(CANVASES)), True) in keys


def test_shares_of_a_layer_add_up():
    coverage = torch.from_numpy(draw_stages(stage_keys()[:2])).float() / 255
    for view in VIEWS:
        for layer in by_layer(shares_of(coverage, view), view).values():
            assert (layer.sum(1) - 1).abs().max() < 0.03


def test_the_codec_learns_and_is_found_again(tmp_path):
    torch.manual_seed(0)
    net = Trainee()
    shapes, stages = draw_shapes(4, 1)[0], draw_stages(stage_keys()[:3])
    picture = torch.from_numpy(shapes).float() / 255
    with torch.no_grad():
        before = shape_loss(net, picture)
    train(net, "shape", lambda x: shape_loss(net, x), shapes, 6, 2, tmp_path)
    for view in VIEWS:
        train(net, view, lambda x, v=view: view_loss(net, v, x), stages, 2, 2, tmp_path)
    with torch.no_grad():
        assert shape_loss(net, picture) < before
    again = load_trainee(tmp_path)
    with torch.no_grad():
        assert torch.equal(again.encode_shapes(picture), net.encode_shapes(picture))


def test_the_perceiver_learns_from_drawn_frames(data, tmp_path):
    kept = ClipData(data)
    frames, aspect, targets, _ = draw(kept, 3)
    assert frames.shape == (3, 96, 96, 3)
    assert aspect in range(3)
    assert len(targets) == 3
    draw_all(kept, 2, tmp_path / "frames.npz", 0)
    train_perceiver(tmp_path / "frames.npz", tmp_path, steps=2, batch=4)
    assert (tmp_path / "perception.pt").exists()
