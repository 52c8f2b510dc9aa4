import json
from dataclasses import replace

import pytest

from safety import CategoryRule, Decision, InvalidPolicy, Policy, load_policy

RULE = CategoryRule("violence", "Leave it out.", 0.4, 0.8)


def test_a_score_below_review_is_allowed():
    assert RULE.decide(0.39, agreed=True) is Decision.ALLOW


def test_a_score_between_the_thresholds_goes_to_review():
    assert RULE.decide(0.4, agreed=True) is Decision.REVIEW


def test_a_block_needs_a_second_signal():
    assert RULE.decide(0.9, agreed=False) is Decision.REVIEW
    assert RULE.decide(0.9, agreed=True) is Decision.BLOCK


@pytest.mark.parametrize("score", [float("nan"), -0.1, 1.1, float("inf")])
def test_what_is_no_probability_is_never_decided(score):
    with pytest.raises(ValueError, match="not a number"):
        RULE.decide(score, agreed=True)


@pytest.mark.parametrize(
    ("review", "block"), [(0.8, 0.4), (-0.1, 0.5), (0.5, 2.0), (float("nan"), 0.5)]
)
def test_impossible_thresholds_are_refused(review, block):
    with pytest.raises(InvalidPolicy):
        CategoryRule("violence", "", review, block)


def test_a_policy_survives_its_file(tmp_path):
    policy = load_policy()
    policy.save(tmp_path / "policy.json")
    assert load_policy(tmp_path / "policy.json") == policy


def test_the_version_changes_with_the_content():
    policy = load_policy()
    stricter = replace(policy, prompt={**policy.prompt, "violence": RULE})
    assert stricter.version != policy.version


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"name": 1}', "not json"])
def test_a_malformed_file_is_refused_with_a_code(tmp_path, content):
    path = tmp_path / "policy.json"
    path.write_text(content)
    with pytest.raises(InvalidPolicy) as caught:
        load_policy(path)
    assert caught.value.code == "safety.invalid-policy"


def test_an_unknown_field_of_a_rule_is_refused():
    data = load_policy().as_dict()
    data["prompt"]["violence"]["surprise"] = 1
    with pytest.raises(InvalidPolicy):
        Policy.from_dict(json.loads(json.dumps(data)))


def test_the_shipped_policy_says_what_it_was_fitted_on():
    fitted = load_policy().fitted_on["prompt"]
    assert fitted.rows > 1000
    assert len(fitted.sha256) == 64
