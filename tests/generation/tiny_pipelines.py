"""Every supported pipeline with tiny, randomly initialised components."""

from __future__ import annotations

import torch
import transformers
from diffusers import (
    AutoencoderKLCogVideoX,
    AutoencoderKLHunyuanVideo,
    AutoencoderKLLTXVideo,
    AutoencoderKLMochi,
    AutoencoderKLWan,
    CogVideoXPipeline,
    CogVideoXTransformer3DModel,
    DDIMScheduler,
    FlowMatchEulerDiscreteScheduler,
    HunyuanVideoPipeline,
    HunyuanVideoTransformer3DModel,
    LTXPipeline,
    LTXVideoTransformer3DModel,
    MochiPipeline,
    MochiTransformer3DModel,
    SkyReelsV2Pipeline,
    SkyReelsV2Transformer3DModel,
    UniPCMultistepScheduler,
    WanPipeline,
    WanTransformer3DModel,
)
from tokenizers import Tokenizer, models, pre_tokenizers


def tokenizer():
    words = {"[PAD]": 0, "[UNK]": 1, "</s>": 2, **{f"w{i}": i for i in range(3, 1000)}}
    words |= {"boat": 5, "lake": 6, "red": 7}
    inner = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=inner, pad_token="[PAD]", unk_token="[UNK]", eos_token="</s>",
        bos_token="</s>", model_max_length=77,
    )  # fmt: skip


def text_encoder():
    config = transformers.T5Config(
        vocab_size=1000, d_model=32, d_kv=8, d_ff=37, num_layers=2, num_heads=4
    )
    return transformers.T5EncoderModel(config).eval()


def flow(shift: float = 1.0):
    return FlowMatchEulerDiscreteScheduler(shift=shift)


def unipc():
    return UniPCMultistepScheduler(
        prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0
    )


def wan_decoder():
    return AutoencoderKLWan(
        base_dim=3, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1,
        temperal_downsample=[False, True, True],
    )  # fmt: skip


WAN_SIZES = {
    "patch_size": (1, 2, 2), "num_attention_heads": 2, "attention_head_dim": 12, "in_channels": 16,
    "out_channels": 16, "text_dim": 32, "freq_dim": 256, "ffn_dim": 32, "num_layers": 2,
    "cross_attn_norm": True, "qk_norm": "rms_norm_across_heads", "rope_max_seq_len": 32,
}  # fmt: skip


def wan():
    return WanPipeline(
        tokenizer=tokenizer(), text_encoder=text_encoder(), vae=wan_decoder(), scheduler=flow(7.0),
        transformer=WanTransformer3DModel(**WAN_SIZES), transformer_2=None,
    )  # fmt: skip


def wan_with_two_experts():
    return WanPipeline(
        tokenizer=tokenizer(), text_encoder=text_encoder(), vae=wan_decoder(), scheduler=unipc(),
        transformer=WanTransformer3DModel(**WAN_SIZES),
        transformer_2=WanTransformer3DModel(**WAN_SIZES), boundary_ratio=0.875,
    )  # fmt: skip


def skyreels():
    return SkyReelsV2Pipeline(
        tokenizer=tokenizer(), text_encoder=text_encoder(), vae=wan_decoder(), scheduler=unipc(),
        transformer=SkyReelsV2Transformer3DModel(**WAN_SIZES),
    )  # fmt: skip


def ltx():
    decoder = AutoencoderKLLTXVideo(
        latent_channels=8, block_out_channels=(8,) * 4, decoder_block_out_channels=(8,) * 4,
        layers_per_block=(1,) * 5, decoder_layers_per_block=(1,) * 5,
        spatio_temporal_scaling=(True, True, False, False),
        decoder_spatio_temporal_scaling=(True, True, False, False),
        decoder_inject_noise=(False,) * 5, upsample_residual=(False,) * 4,
        upsample_factor=(1,) * 4, timestep_conditioning=False, patch_size=1, patch_size_t=1,
        encoder_causal=True, decoder_causal=False,
    )  # fmt: skip
    transformer = LTXVideoTransformer3DModel(
        in_channels=8, out_channels=8, num_attention_heads=4, attention_head_dim=8,
        cross_attention_dim=32, num_layers=1, caption_channels=32,
    )  # fmt: skip
    return LTXPipeline(
        transformer=transformer, vae=decoder, scheduler=flow(), text_encoder=text_encoder(),
        tokenizer=tokenizer(),
    )  # fmt: skip


