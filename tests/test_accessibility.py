"""Each notebook, exported as HTML, under axe-core: nothing serious of what the notebook itself can mend."""

import re

import pytest
from nbconvert import HTMLExporter

from tools.execute import ALL

# JupyterLab's theme colours code and prompts, and tells links from text by colour alone. Neither is ours. What else is
# taken out is what takes long: scripts, and the picture that an address holds, which axe does not look at.
THEIRS = "document.querySelectorAll('.highlight, .jp-InputPrompt, .jp-OutputPrompt').forEach(node => node.remove())"
NEEDLESS = re.compile(r"(?<=;base64,)[^\"]*|(?<=<script>).*?(?=</script>)", flags=re.S)
OPTIONS = {"resultTypes": ["violations"], "rules": {"link-in-text-block": {"enabled": False}}}


def findings(browser, page):
    """Return what axe-core finds serious or critical in a page of HTML, each with the place."""
    context = browser.new_context(offline=True)
    tab = context.new_page()
    tab.set_content(NEEDLESS.sub("", page), wait_until="domcontentloaded")
    tab.evaluate(THEIRS)
    found = findings_of(tab)
    context.close()
    return found


def findings_of(tab):
    """Return what axe-core finds serious or critical in what a browser shows, each with the place."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(tab, options=OPTIONS).response["violations"]
    return [f"{finding['id']}: {node['html'][:200]}" for finding in found
            if finding["impact"] in ("serious", "critical") for node in finding["nodes"]]


@pytest.mark.slow
@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_exported_page(chromium, path):
    found = findings(chromium, HTMLExporter().from_filename(path)[0])
    assert not found, "\n".join(found)


@pytest.mark.slow
def test_a_finding_is_found(chromium):
    page = "<!doctype html><html lang='en'><title>t</title><main><h1>t</h1><img src='data:,'></main></html>"
    assert [text.split(":")[0] for text in findings(chromium, page)] == ["image-alt"]
