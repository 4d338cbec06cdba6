"""What tests of models and of logs share."""

import warnings

import pytest

from pixels_to_sentiment.caffe import logs


@pytest.fixture
def path(tmp_path):
    return tmp_path / "m.caffemodel"


@pytest.fixture
def read(tmp_path):
    """Read a log of the given lines or bytes, or a file, with a warning of what is left out."""

    def read_one(content):
        path = tmp_path / "caffe.log"
        if isinstance(content, list):
            content = "".join(line + "\n" for line in content).encode()
        if isinstance(content, bytes):
            path.write_bytes(content)
        log = logs.read(path if isinstance(content, bytes) else content)
        if log.unread:
            warnings.warn(log.unread, stacklevel=2)
        return log

    return read_one
