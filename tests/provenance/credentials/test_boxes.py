"""Our own walk over boxes: it never crashes, never loops, never reads too much."""

import io
import struct
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.credentials import boxes
from provenance.errors import InvalidMedia, LimitReached, ProvenanceError


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content


def superbox(label: str, *children: bytes) -> bytes:
    description = box(b"jumd", bytes(16) + b"\3" + label.encode() + b"\0")
    return box(b"jumb", description + b"".join(children))


def store(assertions: int, manifests: int = 1) -> bytes:
    leaves = [superbox(f"x.{n}", box(b"cbor", b"\xa0")) for n in range(assertions)]
    one = superbox("urn:c2pa:1", superbox("c2pa.assertions", *leaves))
    return superbox("c2pa", *[one] * manifests)


def c2pa_box(content: bytes) -> bytes:
    return box(b"uuid", boxes.C2PA_UUID + bytes(4) + b"manifest\0" + bytes(8) + content)


FTYP = box(b"ftyp", b"isom\0\0\2\0")


def test_the_store_is_found_with_its_place():
    file = io.BytesIO(FTYP + box(b"free", b"abc") + c2pa_box(store(2)) + box(b"mdat", b"x"))
    found = boxes.find_store(file)
    assert found.content == store(2)
    assert file.getvalue()[found.offset :].startswith(store(2))


def test_large_sizes_are_understood():
    content = box(b"mdat", b"x" * 8)
    large = struct.pack(">I4sQ", 1, b"mdat", 24) + b"x" * 8
    file = io.BytesIO(FTYP + content + large + c2pa_box(store(1)))
    assert boxes.find_store(file) is not None


def test_a_file_without_a_store():
    assert boxes.find_store(io.BytesIO(FTYP + box(b"mdat", b"x"))) is None
    assert boxes.find_store(io.BytesIO(b"")) is None


def test_500_assertions_pass_and_501_do_not():
    boxes.check_store(store(500))
    with pytest.raises(LimitReached) as caught:
        boxes.check_store(store(501))
    assert caught.value.code == "provenance.too-many-assertions"


def test_assertions_count_over_all_manifests():
    with pytest.raises(LimitReached):
        boxes.check_store(store(20, manifests=30))


def test_too_many_manifests():
    with pytest.raises(LimitReached) as caught:
        boxes.check_store(store(0, manifests=65))
    assert caught.value.code == "provenance.too-many-manifests"


def test_a_compressed_manifest_is_not_unpacked():
    packed = superbox("c2pa", superbox("urn:c2pa:1", box(b"brob", b"cbor" + bytes(50))))
    with pytest.raises(LimitReached) as caught:
        boxes.check_store(packed)
    assert caught.value.code == "provenance.manifest-compressed"


def test_a_renamed_assertion_store_is_damage():
    with pytest.raises(InvalidMedia):
        boxes.check_store(store(2).replace(b"c2pa.assertions", b"c2pa.!ssertions"))


def test_deep_nesting_is_damage():
    content = box(b"cbor", b"\xa0")
    for _ in range(200):
        content = superbox("deep", content)
    with pytest.raises(InvalidMedia) as caught:
        boxes.check_store(content)
    assert caught.value.code == "provenance.manifest-damaged"


def test_a_sea_of_tiny_boxes_is_refused():
    with pytest.raises(LimitReached) as caught:
        boxes.find_store(io.BytesIO(FTYP + box(b"free", b"") * 20_001))
    assert caught.value.code == "provenance.too-many-boxes"


def test_a_cut_store_is_damage():
    whole = FTYP + c2pa_box(store(3))
    with pytest.raises(InvalidMedia):
        boxes.find_store(io.BytesIO(whole[:-10]))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_end_well(content):
    for whole in (content, FTYP + content, FTYP + c2pa_box(content)):
        with suppress(ProvenanceError):
            found = boxes.find_store(io.BytesIO(whole))
            if found:
                boxes.check_store(found.content)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(store(3)) - 1), st.integers(0, 255))
def test_any_changed_byte_ends_well(place, value):
    content = bytearray(store(3))
    content[place] = value
    with suppress(ProvenanceError):
        boxes.check_store(bytes(content))
        boxes.active_manifest(bytes(content))


def test_a_manifest_over_8_mb_is_refused_unread():
    with pytest.raises(LimitReached) as caught:
        boxes.find_store(io.BytesIO(FTYP + c2pa_box(bytes(9 * 2**20))))
    assert caught.value.code == "provenance.manifest-too-large"
