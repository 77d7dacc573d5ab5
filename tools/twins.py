"""The widgets without Python: what their twins in JavaScript begin with, and the markup that brings them to life.

A lecture's deck and the page have no kernel. There a twin stands for each widget, made of the same modules in
`vae_helpers/assets/js`; `alive.js` starts them. Weights travel as float16, which changes no pixel by 1/255, and each
array of bytes stands in a file once, however many twins use it.
"""

import base64
import functools
import hashlib
import json

import numpy as np

from tools.messages import PACKAGE, words_of
from vae_helpers import sliders, study
from vae_helpers.data import Digits, load_mnist
from vae_helpers.network import BATCH_NORM_EPSILON, HIDDEN_UNITS, LEAKY_SLOPE, flat_weights, load_pretrained
from vae_helpers.pad import drawing_pad, latent_pad
from vae_helpers.scripts import ASSETS, IMPORT, SCRIPTS

N_DIGITS = 500  # real digits behind a twin: 50 of each, and 400 kB
PAD_STATE = ("z", "points", "_weights", "_codes", "_images", "_labels", "_setup")


def latent(network, n_digits=N_DIGITS):
    """What `sliders.latent_sliders(network)` begins with, with fewer real digits.

    Parameters
    ----------
    network : Network
    n_digits : int
        Real test digits to start from.

    Returns
    -------
    dict
        The model's values; ndarrays become bytes, those of float16 become numbers.
    """
    test, some = load_mnist("test"), _some(n_digits)
    state = _state(sliders.latent_sliders(network), ("z", "start", "weights", "setup"))
    setup = {**state["setup"], "numbers": some.tolist(), "labels": test.labels[some].tolist()}
    return {**state, "z": state["z"].tolist(), "setup": setup, "images": test.images[some],
            "codes": network.encode(test.images[some])[0].astype("<f4")}


def gaussian():
    """What `sliders.gaussian_sliders()` begins with: its noise, too."""
    return _state(sliders.gaussian_sliders(), ("mean", "std", "n_draws", "noise", "setup"))


def kl():
    """What `sliders.kl_sliders()` begins with."""
    return _state(sliders.kl_sliders(), ("mean_q", "std_q", "mean_p", "std_p", "setup"))


def beta(planes=None):
    """What `sliders.beta_slider()` begins with; its codes are float16, as they are stored.

    Parameters
    ----------
    planes : dict of tuple (beta, seed) to study.Plane, optional
        Those that ship with the package, unless told otherwise.
    """
    planes = study.beta_planes() if planes is None else planes
    first = min(planes, key=lambda run: (run[0] != 1.0, run))
    state = _state(sliders.BetaSlider(planes, *first), ("beta", "seed", "labels", "sheets", "setup"))
    return {**state, "codes": np.stack([plane.codes for plane in planes.values()]).astype("<f2")}


def pad(network, other=None, n_digits=N_DIGITS, names=None):
    """What `latent_pad` begins with where there is no kernel."""
    widget = latent_pad(network, other, digits=_digits(n_digits), names=names)
    return _pad_state(widget, [network] if other is None else [network, other])


def canvas(network, n_digits=N_DIGITS):
    """What `drawing_pad` begins with where there is no kernel: the encoder, too, which then runs in the page."""
    state = _pad_state(drawing_pad(network, digits=_digits(n_digits)), [network])
    weights, layers = encoder_arrays(network)
    return {**state, "strokes": [], "chosen": -1, "_reading": {},
            "_encoder": weights, "_encoder_setup": {"layers": layers, "slope": LEAKY_SLOPE}}


def decoder_arrays(network):
    """Return a decoder's weights, float16 of shape (n,), and each layer's numbers of inputs and of units."""
    return _flat(network.decoder_layers)


def encoder_arrays(network):
    """Return an encoder's weights as `decoder_arrays` does; batch normalisation is put into the last layer.

    The last layer gives z_mean and, of a VAE, z_log_var behind it.
    """
    weights = {name.removeprefix("encoder/"): array.astype(float) for name, array in network.weights.items()}
    layers = [(weights[f"dense_{units}/kernel"], weights[f"dense_{units}/bias"]) for units in HIDDEN_UNITS]
    heads = [name for name in ("z_mean", "z_log_var", "z") if f"{name}/kernel" in weights]
    kernel = np.hstack([weights[f"{name}/kernel"] for name in heads])  # (units, outputs)
    bias = np.concatenate([weights[f"{name}/bias"] for name in heads])
    scale = weights["batch_norm/gamma"] / np.sqrt(weights["batch_norm/moving_variance"] + BATCH_NORM_EPSILON)
    shift = weights["batch_norm/beta"] - scale * weights["batch_norm/moving_mean"]
    return _flat([*layers, (scale[:, None] * kernel, bias + shift @ kernel)])


