"""Every setting of the platform, read from the environment once. Defaults suit one machine.

Going public is one setting: `KINEMARK_URL=https://studio.example.org` turns on everything that
HTTPS needs. The full list with explanations is docs/settings.md.
"""

from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.management.utils import get_random_secret_key

from config import env, keys, logs

ROOT = Path(__file__).resolve().parents[2]

# --- Where things are kept ------------------------------------------------------------------
KINEMARK_HOME = Path(env.text("KINEMARK_HOME", str(ROOT / "var"))).resolve()
KEYS_DIR = KINEMARK_HOME / "keys"
PKI_DIR = KINEMARK_HOME / "pki"
REGISTRY_DIR = KINEMARK_HOME / "registry"
UPLOADS_DIR = KINEMARK_HOME / "uploads"
PUBLIC_DIR = KINEMARK_HOME / "media" / "public"
PRIVATE_DIR = KINEMARK_HOME / "media" / "private"

STATIC_ROOT = KINEMARK_HOME / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)

# --- Where the studio is found --------------------------------------------------------------
PORT = int(env.number("PORT", 8000))
KINEMARK_URL = env.text("KINEMARK_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
HTTPS = KINEMARK_URL.startswith("https://")
HOST = urlsplit(KINEMARK_URL).hostname or "127.0.0.1"

DEBUG = env.flag("KINEMARK_DEBUG")
ALLOWED_HOSTS = [HOST, *env.words("KINEMARK_ALLOWED_HOSTS")]
if not HTTPS:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]", "testserver"]
CSRF_TRUSTED_ORIGINS = [KINEMARK_URL]
SECRET_KEY = (
    env.text("KINEMARK_SECRET_KEY")
    or keys.load_or_create(
        KEYS_DIR / "django-secret-key", lambda: get_random_secret_key().encode()
    ).decode()
)

# --- Jobs -----------------------------------------------------------------------------------
GENERATOR = env.text("KINEMARK_GENERATOR", "embedded")  # a name, or package.module:callable
LEASE_SECONDS = env.number("KINEMARK_LEASE_SECONDS", 30, least=1)
POLL_SECONDS = env.number("KINEMARK_POLL_SECONDS", 0.5, least=0.05)
MAX_ATTEMPTS = int(env.number("KINEMARK_MAX_ATTEMPTS", 5, least=1))
RENDER_ATTEMPTS = int(env.number("KINEMARK_RENDER_ATTEMPTS", 2, least=1))
FREE_SPACE_FLOOR_MB = env.number("KINEMARK_FREE_SPACE_FLOOR_MB", 1024)
# The development authority marks clips as untrusted for the public; an https studio must ask
# for it by name.
DEVELOPMENT_SIGNING = env.flag("KINEMARK_DEVELOPMENT_SIGNING", default=not HTTPS)
# A chain of one's own takes the development authority's place.
SIGNING_CHAIN = env.text("KINEMARK_SIGNING_CHAIN")  # PEM, leaf first, without the root
SIGNING_ROOT = env.text("KINEMARK_SIGNING_ROOT")  # PEM
SIGNING_KEY = env.text("KINEMARK_SIGNING_KEY")  # an address: see provenance.key_at
SIGNING_SECRET = env.text("KINEMARK_SIGNING_SECRET")
TSA_URL = env.text("KINEMARK_TSA_URL")
# Reports are another promise than clips: a certificate and a key of their own, no time stamp.
REPORT_CHAIN = env.text("KINEMARK_REPORT_CHAIN")  # PEM, leaf first, without the root
REPORT_KEY = env.text("KINEMARK_REPORT_KEY")  # an address, as KINEMARK_SIGNING_KEY
REPORT_SECRET = env.text("KINEMARK_REPORT_SECRET")

