"""Where else to ask: detectors of other issuers, for files whose metadata names one.

A studio's detector finds only the studio's own marks. Where the credentials name somebody else, the
person is told who could look further. Matching is by the organisation that the certificate or the
file itself names; it decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from provenance.credentials.reader import Credentials
from provenance.credentials.trust import Store
from provenance.examination import Examination


@dataclass(frozen=True, slots=True)
class Signpost:
    """A detector elsewhere: its name, its address, and what it can look for."""

    name: str
    address: str
    looks_for: str


_ANY = Signpost(
    "Content Credentials Verify",
    "https://contentcredentials.org/verify",
    "credentials of any issuer",
)
_BY_ISSUER = (
    (
        ("google", "deepmind"),
        Signpost(
            "Google SynthID",
            "https://deepmind.google/models/synthid/",
            "Google's own invisible marks",
        ),
    ),
    (
        ("adobe", "firefly"),
        Signpost(
            "Adobe Content Authenticity Inspect",
            "https://contentauthenticity.adobe.com/inspect",
            "credentials, also lost ones of Adobe's own registry",
        ),
    ),
)


def signposts(examination: Examination) -> tuple[Signpost, ...]:
    """Detectors that may know more; empty where the credentials are ours or there are none."""
    credentials = examination.credentials
    if credentials is None or credentials.store in (Store.PRODUCTION, Store.DEVELOPMENT):
        return ()
    named = _named(credentials)
    own = tuple(post for words, post in _BY_ISSUER if any(word in named for word in words))
    return (*own, _ANY)


def _named(credentials: Credentials) -> str:
    parts = (
        credentials.issuer,
        credentials.common_name,
        credentials.generator,
        credentials.remote_url,
    )
    return " ".join(parts).lower()
