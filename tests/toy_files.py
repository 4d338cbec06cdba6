"""Files for tests, packed or not, and a server on the loopback that hands them out."""

import contextlib
import hashlib
import io
import json
import re
import struct
import threading
import zipfile
import zlib
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PIL import Image

NAME = "weights.safetensors"
BODY = hashlib.shake_256(b"weights").digest(300_000)
OTHER = hashlib.shake_256(b"other").digest(300_000)
PAGE = b"<!DOCTYPE html><html><title>Google Drive - Virus scan warning</title></html>"


def zipped(members, compression=zipfile.ZIP_DEFLATED):
    """Bytes of a zip archive of (name or ZipInfo, content)."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


def encoded(pixels, kind="PNG"):
    """Bytes of a picture; PNG keeps every pixel."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind)
    return stream.getvalue()


def png_chunk(kind, content):
    """Encode a part of a PNG, with its length and checksum."""
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def claiming(side):
    """Write a PNG of a few bytes that says it is so many pixels wide and high."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    parts = header, png_chunk(b"IDAT", zlib.compress(b"")), png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def with_header(header, values=b""):
    """Encode a safetensors file with this header, whatever it says."""
    content = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(content)) + content + values


PACKING = zipped([(f"images/{i}.jpg", OTHER[i : i + 5000]) for i in range(5)], zipfile.ZIP_STORED)


@dataclass
class Served:
    """What the loopback server says to one address."""

    body: bytes = BODY
    status: int = 200
    kind: str = "application/octet-stream"
    headers: dict = field(default_factory=lambda: {"ETag": '"1"'})
    ranges: bool = True
    length: bool = True
    cuts: list = field(default_factory=list)  # bytes after which an answer breaks off, each once
    shift: int = 0  # how far a partial answer starts from where it was asked to
    chunked: bool = False


@dataclass
class Request:
    """One request as the server saw it."""

    path: str
    range: str | None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        served = self.server.files.get(self.path, Served(b"nothing here", 404))
        request = Request(self.path, self.headers["Range"])
        self.server.requests.append(request)
        self.close_connection = True
        start, status = self.window(served, request)
        body = served.body[start:]
        # Taken before a client can have the headers, and with them a reason to ask once more.
        cut = served.cuts.pop(0) if served.cuts else None
        self.send_response(status)
        self.send_header("Content-Type", served.kind)
        for key, value in served.headers.items():
            self.send_header(key, value)
        if status == 206:
            last, total = len(served.body) - 1, len(served.body)
            self.send_header("Content-Range", f"bytes {start}-{last}/{total}")
        if served.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif served.length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if served.chunked:
            self.wfile.write(b"%x\r\n" % (len(body[:cut]) + 1))
        self.wfile.write(body[:cut])
        if self.server.pause:
            self.wfile.flush()
            self.server.pause.wait(20)

    def window(self, served, request):
        if request.range and served.ranges:
            start = int(re.fullmatch(r"bytes=(\d+)-", request.range)[1])
            return (start + served.shift, 206) if start < len(served.body) else (0, 416)
        return 0, served.status

    def log_message(self, *arguments):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.requests, self.pause = {}, [], None
        self.url = f"http://127.0.0.1:{self.server_port}"


@contextlib.contextmanager
def serving():
    """Run a server that has nothing yet."""
    with Server() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()