# --- Safety: what a studio adds to what ships. None of it replaces a check.
SAFETY_GUARD = env.text("KINEMARK_SAFETY_GUARD")  # folder of a guard language model
SAFETY_GUARD_FAMILY = env.text("KINEMARK_SAFETY_GUARD_FAMILY", "llama-guard")
SAFETY_BANKS = env.text("KINEMARK_SAFETY_BANKS")  # folder of hash lists
SAFETY_CHECKPOINT = env.text("KINEMARK_SAFETY_CHECKPOINT")  # folder of an open_clip checkpoint
SAFETY_PROBES = env.text("KINEMARK_SAFETY_PROBES")  # linear probes for it
SAFETY_DEVICE = env.text("KINEMARK_SAFETY_DEVICE", "cpu")
SAFETY_NUDENET = env.flag("KINEMARK_SAFETY_NUDENET")

# --- People ---------------------------------------------------------------------------------
SIGN_UP_OPEN = env.flag("KINEMARK_SIGN_UP_OPEN")
# Who decides about others' clips needs more than a password wherever others can reach the studio.
SECOND_FACTOR = env.flag("KINEMARK_SECOND_FACTOR", default=HTTPS)
CLAIM_MINUTES = env.number("KINEMARK_CLAIM_MINUTES", 15, least=1)

# --- Public verification --------------------------------------------------------------------
VERIFY_PER_HOUR = int(env.number("KINEMARK_VERIFY_PER_HOUR", 20, least=1))  # from one address
VERIFY_AT_ONCE = int(env.number("KINEMARK_VERIFY_AT_ONCE", 2, least=1))  # on this machine
VERIFY_MAX_BYTES = int(env.number("KINEMARK_VERIFY_MAX_MB", 100, least=1) * 1_000_000)
VERIFY_SECONDS = env.number("KINEMARK_VERIFY_SECONDS", 30, least=1)
VERIFY_FETCH_SECONDS = env.number("KINEMARK_VERIFY_FETCH_SECONDS", 30, least=1)
VERIFY_FETCH_AT_ONCE = int(env.number("KINEMARK_VERIFY_FETCH_AT_ONCE", 4, least=1))
REPORT_DAYS = int(env.number("KINEMARK_REPORT_DAYS", 30, least=1))
OBJECTION_DAYS = int(env.number("KINEMARK_OBJECTION_DAYS", 90, least=1))
OBJECTION_VIDEO_DAYS = int(env.number("KINEMARK_OBJECTION_VIDEO_DAYS", 14, least=1))

# --- Registry -------------------------------------------------------------------------------
REGISTRY_PER_MINUTE = int(env.number("KINEMARK_REGISTRY_PER_MINUTE", 120, least=1))

# --- Django ---------------------------------------------------------------------------------
INSTALLED_APPS = [
    "accounts",
    "audit",
    "studio",
    "storyboards",
    "batches",
    "jobs",
    "registry",
    "moderation",
    "rights",
    "policies",
    "banks",
    "verification",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.RequireSecondFactor",
    "config.middleware.ExplainErrors",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ]
        },
    }
]
DATABASES = {
    "default": env.database(env.text("KINEMARK_DATABASE_URL"), KINEMARK_HOME / "db.sqlite3")
}
# Counters of the rate limits; the entries are small, and losing one forgives somebody a minute.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "static"]
WHITENOISE_USE_FINDERS = True  # one machine needs no collectstatic
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
UPLOADS_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
FILE_UPLOAD_TEMP_DIR = UPLOADS_DIR
# Uploads are personal data: always a file that its view deletes, never a copy kept in memory.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

# --- Sign-in --------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/studio/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login_failed": "10/h/ip,5/5m/key"}
MFA_ADAPTER = "accounts.second_factor.SealedFactors"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are typed in by whoever runs the studio
MFA_TOTP_ISSUER = "Kinemark"
MFA_TOTP_TOLERANCE = 1  # phones whose clocks are half a minute off
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = KINEMARK_HOME / "mail"

# --- What a browser is told -----------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "media-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
if HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

# --- Logs -----------------------------------------------------------------------------------
LOG_LEVEL = env.text("KINEMARK_LOG_LEVEL", "INFO").upper()
logs.configure(LOG_LEVEL, as_json=env.flag("KINEMARK_LOG_JSON"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "config.logs.WithoutText"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # Pages that are not there say something about a visitor and nothing about the studio.
    "loggers": {"django.request": {"level": "ERROR"}},
}
