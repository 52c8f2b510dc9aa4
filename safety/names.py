"""Names that a studio lists itself: people and works that may be shown only with consent.

What they find always asks for review: no policy can switch it off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from safety.prompt.lexicon import Lexicon
from safety.prompt.normalise import Normalised, normalise
from safety.verdict import Decision, Finding

_PERSON, _WORK = "public_figure", "copyright"


class NamedSubjects:
    """Looks for people and works in every spelling that is listed.

    Args:
        names: subject -> every spelling under which it is known, the subject's own included.
    """

    name = "rule.names"

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        self._lexicon = Lexicon(
            (normalise(spelling).text, subject)
            for subject, spellings in names.items()
            for spelling in spellings
        )

    def find(self, text: Normalised, field: str) -> Sequence[Finding]:
        """One finding for each place that names a subject."""
        return [
            self._finding(hit.entry, text.span(hit.start, hit.end), field)
            for hit in self._lexicon.find(text.text)
        ]

    def _finding(self, subject: str, span: tuple[int, int], field: str) -> Finding:
        reason = (
            f"“{subject}” is shown only with consent. Leave the name out, or show us the consent."
        )
        return Finding(
            _PERSON, 1.0, Decision.REVIEW, self.name, reason, span, field, subject=subject
        )


class NamedWorks:
    """Looks for the works of a studio's reference lists, written as they are listed: titles are
    often common words, so “The Fox” is one and “the fox” is not.

    Args:
        titles: as on the lists.
    """

    name = "rule.works"

    def __init__(self, titles: Iterable[str]) -> None:
        self._lexicon = Lexicon((normalise(title).text, title) for title in titles)

    def find(self, text: Normalised, field: str) -> Sequence[Finding]:
        """One finding for each title in ``text``."""
        spans = [
            (hit.entry, text.span(hit.start, hit.end)) for hit in self._lexicon.find(text.text)
        ]
        return [
            self._finding(title, span, field)
            for title, span in spans
            if text.original[slice(*span)] == title
        ]

    def _finding(self, title: str, span: tuple[int, int], field: str) -> Finding:
        reason = f"“{title}” is a protected work. Use a figure of your own, or show us a licence."
        return Finding(_WORK, 1.0, Decision.REVIEW, self.name, reason, span, field, subject=title)
