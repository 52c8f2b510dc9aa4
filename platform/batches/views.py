"""Pages of batches: send a table in, see what would be made, watch it, take the results away."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from batches import selectors, services
from batches.batch_page import RESULT, batch_view, results
from batches.models import Batch
from config.errors import UserFault, explain
from generation.batch import COLUMNS, MAX_BYTES, MAX_ROWS, write
from studio.selectors import limits

ON_A_PAGE = 20
EXAMPLE = (
    {"prompt": "a red balloon rising over green hills at dawn", "seed": 7, "seconds": 2},
    {"prompt": "a blue cat in a city at night, camera pans left", "aspect": "16:9"},
)


@login_required
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    batches = Paginator(selectors.batches_of(request.user), ON_A_PAGE)
    context: dict[str, object] = {
        "area": "studio",
        "batches": batches.get_page(request.GET.get("page")),
        "limits": limits(),
        "most": MAX_ROWS,
    }
    if request.method == "GET":
        return render(request, "batches/home.html", context)
    try:
        return redirect("batches:batch", _received(request).pk)
    except UserFault as fault:
        context["fault"] = explain(fault)
        return render(request, "batches/home.html", context, status=422)


@login_required
@require_GET
def example(request: HttpRequest) -> HttpResponse:
    return _table(write(COLUMNS, EXAMPLE), "kinemark-example.csv")


@login_required
@require_GET
def batch(request: HttpRequest, batch_id: object) -> HttpResponse:
    context = {"area": "studio", "batch": batch_view(_batch(request, batch_id))}
    return render(request, "batches/batch.html", context)


@login_required
@require_GET
def now(request: HttpRequest, batch_id: object) -> HttpResponse:
    context = {"batch": batch_view(_batch(request, batch_id))}
    return render(request, "batches/now.html", context)


@login_required
@require_POST
def send(request: HttpRequest, batch_id: object) -> HttpResponse:
    services.send(_batch(request, batch_id))
    return redirect("batches:batch", batch_id)


@login_required
@require_POST
def cancel(request: HttpRequest, batch_id: object) -> HttpResponse:
    services.cancel_all(_batch(request, batch_id), request.user)
    return redirect("batches:batch", batch_id)


@login_required
@require_POST
def delete(request: HttpRequest, batch_id: object) -> HttpResponse:
    services.forget(_batch(request, batch_id))
    return redirect("batches:home")


@login_required
@require_GET
def download(request: HttpRequest, batch_id: object) -> HttpResponse:
    found = _batch(request, batch_id)
    address = request.build_absolute_uri("/").rstrip("/")
    return _table(write(RESULT, results(found, address)), f"kinemark-batch-{str(found.pk)[:8]}.csv")


def _received(request: HttpRequest) -> Batch:
    table = request.FILES.get("table")
    if table is None:
        raise UserFault("batches.no-table", "There is no table.", "Choose a CSV file and send it.")
    try:
        return services.preview(request.user, table.read(MAX_BYTES + 1))
    finally:
        table.close()


def _table(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _batch(request: HttpRequest, batch_id: object) -> Batch:
    found = selectors.batch_of(request.user, batch_id)
    if found is None:
        raise Http404
    return found
