"""Downloads: every way to fail has its own reason, and what broke off goes on."""

import contextlib
import socket
import sys
import threading

import pytest

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import downloads
from toy_files import BODY, NAME, OTHER, PAGE, Served, serving


@pytest.fixture(autouse=True)
def direct(monkeypatch):
    """Keep proxies, and servers that earlier tests found silent, out of the way."""
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(downloads, "_SLOW_FAILURES", {})


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
    "page": (Served(PAGE, kind="text/html; charset=utf-8"), "sent a web page"),
    "disguised page": (Served(b"\n " + PAGE), "sent a web page"),
    "page of unknown length": (Served(b"<HTML>", length=False), "sent a web page"),
    "other size": (Served(BODY + b"more"), "has a file of 300,004 bytes, not the declared 300,000"),
    "other content": (Served(OTHER), "gave a file that has a wrong checksum"),
    "truncated": (Served(cuts=[1000]), "broke off after 1,000 of 300,000 bytes"),
    "cut at once": (Served(cuts=[0]), "broke off after 0 of 300,000 bytes"),
    "short, length untold": (Served(BODY[:7], length=False), "broke off after 7 of 300,000 bytes"),
    "cut chunk": (Served(cuts=[1000], chunked=True), "broke off"),
    "endless": (Served(BODY * 2, length=False), "sends more than the 300,000 bytes expected"),
    "range unasked": (Served(status=206), "answered 206"),
}


@pytest.mark.parametrize("kind", FAILURES)
def test_failed_download_has_its_reason_and_no_file(server, get, target, kind):
    """Each way to fail gives its own reason, and no file under the final name."""
    served, reason = FAILURES[kind]
    server.files["/here"] = Served(**vars(served) | {"cuts": list(served.cuts)})
    assert failure(get).startswith(reason)
    assert not target.exists()


def test_refused_connection_is_unreachable(get):
    """A server that is not there is called unreachable."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}/file"
        assert failure(get, address) == "could not be reached (Connection refused)"


def test_silent_server_costs_one_timeout(get, monkeypatch):
    """A host that swallows what it is sent is waited for once, and asked again later on."""
    monkeypatch.setattr(downloads, "TIMEOUT", 0.3)
    monkeypatch.setattr(downloads, "SLOW", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.setblocking(False)
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/file"
        for _ in range(2):
            assert failure(get, address) == "could not be reached (timed out)"
        silent.accept()[0].close()
        with pytest.raises(BlockingIOError):
            silent.accept()
        monkeypatch.setattr(downloads, "RETRY_AFTER", 0.0)
        failure(get, address)
        silent.accept()[0].close()


def test_server_that_stalls_midway_is_given_up(server, get, monkeypatch):
    """A download that stands still ends after the timeout and says that it can go on."""
    monkeypatch.setattr(downloads, "TIMEOUT", 0.3)
    server.pause = threading.Event()
    server.files["/here"] = Served(cuts=[100_000])
    assert "broke off (timed out; what has come is kept" in failure(get)
    server.pause.set()


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n"])
def test_server_that_dribbles_is_given_up(get, monkeypatch, head):
    """Byte after byte, of the head or of the file: others wait for the lock meanwhile."""
    monkeypatch.setattr(downloads, "PATIENCE", 0.3)
    done = threading.Event()

    def dribble(listening):
        connection, _ = listening.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(head)
            while not done.wait(0.02):
                connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=dribble, args=[listening], daemon=True).start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/file"
        assert "(fewer than 1,000 bytes a second" in failure(get, address)
        done.set()


def test_no_server_says_how_much_is_too_much(server, get, monkeypatch):
    """Where the size is not declared, our limit holds and not the server's own length."""
    monkeypatch.setattr(downloads, "LARGEST_DOWNLOAD", 100_000)
    assert failure(get, size=None) == "has a file of 300,000 bytes, more than the limit of 100,000"
    assert get(size=len(BODY)).read_bytes() == BODY


def test_folder_that_cannot_be_written_is_named(get, tmp_path):
    """A folder that is a file, or cannot be written for another reason, is named with the cure."""
    (tmp_path / "plain").write_text("")
    with pytest.raises(UserError, match=r"plain cannot be written .*PIXELS_TO_SENTIMENT_CACHE"):
        get(target=tmp_path / "plain" / NAME)


