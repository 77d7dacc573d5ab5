"""The rules of the package: light rooms stay light, imports go downwards, no network, and all is documented."""

import ast
import graphlib
import io
import json
import os
import re
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "vae_helpers"

# A room may use the rooms on the floors below its own, and on the ground floor its neighbours.
FLOORS = {
    "_validate": 0, "language": 0, "look": 0, "scripts": 0, "data": 0, "gaussian": 0,
    "backend": 1, "latent": 1, "network": 1, "drawing": 1, "study": 1,
    "evaluation": 2, "models": 2, "plots": 2, "exercises": 2,
    "training": 3, "sliders": 3, "pad": 3, "checks": 3,
    "doctor": 4,
}
WITH_TENSORFLOW = {"backend", "models", "training"}
HEAVY = {"tensorflow", "keras", "torch", "jax"}
NETWORK = {"aiohttp", "ftplib", "http", "httpx", "requests", "smtplib", "socket", "socketserver", "ssl", "telnetlib",
           "urllib", "urllib3", "webbrowser", "websocket", "websockets", "xmlrpc"}
SECTIONS = ["Parameters", "Attributes", "Returns", "Yields", "Raises", "Input shape", "Output shape", "Notes",
            "References", "Examples"]

SOURCES = {path.stem: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.glob("*.py"))}
SOURCES["exercises"] = ast.parse((PACKAGE / "exercises" / "__init__.py").read_text(encoding="utf-8"))
ROOMS = [room for room in SOURCES if room != "__init__"]
LIGHT = [room for room in ROOMS if room not in WITH_TENSORFLOW]


def run(code):
    """Run Python in a process of its own and return what it prints as JSON."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60,
                          env={**os.environ, "MPLBACKEND": "agg"})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def imports(tree):
    """Every module that a source imports anywhere, also inside functions, as dotted names."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "vae_helpers." * bool(node.level) + (node.module or "")
            found.update(f"{base.rstrip('.')}.{alias.name}" for alias in node.names)
    return found


def rooms_used(tree):
    return {name.split(".")[1] for name in imports(tree) if name.startswith("vae_helpers.")}


# Light rooms ---------------------------------------------------------------------------------------------------------

def test_rooms_are_those_of_the_house():
    assert set(ROOMS) <= set(FLOORS), "a new room needs a floor, above"
    assert {"data", "gaussian", "latent", "network", "plots", "sliders"} <= set(LIGHT)


def test_the_package_itself_loads_nothing():
    """Only the standard library's modules, and few of them."""
    loaded = run("import sys; before = set(sys.modules); import vae_helpers, json;"
                 "print(json.dumps(sorted({name.split('.')[0] for name in set(sys.modules) - before})))")
    assert "vae_helpers" in loaded
    assert set(loaded) - {"vae_helpers"} <= set(sys.stdlib_module_names)


def test_light_rooms_load_no_tensorflow_and_open_at_once():
    """All of them, so each: about a second of work; three for a slow machine, and the best of three tries."""
    code = f"""
import importlib, json, sys, time
began, heavy = time.process_time(), {{}}
for room in {LIGHT!r}:
    importlib.import_module(f"vae_helpers.{{room}}")
    heavy[room] = sorted({HEAVY!r} & set(sys.modules))
print(json.dumps([time.process_time() - began, heavy]))
"""
    seconds = []
    while not seconds or (min(seconds) >= 3 and len(seconds) < 3):
        took, heavy = run(code)
        assert heavy == {room: [] for room in LIGHT}
        seconds.append(took)
    assert min(seconds) < 3, "of work; what others do on the machine does not count"


def test_the_judge_loads_no_statistics_and_draws_nothing():
    """They would take longer to load than all else that a first exercise needs."""
    loaded = run("import json, sys; import vae_helpers.checks; print(json.dumps(list(sys.modules)))")
    assert "vae_helpers.checks" in loaded and not {"scipy.stats", "matplotlib.pyplot"} & set(loaded)


