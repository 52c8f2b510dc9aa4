"""A start-up check that the hardened settings took effect: the library ignores misspelled ones."""

from __future__ import annotations

import io
import struct

import c2pa

from provenance.credentials.reader import OFFLINE, refused_url
from provenance.errors import ProvenanceFailed

_URL = "http://192.0.2.1/canary"  # TEST-NET-1 (RFC 5737): nobody answers there
_XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_XMP = f"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dcterms="http://purl.org/dc/terms/"
 dcterms:provenance="{_URL}"></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def canary() -> None:
    """Read a tiny MP4 that points elsewhere for its credentials; the library must refuse to go.

    Raises:
        ProvenanceFailed: ``provenance.settings-ignored``: the library would use the network.
    """
    context = c2pa.Context.from_dict(OFFLINE)
    try:
        c2pa.Reader("video/mp4", io.BytesIO(_file()), context=context).close()
    except c2pa.C2paError as fault:
        if refused_url(fault) == _URL:
            return
    finally:
        context.close()
    raise ProvenanceFailed(
        "settings-ignored",
        "The credentials library does not keep to its settings.",
        "Install the version of c2pa-python that this studio pins.",
    )


def _file() -> bytes:
    ftyp = _box(b"ftyp", b"isom\0\0\2\0isomiso2")
    return ftyp + _box(b"uuid", _XMP_UUID + _XMP.encode()) + _box(b"mdat", b"")


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content
