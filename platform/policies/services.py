"""Uploading versions, and making one live."""

import json

from django.db import transaction

from accounts.models import Person
from audit import services as audit
from config.errors import Conflict, Forbidden, UserFault
from policies import selectors
from policies.models import Activation, PolicyVersion, Replay, ReplayState
from safety import Policy, load_policy

MOST_BYTES = 500_000
LONGEST_VERSION = 40


def shipped() -> PolicyVersion:
    """The policy that ships, as a version like any other. Raises `InvalidPolicy`."""
    return _kept(load_policy(), None)


def live() -> PolicyVersion:
    """The version in force. Raises `InvalidPolicy`."""
    return selectors.live_version() or shipped()


def upload(content: bytes, by: Person) -> PolicyVersion:
    """Keeps a candidate; nothing changes by it.

    Raises `Forbidden`; `InvalidPolicy`; `UserFault`: policies.too-large, -not-text, -other-models,
    -name-too-long.
    """
    _require_admin(by)
    if len(content) > MOST_BYTES:
        raise UserFault("policies.too-large", "This is too large for a policy.", "Choose the file.")
    try:
        policy = selectors.read(content.decode())
    except UnicodeDecodeError:
        raise UserFault(
            "policies.not-text", "This file is not UTF-8 text.", "Save the policy as JSON."
        ) from None
    _require_fitting(policy)
    with transaction.atomic():
        version = _kept(policy, by)
        audit.record("policy.uploaded", str(version.pk), by, version=version.version)
    return version


def make_live(version: PolicyVersion, by: Person) -> Activation:
    """From the next screening on, in every process.

    Raises `Forbidden`; `InvalidPolicy`; `Conflict` "policies.already-live"; `UserFault`
    "policies.replay-first" for a version that was never live nor replayed against the live one,
    "policies.other-models" for one that names models that are not here any more.
    """
    _require_admin(by)
    _require_fitting(selectors.read(version.content))
    with transaction.atomic():
        before = live()
        if before.pk == version.pk:
            raise Conflict(
                "policies.already-live", "This policy is live.", "There is nothing left to do."
            )
        if not is_rehearsed(version, before):
            raise UserFault(
                "policies.replay-first",
                "Nobody has tried this policy on past items yet.",
                "Start a replay, look at what would change, then make it live.",
            )
        activation = Activation.objects.create(version=version, by=by)
        audit.record(
            "policy.live", str(version.pk), by, version=version.version, before=before.version
        )
    return activation


def is_rehearsed(version: PolicyVersion, live_one: PolicyVersion) -> bool:
    """Whether it was replayed against the live one; what was live before needs no rehearsal."""
    done = version.replays.filter(state=ReplayState.DONE, against=live_one)
    known = version.uploaded_by_id is None or version.activations.exists()
    return known or done.exists()


def _require_fitting(policy: Policy) -> None:
    if dict(policy.models) != dict(load_policy().models):
        raise UserFault(
            "policies.other-models",
            "This policy was fitted to other models than those that are installed.",
            "Start from the policy that ships with this version.",
        )
    if len(policy.version) > LONGEST_VERSION:
        raise UserFault(
            "policies.name-too-long",
            "The name and date of this policy are too long.",
            "Choose a name of at most 20 letters.",
        )


def _kept(policy: Policy, by: Person | None) -> PolicyVersion:
    content = json.dumps(policy.as_dict(), indent=2, ensure_ascii=False)
    fields = {"version": policy.version, "content": content, "uploaded_by": by}
    return PolicyVersion.objects.get_or_create(digest=policy.digest, defaults=fields)[0]


def _require_admin(person: Person) -> None:
    if not person.is_admin:
        raise Forbidden(
            "policies.not-an-administrator",
            "Only administrators change the policy.",
            "Ask whoever runs this studio.",
        )


def cancel_replays(version: PolicyVersion, by: Person) -> bool:
    """Stops a running replay; whether there was one."""
    with transaction.atomic():
        running = Replay.objects.filter(candidate=version, state=ReplayState.RUNNING)
        stopped = bool(running.update(state=ReplayState.CANCELLED))
        if stopped:
            audit.record("policy.replay-cancelled", str(version.pk), by)
    return stopped
