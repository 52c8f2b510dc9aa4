import json

from hypothesis import given
from hypothesis import strategies as st

from safety import Decision, Finding, SafetyVerdict, explained, strictest

findings = st.builds(
    Finding,
    category=st.sampled_from(["violence", "unscreened"]),
    score=st.floats(0, 1),
    decision=st.sampled_from(Decision),
    source=st.just("rule.test"),
    reason=st.text(max_size=20),
    span=st.none() | st.tuples(st.integers(0, 9), st.integers(10, 20)),
    field=st.sampled_from(["prompt", "frames"]),
    seconds=st.none() | st.tuples(st.floats(0, 5), st.floats(5, 8)),
    hidden=st.booleans(),
)


def test_strictest_orders_allow_review_block():
    assert strictest([Decision.REVIEW, Decision.BLOCK, Decision.ALLOW]) is Decision.BLOCK
    assert strictest([Decision.ALLOW, Decision.REVIEW]) is Decision.REVIEW


def test_nothing_found_is_allow():
    assert strictest([]) is Decision.ALLOW


@given(st.lists(findings, max_size=5))
def test_a_verdict_survives_json(found):
    verdict = SafetyVerdict.of(found, "v1", {"model": "ab"})
    assert SafetyVerdict.from_dict(json.loads(json.dumps(verdict.as_dict()))) == verdict


@given(st.lists(findings, max_size=3))
def test_the_support_code_survives_storage(found):
    verdict = SafetyVerdict.of(found, "v1", {})
    stored = json.loads(json.dumps(verdict.as_dict()))
    assert stored["support_code"] == SafetyVerdict.from_dict(stored).support_code
    assert len(verdict.support_code) == 9


@given(st.lists(findings, min_size=1, max_size=5))
def test_a_verdict_is_as_strict_as_its_strictest_finding(found):
    verdict = SafetyVerdict.of(found, "v1", {})
    assert verdict.decision is strictest(finding.decision for finding in found)
    assert verdict.findings[0].decision is verdict.decision


def said(category, decision, score, span, source="heads", **more):
    return Finding(category, score, decision, source, category, span, **more)


def test_the_same_words_are_explained_once_by_the_gravest_finding():
    found = [
        said("gore", Decision.REVIEW, 0.9, (4, 9)),
        said("violence", Decision.BLOCK, 0.8, (2, 9)),
        said("hate", Decision.REVIEW, 0.7, (9, 15)),
    ]
    assert [each.category for each in explained(found)] == ["violence", "hate"]


def test_a_name_is_explained_beside_what_a_classifier_says_of_it():
    found = [
        said("deception", Decision.REVIEW, 0.9, (0, 9)),
        said("public_figure", Decision.REVIEW, 1.0, (0, 9), "rule.gazetteer"),
        said("violence", Decision.REVIEW, 0.5, (0, 9), field="negative_prompt"),
        said("language", Decision.REVIEW, 1.0, None),
    ]
    assert len(explained(found)) == 4


def test_what_is_hidden_or_allowed_is_not_explained():
    found = [
        said("csae", Decision.BLOCK, 1.0, None, hidden=True),
        said("public_figure", Decision.ALLOW, 1.0, (0, 9)),
    ]
    assert explained(found) == []
