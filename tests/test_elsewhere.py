"""The ways to open the project elsewhere: what can be said of their files without going there."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from pixels_to_sentiment.files import assets

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
CPU_INDEX = "--extra-index-url https://download.pytorch.org/whl/cpu"


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def steps(path):
    jobs = yaml.safe_load(path.read_text())["jobs"].values()
    return [step for job in jobs for step in job["steps"]]


def makefile_words():
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_environment_lists_no_package_of_its_own():
    """Conda brings Python and pip; the packages and their versions are the project's."""
    *conda, pip = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    assert [re.split("[=<>]", line)[0] for line in conda] == ["python", "pip"]
    every = project()["optional-dependencies"]
    extras = [name for name in every if name not in ("notebooks", "harden")]
    editable = f"-e .[{','.join(extras)}]"  # what `notebooks` names comes with `book`
    assert pip == {"pip": [CPU_INDEX, "-c constraints.txt", editable]}


def test_environment_has_a_python_that_the_project_takes():
    """Binder reads the version of Python here and nowhere else."""
    first = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"][0]
    named = f"Programming Language :: Python :: {first.partition('=')[2]}"
    assert named in project()["classifiers"]


def test_devcontainer_makes_the_environment_and_shows_the_book():
    """What it calls is a word of the Makefile, and it forwards the port of `make serve`."""
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    word, arguments = container["postCreateCommand"].removeprefix("make ").split(maxsplit=1)
    assert word in makefile_words()
    assert arguments == f"PIP_ARGS='{CPU_INDEX}'"
    (port,) = container["forwardPorts"]
    assert f"\nPORT := {port}\n" in (ROOT / "Makefile").read_text()


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_what_runs_the_projects_code_can_change_and_fetch_nothing(path):
    """It may read the repository alone, and fetches no photographs, which others could see then.

    What publishes runs nothing but the host's own actions.
    """
    content = yaml.safe_load(path.read_text())
    for job in content["jobs"].values():
        rights = job.get("permissions", content["permissions"])
        if any("run" in step for step in job["steps"]):
            assert rights == {"contents": "read"}
            assert job["env"][assets.OFFLINE_VARIABLE] == "1"
        else:
            assert rights == {"actions": "read", "pages": "write", "id-token": "write"}


@pytest.mark.parametrize("named", [None, "/my data"])
def test_make_builds_a_data_set_where_data_sets_lie(monkeypatch, named):
    """In the place that its variable names, as every command does."""
    variable = "PIXELS_TO_SENTIMENT_DATASETS"
    monkeypatch.setenv(variable, named) if named else monkeypatch.delenv(variable, raising=False)
    words = ["make", "-n", "-C", ROOT, "render-data", "DATA=mine"]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    folder = f"{named or 'datasets'}/mine"
    assert f"jupyter-book build '{folder}/chapters'" in told
    assert f"--path-output '{folder}'" in told
    assert f"test -e '{folder}/chapters/_config.yml'" in told


@pytest.mark.parametrize("named", ["https://example.org/mirror", ""])
def test_a_mirror_that_is_named_comes_before_one_beside_the_checkout(tmp_path, monkeypatch, named):
    """Make hands on what the shell exports, as every command takes it."""
    beside, checkout = tmp_path / "shared" / "mirror", tmp_path / "checkout"
    for folder in (beside, checkout):
        folder.mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", checkout)
    monkeypatch.setenv(assets.MIRROR_VARIABLE, named)
    show = f"--eval=show: ; @echo $({assets.MIRROR_VARIABLE})"
    told = subprocess.run(["make", "-sC", checkout, show, "show"], capture_output=True, text=True)
    assert told.stdout == f"{named or beside}\n"


def test_the_table_of_variables_has_those_that_the_library_reads():
    """Each once, with none that it does not know."""
    page = (ROOT / "book" / "how-to-rerun.md").read_text()
    listed = re.findall(r"^\| `(PIXELS_TO_SENTIMENT_\w+)` \|", page, re.MULTILINE)
    code = "".join(path.read_text() for path in (ROOT / "src").rglob("*.py"))
    assert sorted(listed) == sorted({*re.findall("PIXELS_TO_SENTIMENT_[A-Z]+", code)})


def test_make_takes_the_pythons_that_the_project_takes():
    """And no newer one, for which nothing is pinned or tried."""
    bounds = re.findall(r"3\.(\d+)", project()["requires-python"])
    named = re.findall(r":: Python :: 3\.(\d+)", " ".join(project()["classifiers"]))
    assert [int(n) for n in named] == [*range(*map(int, bounds))]
    test = "not (3, {}) <= sys.version_info < (3, {})".format(*bounds)
    assert f"sys.exit({test})\n" in (ROOT / "Makefile").read_text()


def test_the_list_of_findings_is_that_of_their_headers():
    """A script that is added or says something else is listed anew: `.ci/findings.py` prints it."""
    printed = subprocess.run([sys.executable, ROOT / ".ci/findings.py"], capture_output=True)
    assert (ROOT / "findings" / "README.md").read_bytes() == printed.stdout


def test_the_holders_have_one_name():
    """In the licence, for who cites the work, and on the pages."""
    (cited,) = yaml.safe_load((ROOT / "CITATION.cff").read_text())["authors"]
    assert yaml.safe_load((ROOT / "_config.yml").read_text())["author"] == cited["name"]
    for name in ("LICENSE", "book/cite.md", "book/preface.md"):
        assert cited["name"].lower() in (ROOT / name).read_text().lower()
