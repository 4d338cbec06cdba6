"""What is timed together: the same work on all sides."""

import pytest

from pixels_to_sentiment.benchmarks import results, suite

pytestmark = pytest.mark.usefixtures("isolated")


def test_maps_are_held_against_the_grad_cam_package_on_the_same_work():
    """Same network, pictures and device; one comparison has the machine's limit."""
    found = suite.comparisons("maps", "cpu", "")
    limited = []
    for one in found:
        ours, *others = one["entries"]
        assert (ours.name, ours.keep) == (results.OURS, True)
        packages = [o for o in others if o.name.startswith(results.PACKAGE)]
        assert packages
        for other in packages:
            assert not other.keep
            assert ours.options.items() <= other.options.items()
        limited += [one["title"] for o in others if o.name.startswith(results.LIMIT)][:1]
    assert limited == [found[0]["title"]]


def test_files_lie_as_torchvision_wants_them(isolated):
    """A folder a class, 256 pictures, of the stand-in where there are no photographs."""
    folder = isolated / "files"
    folder.mkdir()
    suite.write_files(folder)
    assert {path.parent.name for path in folder.rglob("*.jpg")} == {"0", "1"}
    assert len(list(folder.rglob("*.jpg"))) == 256
