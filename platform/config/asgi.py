"""What uvicorn serves. Run with the root and platform/ both on the path."""

import os
import threading

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_django = get_asgi_application()

# What follows can be imported only once Django is set up.
from django.conf import settings  # noqa: E402

from banks.services import MOST_BYTES as LIST_BYTES  # noqa: E402
from config.body_limit import BodyLimit  # noqa: E402
from jobs import engines  # noqa: E402
from provenance.deposit import MAX_BYTES  # noqa: E402
from provenance.sandbox import warm_up  # noqa: E402
from registry import lookup  # noqa: E402
from registry.api import BASE  # noqa: E402
from rights.evidence import MOST_BYTES as EVIDENCE_BYTES  # noqa: E402
from studio.pictures import MOST_BYTES  # noqa: E402
from verification.api import BASE as VERIFICATION  # noqa: E402

FORM = 100_000  # what a form around a video may add to it

application = BodyLimit(
    _django,
    limit=1_000_000,
    limits={
        "/studio/": MOST_BYTES + 100_000,
        "/studio/pictures": MOST_BYTES + 100_000,
        "/review/banks/import": LIST_BYTES + FORM,
        "/review/banks/picture": MOST_BYTES + FORM,
        "/review/consents/new": EVIDENCE_BYTES + FORM,
        "/verify/": settings.VERIFY_MAX_BYTES + FORM,
        "/verify/wrong": settings.VERIFY_MAX_BYTES + FORM,
        f"{VERIFICATION}/verifications": settings.VERIFY_MAX_BYTES + FORM,
        f"{BASE}/matches/byContent": settings.VERIFY_MAX_BYTES,
        f"{BASE}/manifests": MAX_BYTES,
    },
)

# Nobody should wait for what is loaded once: the sandbox's server, what the registry knows, the
# models that read prompts.
LOADED = (warm_up, lookup.warm_up, engines.generator, engines.prompt_gate)
threading.Thread(target=engines.warm_up, args=LOADED, daemon=True).start()
