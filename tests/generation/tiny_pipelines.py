"""Every supported pipeline with tiny, randomly initialised components."""

from __future__ import annotations

import torch
import transformers
from diffusers import (
    AutoencoderKLCogVideoX,
    AutoencoderKLHunyuanVideo,
    AutoencoderKLHunyuanVideo15,
    AutoencoderKLLTXVideo,
    AutoencoderKLMochi,
    AutoencoderKLWan,
    CogVideoXImageToVideoPipeline,
    CogVideoXPipeline,
    CogVideoXTransformer3DModel,
    CogVideoXVideoToVideoPipeline,
    DDIMScheduler,
    FlowMatchEulerDiscreteScheduler,
    HunyuanVideo15Pipeline,
    HunyuanVideo15Transformer3DModel,
    HunyuanVideoPipeline,
    HunyuanVideoTransformer3DModel,
    LTXConditionPipeline,
    LTXImageToVideoPipeline,
    LTXPipeline,
    LTXVideoTransformer3DModel,
    MochiPipeline,
    MochiTransformer3DModel,
    SkyReelsV2Pipeline,
    SkyReelsV2Transformer3DModel,
    UniPCMultistepScheduler,
    WanImageToVideoPipeline,
    WanPipeline,
    WanTransformer3DModel,
    WanVACEPipeline,
    WanVACETransformer3DModel,
    WanVideoToVideoPipeline,
)
from diffusers.guiders import ClassifierFreeGuidance
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


def wan_decoder(**sizes):
    return AutoencoderKLWan(**{
        "base_dim": 3, "z_dim": 16, "dim_mult": [1, 1, 1, 1], "num_res_blocks": 1,
        "temperal_downsample": [False, True, True], **sizes,
    })  # fmt: skip


WAN_5B_DECODER = {
    "z_dim": 48, "in_channels": 12, "out_channels": 12, "is_residual": True, "patch_size": 2,
    "latents_mean": [0.0] * 48, "latents_std": [1.0] * 48, "scale_factor_spatial": 16,
    "scale_factor_temporal": 4,
}  # fmt: skip


WAN_SIZES = {
    "patch_size": (1, 2, 2), "num_attention_heads": 2, "attention_head_dim": 12, "in_channels": 16,
    "out_channels": 16, "text_dim": 32, "freq_dim": 256, "ffn_dim": 32, "num_layers": 2,
    "cross_attn_norm": True, "qk_norm": "rms_norm_across_heads", "rope_max_seq_len": 32,
}  # fmt: skip


def wan_network(**sizes):
    return WanTransformer3DModel(**(WAN_SIZES | sizes))


def wan_parts(**other):
    return {
        "tokenizer": tokenizer(), "text_encoder": text_encoder(), "vae": wan_decoder(),
        "scheduler": unipc(), "transformer": wan_network(), **other,
    }  # fmt: skip


def wan():
    return WanPipeline(**wan_parts(scheduler=flow(7.0)))


def wan_with_two_experts():
    return WanPipeline(**wan_parts(transformer_2=wan_network(), boundary_ratio=0.875))


def wan_clip():
    return WanVideoToVideoPipeline(**wan_parts())


def clip_vision():
    config = transformers.CLIPVisionConfig(
        hidden_size=4, projection_dim=4, num_hidden_layers=2, num_attention_heads=2,
        image_size=32, intermediate_size=16, patch_size=4,
    )  # fmt: skip
    return {
        "image_encoder": transformers.CLIPVisionModelWithProjection(config).eval(),
        "image_processor": transformers.CLIPImageProcessor(crop_size=32, size=32),
    }


def wan_image(**sizes):
    network = wan_network(in_channels=36, image_dim=4, **sizes)
    return WanImageToVideoPipeline(**wan_parts(transformer=network, **clip_vision()))


def wan_first_and_last():
    return wan_image(pos_embed_seq_len=2 * (8 * 8 + 1))


def wan_image_with_two_experts():
    return WanImageToVideoPipeline(**wan_parts(
        transformer=wan_network(in_channels=36), transformer_2=wan_network(in_channels=36),
        boundary_ratio=0.9,
    ))  # fmt: skip


def wan_5b():
    return WanPipeline(**wan_parts(
        vae=wan_decoder(**WAN_5B_DECODER), expand_timesteps=True,
        transformer=wan_network(in_channels=48, out_channels=48),
    ))  # fmt: skip


def wan_vace():
    network = WanVACETransformer3DModel(
        **(WAN_SIZES | {"num_layers": 3}), vace_layers=[0, 2], vace_in_channels=96
    )
    with torch.no_grad():  # untrained, it hardly looks at what it is shown
        network.vace_patch_embedding.weight.mul_(10)
        network.proj_out.weight.mul_(20)
        for block in network.vace_blocks:
            block.proj_out.weight.mul_(10)
    return WanVACEPipeline(**wan_parts(transformer=network))


def skyreels():
    return SkyReelsV2Pipeline(
        tokenizer=tokenizer(), text_encoder=text_encoder(), vae=wan_decoder(), scheduler=unipc(),
        transformer=SkyReelsV2Transformer3DModel(**WAN_SIZES),
    )  # fmt: skip


