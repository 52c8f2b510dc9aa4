"""Previews: an honest map to colours, and the finished clip as each scheduler foresees it."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from diffusers import (
    CogVideoXDDIMScheduler,
    CogVideoXDPMScheduler,
    DDIMScheduler,
    FlowMatchEulerDiscreteScheduler,
    UniPCMultistepScheduler,
)

from generation.previews import Preview, estimate, fit_preview

FACTOR, CHANNELS = 8, 6
MEAN, STD = [0.5] * CHANNELS, [2.0] * CHANNELS


class BlockVae(torch.nn.Module):
    """Latents that are a linear mix of each block's mean colour, or noise."""

    dtype = torch.float32

    def __init__(self, noise=False):
        super().__init__()
        torch.manual_seed(0)
        self.mix, self.noise = torch.randn(CHANNELS, 3), noise
        self.config = SimpleNamespace(
            latent_channels=CHANNELS, latents_mean=MEAN, latents_std=STD, scaling_factor=0.7
        )

    def encode(self, pixels):
        blocks = torch.nn.functional.avg_pool3d(pixels, (1, FACTOR, FACTOR))
        mixed = torch.einsum("cd,bdthw->bcthw", self.mix, blocks)
        moments = torch.randn_like(mixed) if self.noise else mixed
        return SimpleNamespace(latent_dist=SimpleNamespace(mode=lambda: moments))

    def normalised(self, pixels):
        return (self.encode(pixels).latent_dist.mode() - 0.5) / 2.0 * 0.7


def pipeline(vae):
    config = SimpleNamespace(vae_scale_factor=FACTOR)
    return SimpleNamespace(vae=vae, video_processor=SimpleNamespace(config=config))


def test_latents_are_shown_in_their_colours():
    vae = BlockVae()
    preview = fit_preview(pipeline(vae), torch.device("cpu"))
    pixels = torch.zeros(1, 3, 1, 64, 128)
    pixels[:, 0], pixels[:, 1], pixels[:, 2] = 0.6, -0.2, -0.8
    picture = preview.picture(vae.normalised(pixels)[0, :, 0])
    assert picture.shape == (192, 384, 3)
    assert np.abs(picture.astype(int) - np.array([204, 102, 26])).max() <= 2


def test_latents_that_say_nothing_linear_are_not_shown():
    assert fit_preview(pipeline(BlockVae(noise=True)), torch.device("cpu")) is None


PREVIEW = Preview(np.zeros((CHANNELS + 1, 3), np.float32), FACTOR, frames_first=False)
SIZE = (32, 16)
CLEAN = torch.randn(1, CHANNELS, 3, 2, 4, generator=torch.Generator().manual_seed(1))
NOISE = torch.randn(1, CHANNELS, 3, 2, 4, generator=torch.Generator().manual_seed(2))


def test_the_middle_moment_is_shown():
    assert torch.equal(PREVIEW.middle(CLEAN, SIZE), CLEAN[0, :, 1])
    swapped = Preview(PREVIEW.colours, FACTOR, frames_first=True)
    assert torch.equal(swapped.middle(CLEAN.transpose(1, 2), SIZE), CLEAN[0, :, 1])
    tokens = CLEAN.permute(0, 2, 3, 4, 1).reshape(1, -1, CHANNELS)
    assert torch.equal(PREVIEW.middle(tokens, SIZE), CLEAN[0, :, 1])


@pytest.mark.parametrize(
    "scheduler",
    [
        FlowMatchEulerDiscreteScheduler(shift=3.0),
        UniPCMultistepScheduler(
            prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0
        ),
    ],
    ids=lambda s: type(s).__name__,
)
def test_flow_schedulers_foresee_the_finished_clip(scheduler):
    scheduler.set_timesteps(5)
    for index, t in enumerate(scheduler.timesteps):
        sigma = scheduler.sigmas[index]
        sample = (1 - sigma) * CLEAN + sigma * NOISE
        result = scheduler.step(NOISE - CLEAN, t, sample, return_dict=False)
        seen = estimate(scheduler, sample, result, PREVIEW, SIZE)
        assert torch.allclose(seen, CLEAN[0, :, 1], atol=1e-4)


def test_mochi_s_reversed_schedule_foresees_the_finished_clip():
    scheduler = FlowMatchEulerDiscreteScheduler(invert_sigmas=True)
    scheduler.set_timesteps(sigmas=np.linspace(1, 0.2, 4))
    for index, t in enumerate(scheduler.timesteps):
        sigma = scheduler.sigmas[index]
        sample = sigma * CLEAN + (1 - sigma) * NOISE
        result = scheduler.step(CLEAN - NOISE, t, sample, return_dict=False)
        seen = estimate(scheduler, sample, result, PREVIEW, SIZE)
        assert torch.allclose(seen, CLEAN[0, :, 1], atol=1e-4)


@pytest.mark.parametrize(
    "kind", [DDIMScheduler, CogVideoXDDIMScheduler, CogVideoXDPMScheduler], ids=lambda k: k.__name__
)
def test_diffusion_schedulers_foresee_the_finished_clip(kind):
    scheduler = kind(prediction_type="v_prediction", clip_sample=False)
    scheduler.set_timesteps(4)
    for t in scheduler.timesteps:
        alpha = scheduler.alphas_cumprod[t]
        sample = alpha.sqrt() * CLEAN + (1 - alpha).sqrt() * NOISE
        velocity = alpha.sqrt() * NOISE - (1 - alpha).sqrt() * CLEAN
        before = (None, t, None) if kind is CogVideoXDPMScheduler else (t,)
        result = scheduler.step(velocity, *before, sample, return_dict=False)
        seen = estimate(scheduler, sample, result, PREVIEW, SIZE)
        assert torch.allclose(seen, CLEAN[0, :, 1], atol=1e-4)
