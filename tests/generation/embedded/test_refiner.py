"""The upscaler's shapes and windows."""

import torch

from generation.embedded.refiner import Refiner, refine, unfold


def test_unfold_is_the_pixel_shuffle_in_space():
    x = torch.randn(1, 8, 2, 3, 5)
    frames = torch.stack(
        [torch.nn.functional.pixel_shuffle(x[:, :, t], 2) for t in range(2)], dim=2
    )
    assert torch.equal(unfold(x, 1, 2), frames)


def test_unfold_interleaves_frames():
    x = torch.arange(3.0).reshape(1, 3, 1, 1, 1).expand(1, 3, 2, 1, 1)
    assert unfold(x, 3, 1).flatten().tolist() == [0, 1, 2, 0, 1, 2]


def test_a_clip_grows_in_size_and_time():
    torch.manual_seed(0)
    out = refine(Refiner(8, 1), torch.rand(8, 24, 40, 3))
    assert out.shape == (24, 192, 320, 3)
    assert out.abs().max() <= 1


def test_windows_join_without_a_seam():
    torch.manual_seed(0)
    net, clip = Refiner(8, 1).eval(), torch.rand(40, 8, 8, 3)
    with torch.inference_mode():
        whole = net(clip.permute(3, 0, 1, 2)[None])[0].permute(1, 2, 3, 0).clamp(-1, 1)
    assert torch.allclose(refine(net, clip), whole, atol=1e-5)
