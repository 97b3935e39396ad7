"""What every installation has in common. Addresses and keys come from the environment (see launcher)."""

import json
import os
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from . import addresses

BASE_DIR = Path(__file__).resolve().parents[2]


def _required(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"环境变量 {name} 未设置。")
    return value


# Keys. The first 16 bytes of a field key are the SM4 key, the whole derives the others.
SECRET_KEY = _required("PORTAL_SECRET_KEY")
PORTAL_FIELD_KEYS = {name: bytes.fromhex(text) for name, text in json.loads(_required("PORTAL_FIELD_KEYS")).items()}
PORTAL_FIELD_KEY_CURRENT = _required("PORTAL_FIELD_KEY_CURRENT")
PORTAL_INDEX_KEY = bytes.fromhex(_required("PORTAL_INDEX_KEY"))
PORTAL_AUDIT_KEY = bytes.fromhex(_required("PORTAL_AUDIT_KEY"))
if PORTAL_FIELD_KEY_CURRENT not in PORTAL_FIELD_KEYS or any(len(key) != 32 for key in PORTAL_FIELD_KEYS.values()):
    raise ImproperlyConfigured("PORTAL_FIELD_KEYS 须为 {编号: 64 位十六进制}，且含有 PORTAL_FIELD_KEY_CURRENT。")

# A fixed date for demos and tests; read by responsibilities.selectors.clock only.
PORTAL_TODAY = os.environ.get("PORTAL_TODAY") or None
PORTAL_DATA_DIR = (BASE_DIR / os.environ.get("DATA_DIR", ".data")).resolve()
# The heads of the sealed trail, outside the database; best on another disk (see responsibilities.services.heads).
AUDIT_HEADS_PATH = Path(os.environ.get("PORTAL_AUDIT_HEADS") or PORTAL_DATA_DIR / "audit-heads.log")
PORTAL_UPLOAD_LIMIT = 20 * 1024 * 1024
# All that a page may send at once: a sheet, or the six photos of a notice. Heavier requests are refused unread.
PORTAL_REQUEST_LIMIT = 64 * 1024 * 1024

DEBUG = False
ALLOWED_HOSTS = [host for host in os.environ.get("PORTAL_ALLOWED_HOSTS", "").split(",") if host]
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("PORTAL_TRUSTED_ORIGINS", "").split(",") if origin]

INSTALLED_APPS = [
    "zhangye_wages",
    "escalation",
    "payroll",
    "accounts",
    "projects",
    "responsibilities",
    "pghistory",
    "pgtrigger",
    "axes",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "django_tables2",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "zhangye_wages.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "responsibilities.middleware.WeightMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "responsibilities.middleware.PlainQueryMiddleware",
    "responsibilities.middleware.ScopeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "zhangye_wages.urls"
WSGI_APPLICATION = "zhangye_wages.wsgi.application"
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
                "zhangye_wages.context.shell",
                "responsibilities.views.context.who",
            ],
        },
    },
]

# Data
DATABASES = {"default": addresses.database(_required("DATABASE_URL"))}
REDIS_URL = _required("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": os.environ.get("PORTAL_CACHE_URL")
        or addresses.redis_database(REDIS_URL, addresses.redis_number(REDIS_URL) + 1),
        "KEY_PREFIX": "portal",
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 3},
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People
AUTH_USER_MODEL = "responsibilities.User"
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_VERBOSE = False

# Sessions and browsers
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# Language and time
LANGUAGE_CODE = "zh-hans"
FORMAT_MODULE_PATH = "zhangye_wages.formats"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# Files
STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("PORTAL_STATIC_ROOT") or BASE_DIR / "staticfiles")
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = PORTAL_DATA_DIR / "media"

# Pages
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "django_tables2/bootstrap5.html"

# Jobs. PostgreSQL is the queue of record; the broker is only the doorbell.
CELERY_BROKER_URL = addresses.celery_broker(REDIS_URL)
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_ENABLE_UTC = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.2}
# A task longer than the visibility timeout starts again, so it is longer than the hard limit, in all three places.
_VISIBILITY = 900
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": _VISIBILITY,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    # A web request waits three seconds for a frozen broker; a worker blocks in BRPOP and needs fifteen.
    "socket_timeout": int(os.environ.get("PORTAL_BROKER_TIMEOUT", "3")),
    "socket_keepalive": True,
    "health_check_interval": 10,
    "max_retries": 1,
}
CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = {"visibility_timeout": _VISIBILITY}
CELERY_VISIBILITY_TIMEOUT = _VISIBILITY

# API
REST_FRAMEWORK = {
    # Endpoints name their own (responsibilities.api.base); this one is for whatever else DRF serves.
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_FILTER_BACKENDS": [
        "django_filters.rest_framework.DjangoFilterBackend",
        "rest_framework.filters.OrderingFilter",
    ],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "responsibilities.api.base.api_exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "张掖市农民工工资支付监管平台 数据接口",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [
        "responsibilities.api.base.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    # The description holds no data, and whoever writes a client reads it before having a token.
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "responsibilities.api.schema.describe_refusals_and_keys",
        "zhangye_wages.api_words.say_in_words",
    ],
    "ENUM_NAME_OVERRIDES": {
        "AreaKind": "responsibilities.models.Area.Kind",
        "OrganizationKind": "responsibilities.models.Organization.Kind",
        "BodyKind": "responsibilities.models.Body.Kind",
        "ApprovalKind": "projects.models.Approval.Kind",
        "AllocationKind": "accounts.models.Allocation.Kind",
        "DecisionKind": "escalation.models.Decision.Kind",
        "BatchStatus": "payroll.models.PayrollBatch.Status",
        "BatchStage": "payroll.models.PayrollBatch.Stage",
        "BatchKind": "payroll.models.PayrollBatch.Kind",
        "DeadlineStatus": "escalation.models.Deadline.Status",
        "EscalationStatus": "escalation.models.Escalation.Status",
        "DecisionStatus": "escalation.models.Decision.Status",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    # The shapes are read at each operation; a hundred of them below the last one help nobody.
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "defaultModelsExpandDepth": -1},
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("PORTAL_LOG_LEVEL", "INFO")},
    "loggers": {"django": {"handlers": [], "propagate": True, "level": "INFO"}, "celery": {"level": "WARNING"}},
}