def cogvideox():
    decoder = AutoencoderKLCogVideoX(
        in_channels=3, out_channels=3, down_block_types=("CogVideoXDownBlock3D",) * 4,
        up_block_types=("CogVideoXUpBlock3D",) * 4, block_out_channels=(8,) * 4,
        latent_channels=4, layers_per_block=1, norm_num_groups=2, temporal_compression_ratio=4,
    )  # fmt: skip
    transformer = CogVideoXTransformer3DModel(
        num_attention_heads=4, attention_head_dim=8, in_channels=4, out_channels=4,
        time_embed_dim=2, text_embed_dim=32, num_layers=1, sample_width=2, sample_height=2,
        sample_frames=9, patch_size=2, temporal_compression_ratio=4, max_text_seq_length=226,
    )  # fmt: skip
    return CogVideoXPipeline(
        tokenizer=tokenizer(), text_encoder=text_encoder(), vae=decoder, scheduler=DDIMScheduler(),
        transformer=transformer,
    )  # fmt: skip


def hunyuan():
    decoder = AutoencoderKLHunyuanVideo(
        in_channels=3, out_channels=3, latent_channels=4,
        down_block_types=("HunyuanVideoDownBlock3D",) * 4,
        up_block_types=("HunyuanVideoUpBlock3D",) * 4, block_out_channels=(8,) * 4,
        layers_per_block=1, norm_num_groups=4, scaling_factor=0.47, spatial_compression_ratio=8,
        temporal_compression_ratio=4, mid_block_add_attention=True,
    )  # fmt: skip
    transformer = HunyuanVideoTransformer3DModel(
        in_channels=4, out_channels=4, num_attention_heads=2, attention_head_dim=10, num_layers=1,
        num_single_layers=1, num_refiner_layers=1, patch_size=1, patch_size_t=1,
        guidance_embeds=True, text_embed_dim=16, pooled_projection_dim=8, rope_axes_dim=(2, 4, 4),
    )  # fmt: skip
    llama = transformers.LlamaConfig(
        hidden_size=16, intermediate_size=37, num_attention_heads=4, num_hidden_layers=2,
        vocab_size=1000, pad_token_id=0,
    )  # fmt: skip
    clip = transformers.CLIPTextConfig(
        hidden_size=8, intermediate_size=37, num_attention_heads=4, num_hidden_layers=2,
        vocab_size=1000, projection_dim=32, eos_token_id=2, bos_token_id=0, pad_token_id=1,
    )  # fmt: skip
    return HunyuanVideoPipeline(
        text_encoder=transformers.LlamaModel(llama).eval(), tokenizer=tokenizer(),
        transformer=transformer, vae=decoder, scheduler=flow(7.0),
        text_encoder_2=transformers.CLIPTextModel(clip).eval(), tokenizer_2=tokenizer(),
    )  # fmt: skip


def mochi():
    transformer = MochiTransformer3DModel(
        patch_size=2, num_attention_heads=2, attention_head_dim=8, num_layers=2,
        pooled_projection_dim=16, in_channels=12, qk_norm="rms_norm", text_embed_dim=32,
        time_embed_dim=4, activation_fn="swiglu", max_sequence_length=16,
    )  # fmt: skip
    decoder = AutoencoderKLMochi(
        latent_channels=12, out_channels=3, encoder_block_out_channels=(32,) * 4,
        decoder_block_out_channels=(32,) * 4, layers_per_block=(1,) * 5,
    )  # fmt: skip
    return MochiPipeline(
        scheduler=flow(), vae=decoder, text_encoder=text_encoder(), tokenizer=tokenizer(),
        transformer=transformer,
    )  # fmt: skip


BUILDERS = {
    f.__name__: f for f in (wan, wan_with_two_experts, skyreels, ltx, cogvideox, hunyuan, mochi)
}


def build(name: str):
    """A pipeline with weights fixed by a seed."""
    torch.manual_seed(0)
    return BUILDERS[name]()
