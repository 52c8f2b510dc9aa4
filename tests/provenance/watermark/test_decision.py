"""The false-positive theorem, probed: its inequality, real pictures, the whole detector."""

import math
from importlib import import_module

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from provenance.watermark import FALSE_POSITIVE_BOUND, Budget, KeyRing, MarkKey, detect
from provenance.watermark.channels import channels
from provenance.watermark.code import ConvolutionalCode, Scrambler
from provenance.watermark.decision import tail
from provenance.watermark.folded import Folded
from provenance.watermark.fourier import Fourier
from provenance.watermark.geometry import Geometry
from provenance.watermark.pattern import pattern_of
from tests.provenance.watermark.drawings import drawing

KEY = MarkKey(1, bytes(range(32)))


@given(st.integers(1, 256), st.integers(0, 10**6), st.integers(1, 64))
def test_all_hypotheses_together_stay_within_the_bound(
    keys: int, registered: int, attempts: int
) -> None:
    budget = Budget(keys, registered, attempts)
    spent = keys * attempts * 2.0**48 * tail(budget.blind)
    if registered:
        spent += keys * attempts * registered * tail(budget.registry)
    assert spent <= FALSE_POSITIVE_BOUND * (1 + 1e-9)


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=12), st.floats(0, 4))
@example([1.0, 1.0], math.sqrt(2))  # here the bound is reached
def test_signs_drawn_at_random_exceed_no_score_more_often_than_their_bound(
    weights: list[float], score: float
) -> None:
    norm = math.hypot(*weights)
    assume(norm > 1e-6)
    signs = 1 - 2 * (np.arange(2 ** len(weights))[:, None] >> np.arange(len(weights)) & 1)
    sums = signs @ weights / norm
    assert (sums >= score - 1e-12).mean() <= tail(score - 1e-12) + 1e-9


def test_more_keys_and_more_registered_ids_raise_the_thresholds() -> None:
    assert Budget(keys=100).blind > Budget(keys=1).blind
    assert Budget(registered=10**6).registry > Budget(registered=10).registry
    assert Budget(registered=10**6).registry < Budget().blind


def test_nobody_is_recognised_in_an_empty_registry() -> None:
    assert Budget(registered=0).registry == math.inf


@pytest.mark.parametrize("kind", ["drawing", "noise", "one loud carrier"])
def test_no_statistic_of_an_unmarked_picture_exceeds_its_bound(kind: str) -> None:
    pattern = pattern_of(KEY)
    size = pattern.scrambler.dimensions
    draw = np.random.default_rng(3)
    if kind == "drawing":
        luma = drawing(512, 512, 4).mean(3).astype(np.uint8)
        picture = channels(list(luma), ["I", "P", "P", "P"])[0]
        geometry = Geometry.of(False, 1.0, 1.0, 0.0)
        symbols = pattern.symbols(Folded.of(Fourier.of([picture]), geometry).spectra[0])
    elif kind == "noise":
        symbols = draw.normal(size=size)
    else:
        symbols = np.where(np.arange(size) == 7, 100.0, draw.normal(size=size))
    scores = []
    for key in range(40):
        scrambler = Scrambler(bytes([key]) * 32, size)
        soft = scrambler.gather(symbols)
        words = draw.integers(0, 2**64 - 1, 500, np.uint64, endpoint=True)
        scores.append(scrambler.code.correlations(soft / np.linalg.norm(soft), words))
    z = np.concatenate(scores)
    for threshold in (2.0, 2.5, 3.0, 3.5):
        bound = tail(threshold)
        assert (z >= threshold).mean() <= bound + 4 * math.sqrt(bound / len(z))


@pytest.mark.parametrize("attempts", [1, 2])
def test_a_key_is_tried_no_more_often_than_the_threshold_counts(
    monkeypatch: pytest.MonkeyPatch, attempts: int
) -> None:
    tried = []
    decode = ConvolutionalCode.decode
    monkeypatch.setattr(import_module("provenance.watermark.detect"), "MAX_ATTEMPTS", attempts)
    monkeypatch.setattr(
        ConvolutionalCode, "decode", lambda code, soft: tried.append(soft) or decode(code, soft)
    )
    ring = KeyRing.of(MarkKey(1, bytes(32), f"tenant {n}") for n in range(3))
    luma = list(drawing(256, 256, 1).mean(3).astype(np.uint8))
    assert detect(luma, ["I"], ring).mark_id is None
    assert len(tried) == attempts * len(ring.keys)


def test_unmarked_pictures_are_not_claimed_by_any_of_many_keys() -> None:
    ring = KeyRing.of(MarkKey(1, bytes(32), f"tenant {n}") for n in range(5))
    luma = list(drawing(256, 256, 6).mean(3).astype(np.uint8))
    found = detect(luma, ["I", *"PPPPP"], ring, registered=range(1000))
    assert found.mark_id is None
    assert found.threshold == Budget(keys=5, registered=1000).blind
