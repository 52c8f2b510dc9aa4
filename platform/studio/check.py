"""The check before the spend: what the gate and the model make of a prompt, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.models import Person
from config.pages import Tag
from generation import parse
from jobs import engines
from safety import UNSCREENED, Decision, Finding, SafetyError, explained, load_policy
from studio import services

SURE = ((0.9, _lazy("very sure")), (0.7, _lazy("fairly sure")), (0.0, _lazy("not sure")))

ABOUT = {
    "negative_prompt": _lazy("in what should not be seen"),
    "upload": _lazy("in the picture"),
}
"""What a finding is about, where it is not the prompt or the frames."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of prompt text; `tone` is the decision that its finding asks for, or empty."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class FindingView:
    category: str
    reason: str
    sure: str
    tag: Tag
    seconds: tuple[float, float] | None
    source: str
    about: str


@dataclass(frozen=True, slots=True)
class Check:
    tag: Tag
    sentence: str
    segments: list[Segment]
    findings: list[FindingView]
    drawn: tuple[str, ...]
    unknown: tuple[str, ...]
    slots: list["Slot"]


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot of the shot card."""

    name: str
    word: str
    text: str
    hint: str


SLOT_WORDS = {
    "subject": (_lazy("Subject"), _lazy("who or what")),
    "action": (_lazy("Action"), _lazy("what it does")),
    "place": (_lazy("Place"), _lazy("where")),
    "mood": (_lazy("Mood"), _lazy("light, weather, feeling")),
    "camera": (_lazy("Camera"), _lazy("how it is seen")),
    "style": (_lazy("Style"), _lazy("how it is drawn")),
}


def card_of(text: str) -> list[Slot]:
    """The shot card of a prompt."""
    card = parse(text)
    return [
        Slot(name, str(word), getattr(card, name), str(hint))
        for name, (word, hint) in SLOT_WORDS.items()
    ]


def check_prompt(person: Person, text: str, negative: str = "") -> Check:
    """Everything that the studio can say about a prompt without spending anything."""
    verdict = services.preview_screening(person, text, negative)
    shown = explained(verdict.findings)
    understanding = engines.generator().understand(text)
    return Check(
        tag=_promise(verdict.decision),
        sentence=_sentence(verdict.decision),
        segments=segments(text, shown) if any(_in_prompt(each) for each in shown) else [],
        findings=views_of(shown),
        drawn=understanding.drawn,
        unknown=understanding.unknown,
        slots=card_of(text),
    )


def decision_tag(decision: str) -> Tag:
    """What a gate decided, for the record."""
    return {
        Decision.ALLOW: Tag(_("Allowed"), "yes", "yes"),
        Decision.REVIEW: Tag(_("For a person to decide"), "partly", "clock"),
        Decision.BLOCK: Tag(_("Refused"), "no", "no"),
    }[Decision(decision)]


def views_of(findings: Iterable[Finding]) -> list[FindingView]:
    """Findings that ask for more than "allow", for the eye."""
    return [view_of(finding) for finding in findings if finding.decision != Decision.ALLOW]


def view_of(finding: Finding) -> FindingView:
    return FindingView(
        category=category_word(finding.category),
        reason=finding.reason,
        sure=_sure(finding),
        tag=decision_tag(finding.decision),
        seconds=finding.seconds,
        source=finding.source,
        about=str(ABOUT.get(finding.field, "")),
    )


def _sure(finding: Finding) -> str:
    """How sure the classifier is, in words; nothing for what no classifier judged."""
    if finding.category == UNSCREENED:
        return ""
    return str(next(word for least, word in SURE if finding.score >= least))


def category_word(category: str) -> str:
    """The policy's own words for a category."""
    if category == UNSCREENED:
        return _("could not be judged")
    return _category_words().get(category, category.replace("-", " ").replace("_", " "))


@cache
def _category_words() -> dict[str, str]:
    try:
        policy = load_policy()
    except SafetyError:  # the gates then hold everything; a page need not fail as well
        return {}
    return {key: rule.label for key, rule in {**policy.frames, **policy.prompt}.items()}


def _in_prompt(finding: Finding) -> bool:
    return finding.span is not None and finding.field == "prompt"


def segments(text: str, findings: Iterable[Finding]) -> list[Segment]:
    """`text` cut where a finding begins or ends; the most severe finding gives the tone."""
    severity = [Decision.ALLOW] * len(text)
    for finding in findings:
        if finding.span and _in_prompt(finding) and finding.decision != Decision.ALLOW:
            start, end = finding.span
            for place in range(start, min(end, len(text))):
                severity[place] = max(
                    severity[place], finding.decision, key=lambda found: found.severity
                )
    runs: list[Segment] = []
    for letter, found in zip(text, severity, strict=True):
        tone = "" if found == Decision.ALLOW else found.value
        if runs and runs[-1].tone == tone:
            runs[-1] = Segment(runs[-1].text + letter, tone)
        else:
            runs.append(Segment(letter, tone))
    return runs


def _promise(decision: Decision) -> Tag:
    """The same before anything is sent: what will happen."""
    return {
        Decision.ALLOW: Tag(_("The studio can make this"), "yes", "yes"),
        Decision.REVIEW: Tag(_("A person will look first"), "partly", "clock"),
        Decision.BLOCK: Tag(_("The studio will not make this"), "no", "no"),
    }[decision]


def _sentence(decision: Decision) -> str:
    return {
        Decision.ALLOW: _("Nothing in these words goes against the policy."),
        Decision.REVIEW: _(
            "You may send it. A moderator reads it before anything is rendered; "
            "you see here when they have."
        ),
        Decision.BLOCK: _("Change the words to go on. Nothing was stored."),
    }[decision]
