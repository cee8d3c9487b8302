import pytest
from django.http import HttpResponse

from audit.context import source_address
from audit.middleware import SourceAddressMiddleware, client_address

ADDRESSES = [
    pytest.param("10.0.0.1", "", 0, "10.0.0.1", id="no proxy: who connects"),
    pytest.param("10.0.0.1", "6.6.6.6", 0, "10.0.0.1", id="no proxy: the caller's own claim is not believed"),
    pytest.param("10.0.0.1", "1.2.3.4", 1, "1.2.3.4", id="one proxy: whom it was called from"),
    pytest.param("10.0.0.1", "6.6.6.6, 1.2.3.4", 1, "1.2.3.4", id="one proxy: what stands further left is a claim"),
    pytest.param("10.0.0.1", "1.2.3.4, 10.0.0.2", 2, "1.2.3.4", id="two proxies"),
    pytest.param("10.0.0.1", "", 1, "10.0.0.1", id="past the proxy"),
    pytest.param("10.0.0.1", "nonsense", 1, None, id="no address at all"),
    pytest.param("::1", "", 0, "::1", id="IPv6"),
    pytest.param("", "", 0, None, id="a socket without address"),
]


@pytest.mark.parametrize(("remote", "forwarded", "proxies", "expected"), ADDRESSES)
def test_the_callers_address(remote, forwarded, proxies, expected):
    assert client_address(remote=remote, forwarded=forwarded, trusted_proxies=proxies) == expected


def test_the_address_is_at_hand_during_the_request_and_gone_after_it(rf, settings):
    settings.TRUSTED_PROXY_COUNT = 1
    seen = []

    def view(request):
        seen.append(source_address.get())
        return HttpResponse()

    SourceAddressMiddleware(view)(rf.get("/", HTTP_X_FORWARDED_FOR="1.2.3.4"))
    assert seen == ["1.2.3.4"]
    assert source_address.get() is None


def test_the_address_is_gone_also_after_a_failure(rf):
    def view(request):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        SourceAddressMiddleware(view)(rf.get("/"))
    assert source_address.get() is None
