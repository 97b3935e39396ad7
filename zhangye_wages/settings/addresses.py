"""Reads DATABASE_URL and REDIS_URL, for TCP and for Unix sockets."""

from urllib.parse import parse_qs, unquote, urlsplit


def database(url: str) -> dict:
    """Django's DATABASES entry for `postgresql://user:password@host:port/name?host=…&sslmode=…`."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("DATABASE_URL 必须以 postgresql:// 开头。")
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": {"connect_timeout": 5} | query,
        # A connection for every request costs twenty times the request.
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


def redis_database(url: str, number: int) -> str:
    """The same server's database `number`, as redis-py writes it."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        user = f"{parts.netloc}" if parts.netloc else ""
        return f"unix://{user}{parts.path}?db={number}"
    if parts.scheme not in {"redis", "rediss"}:
        raise ValueError("REDIS_URL 必须以 redis://、rediss:// 或 unix:// 开头。")
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc}/{number}{query}"


def redis_number(url: str) -> int:
    """Which database a Redis address names; 0 where it names none."""
    parts = urlsplit(url)
    told = parse_qs(parts.query).get("db", [parts.path.lstrip("/")])[-1] if parts.scheme == "unix" else parts.path[1:]
    return int(told) if told.isdigit() else 0


def celery_broker(url: str) -> str:
    """The same address as kombu writes it (`redis+socket://` for a Unix socket)."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return f"redis+socket://{parts.netloc}{parts.path}?virtual_host={redis_number(url)}"
    return redis_database(url, redis_number(url))
