"""For pytest. Addresses come from the private servers that the test launcher starts; the keys are no secrets."""

import json
import os

for _name, _value in {
    "PORTAL_SECRET_KEY": "tests-only-" * 6,
    "PORTAL_FIELD_KEYS": json.dumps({"t1": "01" * 32, "t0": "02" * 32}),
    "PORTAL_FIELD_KEY_CURRENT": "t1",
    "PORTAL_INDEX_KEY": "03" * 32,
    "PORTAL_AUDIT_KEY": "04" * 32,
}.items():
    os.environ.setdefault(_name, _value)

from .base import *  # noqa: E402, F403

ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
AXES_ENABLED = os.environ.get("PORTAL_TEST_AXES") == "1"
