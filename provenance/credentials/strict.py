"""The strict finisher: what the specification asks for and the library's JSON path cannot write.

The CDDL of a soft binding wants a byte string (C2PA 2.4 §18.10); JSON can only give text. After
the library has signed, the finisher turns the placeholder text into bytes of equal length,
refreshes the assertion's hash in the claim, signs the claim again (COSE_Sign1, RFC 9052 §4.4) and
adds a time stamp (`sigTst2`, C2PA 2.4 §10.3.2.5). The store keeps its length, so the file is
patched in place and its own hash stays true.
"""

from __future__ import annotations

import hashlib

import cbor2

from provenance.credentials.boxes import leaf, superbox
from provenance.credentials.manifest import MARK_PLACEHOLDER
from provenance.credentials.signer import Signer
from provenance.errors import ProvenanceFailed

_STORE, _ASSERTIONS = "c2pa", "c2pa.assertions"
_COSE_SIGN1 = 18


def finish(store: bytes, manifest_id: str, mark: bytes | None, signer: Signer) -> bytes:
    """Finish a freshly signed manifest store; the result has the same length.

    Args:
        store: JUMBF superbox of the whole store, `manifest_id` the active manifest in it.
        mark: the soft binding's value, or None when the manifest has no soft binding.
        signer: signs the claim anew and stamps it.

    Raises:
        ProvenanceFailed: ``provenance.manifest-unfinished``: the store is not as expected.
    """
    finished = bytearray(store)
    if mark is not None:
        _bind(finished, manifest_id, mark)
    _sign(finished, manifest_id, signer)
    return bytes(finished)


def _bind(store: bytearray, manifest_id: str, mark: bytes) -> None:
    view = bytes(store)
    path = (_STORE, manifest_id, _ASSERTIONS, "c2pa.soft-binding")
    box, content = superbox(view, *path), leaf(view, *path)
    claim = leaf(view, _STORE, manifest_id, "c2pa.claim.v2")
    if box is None or content is None or claim is None:
        raise _unfinished()
    before = hashlib.sha256(view[box.start : box.end]).digest()
    _replace(store, content.start, content.end, cbor2.dumps(MARK_PLACEHOLDER), cbor2.dumps(mark))
    after = hashlib.sha256(store[box.start : box.end]).digest()
    _replace(store, claim.start, claim.end, before, after)


def _sign(store: bytearray, manifest_id: str, signer: Signer) -> None:
    view = bytes(store)
    claim = leaf(view, _STORE, manifest_id, "c2pa.claim.v2")
    signature = leaf(view, _STORE, manifest_id, "c2pa.signature")
    if claim is None or signature is None:
        raise _unfinished()
    protected, unprotected = cbor2.loads(view[signature.start : signature.end]).value[:2]
    payload = view[claim.start : claim.end]
    signed = signer.sign(cbor2.dumps(["Signature1", protected, b"", payload]))
    headers = {key: value for key, value in unprotected.items() if key not in ("sigTst2", "pad")}
    if signer.timestamper is not None:
        stamped = cbor2.dumps(["CounterSignature", protected, b"", cbor2.dumps(signed)])
        headers["sigTst2"] = {"tstTokens": [{"val": signer.timestamper.token(stamped)}]}
    room = signature.end - signature.start
    store[signature.start : signature.end] = _padded(protected, headers, signed, room)


def _padded(protected: bytes, headers: dict[object, object], signed: bytes, room: int) -> bytes:
    """The COSE structure, filled up to `room` bytes (C2PA 2.4 §10.3.2.6: the ``pad`` header)."""

    def encoded(pad: int) -> bytes:
        filled = {**headers, "pad": bytes(pad)}
        return cbor2.dumps(cbor2.CBORTag(_COSE_SIGN1, [protected, filled, None, signed]))

    missing = room - len(encoded(0))
    # A longer pad needs up to four more bytes for its own length.
    for pad in range(max(0, missing - 4), missing + 1):
        if len(result := encoded(pad)) == room:
            return result
    raise _unfinished()


def _replace(store: bytearray, start: int, end: int, old: bytes, new: bytes) -> None:
    """Replace the one occurrence of `old` between `start` and `end` by as many bytes."""
    if store.count(old, start, end) != 1 or len(old) != len(new):
        raise _unfinished()
    at = store.find(old, start, end)
    store[at : at + len(old)] = new


def _unfinished() -> ProvenanceFailed:
    return ProvenanceFailed(
        "manifest-unfinished",
        "The clip's credentials could not be completed.",
        "Nothing was published. Report this with the studio's log; it points to a changed library.",
    )
