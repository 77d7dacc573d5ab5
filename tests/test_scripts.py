"""The JavaScript as one text: it holds every module, refuses what cannot work, and runs as well as the single files."""

import base64
import functools
import http.server
import re
import threading

import pytest

from vae_helpers.scripts import SCRIPTS, as_one

MODULES = sorted(path.name for path in SCRIPTS.glob("*.js"))
ADDRESS = re.compile(r'"data:text/javascript;base64,([^"]+)"')


def texts_in(text):
    """Yield a module's text and those of all modules within it, as a browser reads them."""
    yield text
    for found in ADDRESS.finditer(text):
        yield from texts_in(base64.b64decode(found[1], validate=True).decode())


@pytest.mark.parametrize("name", MODULES)
def test_every_import_is_found(name):
    for text in texts_in(as_one(name)):
        assert not re.search(r"""["'`]\.{0,2}/[\w./-]*["'`]""", text), "the name of a file"
        assert not re.search(r"\bimport\s*\(|\brequire\s*\(", text)


def test_what_is_imported_is_what_lies_in_the_folder():
    found = set(texts_in(as_one("pad.js")))
    assert len(found) >= 5
    bare = {ADDRESS.sub('""', text) for text in found}
    assert bare <= {re.sub(r'"\./[\w.]+"', '""', (SCRIPTS / name).read_text("utf-8")) for name in MODULES}


def test_every_form_of_import(tmp_path):
    (tmp_path / "a.js").write_text('import { b,\n  c } from "./b.js";\nimport "./c.js";\nexport { d } from "./c.js";\n'
                                   'const text = "import it from \\"./z.js\\"";\n')
    (tmp_path / "b.js").write_text('import * as c from "./c.js";\nexport const b = "é";\n')
    (tmp_path / "c.js").write_text("export const d = 1;\n")
    found = list(texts_in(as_one(tmp_path / "a.js")))
    assert len(found) == 5 and len(set(found)) == 3, "c.js is one text wherever it is imported"
    assert 'export const b = "é"' in "".join(found)


@pytest.mark.parametrize("a, b", [("a", "a"), ("b", "a")])
def test_circles_are_refused(tmp_path, a, b):
    (tmp_path / "a.js").write_text(f'import "./{a}.js";\n')
    (tmp_path / "b.js").write_text(f'import "./{b}.js";\n')
    with pytest.raises(ValueError, match=rf"circle: a\.js imports itself through {a}\.js"):
        as_one(tmp_path / "a.js")


def test_a_module_that_is_missing_is_named(tmp_path):
    (tmp_path / "a.js").write_text('import "./gone.js";\n')
    with pytest.raises(FileNotFoundError, match=r"gone\.js"):
        as_one(tmp_path / "a.js")


LONGEST = 60


def functions(text):
    """Return the lines of each function that is declared at the beginning of a line, by its name."""
    found = re.finditer(r"^(?:export )?function (\w+).*?^\}", text, flags=re.M | re.S)
    return {match[1]: match[0].count("\n") + 1 for match in found}


@pytest.mark.parametrize("name", MODULES)
def test_no_function_is_long(name):
    lines = functions((SCRIPTS / name).read_text("utf-8"))
    assert lines and max(lines.values()) <= LONGEST


def test_long_functions_are_recognised():
    assert functions("function a() {\n  return {\n  };\n}\n\nexport function b() {\n}\n") == {"a": 4, "b": 2}


# In a browser --------------------------------------------------------------------------------------------------------

NAMES = "async address => Object.keys(await import(address)).sort()"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def folder_address():
    """The address of a server that gives the files in the folder, and nothing else."""
    handler = functools.partial(Quiet, directory=SCRIPTS)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.slow
@pytest.mark.parametrize("name", MODULES)
def test_runs_from_a_folder_and_as_one(chromium, folder_address, name):
    page, asked = chromium.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{folder_address}/{name}")
    from_folder = page.evaluate(NAMES, f"/{name}")
    assert from_folder and all(address.startswith(folder_address) for address in asked)
    asked.clear()
    as_text = base64.b64encode(as_one(name).encode()).decode()
    assert page.evaluate(NAMES, f"data:text/javascript;base64,{as_text}") == from_folder
    assert all(address.startswith("data:") for address in asked)
    page.close()


@pytest.mark.slow
def test_a_page_makes_one_module_of_two_equal_texts(chromium, tmp_path):
    (tmp_path / "one.js").write_text('import { box } from "./box.js";\nbox.push(1);\nexport { box };\n')
    (tmp_path / "two.js").write_text('import { box } from "./box.js";\nbox.push(2);\nexport { box };\n')
    (tmp_path / "box.js").write_text("export const box = [];\n")
    page = chromium.new_page()
    blob = """async texts => {
        const address = text => URL.createObjectURL(new Blob([text], {type: "text/javascript"}));
        const [one, two] = await Promise.all(texts.map(text => import(address(text))));
        return [one.box === two.box, one.box.length];
    }"""
    assert page.evaluate(blob, [as_one(tmp_path / "one.js"), as_one(tmp_path / "two.js")]) == [True, 2]
    page.close()
