"""What uvicorn serves. Run with the root and platform/ both on the path."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_django = get_asgi_application()

from django.conf import settings  # noqa: E402  (settings exist once Django is set up)

from config.body_limit import BodyLimit  # noqa: E402

# A form around the video costs some bytes more than the video.
application = BodyLimit(
    _django, limit=1_000_000, limits={"/verify/": settings.VERIFY_MAX_BYTES + 100_000}
)
