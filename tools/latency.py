"""How long a kernel takes from a slider's event to a new picture on its way to the browser."""

import json

from jupyter_client.manager import start_new_kernel

WARM_UP = 100  # events that do not count

# What the browser sends when a slider is dragged is handed to the slider as the kernel does it. The time that counts is
# until the picture has been drawn, packed into a PNG and sent, with the field's number and the sentence.
CODE = """
import json, time
from vae_helpers.network import load_pretrained
from vae_helpers.sliders import latent_sliders

panel = latent_sliders(load_pretrained({name!r}))
names = list(panel.numbers)
seconds, n_changes = [], 0
for i in range({n_events}):
    slider = panel.controls[names[i % len(names)]]
    value = slider.min + slider.step * (37 * (i + 1) % round((slider.max - slider.min) / slider.step))
    before, began = panel.image.value, time.perf_counter()
    slider.set_state({{"value": value}})
    seconds.append(time.perf_counter() - began)
    n_changes += panel.image.value != before
print(json.dumps([seconds, n_changes]))
"""


def slider_seconds(name, n_events=1000):
    """Return the seconds of each event on the sliders of a pretrained network, measured in a kernel of its own."""
    manager, client = start_new_kernel(kernel_name="python3")
    printed = []

    def collect(message):
        content = message["content"]
        if message["msg_type"] == "stream" and content["name"] == "stdout":
            printed.append(content["text"])
        elif message["msg_type"] == "error":
            raise RuntimeError("\n".join(content["traceback"]))

    try:
        client.execute_interactive(CODE.format(name=name, n_events=WARM_UP + n_events), timeout=60, output_hook=collect)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    seconds, n_changes = json.loads("".join(printed))
    assert n_changes > n_events / 2, "the sliders were not moved, or the picture did not follow"
    return seconds[WARM_UP:]
