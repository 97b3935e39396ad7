"""An environment for commands that read settings but never data: checks, collecting static files."""

ENVIRONMENT = {
    # An address where nobody answers, keys that open nothing.
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "PORTAL_SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ-none",
    "PORTAL_FIELD_KEYS": '{"none": "' + "00" * 32 + '"}',
    "PORTAL_FIELD_KEY_CURRENT": "none",
    "PORTAL_INDEX_KEY": "00" * 32,
    "PORTAL_AUDIT_KEY": "00" * 32,
    "PORTAL_ALLOWED_HOSTS": "portal.example.cn",
    "DJANGO_SETTINGS_MODULE": "zhangye_wages.settings.production",
}
