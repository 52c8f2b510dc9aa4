"""Real gates with screeners that say what a test needs."""

from collections.abc import Sequence

from jobs.engines import Engines
from safety import Decision, Finding, MediaGate, PromptGate, UploadGate
from tests.fakes import SmallGenerator


class Says:
    """A screener of texts and of frames with one fixed opinion."""

    name = "test.fixed"

    def __init__(self, decision: Decision, *, hidden: bool = False) -> None:
        self._finding = Finding(
            "violence", 0.9, decision, self.name, "This shows violence.", hidden=hidden
        )

    def find(self, *_: object) -> Sequence[Finding]:
        return [] if self._finding.decision is Decision.ALLOW else [self._finding]


class Breaks:
    """A screener that does not work."""

    name = "test.broken"

    def find(self, *_: object) -> Sequence[Finding]:
        raise RuntimeError("out of memory")


def prompt_gate(screener: Says | Breaks) -> PromptGate:
    return PromptGate(None, [screener])


def media_gate(screener: Says | Breaks) -> MediaGate:
    return MediaGate(None, [screener])


def upload_gate(screener: Says | Breaks) -> UploadGate:
    return UploadGate(media_gate(screener))


def passing(generator: object = None) -> Engines:
    """Engines that make small clips and let everything pass."""
    return deciding(generator=generator)


def deciding(
    prompt: Decision = Decision.ALLOW, media: Decision = Decision.ALLOW, generator: object = None
) -> Engines:
    """Engines that make small clips and whose gates decide as given."""
    return Engines(
        generator=lambda: generator or SmallGenerator(),
        prompt_gate=lambda: prompt_gate(Says(prompt)),
        media_gate=lambda: media_gate(Says(media)),
        upload_gate=lambda: upload_gate(Says(media)),
    )
