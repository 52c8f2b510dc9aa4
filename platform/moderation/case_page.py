"""A case as a moderator sees it: all the evidence, nothing hidden."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.models import Person
from accounts.sealing import pseudonym
from audit import services as audit
from audit.models import Event
from audit.selectors import trail_of
from config.pages import Tag
from jobs.asking import NEGATIVE
from jobs.models import Gate, Screening
from jobs.selectors import strip
from moderation import selectors
from moderation.models import Case, CaseState, Decision
from rights.models import Consent
from rights.selectors import consents_for
from safety import Decision as SafetyDecision
from safety import Finding
from safety.references import ReferenceCheck
from studio import services
from studio.check import FindingView, Segment, category_word, decision_tag, segments, view_of


@dataclass(frozen=True, slots=True)
class Meter:
    """One category's highest score, 0 to 100."""

    category: str
    percent: int
    tag: Tag


@dataclass(frozen=True, slots=True)
class Proof:
    """One finding with what it rests on; of a hidden one only that it is there."""

    view: FindingView
    quoted: str
    rule: str
    score: str
    consents: list[Consent]
    """Valid ones for the subject that it names, whatever their purpose."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one gate said about the job."""

    gate: str
    tag: Tag
    meters: list[Meter]
    findings: list[Proof]
    policy_version: str
    models: dict[str, str]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Still:
    """One picture of the strip, with the worst score at its moment."""

    url: str
    seconds: float
    worst: str


@dataclass(frozen=True, slots=True)
class Step:
    """One event of the audit log about this case or its job."""

    at: datetime
    action: str
    actor: str
    details: str


@dataclass(frozen=True, slots=True)
class CasePage:
    case: Case
    short: str
    title: str
    decision: Decision | None
    prompt: list[Segment]
    negative: str
    has_picture: bool
    evidence: list[Evidence]
    stills: list[Still]
    trail: list[Step]
    earlier: list[Case]
    open: bool
    mine: bool
    taken: bool


def case_page(case: Case, moderator: Person) -> CasePage:
    screenings = list(selectors.screenings(case))
    claimed = bool(case.claimed_by_id and case.claim_until and case.claim_until > now())
    mine = claimed and case.claimed_by_id == moderator.pk
    return CasePage(
        case=case,
        short=str(case.pk)[:8],
        title=_title(screenings, case),
        decision=getattr(case, "decision", None),
        prompt=_prompt(case, screenings),
        negative=services.negative_of(case.job.shot),
        has_picture=bool(case.job.shot.picture and not case.job.shot.picture.erased_at),
        evidence=[_evidence(screening, case) for screening in screenings],
        stills=_stills(case, screenings),
        trail=[_step(event, moderator) for event in trail_of(case.pk, case.job_id)],
        earlier=_earlier(case),
        open=case.state == CaseState.OPEN,
        mine=mine and case.state == CaseState.OPEN,
        taken=claimed and not mine,
    )


def _earlier(case: Case) -> list[Case]:
    """The newest decisions about the same creator."""
    same = selectors.decided_cases().filter(job__owner_id=case.job.owner_id)
    return list(same.exclude(pk=case.pk)[:5])


def _step(event: Event, reader: Person) -> Step:
    known = {audit.STUDIO: _("the studio"), pseudonym(reader.pk): _("you")}
    details = [f"{key}: {value}" for key, value in event.details.items() if key != "job"]
    return Step(
        at=event.at,
        action=event.action,
        actor=known.get(event.actor, _("person %(name)s") % {"name": event.actor[:8]}),
        details=", ".join(details).replace("_", " "),
    )


def _title(screenings: list[Screening], case: Case) -> str:
    """Why it is here, in the policy's words."""
    held = next((each for each in screenings if each.gate == case.gate), None)
    if held is None or not held.findings:
        return _("Held for a person to look at")
    category = category_word(held.findings[0]["category"])
    return _("Held because of: %(category)s") % {"category": category}


def _prompt(case: Case, screenings: list[Screening]) -> list[Segment]:
    text = services.prompt_of(case.job.shot)
    stored = next((each.findings for each in screenings if each.gate == Gate.PROMPT), [])
    found = [Finding.from_dict(each) for each in stored]
    return segments(text, [each for each in found if not each.hidden])


def _evidence(screening: Screening, case: Case) -> Evidence:
    findings = [Finding.from_dict(each) for each in screening.findings]
    return Evidence(
        gate=screening.get_gate_display(),
        tag=decision_tag(screening.decision),
        meters=_meters([each for each in findings if not each.hidden]),
        findings=[_proof(each, case) for each in findings if _weighs(each)],
        policy_version=screening.policy_version,
        models=screening.models,
        created_at=screening.created_at,
    )


def _weighs(finding: Finding) -> bool:
    return finding.decision != SafetyDecision.ALLOW or bool(finding.consent)


def _proof(finding: Finding, case: Case) -> Proof:
    view = view_of(finding)
    if finding.hidden:
        return Proof(view, "", "", "", [])
    agreed = consents_for([finding.subject], case.job.owner_id) if finding.subject else []
    words = _("%(n)d %% alike") if finding.source == ReferenceCheck.name else _("score %(n)d %%")
    score = words % {"n": round(100 * finding.score)}
    return Proof(view, _quoted(finding, case), finding.source, score, agreed)


def _quoted(finding: Finding, case: Case) -> str:
    """The creator's own characters that a finding points at."""
    texts = {"prompt": services.prompt_of, NEGATIVE: services.negative_of}
    if finding.span is None or finding.field not in texts:
        return ""
    return texts[finding.field](case.job.shot)[slice(*finding.span)]


def _meters(findings: list[Finding]) -> list[Meter]:
    worst: dict[str, Finding] = {}
    for finding in findings:
        if finding.category not in worst or finding.score > worst[finding.category].score:
            worst[finding.category] = finding
    return [
        Meter(category_word(name), round(100 * found.score), decision_tag(found.decision))
        for name, found in sorted(worst.items(), key=lambda pair: -pair[1].score)
    ]


def _stills(case: Case, screenings: list[Screening]) -> list[Still]:
    files = strip(case.job)
    stored = next((each.findings for each in screenings if each.gate == Gate.MEDIA), [])
    findings = [Finding.from_dict(each) for each in stored]
    shot = case.job.shot
    length = shot.seconds + case.job.generation.get("continued_at", 0)
    stills = []
    for place in range(len(files)):
        moment = length * place / max(1, len(files) - 1)
        stills.append(
            Still(
                url=reverse("moderation:frame", args=[case.pk, place]),
                seconds=round(moment, 2),
                worst=_worst_at(findings, moment),
            )
        )
    return stills


def _worst_at(findings: list[Finding], moment: float) -> str:
    there = [
        finding
        for finding in findings
        if finding.decision != SafetyDecision.ALLOW
        and (finding.seconds is None or finding.seconds[0] <= moment <= finding.seconds[1])
    ]
    if not there:
        return ""
    worst = max(there, key=lambda finding: finding.score)
    return f"{category_word(worst.category)} {worst.score:.0%}"
