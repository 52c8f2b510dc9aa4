"""One loaded gate of each kind for the whole folder: loading takes a second, screening does not."""

import pytest

from safety import MediaGate, PromptGate, load_media_gate, load_prompt_gate


@pytest.fixture(scope="session")
def prompt_gate() -> PromptGate:
    return load_prompt_gate()


@pytest.fixture(scope="session")
def media_gate() -> MediaGate:
    return load_media_gate()
