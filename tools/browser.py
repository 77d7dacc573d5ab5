"""A real browser and a real JupyterLab for the tests and the bench: on this machine only, and away when done with."""

import base64
import contextlib
import io
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path

import nbformat
import numpy as np
from PIL import Image
from playwright.sync_api import Error, sync_playwright

ROOT = Path(__file__).parents[1]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
# No sandbox: inside a container there is none to be had. No name but localhost leads anywhere.
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
SECONDS_TO_START = 60
# What JupyterLab says when a notebook is closed in whose kernel its widget manager or its debugger still looks.
LATE = ("Cannot read properties of null (reading 'kernel')", "Could not restore the debugger state: Canceled future")


def find_chromium(playwright):
    """Return the path of a Chromium, of the system or playwright's own, or None."""
    own = playwright.chromium.executable_path
    return next(filter(None, map(shutil.which, NAMES)), own if Path(own).exists() else None)


@contextlib.contextmanager
def chromium():
    """Give a headless Chromium, or None where none is installed."""
    with sync_playwright() as playwright:
        path = find_chromium(playwright)
        if path is None:
            yield None
            return
        browser = playwright.chromium.launch(executable_path=path, args=SWITCHES)
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def jupyter_lab(folder):
    """Give the address of a JupyterLab of its own port and settings, whose files are those in `folder / "files"`."""
    files, settings = folder / "files", folder / "settings"
    files.mkdir(parents=True, exist_ok=True)
    no_news = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    (settings / "labconfig").mkdir(parents=True)
    (settings / "labconfig" / "page_config.json").write_text(json.dumps(no_news))
    environment = os.environ | {name: str(settings / place) for name, place in {
        "JUPYTER_CONFIG_DIR": "", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "user", "JUPYTERLAB_WORKSPACES_DIR": "workspaces", "IPYTHONDIR": "ipython"}.items()}
    environment.pop("MPLBACKEND", None)  # the kernel draws in the notebook
    token = secrets.token_hex(16)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0",
               f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={files}", "--expose-app-in-browser"]
    log = (folder / "log").open("w+")
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        deadline, found = time.monotonic() + SECONDS_TO_START, []
        while not found:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"JupyterLab did not start: {(folder / 'log').read_text()[-2000:]}")
            time.sleep(0.1)
            found = list((settings / "runtime").glob("jpserver-*.json"))
            found = [path for path in found if path.stat().st_size]
        yield f"http://127.0.0.1:{json.loads(found[0].read_text())['port']}/lab?token={token}"
    finally:
        server.terminate()  # it shuts its kernels down
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:  # it waits for a kernel that does not answer; without it, kernels end, too
            server.kill()
            server.wait()
        log.close()


