"""Which policy is live, and how versions read."""

import json

from policies.models import Activation, PolicyVersion
from safety import InvalidPolicy, Policy, load_policy


def live_version() -> PolicyVersion | None:
    """The version that somebody made live; None while the policy that ships is."""
    last = Activation.objects.select_related("version").first()
    return last.version if last else None


def live_content() -> str:
    """The stored policy that is live, as text; empty while the one that ships is."""
    version = live_version()
    return version.content if version else ""


def live_policy() -> Policy | None:
    """The policy in force; None when it cannot be read, and then everything is held."""
    content = live_content()
    try:
        return read(content) if content else load_policy()
    except InvalidPolicy:
        return None


def read(content: str) -> Policy:
    """Raises `InvalidPolicy`."""
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InvalidPolicy(f"This is no JSON: {error}.") from error
    if not isinstance(data, dict):
        raise InvalidPolicy("A policy is a JSON object.")
    return Policy.from_dict(data)
