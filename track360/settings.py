"""All settings, in one file, their values from the environment. README and `docs/guides/deployment.md` list them."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from celery.schedules import crontab
from csp.constants import NONE, SELF
from environs import Env

from track360 import logs

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent

# Safe by default: whoever says nothing gets production, which refuses to start with the two insecure values below.
PRODUCTION = env.str("ENVIRONMENT", "production") == "production"
DEBUG = env.bool("DEBUG", False)
INSECURE_SECRET_KEY = "insecure-for-development-only-0123456789abcdefghijklmnop"  # noqa: S105
INSECURE_ENCRYPTION_KEY = "aW5zZWN1cmUtZm9yLWRldmVsb3BtZW50LW9ubHktMDE="
SECRET_KEY = env.str("SECRET_KEY", INSECURE_SECRET_KEY)
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
ENCRYPTION_KEYS: list[str] = env.list("ENCRYPTION_KEYS", [INSECURE_ENCRYPTION_KEY])

# Where the outside world finds us. https switches secure cookies and HSTS on.
BASE_URL = env.str("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
# One proxy in front of us tells the scheme and the visitor's address; without one nobody's word for them is taken.
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
_HTTPS = BASE_URL.startswith("https://")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [urlsplit(BASE_URL).hostname or "", "127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [BASE_URL])

INSTALLED_APPS = [
    "track360.apps.OperatorAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "django_prometheus",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "oauth2_provider",
    "rest_framework",
    "brands",
    "affiliates",
    "ingestion",
    "attribution",
    "commissions",
    "portal",
    "sandbox",
]
MIDDLEWARE = [
    "attribution.views.ClickMiddleware",  # first: a redirect needs none of the others
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "track360.middleware.RequestIdHeader",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
ROOT_URLCONF = "track360.urls"
WSGI_APPLICATION = "track360.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- PostgreSQL -------------------------------------------------------------------------------------------------------
# DATABASE_URL names the application's role, which owns nothing; migrations run with DATABASE_OWNER_URL in its place.


def _database(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "track360.lib.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", unquote(parts.hostname or "")),  # ?host= names a socket's folder
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": env.int("DATABASE_CONNECTION_SECONDS", 600),
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,  # tenant() opens the transaction, so that a view answers after its commit
        # Statements that take parameters apart (the writer's) are planned once a connection, not once a request.
        "OPTIONS": {
            "connect_timeout": 3,
            "application_name": "track360",
            "prepare_threshold": 3,
            # A server whose machine is gone is noticed within half a minute, not within hours.
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 25_000,
            **options,
        },
    }


DATABASES = {"default": _database(env.str("DATABASE_URL", "postgresql://track360_app@localhost/track360"))}
DATABASE_OWNER_URL = env.str("DATABASE_OWNER_URL", "")  # only the tests' own process knows it
OWNER_DATABASE = _database(DATABASE_OWNER_URL)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Valkey or Redis --------------------------------------------------------------------------------------------------
# Database 0 carries Celery's messages, 1 the cache. Both may be lost at any time. Nothing waits long for either.

REDIS_URL = env.str("REDIS_URL", "redis://localhost:6379")
_BROKER_PATIENCE = {"socket_connect_timeout": 0.2, "socket_timeout": 0.2}
CACHES = {
    "default": {
        "BACKEND": "track360.caches.LosableCache",
        "LOCATION": f"{REDIS_URL}?db=1",
        "OPTIONS": _BROKER_PATIENCE,
    },
}

# --- Celery -----------------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://")
# Without the last three a dead broker costs a request 6 s, and a hung one blocks it for good.
CELERY_BROKER_TRANSPORT_OPTIONS = {**_BROKER_PATIENCE, "max_retries": 0, "interval_start": 0, "interval_step": 0}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 3600
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
# The schedule is code: it is reviewed with the tasks it wakes, and beat needs no table and no file.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_BEAT_SCHEDULE = {
    "heartbeat": {"task": "track360.heartbeat", "schedule": 5.0, "options": {"expires": 10}},
    "attribution": {"task": "attribution.sweep", "schedule": 5.0, "options": {"expires": 10}},
    "commissions": {"task": "commissions.sweep", "schedule": 5.0, "options": {"expires": 10}},
    # The ECB publishes at about 16:00 CET on working days.
    "rates": {"task": "ingestion.fetch_rates", "schedule": crontab(hour="16,18,22", minute=20)},
    "idempotency keys": {"task": "ingestion.forget_idempotency_keys", "schedule": crontab(minute=40)},
}

# --- People -----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "brands.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
# The second one is for the secrets of OAuth2 clients, which are random; new passwords are always the first one's.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher", "brands.oauth.hashing.RandomSecretHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/portal/"
ACCOUNT_ADAPTER = "track360.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_FORMS = {"reset_password_from_key": "track360.accounts.NewPasswordForm"}
# Allauth's own writes down an unproven address for whoever is sent a letter, and that address then refuses him a second
# factor: anybody who asks for a new password in his name would keep him from one.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)
MFA_ADAPTER = "track360.accounts.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Track360"
EMAIL_HOST = env.str("EMAIL_HOST", "")
EMAIL_PORT = env.int("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", True)
EMAIL_TIMEOUT = 10
_WITHOUT_HOST = "track360.lib.mail.NoMail" if PRODUCTION else "django.core.mail.backends.console.EmailBackend"
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else _WITHOUT_HOST
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Track360 <no-reply@localhost>")

# --- API --------------------------------------------------------------------------------------------------------------

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # wire.md, Records and batches
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # a plan's form: versions, components, tiers and conditions on one page
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "track360.lib.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,  # one format; `format` is a parameter like any other
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Track360",
    "DESCRIPTION": "What a brand's systems talk to: reporting customers and activity, and reading what was earned.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVERS": [{"url": "/"}],
    "TAGS": [
        {"name": "Push API", "description": "Report customers and activity with the brand's token in `x-api-key`."},
        {"name": "Access tokens", "description": "Exchange a client's id and secret for a bearer token of an hour."},
        {"name": "Reading API", "description": "Read what was earned and why, with a bearer token, scope `read`."},
    ],
    "PREPROCESSING_HOOKS": ["track360.api_docs.document.without_slash"],
    "POSTPROCESSING_HOOKS": ["track360.api_docs.document.with_the_rest"],
}
OAUTH2_PROVIDER_APPLICATION_MODEL = "brands.Application"
OAUTH2_PROVIDER = {
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "SCOPES": {"read": "Read what is stored and earned", "write": "Report customers and activity"},
    "DEFAULT_SCOPES": ["read"],
    # Without it access tokens lie in plain text in the database.
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "CLIENT_SECRET_HASHER": "sha256_of_random",
    # We serve client credentials only. Should anyone ever mount more of the library, it is as strict as RFC 9700 asks.
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
}

# --- Browsers ---------------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap draws its check marks and arrows with data: pictures
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if _HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# Redirecting to https is the proxy's work; subdomains and preload lists are for the domain's owner to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
CSRF_FAILURE_VIEW = "track360.lib.problems.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600

STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", str(BASE_DIR / "collected")) if PRODUCTION else None
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# --- Language and time ------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True

# --- Seeing what happens ----------------------------------------------------------------------------------------------

LOGGING = logs.configure(level=env.str("LOG_LEVEL", "INFO").upper())
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = 20
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = 10
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
if SENTRY_DSN := env.str("SENTRY_DSN", ""):
    import sentry_sdk

    sentry_sdk.init(
        dsn=SENTRY_DSN,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,  # they are lines that nothing was taken out of
        before_send=logs.without_personal_data,
    )
