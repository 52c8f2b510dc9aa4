"""Who made what from what: the chain of edits that the credentials tell of, in plain words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from config.pages import Tag

_ACTIONS = {
    "c2pa.created": _lazy("created"),
    "c2pa.opened": _lazy("opened an earlier file"),
    "c2pa.placed": _lazy("put another file into it"),
    "c2pa.edited": _lazy("edited"),
    "c2pa.watermarked": _lazy("marked invisibly"),
    "c2pa.watermarked.bound": _lazy("marked invisibly"),
    "c2pa.watermarked.unbound": _lazy("marked invisibly"),
    "c2pa.converted": _lazy("converted to another format"),
    "c2pa.transcoded": _lazy("encoded anew"),
    "c2pa.repackaged": _lazy("packed anew"),
    "c2pa.published": _lazy("published"),
    "c2pa.cropped": _lazy("cropped"),
    "c2pa.resized": _lazy("resized"),
    "c2pa.color_adjustments": _lazy("changed in colour"),
    "c2pa.trimmed": _lazy("trimmed"),
}
_RELATIONS = {
    "parentOf": _lazy("carries on from"),
    "componentOf": _lazy("contains"),
    "inputTo": _lazy("was made from"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """A file that a step was made from."""

    relation: str
    number: int
    """Of its own step in the chain; 0 when the file tells nothing about it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One signed statement: somebody's software did something. `problem` says what fails."""

    number: int
    issuer: str
    generator: str
    actions: list[str]
    sources: list[Source]
    problem: str
    current: bool


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signed, and how far that can be trusted."""

    name: str
    tag: Tag
    sentence: str
    signed_at: datetime | None
    recovered: bool


def credentials_of(examination: dict[str, Any]) -> tuple[dict[str, Any] | None, bool]:
    """The file's own credentials, or those that its mark led to; and whether it is the latter."""
    own = examination["credentials"]
    if own and own["manifest_id"]:
        return own, False
    return (examination["record"] or {}).get("recovered"), True


def steps(examination: dict[str, Any]) -> list[Step]:
    """Oldest first, as far as the credentials tell."""
    found, _recovered = credentials_of(examination)
    history = list(reversed(found["history"])) if found else []
    numbers = {item["manifest_id"]: place for place, item in enumerate(history, start=1)}
    failing = {
        each["manifest_id"]: each["failures"] for each in (found or {}).get("ingredients", [])
    }
    return [
        Step(
            number=place,
            issuer=item["issuer"] or _("nobody named"),
            generator=item["generator"],
            actions=list(dict.fromkeys(str(_ACTIONS.get(each, each)) for each in item["actions"])),
            sources=[
                Source(str(_RELATIONS.get(kind, kind)), numbers.get(label, 0))
                for kind, label in item["made_from"]
            ],
            problem=", ".join(failing.get(item["manifest_id"], [])),
            current=place == len(history),
        )
        for place, item in enumerate(history, start=1)
    ]


def issuer(examination: dict[str, Any]) -> Issuer | None:
    """Of the credentials that count; None without any."""
    found, recovered = credentials_of(examination)
    if not found:
        return None
    broken = set(found["failures"]) - {"signingCredential.untrusted"}
    if recovered:
        broken -= {"assertion.bmffHash.mismatch"}  # another encoding of the same clip
    tag, sentence = _trust(found["store"], broken=bool(broken))
    name = " · ".join(filter(None, (found["issuer"], found["common_name"])))
    signed_at = parse_datetime(found["signed_at"])
    return Issuer(name or _("nobody named"), tag, sentence, signed_at, recovered)


def _trust(store: str | None, *, broken: bool) -> tuple[Tag, str]:
    if broken:
        return Tag(_("Signature broken"), "no", "no"), _(
            "The name is only what the file says: its signature does not hold."
        )
    if store == "production":
        return Tag(_("This studio"), "yes", "yes"), _("Signed with this studio's certificate.")
    if store == "development":
        return Tag(_("Development certificate"), "partly", "partly"), _(
            "This studio's development certificate. It is not publicly trusted: nobody outside "
            "the studio vouches for it."
        )
    if store == "c2pa":
        return Tag(_("Publicly trusted"), "yes", "yes"), _("The issuer is on the C2PA trust list.")
    return Tag(_("Unknown issuer"), "partly", "partly"), _(
        "The signature holds, but nobody we trust says who this is. The name is a claim."
    )
