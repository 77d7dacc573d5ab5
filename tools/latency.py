"""How long a kernel takes from a moved slider to a new picture on its way to the browser, where Python decodes."""

import json

from jupyter_client.manager import start_new_kernel

WARM_UP = 100  # events that do not count

# What the browser sends when a slider is dragged is handed to the widget as the kernel does it. The time that counts is
# until the picture has been decoded and sent.
CODE = """
import json, time
import numpy as np
from vae_helpers.network import load_pretrained
from vae_helpers.sliders import latent_sliders

class Own:  # which has no layers that the browser could run
    def __init__(self, network):
        self.latent_dim, self.encode, self.decode = network.latent_dim, network.encode, network.decode

panel = latent_sliders(Own(load_pretrained({name!r})))
rng = np.random.default_rng(0)
seconds, n_changes = [], 0
for _ in range({n_events}):
    z = rng.standard_normal(len(panel.z)).round(2).tolist()
    before, began = panel.picture, time.perf_counter()
    panel.set_state({{"z": z}})
    seconds.append(time.perf_counter() - began)
    n_changes += panel.picture != before
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