class LabPage:
    """A page that shows JupyterLab, one notebook at a time.

    Attributes
    ----------
    page : playwright.sync_api.Page
    errors : list of str
        What the browser's console complained of, but for what JupyterLab says of a notebook just closed.
    outside : list of str
        Addresses asked for that are not on this machine.
    """

    def __init__(self, browser, address, **window):
        self.page = browser.new_page(**{"viewport": {"width": 1280, "height": 1600}, **window})
        self.page.set_default_timeout(20_000)
        self.errors, self.outside = [], []
        self.page.on("console", lambda message: message.type == "error" and self._complained(message.text))
        self.page.on("pageerror", lambda error: self._complained(str(error)))
        self.page.on("request", lambda request: self._seen(request.url))
        self.page.on("websocket", lambda socket: self._seen(socket.url))
        self.page.goto(address)
        self.page.wait_for_function("window.jupyterapp?.started.then(() => true)")

    def _complained(self, text):
        if not any(words in text for words in LATE):
            self.errors.append(text)

    def _seen(self, url):
        if urllib.parse.urlsplit(url).hostname not in (None, "127.0.0.1"):  # blob: and data: have no host
            self.outside.append(url)

    def show(self, path):
        """Open a notebook and run nothing."""
        self.page.evaluate("""async path => {
            const panel = await jupyterapp.commands.execute("docmanager:open", {path, factory: "Notebook"});
            await panel.context.ready;
            await panel.sessionContext.ready;
        }""", path)

    def open(self, path, seconds=60):
        """Open a notebook, run all its cells, and wait until the last is done."""
        self.show(path)
        self.page.evaluate("""() => {
            window.finished = false;
            jupyterapp.commands.execute("notebook:run-all-cells").then(() => { window.finished = true; });
        }""")
        self.page.wait_for_function("window.finished", timeout=1000 * seconds)

    def close(self):
        """Close the notebook and its kernel without saving."""
        self.page.evaluate("""async () => {
            const panel = jupyterapp.shell.currentWidget;
            await panel.sessionContext.shutdown();
            panel.dispose();
        }""")

    def cell(self, number):
        """Return a locator of the cell, counted from 0 or, if negative, from the end."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(number)

    def run_cell(self, number):
        """Run a code cell as a reader does, by Shift+Enter, and return the text it prints."""
        count = ".jp-InputArea-prompt"
        before = self.cell(number).locator(count).first.inner_text()
        self.cell(number).locator(".cm-content").click()
        self.page.keyboard.press("Shift+Enter")
        for _ in range(200):
            now = self.cell(number).locator(count).first.inner_text()
            if now != before and "*" not in now:
                return self.cell(number).locator(".jp-OutputArea").inner_text()
            self.page.wait_for_timeout(50)
        raise Error(f"cell {number} did not end")


# From the moment a key goes down to the moment after the next frame, which shows what was painted until then: while the
# key is handled.
STOPWATCH = """() => {
    window.latencies = [];
    document.addEventListener("keydown", ({timeStamp}) => requestAnimationFrame(() => setTimeout(
        () => window.latencies.push(performance.now() - timeStamp))), true);
}"""


def key_latencies(page, control, presses=30):
    """Return milliseconds from a key press on a control to the new picture painted, of each press.

    Parameters
    ----------
    page : playwright.sync_api.Page
    control : playwright.sync_api.Locator
        A slider or the pad's plane.
    presses : int, default=30
        After one that does not count.

    Returns
    -------
    list of float
    """
    page.evaluate(STOPWATCH)
    for press in range(presses + 1):
        control.press("ArrowRight" if press % 2 else "ArrowLeft")
        page.wait_for_function("count => window.latencies.length > count", arg=press)
    return page.evaluate("window.latencies")[1:]


def widget_latencies(folder, presses=100):
    """Return the milliseconds of `key_latencies` of the sliders and of the pad, or None without a browser."""
    cells = {"latent_sliders": ("from vae_helpers.sliders import latent_sliders as show", "input[type=range]"),
             "latent_pad": ("from vae_helpers.pad import latent_pad as show", "[role=application]")}
    with chromium() as browser:
        if browser is None:
            return None
        with jupyter_lab(folder) as address:
            lab, latencies = LabPage(browser, address), {}
            for name, (cell, control) in cells.items():
                write_notebook(folder / "files" / f"{name}.ipynb", f"{cell}\nfrom vae_helpers.network import "
                               'load_pretrained\nshow(load_pretrained("vae-2d"))')
                lab.open(f"{name}.ipynb")
                latencies[name] = key_latencies(lab.page, lab.page.locator(control).first, presses)
                lab.close()
    return latencies


def picture_of(image):
    """Return the pixels of an image or a canvas as they are in the page, an array of shape (height, width, 3)."""
    address = image.evaluate("""source => {
        const canvas = document.createElement("canvas");
        canvas.width = source.naturalWidth ?? source.width;
        canvas.height = source.naturalHeight ?? source.height;
        canvas.getContext("2d").drawImage(source, 0, 0);
        return canvas.toDataURL();
    }""")
    png = base64.b64decode(address.split(",")[1])
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def write_notebook(path, *cells):
    """Write a notebook of these code cells."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
