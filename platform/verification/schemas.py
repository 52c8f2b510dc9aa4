"""What the verification interface says, as its OpenAPI document describes it.

The report is the engine's own (docs/signed-reports.md), the same that pages, PDF and the command
line show.
"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema

from provenance import VerdictState

State = Literal[tuple(state.value for state in VerdictState)]  # type: ignore[valid-type]
Status = Literal["yes", "no", "partly", "unknown"]


class Content(Schema):
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size: int = Field(description="bytes")


class Answer(Schema):
    status: Status
    sentence: str


class Answers(Schema):
    signature: Answer
    watermark: Answer
    record: Answer


class Piece(Schema):
    start: float = Field(description="seconds of the examined video")
    end: float
    kind: Literal["same", "altered", "unknown"]


class Gap(Schema):
    start: float = Field(description="seconds of the published clip that the video leaves out")
    end: float


class Signpost(Schema):
    name: str
    address: str
    looks_for: str


class ReportBody(Schema):
    """The report; see docs/signed-reports.md."""

    format: str
    content: Content
    detector: str
    examined_at: datetime
    layers: list[str]
    state: State
    headline: str
    sentence: str
    not_meaning: str
    next_step: str
    mark_id: str | None
    answers: Answers
    evidence: list[str]
    timeline: list[Piece]
    missing: list[Gap] = Field(default_factory=list)
    signposts: list[Signpost]
    not_checked: list[str]
    examination: dict[str, Any] = Field(description="Everything that was measured")


class Verification(Schema):
    """A report, its address for people, and the same signed."""

    id: UUID
    address: str = Field(description="Page of the report; who knows it may delete the report")
    expires_at: datetime
    signed: str = Field(
        description="The report as a compact JWS (RFC 7515), to be checked offline; empty in a "
        "studio without a certificate for reports"
    )
    report: ReportBody


class Address(Schema):
    """Where the video is."""

    url: str = Field(max_length=2048, description="https, public, without a sign-in")
