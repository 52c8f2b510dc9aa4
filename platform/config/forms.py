"""Forms whose errors have stable codes and a summary that links to the fields."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the error summary; without a field it concerns the whole form."""

    field_id: str
    label: str
    message: str
    code: str


class CodedForm(forms.Form):
    """Django's own codes ("required") become stable ones: "<namespace>.<field>-required"."""

    namespace: ClassVar[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)

    def full_clean(self) -> None:
        super().full_clean()
        for name, errors in self.errors.as_data().items():
            for error in errors:
                if "." not in str(error.code):
                    error.code = f"{self.namespace}.{name}-{error.code}".replace("_", "-")

    @property
    def problems(self) -> list[Problem]:
        return [
            Problem(
                field_id=self[name].id_for_label or self[name].auto_id if known else "",
                label=str(self[name].label) if known else "",
                message=error.messages[0],
                code=str(error.code),
            )
            for name, errors in self.errors.as_data().items()
            for known in [name in self.fields]
            for error in errors
        ]
