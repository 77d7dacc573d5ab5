"""Measure how soon the page is alive and what a step on it takes: `python -m tools.page_latency`.

A step is a press of an arrow key on a slider or a plane. Its time is what the page itself takes: from the key to the
end of what handles it, and from the beginning of the next frame until that is painted. The wait for the frame is left
out.
"""

import numpy as np

from tools import browser, page

SIZES = {"phone": (390, 844), "tablet": (820, 1180), "desktop": (1280, 800)}  # CSS pixels
SLOWDOWN = {"phone": 4}  # what Chromium's tools take for the processor of a middling phone
CONTROLS = {"two": "slider", "plane": "application", "twelve": "slider", "draws": "slider", "price": "slider",
            "beta": "slider"}  # by section
STEPS_TO_TURN = 7  # beta has eight values
MOST_MS = 16

FIRST_DIGIT = """new MutationObserver((_, observer) => {
    if (!document.querySelector("main canvas")) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => { window.firstDigit = performance.now(); }));
}).observe(document, {childList: true, subtree: true});"""

STOPWATCH = """() => {
    const soon = act => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = act;
        port2.postMessage(null);
    };
    window.steps = [];
    document.addEventListener("keydown", event => {
        let handled = Infinity;
        soon(() => { handled = performance.now(); });
        requestAnimationFrame(() => {
            const began = performance.now();
            soon(() => window.steps.push(Math.min(handled, began) - event.timeStamp + performance.now() - began));
        });
    }, true);
}"""


def open_page(chromium, file, size, slowdown=1):
    """Open the page and return it with the milliseconds until its first digit was painted.

    Parameters
    ----------
    chromium : playwright.sync_api.Browser
    file : pathlib.Path
    size : str
        One of `SIZES`.
    slowdown : float, default=1
        By how much the processor is to be slowed down.

    Returns
    -------
    tuple of playwright.sync_api.Page and float
    """
    width, height = SIZES[size]
    context = chromium.new_context(viewport={"width": width, "height": height}, offline=True)
    tab = context.new_page()
    context.new_cdp_session(tab).send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
    tab.add_init_script(FIRST_DIGIT)
    tab.goto(file.as_uri())
    tab.wait_for_function("window.firstDigit")
    return tab, tab.evaluate("window.firstDigit")


def step_times(tab, section, presses=100):
    """Return the milliseconds of each step on the first slider or plane of a section."""
    control = tab.locator(f"#{section}").get_by_role(CONTROLS[section]).first
    tab.locator(f"#{section}").scroll_into_view_if_needed()
    control.press("Home")
    tab.evaluate(STOPWATCH)
    for press in range(presses):
        control.press("ArrowLeft" if press // STEPS_TO_TURN % 2 else "ArrowRight")
        tab.wait_for_function("count => window.steps.length > count", arg=press)
    return tab.evaluate("window.steps")


def work_of_a_step(tab, section, presses=20):
    """Return the milliseconds that the page's main thread works for a step: what others do meanwhile does not count.

    The mean over the steps, with what it takes to press the key and to look for the frame.
    """
    session = tab.context.new_cdp_session(tab)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def worked():
        found = session.send("Performance.getMetrics")["metrics"]
        return next(1000 * metric["value"] for metric in found if metric["name"] == "TaskDuration")

    before = worked()
    step_times(tab, section, presses)
    return (worked() - before) / presses


def main():
    """Print medians and 95th percentiles."""
    file = page.write()[0]
    with browser.chromium() as chromium:
        if chromium is None:
            print("no browser to measure the page with")
            return
        for size in SIZES:
            for slowdown in sorted({1, SLOWDOWN.get(size, 1)}):
                where = f"{size}{f', processor slowed down {slowdown} times' if slowdown > 1 else ''}"
                first = []
                for _ in range(5):
                    tab, milliseconds = open_page(chromium, file, size, slowdown)
                    first.append(milliseconds)
                    if len(first) < 5:
                        tab.context.close()
                print(f"{where}: first digit after {np.median(first):.0f} ms (median of 5, at most {max(first):.0f})")
                for section in CONTROLS:
                    median, slow = np.percentile(step_times(tab, section), [50, 95])
                    print(f"  {section}: median {median:.1f} ms, 95th percentile {slow:.1f} ms")
                tab.context.close()


if __name__ == "__main__":
    main()
