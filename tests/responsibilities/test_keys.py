"""Sealing, known vectors, tokens, the canary, and the rotation of a field key."""

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models

from responsibilities.models import ApiToken, AuditEvent, KeyCanary
from responsibilities.rules import crypto
from responsibilities.rules.errors import Refused
from responsibilities.services import rotation, vault
from responsibilities.services.tokens import token_authenticate, token_create, token_revoke
from responsibilities.services.trail import Actor

SYSTEM = Actor.system("test")


def test_sm4_gcm_gives_the_vector_of_rfc_8998():
    key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    nonce = bytes.fromhex("00001234567800000000ABCD")
    plain = bytes.fromhex(
        "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDDEEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA"
    )
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2"))
    sealed = encryptor.update(plain) + encryptor.finalize()
    assert sealed.hex().upper().startswith("17F399F08C67D5EE19D0DC9969C4BB7D")
    assert encryptor.tag.hex().upper() == "83DE3541E4C2B58177E065A9BF7B62EC"


def test_hmac_sm3_is_length_prefixed_so_that_parts_cannot_shift():
    assert crypto.hmac_sm3(b"k" * 32, b"ab", b"c") != crypto.hmac_sm3(b"k" * 32, b"a", b"bc")
    assert crypto.hmac_sm3(b"k" * 32, b"ab") == crypto.hmac_sm3(b"k" * 32, b"ab")


def test_a_sealed_value_opens_again_and_never_looks_the_same_twice():
    first, second = (
        vault.seal_text("620702199001011234", "id_number"),
        vault.seal_text("620702199001011234", "id_number"),
    )
    assert first != second
    assert vault.unseal_text(first, "id_number") == vault.unseal_text(second, "id_number") == "620702199001011234"


def test_changed_bytes_are_noticed_wherever_they_are():
    sealed = vault.seal_text("13900001234", "phone")
    for position in range(len(sealed)):
        harmed = bytearray(sealed)
        harmed[position] ^= 1
        with pytest.raises((crypto.Unreadable, UnicodeDecodeError)):
            vault.unseal_text(bytes(harmed), "phone")


def test_a_value_sealed_for_one_purpose_does_not_pass_for_another():
    with pytest.raises(crypto.Unreadable):
        vault.unseal_text(vault.seal_text("6217000000000000000", "bank_card"), "id_number")


def test_the_blind_index_is_keyed_and_differs_by_purpose(settings):
    before = vault.blind_index("13900001234", "phone")
    assert before == vault.blind_index("13900001234", "phone")
    assert before != vault.blind_index("13900001234", "id_number")
    settings.PORTAL_INDEX_KEY = bytes(32)
    assert before != vault.blind_index("13900001234", "phone")


@pytest.mark.django_db
def test_the_canary_refuses_a_key_that_the_data_was_not_sealed_with(settings):
    vault.check_canary()
    vault.check_canary()  # negative control: the right key passes again and again
    settings.PORTAL_FIELD_KEYS = {"t1": b"x" * 32}
    with pytest.raises(Refused) as refusal:
        vault.check_canary()
    assert refusal.value.code == "wrong_field_key"
    with pytest.raises(CommandError) as stopped:
        call_command("load_fixtures")
    assert stopped.value.returncode == 2


def test_every_sealed_column_is_known_to_the_rotation():
    """A new sealed column that rotation forgets would make an old key indispensable for ever."""
    forgotten = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, models.BinaryField)
        and "sealed" in field.name
        and model is not KeyCanary
        and field.name not in dict(rotation.sealed_models()).get(model, {})
    ]
    assert forgotten == []


@pytest.fixture
def sealed_account(cast):
    from accounts.models import SpecialAccount
    from projects.models import Project, ProjectType

    project = Project.objects.create(
        code="ZY-ROTATE",
        name="轮换密钥",
        area=cast.area(),
        project_type=ProjectType.objects.first(),
        funding_nature="private",
    )
    return SpecialAccount.objects.create(
        project=project,
        bank=cast.bank,
        account_name="专户",
        number_sealed=vault.seal_text("6200112233", "account_number"),
        number_index=vault.blind_index("6200112233", "account_number"),
        number_last4="2233",
        opened_on="2026-01-05",
    )


def test_rotation_reseals_rows_and_their_history_and_then_the_old_key_can_go(sealed_account, settings):
    history = apps.get_model("accounts", "SpecialAccountEvent")
    assert history.objects.filter(pgh_obj=sealed_account).count() == 1
    settings.PORTAL_FIELD_KEY_CURRENT = "t0"
    assert rotation.rotate_field_key(actor=SYSTEM) == 2
    settings.PORTAL_FIELD_KEYS = {"t0": settings.PORTAL_FIELD_KEYS["t0"]}
    sealed_account.refresh_from_db()
    assert vault.unseal_text(bytes(sealed_account.number_sealed), "account_number") == "6200112233"
    (row,) = history.objects.filter(pgh_obj=sealed_account)  # a new ciphertext is no new history
    assert vault.unseal_text(bytes(row.number_sealed), "account_number") == "6200112233"
    assert AuditEvent.objects.get(action="field_key.rotate").changes == {"rows": ["", "2"]}


def test_rotation_goes_on_where_it_was_interrupted(sealed_account, settings, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 1)
    settings.PORTAL_FIELD_KEY_CURRENT = "t0"
    model = type(sealed_account)
    assert rotation._batch(model, model.sealed_columns) == 1
    assert rotation._batch(model, model.sealed_columns) == 0
    assert rotation.rotate_field_key(actor=SYSTEM) == 1  # the history row that was left
    assert rotation.rotate_field_key(actor=SYSTEM) == 0


def test_rotation_without_the_old_key_refuses_and_harms_nothing(sealed_account, settings):
    settings.PORTAL_FIELD_KEY_CURRENT = "t0"
    settings.PORTAL_FIELD_KEYS = {"t0": settings.PORTAL_FIELD_KEYS["t0"]}
    before = bytes(sealed_account.number_sealed)
    with pytest.raises(CommandError, match="无法解开"):
        call_command("rotate_field_key")
    sealed_account.refresh_from_db()
    assert bytes(sealed_account.number_sealed) == before


def test_a_token_is_stored_only_as_a_keyed_hash_and_works_until_revoked(cast):
    plain = token_create(cast.supervisor, label="测试")
    token = ApiToken.objects.get()
    assert plain.encode() not in bytes(token.digest)
    assert token_authenticate(plain) == cast.supervisor
    assert token_authenticate(plain + "x") is None
    token_revoke(pk=token.pk, actor=SYSTEM)
    assert token_authenticate(plain) is None


def test_a_disabled_persons_token_does_not_work(cast):
    plain = token_create(cast.supervisor)
    cast.supervisor.is_active = False
    cast.supervisor.save()
    assert token_authenticate(plain) is None


def test_the_command_prints_a_token_that_works(cast, capsys):
    call_command("api_token", "supervisor")
    assert token_authenticate(capsys.readouterr().out.strip()) == cast.supervisor
    with pytest.raises(CommandError) as refused:
        call_command("api_token", "nobody")
    assert refused.value.returncode == 2
