"""The example client against a running server."""

import pytest

from api_integration_example import ApiError, Client, demonstrate


def test_demonstration_runs_to_the_end(api_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    demonstrate(api_url)
    out = capsys.readouterr().out
    for line in ("Registered", "Payment method jazzcash", "Confirmed", "Rejected", "Approved"):
        assert line in out


def test_refusal_raises_api_error(api_url: str) -> None:
    with pytest.raises(ApiError) as refusal:
        Client(api_url).register({"email": "no", "password": "x", "plan_slug": "starter"})
    assert refusal.value.status == 400
    assert "invalid" in refusal.value.codes
    assert "email" in str(refusal.value)
