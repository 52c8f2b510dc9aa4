"""What a published clip's own file says about itself, in the words of the credentials panel."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from config.pages import Tag
from jobs.signing import trust
from provenance import Credentials, ProvenanceError, read_credentials
from studio.models import Clip


@dataclass(frozen=True, slots=True)
class Panel:
    """The credentials of a clip for the eye; `tag` says how far the issuer can be trusted."""

    tag: Tag
    trust_sentence: str
    issuer: str
    manifest_id: str
    mark_hex: str
    signed_at: datetime | None
    bindings: tuple[str, ...]
    model: str
    model_sha256: str
    upscaled: bool


def public_file(name: str) -> Path:
    return Path(settings.PUBLIC_DIR / name)


def panel_of(clip: Clip) -> Panel:
    """Read from the file itself, so that the page shows what anybody else would find in it."""
    found = _found(clip)
    tag, sentence = _trust(found)
    model = clip.job.generation.get("model", {})
    return Panel(
        tag=tag,
        trust_sentence=sentence,
        issuer=" · ".join(filter(None, (found.issuer, found.common_name))) or _("unknown"),
        manifest_id=found.manifest_id,
        mark_hex=clip.mark_hex,
        signed_at=parse_datetime(found.signed_at),
        bindings=tuple(dict.fromkeys(algorithm for algorithm, _value in found.soft_bindings)),
        model=f"{model.get('name', '')} {model.get('version', '')}".strip(),
        model_sha256=model.get("sha256", ""),
        upscaled=bool(model.get("upscaled")),
    )


def _found(clip: Clip) -> Credentials:
    """A published file never changes, but certificates can be withdrawn."""
    whom = trust()
    state = json.dumps([whom.revoked, whom.production, whom.development], sort_keys=True)
    kept = _read(clip.file, clip.sha256, state)
    return kept or Credentials(manifest_id=clip.manifest_id)


@lru_cache(maxsize=256)
def _read(name: str, _sha256: str, _state: str) -> Credentials | None:
    try:
        return read_credentials(public_file(name), trust())
    except (OSError, ProvenanceError):
        return None


def _trust(found: Credentials) -> tuple[Tag, str]:
    if "signingCredential.revoked" in found.failures:
        return Tag(_("Certificate withdrawn"), "no", "no"), _(
            "The studio withdrew the certificate that signed this, and no time stamp proves an "
            "earlier signature."
        )
    if found.store == "production":
        return Tag(_("Trusted signature"), "yes", "yes"), _(
            "Signed with this studio's certificate."
        )
    if found.store == "development":
        return Tag(_("Development certificate"), "partly", "partly"), _(
            "Signed with a development certificate: not publicly trusted. Other people's "
            "software will call the issuer unknown."
        )
    return Tag(_("Signature not readable"), "no", "no"), _(
        "The credentials of this file could not be read. Tell whoever runs this studio."
    )
