"""Downloads: every way to fail has its own reason, and what broke off goes on."""

import socket
import threading

import pytest

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import downloads
from toy_files import BODY, NAME, OTHER, PAGE, Served, serving


@pytest.fixture(autouse=True)
def direct(monkeypatch):
    """Keep proxies out of the way."""
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def server():
    with serving() as server:
        server.files["/here"] = Served()
        yield server


@pytest.fixture
def target(tmp_path):
    return tmp_path / "cache" / NAME


@pytest.fixture
def get(server, target):
    """Download from the server, or from another address, what should be a known body."""

    def check(body, path):
        return None if path.read_bytes() == body else "has a wrong checksum"

    def download(address="/here", body=BODY, **arguments):
        address = f"{server.url}{address}" if address.startswith("/") else address
        known = {"target": target, "check": lambda path: check(body, path), "size": len(body)}
        return downloads.download(address, **known | arguments)

    return download


def failure(get, *arguments, **more):
    with pytest.raises(downloads.Failed) as caught:
        get(*arguments, **more)
    return str(caught.value)


def test_download_is_whole_and_leaves_nothing_else_behind(get, target):
    """A downloaded file lies under its name; no partial file stays."""
    assert get() == target
    assert target.read_bytes() == BODY
    assert {p.name for p in target.parent.iterdir()} == {NAME, f"{NAME}.lock"}


# Downloads that fail

FAILURES = {
    "not found": (Served(status=404), "answered 404 Not Found"),
    "server error": (Served(status=500), "answered 500 Internal Server Error"),
    "range unasked": (Served(status=206), "answered 206"),
    "page": (Served(PAGE, kind="text/html; charset=utf-8"), "sent a web page"),
    "too large": (Served(BODY + b"more"), "has a file of 300,004 bytes, more than the 300,000"),
    "endless": (Served(BODY * 2, length=False), "sends more than the 300,000 bytes expected"),
    "other content": (Served(OTHER), "gave a file that has a wrong checksum"),
    "truncated": (Served(cuts=[1000]), "broke off after 1,000 of 300,000 bytes"),
    "short, length untold": (Served(BODY[:7], length=False), "broke off after 7 of 300,000 bytes"),
    "cut chunk": (Served(cuts=[1000], chunked=True), "broke off"),
}


@pytest.mark.parametrize("kind", FAILURES)
def test_failed_download_has_its_reason_and_no_file(server, get, target, kind):
    """Each way to fail gives its own reason, and no file under the final name."""
    served, reason = FAILURES[kind]
    server.files["/here"] = Served(**vars(served) | {"cuts": list(served.cuts)})
    assert failure(get).startswith(reason)
    assert not target.exists()


def test_where_no_size_is_declared_there_is_a_limit(server, get, monkeypatch):
    """Whether the server tells how much it sends or not."""
    monkeypatch.setattr(downloads, "LARGEST_DOWNLOAD", 100_000)
    assert failure(get, size=None).startswith("has a file of 300,000 bytes, more than the 100,000")
    server.files["/here"] = Served(length=False)
    assert "sends more than the 100,000 bytes expected" in failure(get, size=None)


def test_refused_connection_is_unreachable(get):
    """A server that is not there is called unreachable."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}/file"
        assert failure(get, address) == "could not be reached (Connection refused)"


def test_server_that_stalls_is_given_up(server, get, monkeypatch):
    """Before it says anything or midway; what has come by then is kept."""
    monkeypatch.setattr(downloads, "TIMEOUT", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/file"
        assert failure(get, address) == "could not be reached (timed out)"
    server.pause = threading.Event()
    server.files["/here"] = Served(cuts=[100_000])
    assert "broke off (timed out; what has come is kept" in failure(get)
    server.pause.set()


def test_silent_host_costs_one_timeout(get, monkeypatch):
    """A plan of hundreds of runs asks for each; later on the host is asked again."""
    monkeypatch.setattr(downloads, "TIMEOUT", 0.3)
    monkeypatch.setattr(downloads, "SLOW", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/file"
        assert "timed out" in failure(get, address)
        assert "did not answer a moment ago" in failure(get, address)
        monkeypatch.setattr(downloads, "_silent_until", {})
        assert "timed out" in failure(get, address)


def test_folder_that_cannot_be_written_is_named(get, tmp_path):
    """A folder that is a file, or cannot be written for another reason, is named with the cure."""
    (tmp_path / "plain").write_text("")
    with pytest.raises(UserError, match=r"plain cannot be written .*PIXELS_TO_SENTIMENT_CACHE"):
        get(target=tmp_path / "plain" / NAME)


# Downloads that go on


@pytest.mark.parametrize("headers", [{"ETag": '"1"'}, {"Last-Modified": "Mon"}, {}])
def test_cut_download_goes_on_where_it_broke_off(server, get, headers):
    """Each time from the first byte that lacks."""
    server.files["/here"] = served = Served(headers=headers, cuts=[100_000, 0, 70_000])
    assert "run again to go on" in failure(get)
    assert "broke off after 170,000 of 300,000 bytes" in failure(get)
    served.cuts.append(0)
    assert get().read_bytes() == BODY
    asked = [request.range for request in server.requests]
    assert asked == [None, None, "bytes=100000-", None, "bytes=170000-"]


def test_download_that_was_whole_but_not_yet_renamed_is_not_repeated(server, get, target):
    """A process stopped between the last byte and the rename costs no second download."""
    server.files["/here"] = Served(cuts=[100_000])
    failure(get)
    (part,) = target.parent.glob("*.part")
    part.write_bytes(BODY)
    assert get().read_bytes() == BODY
    assert [request.range for request in server.requests] == [None, None]


RESTARTS = {
    "no ranges": {"ranges": False},
    "another version": {"headers": {"ETag": '"2"'}, "body": OTHER},
    "other offset": {"shift": 5},
    "now smaller": {"body": BODY[:50_000]},
    "nothing vouches for it": {"headers": {}, "length": False, "body": OTHER},
}


@pytest.mark.parametrize("change", RESTARTS)
def test_download_that_cannot_go_on_starts_over(server, get, target, change):
    """Where the rest is not to be had, the whole file is fetched and nothing is mixed."""
    changes = RESTARTS[change]
    whole = changes.get("body", BODY)
    told = {name: changes[name] for name in ("headers", "length") if "length" in changes}
    server.files["/here"] = served = Served(cuts=[100_000], chunked="length" in changes, **told)
    failure(get, body=whole, size=None)
    vars(served).update({"chunked": False} | changes)
    assert get(body=whole, size=None).read_bytes() == whole
    assert {p.name for p in target.parent.iterdir()} == {NAME, f"{NAME}.lock"}


def test_partial_file_of_another_address_is_not_continued(server, get):
    """What came from one address is not completed from another."""
    server.files["/mirror"] = Served(OTHER, cuts=[100_000])
    assert "broke off" in failure(get, "/mirror")
    assert get().read_bytes() == BODY
    assert [request.range for request in server.requests] == [None, None]


def test_two_at_once_download_once(server, get):
    """Of several that want a file at the same time one fetches it and the others wait."""
    paths = []
    threads = [threading.Thread(target=lambda: paths.append(get())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(paths)) == 1
    assert len(paths) == 4
    assert len(server.requests) == 1
