"""What a link is made of: nobody makes, guesses or bends one."""

import uuid

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payroll.rules.pay_links import LinkKind, link_of, link_text
from responsibilities.rules.crypto import hmac_sm3

KINDS = st.sampled_from(LinkKind)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def digest(purpose: str, body: bytes) -> bytes:
    return hmac_sm3(b"k" * 32, purpose.encode(), body)


def other_digest(purpose: str, body: bytes) -> bytes:
    return hmac_sm3(b"l" * 32, purpose.encode(), body)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(KINDS, st.uuids(), st.integers(0, 2**32 - 1))
def test_a_link_opens_what_it_was_made_for(kind, key, minute):
    text = link_text(kind, key, digest, minute)
    link = link_of(text, digest)
    assert (link.kind, link.key) == (kind, key)
    assert link.ends_minute == (minute if kind == LinkKind.SITE_VISIT else None)
    assert set(text) <= set(ALPHABET)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(KINDS, st.uuids(), st.integers(0, 60), st.sampled_from(ALPHABET))
def test_a_link_with_one_letter_changed_opens_nothing(kind, key, place, letter):
    text = link_text(kind, key, digest, 7)
    bent = text[: place % len(text)] + letter + text[place % len(text) + 1 :]
    assert bent == text or link_of(bent, digest) is None


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.uuids())
def test_the_database_alone_makes_no_link(key):
    assert link_of(link_text(LinkKind.PAY, key, other_digest), digest) is None


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=80))
def test_any_text_is_read_without_an_error(text):
    assert link_of(text, digest) is None


def test_a_site_link_is_no_pay_link_for_the_same_key():
    key = uuid.uuid4()
    assert link_text(LinkKind.PAY, key, digest) != link_text(LinkKind.SITE, key, digest)
    assert link_of(link_text(LinkKind.SITE, key, digest), digest).kind == LinkKind.SITE
