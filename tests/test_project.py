"""The front door: the two commands, the README's map, links that lead somewhere, licences, contributing."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest

from tools.execute import ALL, FOLDER, NOTEBOOKS

ROOT = Path(__file__).parents[1]
README, CONTRIBUTING = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md"))


CITATION = re.compile(r"\b([A-Z][a-zø-ÿ]+)(?: (?:and others|et al\.)|(?: and [A-Z][a-zø-ÿ]+)?,? \(?(?:19|20)\d\d\b)")


def prose(path):
    """Return the Markdown of a notebook or a text file, without fenced code."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = nbformat.reads(text, as_version=4).cells
        text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return re.sub(r"```.*?```", "", text, flags=re.S)


def relative_links(path):
    """Return (file, anchor) of every link that stays in the repository; the file is "" for a link within the page."""
    links = re.findall(r"\]\(([^)\s]+)\)", prose(path))
    return [link.partition("#")[::2] for link in links if not re.match(r"[a-z]+:", link)]


def anchors(path):
    """Return what a link may name after its #: JupyterLab keeps a heading's letters, others make them small."""
    titles = re.findall(r"^#+ (.*)$", prose(path), flags=re.M)
    if path.suffix == ".ipynb":
        return {title.strip().replace(" ", "-") for title in titles}
    return {re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", [*ALL, *(ROOT / name for name in ("README.md", "CONTRIBUTING.md",
                                                                         "figures/README.md"))],
                         ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_relative_links_lead_somewhere(path):
    links = relative_links(path)
    assert links
    for file, anchor in links:
        target = path.parent / file if file else path
        assert target.exists(), file
        assert not anchor or anchor in anchors(target), f"{file}#{anchor}"


def test_anchors_are_recognised(tmp_path):
    """No page links to a heading yet, so that the test above has none to follow."""
    page = tmp_path / "page.md"
    page.write_text("# A page\n\n[there](#what-is-different) [gone](#what-is-gone)\n\n## What is different?\n")
    assert relative_links(page) == [("", "what-is-different"), ("", "what-is-gone")]
    assert anchors(page) == {"a-page", "what-is-different"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_cited_paper_has_a_full_reference(path):
    before, _, references = prose(path).partition("## References")
    assert not [name for name in CITATION.findall(before) if name not in references]
    papers = [line for line in references.split("\n- ")[1:] if "arXiv" in line or '"' in line]
    assert not [paper for paper in papers if not re.search(r"(19|20)\d\d|keras\.io|lecture|\.com", paper)]


def test_citations_are_recognised():
    text = "Burda and others report; (Locatello and others, 2019); Shannon 1959; Fu et al.; Kingma and Welling (2013)."
    assert CITATION.findall(text) == ["Burda", "Locatello", "Shannon", "Fu", "Kingma"]


def test_the_readme_maps_every_notebook_and_names_only_targets_that_exist():
    mapped = {path.relative_to(FOLDER).as_posix() for path in NOTEBOOKS}
    assert mapped == set(re.findall(r"\(notebooks/(.*?\.ipynb)\)", README))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.M))
    pages = README + CONTRIBUTING
    named = {name for line in re.findall(r"`(make [^`]*)`|^    (make \w+)", pages, flags=re.M)
             for name in re.findall(r"make ([a-z-]+)", " ".join(line))}
    assert {"lab", "test"} <= named <= targets
    phony = set(re.search(r"\.PHONY: (.*)", makefile)[1].split())
    assert phony == targets, "a target that is no file must be phony"
    told = {target for target in targets if re.search(rf"^{target}:.*## \w", makefile, flags=re.M)}
    assert targets - told == {"moved", "writable"}, "these two are steps of others; of the rest `make` tells"


def test_modules_and_notebooks_keep_to_the_style():
    """Of the project, where git says what that is; a person's own pages are left alone."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z", "*.py", "*.ipynb"], cwd=ROOT, capture_output=True, text=True,
                                check=True)
        files = [name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]
    except (OSError, subprocess.CalledProcessError):
        files = ["."]
    result = subprocess.run([sys.executable, "-m", "ruff", "check", "--no-cache", *files], cwd=ROOT, text=True,
                            capture_output=True)
    assert result.returncode == 0, result.stdout


def test_licences_and_citation_agree():
    licence, citation = ((ROOT / name).read_text(encoding="utf-8") for name in ("LICENSE", "CITATION.cff"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert licence.count("the authors of this series") >= 2
    for name, words in {"MIT": "MIT License", "CC-BY-SA-4.0": "by-sa/4.0/", "CC-BY-SA-3.0": "by-sa/3.0/"}.items():
        assert words in licence and f"  - {name}\n" in citation
    assert project["license"] == "MIT AND CC-BY-SA-3.0"  # what the package holds: code and digits
    assert all((ROOT / file).exists() for file in project["license-files"])
    assert f"\nversion: {project['version']}\n" in citation
    assert f"\ntitle: {README.splitlines()[0].removeprefix('# ')}\n" in citation


def test_contributing_names_files_that_exist():
    named = re.findall(r"`((?:tests|tools|vae_helpers|notebooks|figures)/[^`*]*)`", CONTRIBUTING)
    assert len(named) > 10
    assert not [name for name in named if not (ROOT / name).exists()]


def open_url(url):
    return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_lab_serves_this_machine_only_and_asks_for_its_token(tmp_path):
    """As on a server without a screen: no browser is opened, and root is not refused."""
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment |= {"JUPYTER_CONFIG_DIR": str(tmp_path), "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")}
    server = subprocess.Popen(["make", "lab"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        deadline, files = time.monotonic() + 60, []
        while not files and server.poll() is None and time.monotonic() < deadline:
            time.sleep(0.5)
            files = list((tmp_path / "runtime").glob("jpserver-*.json"))
        assert files, "the server did not start"
        info = json.loads(files[0].read_text())
        assert info["hostname"] in ("localhost", "127.0.0.1") and len(info["token"]) >= 32
        address = f"http://127.0.0.1:{info['port']}/api/contents/notebooks"
        time.sleep(1)
        with pytest.raises(urllib.error.HTTPError) as refused:
            open_url(address)
        assert refused.value.code == 403
        listing = json.load(open_url(f"{address}?token={info['token']}"))
        assert {path.name for path in FOLDER.glob("*.ipynb")} <= {entry["name"] for entry in listing["content"]}
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)