@pytest.mark.slow
def test_light_rooms_work_without_tensorflow_and_network():
    """Loading what ships with the package, with every connection and every import of a framework forbidden."""
    used = run(f"""
import json, sys

def forbid(event, arguments):
    if event.startswith(("socket.connect", "socket.getaddrinfo", "socket.gethostby", "socket.sendto", "urllib.")):
        raise RuntimeError(f"reaches for the network: {{event}} {{arguments}}")
    if event == "import" and arguments[0].split(".")[0] in {HEAVY!r}:
        raise RuntimeError(f"imports {{arguments[0]}}")

sys.addaudithook(forbid)
from vae_helpers import {", ".join(LIGHT)}
net = network.load_pretrained("vae-2d")
images = data.load_mnist("test").images[:8]
plots.latent_plane(net.encode(images)[0], data.load_mnist("test").labels[:8])
plots.show_ink(latent.digit_plane(net.decode, latent.plane_codes(3)))
gaussian.kl_to_standard_normal(*net.encode(images))
sliders.gaussian_sliders()
print(json.dumps(sorted({HEAVY!r} & set(sys.modules))))
""")
    assert used == []


# Floors --------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("room", ROOMS)
def test_rooms_import_only_downwards(room):
    for used in rooms_used(SOURCES[room]):
        both_on_the_ground = FLOORS[used] == FLOORS[room] == 0
        assert FLOORS[used] < FLOORS[room] or both_on_the_ground, f"{room} imports {used}"


def test_imports_go_round_in_no_circle():
    order = graphlib.TopologicalSorter({room: rooms_used(SOURCES[room]) for room in ROOMS})
    order.prepare()  # raises CycleError
    assert rooms_used(SOURCES["network"]) >= {"_validate", "data"}, "or imports are no longer recognised"


def test_one_room_imports_tensorflow_and_the_others_take_it_from_there():
    found = {room for room in ROOMS if {name.split(".")[0] for name in imports(SOURCES[room])} & HEAVY}
    assert found == {"backend"}
    assert {room for room in ROOMS if rooms_used(SOURCES[room]) & WITH_TENSORFLOW} == WITH_TENSORFLOW - {"backend"}


def test_no_star_imports():
    assert not [room for room, tree in SOURCES.items() for name in imports(tree) if name.endswith(".*")]


# Network and places --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("room", SOURCES)
def test_nothing_imports_the_network(room):
    assert not {name.split(".")[0] for name in imports(SOURCES[room])} & NETWORK
    # Keras has downloads of its own.
    attributes = {node.attr for node in ast.walk(SOURCES[room]) if isinstance(node, ast.Attribute)}
    assert not attributes & {"get_file", "load_data", "urlopen", "urlretrieve", "__import__"}
    assert not [name for name in imports(SOURCES[room]) if name.startswith("keras.datasets")]


def test_scripts_of_the_package_load_nothing_from_elsewhere():
    for path in (PACKAGE / "assets").rglob("*.*s"):
        if path.suffix in (".js", ".mjs", ".css"):
            text = path.read_text(encoding="utf-8").replace("http://www.w3.org/", "")
            elsewhere = r"https?://|//cdn|\bfetch\s*\(|XMLHttpRequest|WebSocket|importScripts|@import"
            assert not re.search(elsewhere, text), path


def project_files():
    """The text files of the project: those that git knows, or where there is no git, those in the project's folders.

    A person's own files are left alone. Notebooks have a test of their own.
    """
    kinds = {"", ".cff", ".cfg", ".css", ".js", ".json", ".md", ".py", ".sh", ".svg", ".toml", ".txt", ".yml"}
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
        paths = [ROOT / name for name in listed.stdout.split("\0")]
    except (OSError, subprocess.CalledProcessError):
        folders = ("vae_helpers", "tests", "tools", "figures", ".ci")
        paths = [*ROOT.iterdir(), *(path for folder in folders for path in (ROOT / folder).rglob("*"))]
    for path in paths:
        if path.is_file() and path.suffix in kinds and path.name != ".git":
            yield path


def test_no_path_of_somebodys_machine():
    personal = re.compile(r"(?<![\w.])/(?:home|Users|root|work|tmp|mnt|media)/\w|\b[A-Z]:\\\w")
    files = list(project_files())
    assert PACKAGE / "data.py" in files and Path(__file__) in files and ROOT / "requirements.txt" in files
    found = []
    for path in files:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        found += [f"{path.relative_to(ROOT)}:{number}" for number, line in enumerate(lines, 1) if personal.search(line)]
    assert not found
    assert personal.search('open("/home/' + 'me/digits.npz")') and not personal.search("https://x.org/home/page")


