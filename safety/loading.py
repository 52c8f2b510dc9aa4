"""Puts the gates together from what is installed. What cannot be loaded is said, never skipped."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from safety.errors import ModelUnavailable, SafetyError
from safety.gate import FrameScreener, MediaGate, PromptGate, TextScreener, policy_or_none
from safety.policy import Policy
from safety.uploads import UploadGate

log = logging.getLogger(__name__)

Part = TypeVar("Part")
TextPart = Callable[[Policy], TextScreener]
FramePart = Callable[[Policy], FrameScreener]


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """A guard language model to ask as well: its folder, family (`prompt/guard.py`) and device."""

    folder: Path
    family: str
    device: str = "cpu"


def _text_parts(guard: GuardSettings | None) -> Mapping[str, TextPart]:
    """Name -> factory; imported here, so that a broken installation still leaves a gate."""
    from safety.prompt.classifier import CategoryClassifier
    from safety.prompt.csae import PairRule
    from safety.prompt.disguise import DisguiseRule
    from safety.prompt.gazetteer import Gazetteer
    from safety.prompt.language import LanguageGate

    parts: dict[str, TextPart] = {
        "protected terms": lambda _: PairRule.load(),
        "disguise": lambda _: DisguiseRule(),
        "language": lambda _: LanguageGate(),
        "names": Gazetteer.load,
        "text classifier": CategoryClassifier.load,
    }
    if guard is None:
        return parts
    from safety.prompt.guard import FAMILIES, Guard

    if guard.family in FAMILIES and FAMILIES[guard.family].multilingual:
        del parts["language"]
    parts["guard model"] = lambda policy: Guard.load(
        policy, guard.folder, guard.family, guard.device
    )
    return parts


@dataclass(frozen=True, slots=True)
class MediaSettings:
    """What a studio adds to the checks of frames.

    Attributes:
        banks: folder of hash lists (`safety/bank_folder.py`), or None.
        checkpoint: folder of an open_clip checkpoint (`safety/media/checkpoint.py`), or None.
        probes: file of linear probes for it, or None.
        device: of the checkpoint.
        nudenet: whether to ask the plug-in NudeNet as well.
    """

    banks: Path | None = None
    checkpoint: Path | None = None
    probes: Path | None = None
    device: str = "cpu"
    nudenet: bool = False


def _frame_parts(added: MediaSettings) -> Mapping[str, FramePart]:
    """What looks at the clips of the generator, as above."""
    from safety.media.checks import BlankCheck, FlashCheck
    from safety.media.coverage import Coverage
    from safety.media.drawn import DrawnWorld
    from safety.media.nsfwjs import Nsfwjs

    return {
        **(_bank_parts(added.banks) if added.banks is not None else {}),
        "blank frames": lambda _: BlankCheck(),
        "flashing": FlashCheck,
        "coverage": Coverage.of,
        "drawn world": DrawnWorld.load,
        "nsfwjs": Nsfwjs.load,
        **_added_classifiers(added),
    }


def _upload_parts(added: MediaSettings) -> Mapping[str, FramePart]:
    """What looks at pictures that people bring: nothing excuses a kind of harm that nobody can
    recognise, and hash lists are a must."""
    from safety.media.checks import BlankCheck
    from safety.media.coverage import Coverage
    from safety.media.nsfwjs import CATEGORY, Nsfwjs

    return {
        **_bank_parts(added.banks),
        "blank frames": lambda _: BlankCheck(),
        "coverage": lambda _: Coverage({CATEGORY}),
        "nsfwjs": Nsfwjs.load,
        **_added_classifiers(added),
    }


def _bank_parts(folder: Path | None) -> Mapping[str, FramePart]:
    from safety.bank_folder import BankFolder

    def load(policy: Policy) -> FrameScreener:
        if folder is None:
            raise ModelUnavailable("No hash list is set.")
        return BankFolder.load(folder, policy)

    return {"known pictures and clips": load}


def _added_classifiers(added: MediaSettings) -> Mapping[str, FramePart]:
    parts: dict[str, FramePart] = {}
    if added.checkpoint is not None:
        from safety.media.checkpoint import Checkpoint, CheckpointSettings

        settings = CheckpointSettings(added.checkpoint, added.probes, added.device)
        parts["open_clip checkpoint"] = lambda policy: Checkpoint.load(policy, settings)
    if added.nudenet:
        from safety.media.nudenet import NudeNet

        parts["NudeNet"] = NudeNet.load
    return parts


def load_prompt_gate(
    policy: Policy | None = None, guard: GuardSettings | None = None
) -> PromptGate:
    """The gate for text, under ``policy`` or the one that ships. Never raises.

    With a ``guard`` that reads many languages, the language gate steps aside for it.
    """
    missing: list[str] = []
    found = policy_or_none(policy, missing)
    screeners: Sequence[TextScreener] = _built(lambda: _text_parts(guard), found, missing)
    return PromptGate(found, screeners, model_prefixes(found, "prompt"), missing)


def load_media_gate(policy: Policy | None = None, added: MediaSettings | None = None) -> MediaGate:
    """The gate for frames, under ``policy`` or the one that ships. Never raises."""
    return _frame_gate(_frame_parts, policy, added)


def load_upload_gate(
    policy: Policy | None = None, added: MediaSettings | None = None
) -> UploadGate:
    """The gate for pictures that people bring. Never raises; without hash lists it holds them."""
    return UploadGate(_frame_gate(_upload_parts, policy, added))


def _frame_gate(
    parts: Callable[[MediaSettings], Mapping[str, FramePart]],
    policy: Policy | None,
    added: MediaSettings | None,
) -> MediaGate:
    missing: list[str] = []
    found = policy_or_none(policy, missing)
    chosen = added or MediaSettings()
    screeners: Sequence[FrameScreener] = _built(lambda: parts(chosen), found, missing)
    return MediaGate(found, screeners, model_prefixes(found, "media"), missing)


def _built(
    parts: Callable[[], Mapping[str, Callable[[Policy], Part]]],
    policy: Policy | None,
    missing: list[str],
) -> list[Part]:
    if policy is None:
        return []
    built: list[Part] = []
    try:
        factories = parts()
    except Exception as error:
        log.error("the screeners cannot be imported: %s", error)
        missing.append("The safety models cannot be loaded.")
        return []
    for name, factory in factories.items():
        try:
            built.append(factory(policy))
        except Exception as error:
            sentence = error.message if isinstance(error, SafetyError) else "It cannot be loaded."
            log.error("screener %s cannot be loaded: %s", name, error)
            missing.append(f"The check “{name}” is missing. {sentence}")
    return built


def model_prefixes(policy: Policy | None, kind: str) -> dict[str, str]:
    """Names of the policy's models of one kind with the first 16 digits of their SHA-256."""
    models = policy.models if policy else {}
    return {name: digest[:16] for name, digest in models.items() if name.startswith(kind)}
