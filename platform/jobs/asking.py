"""What was asked for, before the gates: words, words for what should not be seen, a picture."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from accounts.sealing import unseal
from safety import PromptGate, SafetyVerdict, UploadGate
from studio.models import Shot
from studio.pictures import content_of

NEGATIVE, UPLOAD = "negative_prompt", "upload"
"""Fields of findings that are not about the prompt."""


def screen(
    shot: Shot, prompt_gate: PromptGate, upload_gate: Callable[[], UploadGate]
) -> SafetyVerdict:
    """What the gates say of a shot before it is rendered. Raises `UserFault` for an erased picture;
    whoever calls sends what cannot be judged to a person."""
    negative = unseal(shot.negative_sealed) if shot.negative_sealed else ""
    words = screen_words(prompt_gate, unseal(shot.prompt_sealed), negative)
    if shot.picture is None:
        return words
    seen = upload_gate().screen(content_of(shot.picture))
    about = [replace(finding, field=UPLOAD) for finding in seen.findings]
    return together([words, SafetyVerdict.of(about, seen.policy_version, seen.models)])


def screen_words(gate: PromptGate, prompt: str, negative: str = "") -> SafetyVerdict:
    """What the gate says of both texts; findings name the field that they are about."""
    verdicts = [gate.screen(prompt)]
    if negative:
        verdicts.append(gate.screen(negative, field=NEGATIVE))
    return together(verdicts)


def together(verdicts: Iterable[SafetyVerdict]) -> SafetyVerdict:
    """One verdict of several on the same thing: the strictest counts."""
    several = list(verdicts)
    models = {name: digest for verdict in several for name, digest in verdict.models.items()}
    findings = [finding for verdict in several for finding in verdict.findings]
    return SafetyVerdict.of(findings, several[0].policy_version, models)