def ltx_parts():
    decoder = AutoencoderKLLTXVideo(
        latent_channels=8, block_out_channels=(8,) * 4, decoder_block_out_channels=(8,) * 4,
        layers_per_block=(1,) * 5, decoder_layers_per_block=(1,) * 5,
        spatio_temporal_scaling=(True, True, True, False),
        decoder_spatio_temporal_scaling=(True, True, True, False),
        decoder_inject_noise=(False,) * 5, upsample_residual=(False,) * 4,
        upsample_factor=(1,) * 4, timestep_conditioning=False, patch_size=1, patch_size_t=1,
        encoder_causal=True, decoder_causal=False,
    )  # fmt: skip
    network = LTXVideoTransformer3DModel(
        in_channels=8, out_channels=8, num_attention_heads=4, attention_head_dim=8,
        cross_attention_dim=32, num_layers=1, caption_channels=32,
    )  # fmt: skip
    return {
        "transformer": network, "vae": decoder, "scheduler": flow(),
        "text_encoder": text_encoder(), "tokenizer": tokenizer(),
    }  # fmt: skip


def ltx():
    return LTXPipeline(**ltx_parts())


def ltx_image():
    return LTXImageToVideoPipeline(**ltx_parts())


def ltx_condition():
    return LTXConditionPipeline(**ltx_parts())


def cogvideox_parts(**sizes):
    decoder = AutoencoderKLCogVideoX(
        in_channels=3, out_channels=3, down_block_types=("CogVideoXDownBlock3D",) * 4,
        up_block_types=("CogVideoXUpBlock3D",) * 4, block_out_channels=(8,) * 4,
        latent_channels=4, layers_per_block=1, norm_num_groups=2, temporal_compression_ratio=4,
    )  # fmt: skip
    network = CogVideoXTransformer3DModel(**{
        "num_attention_heads": 4, "attention_head_dim": 8, "in_channels": 4, "out_channels": 4,
        "time_embed_dim": 2, "text_embed_dim": 32, "num_layers": 1, "sample_width": 2,
        "sample_height": 2, "sample_frames": 9, "patch_size": 2, "temporal_compression_ratio": 4,
        "max_text_seq_length": 226, **sizes,
    })  # fmt: skip
    return {
        "tokenizer": tokenizer(), "text_encoder": text_encoder(), "vae": decoder,
        "scheduler": DDIMScheduler(prediction_type="v_prediction"), "transformer": network,
    }  # fmt: skip


def cogvideox():
    return CogVideoXPipeline(**cogvideox_parts())


def cogvideox_clip():
    return CogVideoXVideoToVideoPipeline(**cogvideox_parts())


def cogvideox_image():
    return CogVideoXImageToVideoPipeline(**cogvideox_parts(
        in_channels=8, num_attention_heads=2, attention_head_dim=16,
        use_rotary_positional_embeddings=True, use_learned_positional_embeddings=True,
    ))  # fmt: skip


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


def hunyuan_15():
    network = HunyuanVideo15Transformer3DModel(
        in_channels=9, out_channels=4, num_attention_heads=2, attention_head_dim=8, num_layers=1,
        num_refiner_layers=1, mlp_ratio=2.0, patch_size=1, patch_size_t=1, text_embed_dim=16,
        text_embed_2_dim=32, image_embed_dim=12, rope_axes_dim=(2, 2, 4), target_size=16,
        task_type="t2v",
    )  # fmt: skip
    decoder = AutoencoderKLHunyuanVideo15(
        in_channels=3, out_channels=3, latent_channels=4, block_out_channels=(16,) * 4,
        layers_per_block=1, spatial_compression_ratio=8, temporal_compression_ratio=4,
        downsample_match_channel=False, upsample_match_channel=False,
    )  # fmt: skip
    language = transformers.Qwen2_5_VLTextConfig(
        hidden_size=16, intermediate_size=32, num_attention_heads=2, num_key_value_heads=2,
        num_hidden_layers=3, vocab_size=1000, pad_token_id=0,
        rope_parameters={"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 1e4},
    )  # fmt: skip
    chat = tokenizer()
    chat.chat_template = "{% for m in messages %}{{ m['content'] }} {% endfor %}"
    pipeline = HunyuanVideo15Pipeline(
        text_encoder=transformers.Qwen2_5_VLTextModel(language).eval(), tokenizer=chat,
        transformer=network, vae=decoder, scheduler=flow(7.0), text_encoder_2=text_encoder(),
        tokenizer_2=tokenizer(), guider=ClassifierFreeGuidance(guidance_scale=6.0),
    )  # fmt: skip
    # The real template's first 108 tokens are cut off, 1,000 are kept, and 729 stand for a picture.
    pipeline.prompt_template_encode_start_idx, pipeline.tokenizer_max_length = 0, 128
    pipeline.vision_num_semantic_tokens = 8
    return pipeline


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
    f.__name__: f
    for f in (
        wan, wan_with_two_experts, wan_clip, wan_image, wan_first_and_last,
        wan_image_with_two_experts, wan_5b, wan_vace, skyreels, ltx, ltx_image, ltx_condition,
        cogvideox, cogvideox_clip, cogvideox_image, hunyuan, hunyuan_15, mochi,
    )
}  # fmt: skip


def build(name: str):
    """A pipeline with weights fixed by a seed."""
    torch.manual_seed(0)
    return BUILDERS[name]()
