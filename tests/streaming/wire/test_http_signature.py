"""Signatures of upgrade requests: the published vector, then everything that must not pass."""

import base64
from dataclasses import replace

import pytest

from streaming.wire.http_signature import (
    SignatureRefusedError,
    UpgradeRequest,
    check_message_signature,
    check_twilio_signature,
)

SECRET = base64.b64decode("Zmxvb3J3YXRjaC10ZXN0LXNlY3JldC1ub3QtZm9yLXByb2Q=")
KEY = "bGl2ZS1xYS1kZW1vLWtleS0wMDE="
COVERED = (
    '("@request-target" "@authority" "audiohook-organization-id" "audiohook-session-id" '
    '"audiohook-correlation-id" "x-api-key")'
)
PARAMETERS = (
    f'{COVERED};keyid="{KEY}";nonce="Zm9vYmFyYmF6cXV4MTIzNDU2";alg="hmac-sha256";created=1790000000;expires=1790000030'
)
REQUEST = UpgradeRequest(
    target="/ingest/audiohook",
    authority="qa.example.com",
    headers={
        "audiohook-organization-id": "5b1c3a52-6f0e-4a7d-8a51-0d2f6c9e7a10",
        "audiohook-session-id": "c2a4e1f6-93b7-4d58-b6ce-41f0a7d35e29",
        "audiohook-correlation-id": "e0f7b9d4-2c61-4f83-9a3b-7d5e18c604fa",
        "x-api-key": KEY,
        "signature-input": f"sig1={PARAMETERS}",
        "signature": "sig1=:kM+NTw74EkruRihzhnbs+wesGfWm7aeJcJr+vxFMgt0=:",
    },
)


def test_the_published_vector_passes() -> None:
    check_message_signature(REQUEST, SECRET, 1_790_000_001)


@pytest.mark.parametrize("now_s", [1_789_999_990, 1_790_000_011, 1_790_000_020, 0])
def test_an_old_or_future_request_does_not(now_s: int) -> None:
    with pytest.raises(SignatureRefusedError, match="clock"):
        check_message_signature(REQUEST, SECRET, now_s)


@pytest.mark.parametrize("name", sorted(REQUEST.headers))
def test_one_changed_byte_in_any_header_does_not(name: str) -> None:
    value = REQUEST.headers[name]
    for place in range(0, len(value), 7):
        changed = value[:place] + ("A" if value[place] != "A" else "B") + value[place + 1 :]
        with pytest.raises(SignatureRefusedError):
            check_message_signature(replace(REQUEST, headers={**REQUEST.headers, name: changed}), SECRET, 1_790_000_001)


@pytest.mark.parametrize("name", sorted(REQUEST.headers))
def test_a_missing_header_does_not(name: str) -> None:
    headers = {key: value for key, value in REQUEST.headers.items() if key != name}
    with pytest.raises(SignatureRefusedError):
        check_message_signature(replace(REQUEST, headers=headers), SECRET, 1_790_000_001)


@pytest.mark.parametrize(
    "other", [replace(REQUEST, target="/ingest/audiohook?x=1"), replace(REQUEST, authority="qa.example.org")]
)
def test_another_address_does_not(other: UpgradeRequest) -> None:
    with pytest.raises(SignatureRefusedError, match="wrong"):
        check_message_signature(other, SECRET, 1_790_000_001)


@pytest.mark.parametrize(
    "text", ["", "sig1", "sig1=?", "sig1=()", "sig1=(1 2);alg=3", "\x00", "é", "sig1=:!:", "a" * 9_000]
)
@pytest.mark.parametrize("name", ["signature", "signature-input"])
def test_garbage_is_refused(name: str, text: str) -> None:
    with pytest.raises(SignatureRefusedError):
        check_message_signature(replace(REQUEST, headers={**REQUEST.headers, name: text}), SECRET, 1_790_000_001)


def test_twilios_signature_is_of_the_whole_address() -> None:
    signature = "bO/ASn21hAQoipbxcVw6FSXvAS4="  # openssl dgst -sha1 -hmac token -binary | base64
    check_twilio_signature("wss://qa.example.com/ingest/twilio", b"token", signature)
    for url, token in (
        ("wss://qa.example.com/ingest/twilio?", b"token"),
        ("wss://qa.example.com/ingest/twilio", b"other"),
    ):
        with pytest.raises(SignatureRefusedError, match="wrong"):
            check_twilio_signature(url, token, signature)


@pytest.mark.parametrize("signature", [None, "", "좋"])
def test_without_twilios_signature_nothing_passes(signature: str | None) -> None:
    with pytest.raises(SignatureRefusedError):
        check_twilio_signature("wss://qa.example.com/ingest/twilio", b"token", signature)
