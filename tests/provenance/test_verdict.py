"""The verdict table, row by row, in its order; and that it always has an answer."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance import Examination, Verdict, VerdictState, decide
from provenance.credentials import Credentials, IngredientFacts, Store
from provenance.examination import ContentFacts, MarkFacts, RecordFacts, RegionFacts, VideoFacts
from provenance.report import report
from provenance.similar import LIKENESS
from provenance.wording import WORDS

S = VerdictState
ID, OTHER_ID, MARK = "urn:c2pa:1", "urn:c2pa:2", 0xABC
GOOD = ("signingCredential.trusted", "claimSignature.validated", "assertion.bmffHash.match")
VALID = ("claimSignature.validated", "assertion.bmffHash.match")

VIDEO = VideoFacts(512, 512, 24.0, 48, 2.0, "h264", False, False)
MARKED = MarkFacts(MARK, 60.0, 11.0, 1e-30, 1, False)
UNMARKED = MarkFacts(None, 4.0, 11.0, 1.0, None, False)
BINDING = (("org.kinemark.spread-spectrum.1", "000000000abc"),)
OURS = Credentials(ID, GOOD, store=Store.PRODUCTION, soft_bindings=BINDING)
STORED = replace(OURS, failures=("assertion.bmffHash.mismatch",))
RECORD = RecordFacts(ID, MARK, "mark", False, STORED)
MATCHES = ContentFacts("matches", 0.99)
REGION = RegionFacts(0, 0, 0.5, 0.5, 0.5, 1.0)
ALTERED = ContentFacts("altered", 0.9, segments=((0.5, 1.0),), regions=(REGION,))
OTHER = ContentFacts("other", 0.1)
EMPTY = Examination("00" * 32, 10, "2026-11-22T00:00:00+00:00", "Kinemark 0")
PLAIN = replace(EMPTY, video=VIDEO, mark=UNMARKED)


def signed(**changes: object) -> Examination:
    credentials = replace(OURS, **changes)  # type: ignore[arg-type]
    return replace(PLAIN, credentials_seen=True, credentials=credentials)


def stripped(**changes: object) -> Examination:
    values: dict[str, object] = {"mark": MARKED, "record": RECORD, "content": MATCHES}
    return replace(PLAIN, **{**values, **changes})  # type: ignore[arg-type]


def failing(*codes: str) -> Examination:
    return signed(failures=codes)


def recorded(**changes: object) -> RecordFacts:
    return replace(RECORD, recovered=replace(STORED, **changes))  # type: ignore[arg-type]


LIKE = replace(RECORD, via="fingerprint", recovered=None)
LOOKALIKE = replace(PLAIN, record=LIKE, content=MATCHES, picture_searched=True)
DAMAGED = "provenance.manifest-damaged"
UNTRUSTED = "signingCredential.untrusted"
DEVELOPMENT = signed(store=Store.DEVELOPMENT)
TROUBLED = (IngredientFacts("parentOf", OTHER_ID, "x", ("assertion.bmffHash.mismatch",)),)

ROWS = [
    (EMPTY, S.UNREADABLE),
    (replace(PLAIN, credentials_seen=True, credentials_fault=DAMAGED), S.CREDENTIALS_DAMAGED),
    (replace(PLAIN, limit="provenance.frame-too-large"), S.ERROR_TIMEOUT),
    (replace(EMPTY, limit="provenance.file-too-large"), S.ERROR_TIMEOUT),
    (replace(signed(), video=None), S.ERROR_TIMEOUT),
    (replace(signed(), video=replace(VIDEO, damaged=True)), S.ERROR_TIMEOUT),
    (replace(failing("assertion.bmffHash.mismatch"), video=None), S.TAMPERED),
    (failing("signingCredential.ocsp.revoked"), S.REVOKED),
    (failing("signingCredential.revoked"), S.REVOKED),
    (failing("signingCredential.expired"), S.EXPIRED_NO_TIMESTAMP),
    (failing("signingCredential.expired", "signingCredential.untrusted"), S.EXPIRED_NO_TIMESTAMP),
    (failing("signingCredential.expired", "assertion.bmffHash.mismatch"), S.TAMPERED),
    (failing("assertion.bmffHash.mismatch"), S.TAMPERED),
    (failing("a.code.of.the.future"), S.TAMPERED),
    (replace(signed(manifest_id=OTHER_ID), mark=MARKED, record=RECORD), S.CONFLICT),
    (replace(signed(), mark=MARKED, record=RECORD, content=OTHER), S.CONFLICT),
    (stripped(content=OTHER), S.CONFLICT),
    (stripped(record=replace(RECORD, mark_id=0xDEF)), S.CONFLICT),
    (signed(store=Store.DEVELOPMENT), S.OURS_DEV),
    (signed(store=Store.DEVELOPMENT, ingredients=TROUBLED), S.OURS_DEV),
    (signed(), S.OURS_INTACT),
    (replace(signed(), mark=MARKED, record=RECORD, content=MATCHES), S.OURS_INTACT),
    (signed(ingredients=TROUBLED), S.OURS_SOURCE_PROBLEM),
    (signed(store=Store.C2PA), S.TRUSTED_OTHER),
    (signed(store=None, successes=VALID, failures=(UNTRUSTED,)), S.VALID_UNKNOWN_ISSUER),
    (signed(informational=("signingCredential.ocsp.unknown",)), S.VALID_UNKNOWN_ISSUER),
    (signed(successes=("signingCredential.trusted",)), S.VALID_UNKNOWN_ISSUER),
    (replace(PLAIN, credentials=Credentials(remote_url="https://x.example/m")), S.REMOTE_ONLY),
    (stripped(), S.RECOVERED),
    (stripped(content=ALTERED), S.RECOVERED_ALTERED),
    (stripped(record=None, content=None), S.WATERMARK_ONLY),
    (stripped(content=None), S.WATERMARK_ONLY),
    (stripped(record=replace(RECORD, recovered=None)), S.WATERMARK_ONLY),
    (stripped(record=recorded(store=None)), S.WATERMARK_ONLY),
    (stripped(record=recorded(failures=("claimSignature.mismatch",))), S.WATERMARK_ONLY),
    (LOOKALIKE, S.FINGERPRINT_ONLY),
    (replace(LOOKALIKE, content=ALTERED), S.FINGERPRINT_ONLY),
    (PLAIN, S.NOT_OURS),
    (replace(PLAIN, mark=None), S.ERROR_TIMEOUT),
]  # fmt: skip


@pytest.mark.parametrize(("examination", "state"), ROWS)
def test_each_row(examination, state):
    assert decide(examination).state is state


def test_every_state_has_a_row():
    assert {state for _, state in ROWS} == set(VerdictState)


def test_every_state_has_words():
    assert set(WORDS) == {state.value for state in VerdictState}
    for words in WORDS.values():
        assert words.headline
        assert words.sentence.endswith(".")
        assert words.not_meaning.endswith(".")
        assert words.next_step.endswith(".")


FORGED = {"mark": MARKED, "record": RECORD, "content": OTHER}
EARLIER_WINS = [
    (replace(failing("assertion.bmffHash.mismatch"), credentials_fault="x"), S.CREDENTIALS_DAMAGED),
    (replace(failing("assertion.bmffHash.mismatch"), limit="x"), S.ERROR_TIMEOUT),
    (failing("signingCredential.ocsp.revoked", "signingCredential.expired"), S.REVOKED),
    (replace(failing("claimSignature.mismatch"), **FORGED), S.TAMPERED),
    (replace(DEVELOPMENT, **FORGED), S.CONFLICT),
]  # fmt: skip


@pytest.mark.parametrize(("examination", "state"), EARLIER_WINS)
def test_the_earlier_row_wins(examination, state):
    assert decide(examination).state is state


def test_not_ours_is_no_proof_of_human_origin():
    assert "no proof of human origin" in decide(PLAIN).sentence


def test_development_never_sounds_trusted():
    verdict = decide(
        replace(signed(store=Store.DEVELOPMENT), mark=MARKED, record=RECORD, content=MATCHES)
    )
    assert "not publicly trusted" in verdict.sentence
    assert "Signature, picture and the studio's record agree." in verdict.sentence
    assert verdict.signature.status == "partly"
    assert (verdict.watermark.status, verdict.record.status) == ("yes", "yes")


def test_an_alteration_is_located():
    verdict = decide(stripped(content=ALTERED))
    assert any("0.5 s to 1.0 s" in line for line in verdict.evidence)
    assert verdict.record.status == "partly"


def test_a_limit_is_never_not_ours():
    verdict = decide(replace(EMPTY, limit="x", limit_reason="The file is larger than 100 MB."))
    statuses = {verdict.signature.status, verdict.watermark.status, verdict.record.status}
    assert statuses == {"unknown"}
    assert "The file is larger than 100 MB." in verdict.evidence


def test_a_remote_address_is_told_and_not_visited():
    verdict = decide(replace(PLAIN, credentials=Credentials(remote_url="https://x.example/m")))
    assert any("https://x.example/m" in line and "not fetched" in line for line in verdict.evidence)


CODES = st.sampled_from(
    [*GOOD, "signingCredential.untrusted", "signingCredential.expired", "timeStamp.trusted",
     "signingCredential.ocsp.revoked", "signingCredential.ocsp.unknown", "anything.else",
     "assertion.bmffHash.mismatch", "claimSignature.mismatch"]
)  # fmt: skip
TUPLES = st.lists(CODES, max_size=4).map(tuple)
INGREDIENTS = st.lists(
    st.builds(IngredientFacts, st.just("parentOf"), st.just(ID), st.text(max_size=5), TUPLES),
    max_size=2,
).map(tuple)
CREDENTIALS = st.builds(
    Credentials,
    manifest_id=st.sampled_from(["", ID, OTHER_ID]),
    successes=TUPLES,
    informational=TUPLES,
    failures=TUPLES,
    store=st.none() | st.sampled_from(list(Store)),
    issuer=st.text(max_size=5),
    soft_bindings=st.sampled_from([(), OURS.soft_bindings]),
    ingredients=INGREDIENTS,
    remote_url=st.sampled_from(["", "https://x.example"]),
)
EXAMINATIONS = st.builds(
    Examination,
    sha256=st.just("00"),
    size=st.integers(0, 10**9),
    examined_at=st.just("2026-11-22T00:00:00+00:00"),
    detector=st.just("Kinemark"),
    video=st.none() | st.just(VIDEO) | st.just(replace(VIDEO, capped=True, damaged=True)),
    credentials_seen=st.booleans(),
    credentials=st.none() | CREDENTIALS,
    credentials_fault=st.sampled_from(["", "provenance.manifest-damaged"]),
    mark=st.none() | st.sampled_from([MARKED, UNMARKED, replace(UNMARKED, too_small=True)]),
    record=st.none()
    | st.builds(
        RecordFacts,
        manifest_id=st.sampled_from([ID, OTHER_ID]),
        mark_id=st.sampled_from([MARK, 1]),
        via=st.sampled_from(["mark", "credentials", "fingerprint"]),
        taken_down=st.booleans(),
        recovered=st.none() | CREDENTIALS,
    ),
    content=st.none() | st.sampled_from([MATCHES, ALTERED, OTHER]),
    picture_searched=st.booleans(),
    limit=st.sampled_from(["", "provenance.examination-stopped"]),
    limit_reason=st.sampled_from(["", "It took too long."]),
)


@settings(max_examples=400, deadline=None)
@given(EXAMINATIONS)
def test_decide_is_total_and_pure(examination):
    verdict = decide(examination)
    assert verdict == decide(examination)
    assert verdict.signature.status in {"yes", "no", "partly", "unknown"}
    assert json.loads(json.dumps(report(examination, verdict)))["state"] == verdict.state


@settings(max_examples=400, deadline=None)
@given(EXAMINATIONS)
def test_intact_needs_our_production_certificate(examination):
    if decide(examination).state in {S.OURS_INTACT, S.OURS_SOURCE_PROBLEM}:
        credentials = examination.credentials
        assert credentials is not None
        assert credentials.store is Store.PRODUCTION
        assert not credentials.failures
        assert set(credentials.successes) >= set(GOOD)


@settings(max_examples=400, deadline=None)
@given(EXAMINATIONS)
def test_a_broken_signature_never_looks_whole(examination):
    credentials = examination.credentials
    broken = credentials and credentials.manifest_id and credentials.failures
    if broken:
        assert decide(examination).state not in {S.OURS_INTACT, S.OURS_DEV, S.TRUSTED_OTHER}


@settings(max_examples=200, deadline=None)
@given(EXAMINATIONS)
def test_an_examination_survives_json(examination):
    assert Examination.from_dict(json.loads(json.dumps(examination.as_dict()))) == examination


@settings(max_examples=100, deadline=None)
@given(EXAMINATIONS)
def test_a_verdict_survives_json(examination):
    verdict = decide(examination)
    assert Verdict.from_dict(json.loads(json.dumps(verdict.as_dict()))) == verdict


OURS_STATES = {S.OURS_INTACT, S.OURS_DEV, S.OURS_SOURCE_PROBLEM, S.RECOVERED, S.RECOVERED_ALTERED}


@settings(max_examples=400, deadline=None)
@given(EXAMINATIONS)
def test_a_likeness_alone_is_never_called_ours(examination):
    """Whatever else was found: without the credentials that came with it or a mark, no likeness
    makes a file ours."""
    alone = replace(
        examination,
        record=LIKE,
        content=MATCHES,
        credentials=None,
        mark=examination.mark and replace(examination.mark, mark_id=None),
    )
    verdict = decide(alone)
    assert verdict.state not in OURS_STATES
    assert verdict.record.status != "yes"


def test_a_likeness_beside_a_caption_is_told_as_such():
    content = LOOKALIKE.content and replace(LOOKALIKE.content, score=0.61)
    evidence = decide(replace(LOOKALIKE, content=content)).evidence
    assert any("61%" in line and "the rest lies under a cover" in line for line in evidence)


def test_a_likeness_is_told_with_its_degree_as_a_lead():
    verdict = decide(LOOKALIKE)
    needed = f"needed: {LIKENESS:.0%}"
    assert any("99%" in line and needed in line for line in verdict.evidence)
    assert "a lead, not a proof" in verdict.sentence
    assert verdict.watermark.status == "no"


@pytest.mark.parametrize("found", [stripped(), stripped(content=ALTERED), LOOKALIKE])
def test_of_a_clip_that_was_taken_down_no_original_is_promised(found):
    assert found.record is not None
    down = replace(found.record, taken_down=True, taken_down_reason="Notice of a rights holder")
    verdict = decide(replace(found, record=down))
    assert "took this clip down" in verdict.next_step
    assert "Reason: Notice of a rights holder." in verdict.record.sentence
    assert "took this clip down" not in decide(found).next_step


def test_a_search_without_result_is_told():
    searched = replace(PLAIN, picture_searched=True)
    assert "like that of none of its clips" in decide(searched).record.sentence
    unchecked = report(searched, decide(searched))["not_checked"]
    assert "The picture against a published clip." not in unchecked
    assert "The picture against a published clip." in report(PLAIN, decide(PLAIN))["not_checked"]


def test_recovered_credentials_of_the_development_authority_are_called_so():
    verdict = decide(stripped(record=recorded(store=Store.DEVELOPMENT)))
    assert verdict.state is S.RECOVERED
    assert "development certificate" in verdict.sentence


def test_recovered_credentials_of_the_production_authority_need_no_reservation():
    assert "development" not in decide(stripped()).sentence
