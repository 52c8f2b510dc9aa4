"""Requests and answers of the resolution API, in the specification's own names."""

import base64
from typing import Annotated, Any

from ninja import Field, Schema
from pydantic import AfterValidator, StringConstraints

BASE64 = r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
MANIFEST_ID = r"^[A-Za-z0-9.-]*:?urn:[A-Za-z0-9]+:[A-Za-z0-9:._-]+$"
ALGORITHM = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"

Base64 = Annotated[
    str,
    StringConstraints(min_length=4, pattern=BASE64),
    AfterValidator(lambda text: base64.b64decode(text, validate=True)),
]
"""RFC 4648 §4: text in the document, bytes in the code."""
ManifestId = Annotated[str, StringConstraints(max_length=200, pattern=MANIFEST_ID)]
Algorithm = Annotated[str, StringConstraints(max_length=200, pattern=ALGORITHM)]


class Match(Schema):
    manifestId: str  # noqa: N815  the specification's spelling, here and below
    similarityScore: Annotated[int, Field(ge=0, le=100)] | None = None  # noqa: N815


class Matches(Schema):
    matches: list[Match]


class Query(Schema):
    alg: Algorithm
    value: Base64


class NewBinding(Schema):
    bindingValue: Base64  # noqa: N815
    manifestId: ManifestId  # noqa: N815


class Deposited(Schema):
    manifestId: str  # noqa: N815
    receipt: dict[str, Any] | None = None


class NamedAlgorithm(Schema):
    alg: str


class Algorithms(Schema):
    watermarks: list[NamedAlgorithm]
    fingerprints: list[NamedAlgorithm]


class Status(Schema):
    status: Annotated[str, Field(pattern="^(ok|degraded|down)$")]
    timestamp: str


class Capabilities(Schema):
    c2paSpecificationVersion: str  # noqa: N815
    supportedCapabilities: list[str]  # noqa: N815