# Documentation -------------------------------------------------------------------------------------------------------

def documented():
    """Yield (name, node) of every public function and of every public class of the package."""
    for room in ROOMS:
        if room.startswith("_"):
            continue
        for node in SOURCES[room].body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
                yield f"{room}.{node.name}", node
                # A class that extends another library's overrides methods documented there.
                if isinstance(node, ast.ClassDef) and not node.bases:
                    for method in node.body:
                        if isinstance(method, ast.FunctionDef) and not method.name.startswith("_"):
                            yield f"{room}.{node.name}.{method.name}", method


DOCUMENTED = dict(documented())


def sections(docstring):
    """The docstring's summary and its sections, by title in their order."""
    parts = re.split(r"^(\S[^\n]*)\n(-+)\n", docstring, flags=re.M)
    titles, underlines, bodies = parts[1::3], parts[2::3], parts[3::3]
    assert [len(line) for line in underlines] == [len(title) for title in titles], "underlines as long as the titles"
    return parts[0], dict(zip(titles, bodies))


def arguments(node):
    """The names that a caller passes: of a function, or of a class by its own __init__."""
    if isinstance(node, ast.ClassDef):
        node = next((method for method in node.body if getattr(method, "name", "") == "__init__"), None)
        if node is None:
            return set()
    spec = node.args
    return {argument.arg for argument in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)} - {"self", "cls"}


def described_names(section):
    """The names in a section's unindented lines: "z_mean, z_log_var : tensor" has two."""
    lines = [line for line in section.splitlines() if line and not line.startswith(" ")]
    return {name.strip() for line in lines for name in line.split(" : ")[0].split(",")}


def parts_of(function):
    """Every node of a function, without those of the functions inside it."""
    for part in ast.iter_child_nodes(function):
        if not isinstance(part, (ast.FunctionDef, ast.Lambda)):
            yield part
            yield from parts_of(part)


@pytest.mark.parametrize("room", SOURCES)
def test_every_room_says_what_it_is_for(room):
    assert ast.get_docstring(SOURCES[room])


@pytest.mark.parametrize("node", DOCUMENTED.values(), ids=DOCUMENTED)
def test_docstring_is_numpydoc(node):
    docstring = ast.get_docstring(node)
    assert docstring, "no docstring"
    head, found = sections(docstring)
    summary = head.split("\n\n")[0].strip()
    assert "\n" not in summary and summary.endswith("."), "the first line is a sentence"
    assert list(found) == [title for title in SECTIONS if title in found], "known sections in the usual order"
    assert all(body.strip() for body in found.values()), "an empty section"

    assert described_names(found.get("Parameters", "")) == arguments(node)
    if isinstance(node, ast.FunctionDef):
        own = list(parts_of(node))
        assert ("Returns" in found) == any(isinstance(part, ast.Return) and part.value is not None for part in own)


@pytest.mark.parametrize("room", [room for room in ROOMS if room.startswith("_")])
def test_inner_rooms_are_documented_too(room):
    assert not [node.name for node in SOURCES[room].body
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node)]


# Small, and it says so -----------------------------------------------------------------------------------------------

MOST_LINES = 1900


def code_lines(path):
    """Count a module's lines of code: without blank lines, comments and docstrings."""
    source = path.read_text(encoding="utf-8")
    layout = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in layout:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node):
            lines.difference_update(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return len(lines)


def test_the_helpers_are_as_small_as_the_readme_says():
    """The answer keys apart, which belong to the notebooks, and the JavaScript."""
    rooms = [*PACKAGE.glob("*.py"), PACKAGE / "exercises" / "__init__.py"]
    lines = sum(map(code_lines, rooms))
    stated = re.search(r"([\d,]+) lines of code", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert stated and int(stated[1].replace(",", "")) == round(lines, -1), f"the README must say {round(lines, -1):,}"
    assert lines < MOST_LINES


def test_lines_are_counted_right(tmp_path):
    module = tmp_path / "module.py"
    module.write_text('"""Two lines\nof words."""\n\nx = [1,  # a comment\n     2]\n\n\ndef f():\n    """One."""\n'
                      '    # another\n    return """not\n    a docstring"""\n')
    assert code_lines(module) == 5
