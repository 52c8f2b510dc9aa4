"""What a report tells besides the verdict: timeline, chain of edits, where else to ask."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance import (
    Examination,
    Ingredient,
    Relationship,
    decide,
    read_credentials,
    report,
    sign_clip,
    signposts,
)
from provenance.credentials import Credentials, Store
from provenance.examination import ContentFacts, VideoFacts
from provenance.report import missing, timeline

VIDEO = VideoFacts(512, 512, 24.0, 48, 2.0, "h264", capped=False, damaged=False)
PLAIN = Examination("00", 1, "2026-11-22T00:00:00+00:00", "Kinemark 0.1.0", video=VIDEO)


def altered(*segments):
    return replace(PLAIN, content=ContentFacts("altered", 0.9, segments=segments))


def kinds(examination):
    return [(piece["start"], piece["end"], piece["kind"]) for piece in timeline(examination)]


def test_an_alteration_lies_between_what_is_the_same():
    assert kinds(altered((0.5, 1.0))) == [
        (0.0, 0.5, "same"),
        (0.5, 1.0, "altered"),
        (1.0, 2.0, "same"),
    ]


def test_what_was_not_compared_is_unknown():
    assert kinds(PLAIN) == [(0.0, 2.0, "unknown")]


def test_nothing_decoded_has_no_timeline():
    assert timeline(replace(PLAIN, video=None)) == []


CUT = ContentFacts(
    "matches", 0.9, coverage=0.8, clip_seconds=60.0, missing=((0.0, 6.0), (53.0, 60.0))
)


def test_both_ends_of_the_published_clip_may_be_left_out():
    gaps = missing(replace(PLAIN, content=CUT))
    assert gaps == [{"start": 0.0, "end": 6.0}, {"start": 53.0, "end": 60.0}]


def test_an_end_that_was_not_read_is_not_called_left_out():
    cut_short = replace(PLAIN, video=replace(VIDEO, capped=True), content=CUT)
    assert missing(cut_short) == [{"start": 0.0, "end": 6.0}]
    assert not any("80%" in line for line in decide(cut_short).evidence)


@given(st.lists(st.tuples(st.floats(-1, 5), st.floats(-1, 5)), max_size=6))
def test_a_timeline_has_no_gaps_and_no_overlaps(segments):
    pieces = timeline(altered(*segments))
    assert pieces[0]["start"] == 0.0
    assert pieces[-1]["end"] == 2.0
    for left, right in itertools.pairwise(pieces):
        assert left["end"] == right["start"]


def test_the_chain_of_edits(tmp_path, studio, small_clip, claims):
    signer = studio.authority.signer()
    first, second = tmp_path / "first.mp4", tmp_path / "second.mp4"
    one = sign_clip(small_clip, first, claims(), signer)
    two = sign_clip(
        small_clip, second, claims(ingredients=(Ingredient(first, Relationship.PARENT),)), signer
    )
    history = read_credentials(second, studio.trust).history
    assert [step.manifest_id for step in history] == [two.manifest_id, one.manifest_id]
    assert history[0].made_from == (("parentOf", one.manifest_id),)
    assert history[0].actions[0] == "c2pa.opened"
    assert history[1].actions[0] == "c2pa.created"


def test_a_broken_source_cannot_be_signed_over(tmp_path, studio, small_clip, claims):
    """Laundering: the library would sign a remix of a tampered clip and call it trusted."""
    from provenance import InvalidMedia

    signer = studio.authority.signer()
    content = bytearray(studio.clip.read_bytes())
    content[-5000] ^= 0xFF
    (tmp_path / "tampered.mp4").write_bytes(content)
    source = Ingredient(tmp_path / "tampered.mp4", Relationship.PARENT)
    with pytest.raises(InvalidMedia) as caught:
        sign_clip(small_clip, tmp_path / "remix.mp4", claims(ingredients=(source,)), signer)
    assert caught.value.code == "provenance.ingredient-broken"
    assert not (tmp_path / "remix.mp4").exists()


@pytest.mark.parametrize(
    ("credentials", "names"),
    [
        (None, []),
        (Credentials("urn:c2pa:1", store=Store.DEVELOPMENT, issuer="Google"), []),
        (
            Credentials("urn:c2pa:1", store=Store.C2PA, issuer="Google LLC"),
            ["Google SynthID", "Content Credentials Verify"],
        ),
        (
            Credentials("urn:c2pa:1", generator="Adobe Firefly"),
            ["Adobe Content Authenticity Inspect", "Content Credentials Verify"],
        ),
        (Credentials(remote_url="https://x.example"), ["Content Credentials Verify"]),
    ],
)
def test_the_signpost_names_who_could_know_more(credentials, names):
    examination = replace(PLAIN, credentials=credentials)
    assert [post.name for post in signposts(examination)] == names
    assert [post["name"] for post in report(examination, decide(examination))["signposts"]] == names