# A cell's tag, the kind of `alive.js`, and what the twin begins with.
KINDS = {
    "twin-latent-2": ("latent", lambda: latent(load_pretrained("vae-2d"))),
    "twin-latent-12": ("latent", lambda: latent(load_pretrained("vae-12d"))),
    "twin-gaussian": ("gaussian", gaussian),
    "twin-kl": ("kl", kl),
    "twin-beta": ("beta", beta),
    "twin-pad": ("pad", lambda: pad(load_pretrained("vae-2d"), load_pretrained("ae-2d"),
                                      names=("VAE", "autoencoder"))),
    "twin-walk": ("pad", lambda: {**beginning("twin-pad"), "points": [(-2.0, 0.5), (2.0, 0.5)]}),
    "twin-canvas": ("pad", lambda: canvas(load_pretrained("vae-2d"))),
}


@functools.cache
def beginning(tag):
    """What the twin of a tag begins with, in every language and on every page."""
    return KINDS[tag][1]()


class Twins:
    """The twins of one file, each of which is a place in it; `scripts` then gives what all of them need.

    Parameters
    ----------
    language : str, optional
        In which they speak: "pt_BR", or "" for English.
    says : dict of str to str, optional
        What they say, in that language, in place of some of their texts, by the English ones.
    """

    def __init__(self, language="", says=None):
        self._models, self._arrays = {}, {}
        self._texts = {"words": words_of(PACKAGE, language)["widgets"], "says": says}

    def place(self, tag, state=None):
        """Return the element in which the twin that a tag names will live.

        Parameters
        ----------
        tag : str
            One of `KINDS`.
        state : dict, optional
            What it begins with, in place of what `KINDS` says.
        """
        kind, _ = KINDS[tag]
        name = f"model-{tag}" if state is None else f"model-{tag}-{len(self._models)}"
        if name not in self._models:
            self._models[name] = self._packed(beginning(tag) if state is None else state)
        return f'<div class="twin {tag}" data-twin="{kind}" data-model="{name}" data-prevent-swipe></div>'

    def scripts(self, start="window.twins = bringAlive();"):
        """Return the scripts with the twins' models, which are data, and `alive.js`, which shows them.

        Parameters
        ----------
        start : str, optional
            JavaScript that calls `bringAlive` when there is something to show; unless told otherwise, at once.
        """
        if not self._models:
            return ""
        models = self._models | {name: texts for name, texts in self._texts.items() if texts}
        data = [_script("application/json", json.dumps(model).replace("<", r"\u003c"), f' id="{name}"')
                for name, model in models.items()]
        data += [_script("text/plain", text, f' id="{name}"') for name, text in self._arrays.items()]
        start = f'import {{ bringAlive }} from "vae/alive.js";\n{start}'
        return "\n".join([*data, _script("importmap", json.dumps({"imports": _modules()})), _script("module", start)])

    @staticmethod
    def style():
        """Return the style sheets of all twins."""
        return "\n".join((ASSETS / name).read_text("utf-8") for name in ("pad.css", "twin.css"))

    def _packed(self, value):
        if isinstance(value, dict):
            return {key: self._packed(part) for key, part in value.items()}
        parts = value if isinstance(value, tuple) else (value,)  # one behind the other
        if parts and all(isinstance(part, np.ndarray) and part.dtype == np.float16 for part in parts):
            return {"halves": [self._stored(part.tobytes()) for part in parts]}
        if isinstance(value, (np.ndarray, bytes)):
            return {"bytes": self._stored(value if isinstance(value, bytes) else value.tobytes())}
        return value

    def _stored(self, array):
        name = f"array-{hashlib.sha256(array).hexdigest()[:12]}"
        self._arrays[name] = base64.b64encode(array).decode()
        return name


def _script(kind, text, more=""):
    return f'<script type="{kind}"{more}>{text}</script>'


def _modules():
    """Each module once, as an address, under a name of its own: within one another, as `as_one` has them, they take
    ten times the room."""
    def named(path):
        text = IMPORT.sub(lambda found: f'{found[1]}"vae/{found[2].removeprefix("./")}"', path.read_text("utf-8"))
        return f"data:text/javascript;base64,{base64.b64encode(text.encode()).decode()}"

    return {f"vae/{path.name}": named(path) for path in sorted(SCRIPTS.glob("*.js"))}


def _state(widget, names):
    return {name: getattr(widget, name) for name in names}


def _pad_state(widget, networks):
    return {**_state(widget, PAD_STATE), "_weights": tuple(decoder_arrays(network)[0] for network in networks)}


def _flat(layers):
    return flat_weights(layers).astype("<f2"), [kernel.shape for kernel, _ in layers]


def _some(n_digits):
    return np.linspace(0, 9999, n_digits).round().astype(int)


def _digits(n_digits):
    test, some = load_mnist("test"), _some(n_digits)
    return Digits(test.images[some], test.labels[some])
