"""Small clips for the media tests, made without any generator."""

import numpy as np


def noise(frames=6, side=64, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (frames, side, side, 3), dtype=np.uint8)


def black(frames=6, side=64):
    return np.zeros((frames, side, side, 3), np.uint8)


def gradient(frames=24, side=64):
    """A calm picture that moves a little."""
    ramp = np.linspace(40, 200, side)
    picture = np.stack(np.meshgrid(ramp, ramp[::-1]), -1)
    picture = np.concatenate([picture, picture[..., :1]], -1).astype(np.uint8)
    return np.stack([np.roll(picture, step, 1) for step in range(frames)])
