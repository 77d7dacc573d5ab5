"""What a notebook builds in a cell tagged `taught` gives the numbers of the helper of the same name."""

import ast

import nbformat
import numpy as np
import pytest

from tools.execute import NOTEBOOKS
from vae_helpers import evaluation, gaussian, latent, models
from vae_helpers.backend import keras
from vae_helpers.data import load_mnist
from vae_helpers.network import load_pretrained

RNG = np.random.default_rng(0)
Z_MEAN, Z_LOG_VAR, NOISE = RNG.normal(size=(3, 40, 2))
X, X_LOGITS = RNG.random((40, 784)).astype("float32"), RNG.normal(0, 3, (40, 784)).astype("float32")
DIGITS = load_mnist("test").images[:20]
KERAS_VAE = models.from_network(load_pretrained("vae-2d"))
NORMALS = [(0.3, 0.5, -1.0, 2.0), (0.0, 1.0, 0.0, 1.0), (2.0, 0.1, 1.9, 0.2)]


def shapes(model):
    return [tuple(weight.shape) for layer in model.layers for weight in layer.weights]


# For each name, what to compute with the taught version and with the helper.
COMPUTE = {
    "reparameterize": (gaussian, lambda f: f(Z_MEAN, Z_LOG_VAR, NOISE)),
    "kl_to_standard_normal": (gaussian, lambda f: f(Z_MEAN, Z_LOG_VAR)),
    "kl_between": (gaussian, lambda f: [f(*normals) for normals in NORMALS]),
    "kl_quadrature": (gaussian, lambda f: [f(*normals) for normals in NORMALS]),
    "kl_monte_carlo": (gaussian, lambda f: [f(*n, 1000, np.random.default_rng(1)) for n in NORMALS]),
    "log_normal_density": (gaussian, lambda f: [f(0.7, mean, std) for mean, std, _, _ in NORMALS]),
    "kl_cost": (models, lambda f: keras.ops.convert_to_numpy(f(Z_MEAN, Z_LOG_VAR))),
    "bernoulli_cost": (models, lambda f: keras.ops.convert_to_numpy(f(X, X_LOGITS))),
    "Sampling": (models, lambda f: keras.ops.convert_to_numpy(f(seed=3)([Z_MEAN, Z_LOG_VAR]))),
    "build_encoder": (models, lambda f: shapes(f(latent_dim=3))),
    "build_decoder": (models, lambda f: shapes(f(latent_dim=3))),
    "plane_codes": (latent, lambda f: f(7, 1.5)),
    "quantile_plane_codes": (latent, lambda f: f(9)),
    "digit_plane": (latent, lambda f: f(lambda z: X[: len(z)], X[:36, :2])),
    "interpolate": (latent, lambda f: [f(Z_MEAN[0], Z_MEAN[1], 5, kind) for kind in ("linear", "slerp")]),
    "attribute_vector": (latent, lambda f: f(Z_MEAN, NOISE[:, 0], np.arange(40) % 3)),
    "prior_tail": (gaussian, lambda f: [f(Z_MEAN), f(NOISE[:, :1])]),
    "importance_weighted_bound": (evaluation, lambda f: f(KERAS_VAE, DIGITS, 3).mean()),
}


def taught():
    for path in NOTEBOOKS:
        cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
        for cell in cells:
            if "taught" in cell.metadata.get("tags", []):
                for node in ast.parse(cell.source).body:
                    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                        yield pytest.param(path, node.name, id=f"{path.stem}-{node.name}")


def lift(path, name):
    """Return what `name` is after the cells that import, and those tagged `taught`, have been run."""
    namespace = {}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code" or not {"setup", "taught"} & set(cell.metadata.get("tags", [])):
            continue
        exec(compile(cell.source, f"{path.name}:{cell.id}", "exec"), namespace)
    return namespace[name]


@pytest.mark.parametrize(("path", "name"), list(taught()))
def test_taught_code_agrees_with_the_helper(path, name):
    assert name in COMPUTE, f"no helper is called {name}"
    module, compute = COMPUTE[name]
    ours, helper = compute(lift(path, name)), compute(getattr(module, name))
    if name.startswith("build"):
        assert ours == helper
    else:
        np.testing.assert_allclose(ours, helper, rtol=1e-6, atol=1e-9)


def test_what_is_taught_first_in_a_notebook_is_there():
    """A renamed or untagged cell would otherwise leave the comparison above without a sound."""
    names = {param.values[1] for param in taught()}
    missing = set(COMPUTE) - names - {"log_normal_density"}
    assert not missing
