"""What the tests of logs share."""

import pytest

from pixels_to_sentiment.caffe import logs


@pytest.fixture
def read(tmp_path):
    """Read a log of the given lines, or of the given bytes."""

    def write_and_read(content):
        path = tmp_path / "caffe.log"
        if not isinstance(content, bytes):
            content = "".join(line + "\n" for line in content).encode()
        path.write_bytes(content)
        return logs.read(path)

    return write_and_read
