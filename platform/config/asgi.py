"""What uvicorn serves. Run with the root and platform/ both on the path."""

import os
import threading

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_asgi_application()

from jobs import engines  # noqa: E402 - models can be read only once Django is set up

# Whoever writes the first prompt should not wait for the models that read it.
threading.Thread(
    target=engines.warm_up, args=(engines.generator, engines.prompt_gate), daemon=True
).start()
