"""The studio's desk: the form, what it starts from, and what the model cannot do."""

from dataclasses import dataclass

from django.http import HttpRequest

from config.errors import UserFault, explain
from studio import origins, selectors, ways
from studio.forms import ShotForm
from studio.models import Clip, Picture
from studio.pictures import receive


@dataclass(frozen=True, slots=True)
class Desk:
    """`fault` is why something that was asked for cannot be started from."""

    form: ShotForm
    way: str
    heading: str
    sentence: str
    button: str
    parent: Clip | None
    picture: Picture | None
    cannot: list[str]
    other_styles: list[str]
    fault: object


def desk_of(request: HttpRequest) -> Desk:
    """The desk as it was left, or as a link asks for it. Raises `GenerationError`."""
    limits = selectors.limits()
    asked = request.POST if request.method == "POST" else request.GET
    fault: object = None
    try:
        origin = origins.origin_of(
            request.user, asked.get("way", ""), asked.get("clip", ""), asked.get("picture", "")
        )
        ways.require(limits, origin.way)
    except UserFault as error:
        origin, fault = origins.FROM_NOTHING, explain(error)
    form = ShotForm(limits, _posted(request), person=request.user, origin=origin)
    return Desk(
        form=form,
        way=origin.way.value,
        heading=str(ways.HEADINGS[origin.way]),
        sentence=str(ways.SENTENCES.get(origin.way, "")),
        button=str(ways.BUTTONS[origin.way]),
        parent=origin.parent,
        picture=form.chosen_picture if "picture" in form.shown else None,
        cannot=[
            str(why) for ability, why in ways.LACKING.items() if ability not in limits.abilities
        ],
        other_styles=ways.styles_not_here(limits),
        fault=None if form.is_bound else fault,  # a form that was sent says so itself
    )


def _posted(request: HttpRequest) -> dict[str, object] | None:
    """What was sent, with the picture of a browser without scripts taken in: whatever else is
    wrong with the form, it need not be sent twice."""
    if request.method != "POST":
        return None
    data: dict[str, object] = dict(request.POST.items())
    if upload := request.FILES.get("file"):
        try:
            data["picture"] = str(receive(request.user, upload).pk)
        except UserFault as fault:
            data["picture_fault"] = fault
    return data
