"""As much of DER (ITU-T X.690) as time stamps need."""

from __future__ import annotations

from collections.abc import Iterator

INTEGER, OCTETS, SEQUENCE, SET = 0x02, 0x04, 0x30, 0x31
BOOLEAN, GENERALIZED_TIME = 0x01, 0x18


def tlv(tag: int, content: bytes) -> bytes:
    """One element: tag, length, content."""
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def sequence(*items: bytes) -> bytes:
    """A SEQUENCE of encoded elements."""
    return tlv(SEQUENCE, b"".join(items))


def integer(value: int) -> bytes:
    """A non-negative INTEGER."""
    return tlv(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER from its dotted form."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    content = bytearray()
    for number in (first * 40 + second, *rest):
        septets = [number & 0x7F]
        while number := number >> 7:
            septets.append(number & 0x7F | 0x80)
        content += bytes(reversed(septets))
    return tlv(0x06, bytes(content))


def elements(content: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """(tag, content, whole element) of each element in `content`.

    Raises:
        ValueError: if it is not DER with definite lengths.
    """
    at = 0
    while at < len(content):
        if at + 2 > len(content):
            raise ValueError("an element breaks off")
        tag, size, start = content[at], content[at + 1], at + 2
        if size >= 0x80:
            count = size & 0x7F
            if not 1 <= count <= 4:
                raise ValueError("a length that is not DER")
            size = int.from_bytes(content[start : start + count], "big")
            start += count
        if start + size > len(content):
            raise ValueError("an element breaks off")
        yield tag, content[start : start + size], content[at : start + size]
        at = start + size
