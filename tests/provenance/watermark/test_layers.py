"""Our own mark and its peers behind one interface."""

import importlib.util

import numpy as np
import pytest

from provenance.errors import InvalidMedia, ProvenanceFailed
from provenance.watermark import KeyRing
from provenance.watermark.layers import PEERS, Peer, layer
from tests.provenance.watermark.drawings import FPS, drawing

missing = importlib.util.find_spec("imwatermark") is None
needs_peers = pytest.mark.skipif(missing, reason="invisible-watermark is not installed")
WORD = 0x5EEDC0DE


@pytest.mark.parametrize("name", ["kinemark", pytest.param("dwtDctSvd", marks=needs_peers)])
def test_what_a_layer_writes_it_reads(ring: KeyRing, name: str) -> None:
    mark = layer(name, ring)
    marked = list(mark.embed(drawing(384, 256, 3), WORD, fps=FPS))
    assert marked[0].shape == (256, 384, 3)
    assert mark.read(marked, "IPP").word == WORD


def test_only_our_own_mark_bounds_false_readings(ring: KeyRing) -> None:
    mark = layer("kinemark", ring)
    marked = list(mark.embed(drawing(384, 256, 3), WORD, fps=FPS))
    assert mark.read(marked, "IPP").bound <= 1e-9
    assert mark.read(list(drawing(384, 256, 3)), "IPP").word is None


def test_an_unknown_mark_is_refused(ring: KeyRing) -> None:
    with pytest.raises(ValueError, match="dwtDct"):
        layer("stamp", ring)


@needs_peers
def test_a_word_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bits"):
        Peer("dwtDct").embed(drawing(384, 256, 1), 1 << 32, fps=FPS)


@needs_peers
def test_a_clip_too_small_for_a_peer_is_refused() -> None:
    small = np.zeros((1, 128, 128, 3), np.uint8)
    with pytest.raises(InvalidMedia) as refused:
        list(Peer("dwtDct").embed(small, 1, fps=FPS))
    assert refused.value.code == "provenance.mark-clip-too-small"


@pytest.mark.parametrize("name", PEERS)
def test_without_its_package_a_peer_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "imwatermark", None)
    with pytest.raises(ProvenanceFailed) as refused:
        Peer(name)
    assert refused.value.code == "provenance.mark-layer-missing"
    assert "pip install" in refused.value.advice
