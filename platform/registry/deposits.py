"""Manifests and bindings that programs of others leave here.

A manifest is read in the sandbox before it is kept: its signature and its statements must hold.
Whether its signer is to be trusted is for those who fetch it to decide.
"""

import hashlib
import tempfile
from pathlib import Path
from threading import BoundedSemaphore

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Person
from audit import services as audit
from config.errors import Conflict, Forbidden, UserFault
from jobs.signing import trust
from provenance import Credentials, examine_manifest
from registry.models import Binding, Deposit, Record
from registry.selectors import OWN_ALGORITHMS, digest, manifest_exists

_PLACES = BoundedSemaphore(2)
"""Confined children that read deposits at the same time; further ones wait their turn."""


class NotHere(UserFault):
    """There is no such manifest or binding."""

    status = 404


def deposit(depositor: Person, content: bytes) -> Deposit:
    """Keeps a manifest store, and the soft bindings that it names itself.

    Raises `Conflict` if another manifest with its identifier is kept already, and the engine's
    errors if it does not hold. Depositing the same again changes nothing.
    """
    found = _examined(content)
    sha256 = hashlib.sha256(content).hexdigest()
    algorithms = sorted({algorithm for algorithm, _value in found.soft_bindings})
    with transaction.atomic():
        kept, new = Deposit.objects.get_or_create(
            manifest_id=found.manifest_id,
            defaults={
                "manifest": content,
                "sha256": sha256,
                "algorithms": algorithms,
                "depositor": depositor,
            },
        )
        same = (kept.sha256, kept.depositor_id) == (sha256, depositor.pk)
        if not same or Record.objects.filter(manifest_id=found.manifest_id).exists():
            raise Conflict(
                "registry.manifest-known",
                _("A manifest with this identifier is kept here already."),
                _("Fetch it, and compare it with yours."),
            )
        if new:
            for algorithm, value in found.soft_bindings:
                _bind(depositor, bytes.fromhex(value), algorithm, found.manifest_id)
            audit.record("deposit.kept", found.manifest_id, depositor, sha256=sha256)
    return kept


def withdraw(depositor: Person, manifest_id: str) -> None:
    """Deletes a manifest that the same person deposited, and every binding to it.

    Raises `NotHere`, or `Forbidden` for somebody else's and for those of the studio's clips.
    """
    with transaction.atomic():
        deleted, _each = Deposit.objects.filter(
            manifest_id=manifest_id, depositor=depositor
        ).delete()
        if not deleted:
            raise _not_withdrawn(manifest_id)
        Binding.objects.filter(manifest_id=manifest_id).delete()
        audit.record("deposit.withdrawn", manifest_id, depositor)


def bind(depositor: Person, value: bytes, manifest_id: str) -> None:
    """Lets a soft binding's value lead to a manifest; it may lead to several.

    Raises `NotHere` without such a manifest, `Forbidden` for a value under our own algorithm.
    """
    algorithm = _algorithm_of(manifest_id)
    with transaction.atomic():
        if _bind(depositor, value, algorithm, manifest_id):
            audit.record("binding.made", manifest_id, depositor, value=digest(value))


def rebind(depositor: Person, value: bytes, manifest_id: str) -> None:
    """Lets a value that the same person bound lead to this manifest instead.

    Raises `NotHere` without such a binding or manifest, `Forbidden` as `bind`.
    """
    algorithm = _algorithm_of(manifest_id)
    with transaction.atomic():
        theirs = Binding.objects.filter(digest=digest(value), depositor=depositor)
        deleted, _each = theirs.delete()
        if not deleted:
            raise NotHere(
                "registry.no-binding",
                _("You have bound nothing to this value."),
                _("Make the binding first, with POST."),
            )
        _bind(depositor, value, algorithm, manifest_id)
        audit.record("binding.moved", manifest_id, depositor, value=digest(value))


def no_manifest() -> NotHere:
    return NotHere(
        "registry.no-manifest",
        _("There is no manifest with this identifier here."),
        _("Check the identifier; the manifest may also have been withdrawn."),
    )


def _examined(content: bytes) -> Credentials:
    """What the manifest says, if it holds. The sandbox reads it from a file of its own."""
    with (
        _PLACES,
        tempfile.NamedTemporaryFile(dir=settings.UPLOADS_DIR, suffix=".upload.c2pa") as file,
    ):
        file.write(content)
        file.flush()
        return examine_manifest(Path(file.name), trust())


def _algorithm_of(manifest_id: str) -> str:
    """The algorithm behind a binding whose maker does not say: the one that the manifest names,
    or none if it names none or several."""
    if not manifest_exists(manifest_id):
        raise no_manifest()
    kept = Deposit.objects.filter(manifest_id=manifest_id).values_list("algorithms", flat=True)
    named = kept.first() or []
    if named and OWN_ALGORITHMS.issuperset(named):
        raise Forbidden(
            "registry.own-algorithm",
            _("Marks and fingerprints of this studio lead to what it published, and nowhere else."),
            _("Bind a value of another algorithm."),
        )
    others = [name for name in named if name not in OWN_ALGORITHMS]
    return others[0] if len(others) == 1 else ""


def _bind(depositor: Person, value: bytes, algorithm: str, manifest_id: str) -> bool:
    """Whether there was a binding to make."""
    if algorithm in OWN_ALGORITHMS:
        return False
    _binding, new = Binding.objects.get_or_create(
        digest=digest(value),
        algorithm=algorithm,
        manifest_id=manifest_id,
        defaults={"depositor": depositor},
    )
    return new


def _not_withdrawn(manifest_id: str) -> UserFault:
    if not manifest_exists(manifest_id):
        return no_manifest()
    return Forbidden(
        "registry.not-yours",
        _("Only whoever deposited a manifest can withdraw it."),
        _("A clip of this studio is taken down by its moderators instead."),
    )