def test_download_of_unknown_size_is_bounded(server, get, monkeypatch):
    """A server that sends without end is cut off at the limit, and not when the disk is full."""
    monkeypatch.setattr(downloads, "LARGEST_DOWNLOAD", 100_000)
    monkeypatch.setattr(downloads, "TIMEOUT", 2.0)
    server.pause = threading.Event()
    server.files["/here"] = Served(length=False)
    assert "sends more than the 100,000 bytes expected" in failure(get, size=None)
    server.pause.set()


# Downloads that go on


@pytest.mark.parametrize(
    ("headers", "tag"),
    [
        ({"ETag": '"1"'}, '"1"'),
        ({"Last-Modified": "Mon"}, "Mon"),
        # A weak tag does not promise the same bytes, so the date is the condition.
        ({"ETag": 'W/"1"', "Last-Modified": "Mon"}, "Mon"),
        ({}, None),
    ],
)
def test_cut_download_goes_on_where_it_broke_off(server, get, headers, tag):
    """After two cuts every byte has been sent exactly once, on condition that nothing changed."""
    server.files["/here"] = Served(headers=headers, cuts=[100_000, 70_000])
    assert "run again to go on" in failure(get)
    assert "broke off after 170,000 of 300,000 bytes" in failure(get)
    assert get().read_bytes() == BODY
    asked = [(request.range, request.if_range) for request in server.requests]
    assert asked == [(None, None), ("bytes=100000-", tag), ("bytes=170000-", tag)]
    assert sum(request.sent for request in server.requests) == len(BODY)


def test_download_that_was_whole_but_not_yet_renamed_is_not_repeated(server, get, target):
    """A process stopped between the last byte and the rename costs no second download."""
    server.files["/here"] = served = Served(cuts=[100_000])
    failure(get)
    target.with_name(f"{NAME}.part").write_bytes(BODY)
    served.status = 500
    assert get().read_bytes() == BODY
    assert len(server.requests) == 1


RESTARTS = {
    "no ranges": {"ranges": False},
    "another version": {"headers": {"ETag": '"2"'}},
    "other offset": {"shift": 5},
    "now smaller": {"body": BODY[:50_000]},
}


@pytest.mark.parametrize("change", RESTARTS)
def test_download_that_cannot_go_on_starts_over(server, get, change):
    """Where the rest is not to be had, the whole file is fetched and nothing is mixed."""
    whole = RESTARTS[change].get("body", BODY)
    server.files["/here"] = served = Served(cuts=[100_000])
    failure(get, body=whole, size=None)
    vars(served).update(RESTARTS[change])
    assert get(body=whole, size=None).read_bytes() == whole
    assert server.requests[-1].sent == len(whole)


def test_partial_file_of_another_address_is_not_continued(server, get):
    """What came from one address is not completed from another."""
    server.files["/mirror"] = Served(OTHER, cuts=[100_000])
    assert "broke off" in failure(get, "/mirror")
    assert get().read_bytes() == BODY
    assert [request.range for request in server.requests] == [None, None]


def test_partial_file_that_nothing_vouches_for_is_not_continued(server, get):
    """Without tag, date and size the server's file may be another one by now."""
    server.files["/here"] = Served(cuts=[1000], headers={}, chunked=True)
    failure(get, size=None)
    server.files["/here"] = Served(OTHER, headers={}, length=False)
    assert get(body=OTHER, size=None).read_bytes() == OTHER


@pytest.mark.parametrize("note", ["", "[]", "{", '{"address": 1}'])
def test_damaged_note_of_a_partial_file_is_survived(get, target, note):
    """A partial file whose origin is unreadable is fetched anew."""
    target.parent.mkdir(parents=True)
    target.with_name(f"{NAME}.part").write_bytes(OTHER[:1000])
    target.with_name(f"{NAME}.part.json").write_text(note)
    assert get().read_bytes() == BODY


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


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_drawn_on_a_terminal_only(get, capsys, monkeypatch, terminal):
    """Frozen notebooks and logs are spared the bar; standard output always."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    get()
    out, err = capsys.readouterr()
    assert not out
    assert (NAME in err) is terminal
