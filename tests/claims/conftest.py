"""What writes made-up results to judge claims by."""

import pytest

import toy_claims


@pytest.fixture
def ran(tmp_path):
    return toy_claims.runs_in(tmp_path)


@pytest.fixture
def probed(tmp_path):
    return toy_claims.probes_in(tmp_path)
