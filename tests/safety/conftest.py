"""One loaded gate of each kind for the whole folder: loading takes a second, screening does not.

Their policy is the one that ships, but for the time limit: a busy machine is no fault.
"""

from dataclasses import replace

import pytest

from safety import MediaGate, Policy, PromptGate, load_media_gate, load_policy, load_prompt_gate


@pytest.fixture(scope="session")
def patient_policy() -> Policy:
    return replace(load_policy(), timeout=60.0)


@pytest.fixture(scope="session")
def prompt_gate(patient_policy) -> PromptGate:
    return load_prompt_gate(patient_policy)


@pytest.fixture(scope="session")
def media_gate(patient_policy) -> MediaGate:
    return load_media_gate(patient_policy)
