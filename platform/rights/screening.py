"""Where the gates meet the registry: the names that the studio lists, and what was agreed to."""

from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils.timezone import now

from rights import selectors
from safety import PromptGate, SafetyError, SafetyVerdict
from safety.bank_folder import stamp, titles
from safety.likeness import settle
from safety.names import NamedSubjects, NamedWorks

UNDECLARED = ""
"""Nobody says what a clip is for, so only consents for any purpose let it pass by themselves."""


def with_names(gate: PromptGate) -> PromptGate:
    """The gate, looking for the studio's own names and works as well, as they are listed now.

    A list of works that cannot be read names none here: the gates of frames hold everything then.
    """
    if names := selectors.names():
        gate = gate.also(_names(names))
    if settings.SAFETY_BANKS:
        folder = Path(settings.SAFETY_BANKS)
        with suppress(SafetyError):
            gate = gate.also(_works(folder, stamp(folder)))
    return gate


def settled(verdict: SafetyVerdict, holder_id: UUID) -> SafetyVerdict:
    """The verdict once everything that this creator may use is let through."""
    subjects = {finding.subject for finding in verdict.findings if finding.subject}
    if not subjects:
        return verdict
    registry = selectors.registry_of(subjects)
    return settle(verdict, registry, str(holder_id), UNDECLARED, now())


@lru_cache(maxsize=1)
def _names(names: tuple[tuple[str, tuple[str, ...]], ...]) -> NamedSubjects:
    return NamedSubjects(dict(names))


@lru_cache(maxsize=1)
def _works(folder: Path, _stamp: object) -> NamedWorks:
    return NamedWorks(titles(folder))
