"""The lecture's dense autoencoder and variational autoencoder (VAE), in Keras 3.

Introduced in notebook 05; lecture, sections 3.7 and 4.2 to 4.6. Costs are in nats per image, summed over the pixels.
"""

import numpy as np

from vae_helpers import _validate
from vae_helpers.backend import keras
from vae_helpers.data import N_PIXELS
from vae_helpers.network import BATCH_NORM_EPSILON, HIDDEN_UNITS, LEAKY_SLOPE, read_weights

layers, ops = keras.layers, keras.ops


def bernoulli_cost(x, x_logits):
    """Return the cross-entropy between pixels and their reconstruction, summed over the pixels of each image.

    Parameters
    ----------
    x : tensor of shape (batch, 784)
        Pixels in [0, 1].
    x_logits : tensor of shape (batch, 784)
        The decoder's output before its sigmoid. Any finite number is safe, however large.

    Returns
    -------
    tensor of shape (batch,)
        Nats per image: minus the log-likelihood of a black-and-white image, and for grey pixels its expected value
        over images drawn with x as the probability of ink.

    References
    ----------
    D. P. Kingma and M. Welling, "Auto-encoding variational Bayes", 2013, appendix C.1.
    """
    # log(1 + exp(l)) - l * x, with the exponential's argument kept below zero.
    per_pixel = ops.maximum(x_logits, 0) - x_logits * x + ops.log1p(ops.exp(-ops.abs(x_logits)))
    return ops.sum(per_pixel, axis=-1)


def kl_cost(z_mean, z_log_var):
    """Return KL(N(z_mean, exp(z_log_var)) || N(0, I)) of each image, summed over the latent elements.

    Parameters
    ----------
    z_mean, z_log_var : tensor of shape (batch, latent_dim)

    Returns
    -------
    tensor of shape (batch,)
        Nats per image. The twin of `gaussian.kl_to_standard_normal` for tensors, so that gradients flow through it.
    """
    return 0.5 * ops.sum(ops.exp(z_log_var) + ops.square(z_mean) - z_log_var - 1.0, axis=-1)


@keras.saving.register_keras_serializable(package="vae_helpers")
class Sampling(layers.Layer):
    """Draw a code: z = z_mean + exp(z_log_var / 2) * noise, noise from N(0, I).

    The draw is part of the model, not a trick of training like dropout: the cost on test images is an expected value
    over z, too. So it is made whether training or not. Where one code an image is wanted, take `z_mean`.

    Parameters
    ----------
    seed : int, optional
        Start of the layer's own stream of noise. Each call goes on in the stream.

    Input shape
    -----------
    Two tensors of shape (batch, latent_dim): `z_mean` and `z_log_var`.

    Output shape
    ------------
    Tensor of shape (batch, latent_dim).

    References
    ----------
    Lecture, section 4.2.
    """

    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs):
        z_mean, z_log_var = inputs
        noise = keras.random.normal(ops.shape(z_mean), dtype=z_mean.dtype, seed=self.seed_generator)
        return z_mean + ops.exp(0.5 * z_log_var) * noise

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}


def build_encoder(latent_dim=2, seed=None, variational=True):
    """Build the lecture's encoder: 784-512-256-128-64, batch normalisation, then the code.

    Parameters
    ----------
    latent_dim : int, default=2
        Elements of a code, at least 1.
    seed : int, optional
        Fixes the first weights and the sampler's noise.
    variational : bool, default=True
        Whether the code is drawn from a normal distribution that the encoder describes (VAE) or is the output itself
        (autoencoder).

    Returns
    -------
    keras.Model
        From x of shape (batch, 784) to ``[z_mean, z_log_var, z]``, or to ``z``, each of shape (batch, latent_dim).

    Raises
    ------
    TypeError, ValueError
        If `latent_dim` is not an integer of at least 1, or `seed` is neither None nor an integer of at least 0.

    References
    ----------
    Lecture, section 4.3.
    """
    latent_dim = _validate.integer(latent_dim, "latent_dim", least=1)
    seeds = _layer_seeds(seed, part=0)
    x = inputs = keras.Input((N_PIXELS,), name="x")
    for units in HIDDEN_UNITS:
        x = _dense(units, f"dense_{units}", seeds)(x)
        x = layers.LeakyReLU(negative_slope=LEAKY_SLOPE, name=f"leaky_relu_{units}")(x)
    x = layers.BatchNormalization(epsilon=BATCH_NORM_EPSILON, name="batch_norm")(x)
    if not variational:
        return keras.Model(inputs, _dense(latent_dim, "z", seeds)(x), name="encoder")
    z_mean = _dense(latent_dim, "z_mean", seeds)(x)
    z_log_var = _dense(latent_dim, "z_log_var", seeds)(x)
    z = Sampling(seed=next(seeds), name="sampling")([z_mean, z_log_var])
    return keras.Model(inputs, [z_mean, z_log_var, z], name="encoder")


def build_decoder(latent_dim=2, seed=None):
    """Build the lecture's decoder: code-64-128-256-512-784, with a sigmoid at the end.

    Parameters
    ----------
    latent_dim : int, default=2
        Elements of a code, at least 1.
    seed : int, optional
        Fixes the first weights.

    Returns
    -------
    keras.Model
        From z of shape (batch, latent_dim) to pixels in [0, 1] of shape (batch, 784). Its layer "x_logits" gives the
        pixels before the sigmoid.

    Raises
    ------
    TypeError, ValueError
        If `latent_dim` is not an integer of at least 1, or `seed` is neither None nor an integer of at least 0.

    References
    ----------
    Lecture, section 4.4.
    """
    latent_dim = _validate.integer(latent_dim, "latent_dim", least=1)
    seeds = _layer_seeds(seed, part=1)
    x = inputs = keras.Input((latent_dim,), name="z")
    for units in reversed(HIDDEN_UNITS):
        x = _dense(units, f"dense_{units}", seeds, activation="relu")(x)
    x = _dense(N_PIXELS, "x_logits", seeds)(x)
    return keras.Model(inputs, layers.Activation("sigmoid", name="pixels")(x), name="decoder")


@keras.saving.register_keras_serializable(package="vae_helpers")
class Autoencoder(keras.Model):
    """An encoder and a decoder trained to rebuild their input.

    `fit`, `evaluate`, `predict`, `save` and `keras.saving.load_model` work as for any Keras model. `fit(x)` rebuilds x,
    `fit(x, y)` rebuilds y. The logs hold `loss`, in nats per image. Calling the model gives a dict of what the cost
    needs; `predict` gives the pixels in [0, 1] that the code decodes to, of shape (n, 784).

    Parameters
    ----------
    encoder, decoder : keras.Model
        As made by `build_encoder` and `build_decoder`.
    """

    def __init__(self, encoder, decoder, **kwargs):
        super().__init__(**kwargs)
        self.encoder = encoder
        self.decoder = decoder
        # The same layers without the sigmoid: the cost is computed from logits, which no rounding can turn into log(0).
        self.decoder_logits = keras.Model(decoder.input, decoder.get_layer("x_logits").output, name="decoder_logits")
        self.built = True  # its layers are, so that it can be saved before it was ever called

    @property
    def latent_dim(self):
        """Elements of a code."""
        return self.decoder.input_shape[-1]

    def call(self, x, training=None):
        z = self.encoder(x, training=training)
        return {"z": z, "x_logits": self.decoder_logits(z, training=training)}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        target = x if y is None else y
        return _mean(bernoulli_cost(target, y_pred["x_logits"]), sample_weight)

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        return super().compute_metrics(x, y, ops.sigmoid(y_pred["x_logits"]), sample_weight)

    def predict_step(self, data):
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        return self.decoder(self._one_code(x), training=False)

    def _one_code(self, x):
        return self.encoder(x, training=False)

    def get_config(self):
        return {**super().get_config(), "encoder": keras.saving.serialize_keras_object(self.encoder),
                "decoder": keras.saving.serialize_keras_object(self.decoder)}

    @classmethod
    def from_config(cls, config):
        parts = {name: keras.saving.deserialize_keras_object(config[name]) for name in ("encoder", "decoder")}
        return cls(**{**config, **parts})


@keras.saving.register_keras_serializable(package="vae_helpers")
class VAE(Autoencoder):
    """An autoencoder whose encoder describes a distribution of codes, held close to N(0, I).

    The cost is ``loss = reconstruction + beta * kl``, in nats per image; with beta = 1 it is minus the ELBO. `fit` and
    `evaluate` report the three, with z sampled in both. `predict` decodes `z_mean`, so that it gives the same pixels
    twice.

    Parameters
    ----------
    encoder, decoder : keras.Model
        As made by `build_encoder` and `build_decoder`.
    beta : float, default=1.0
        Weight of the KL term, at least 0. It can be set anew at any time, also while training.

    References
    ----------
    Lecture, sections 3.5 and 4.6. D. P. Kingma and M. Welling, "Auto-encoding variational Bayes", 2013. I. Higgins et
    al., "beta-VAE: learning basic visual concepts with a constrained variational framework", ICLR 2017.
    """

    def __init__(self, encoder, decoder, beta=1.0, **kwargs):
        super().__init__(encoder, decoder, **kwargs)
        # A variable, because a plain number would be frozen into the compiled training step.
        self._beta = self.add_weight(name="beta", shape=(), initializer="ones", trainable=False)
        self.beta = beta
        self.reconstruction_tracker = keras.metrics.Mean(name="reconstruction")
        self.kl_tracker = keras.metrics.Mean(name="kl")

    @property
    def beta(self):
        """Weight of the KL term."""
        return float(self._beta.numpy())

    @beta.setter
    def beta(self, value):
        self._beta.assign(_validate.real(value, "beta", least=0))

    def call(self, x, training=None):
        z_mean, z_log_var, z = self.encoder(x, training=training)
        return {"z_mean": z_mean, "z_log_var": z_log_var, "z": z,
                "x_logits": self.decoder_logits(z, training=training)}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        reconstruction = super().compute_loss(x, y, y_pred, sample_weight, training)
        kl = _mean(kl_cost(y_pred["z_mean"], y_pred["z_log_var"]), sample_weight)
        # Weighted by the batch as the loss is, so that the three agree over batches of unequal size.
        self.reconstruction_tracker.update_state(reconstruction, sample_weight=ops.shape(x)[0])
        self.kl_tracker.update_state(kl, sample_weight=ops.shape(x)[0])
        return reconstruction + self._beta * kl

    def _one_code(self, x):
        return self.encoder(x, training=False)[0]

    def get_config(self):
        return {**super().get_config(), "beta": self.beta}


def build_vae(latent_dim=2, beta=1.0, seed=None):
    """Build the lecture's VAE.

    Parameters
    ----------
    latent_dim : int, default=2
        Elements of a code, at least 1.
    beta : float, default=1.0
        Weight of the KL term in nats per image, at least 0. The lecture's 1/784 on a cost averaged over the pixels is
        beta = 1 here.
    seed : int, optional
        Fixes the first weights and the sampler's noise.

    Returns
    -------
    VAE
        Not compiled yet: `training.train` does that, or `compile`.

    Raises
    ------
    TypeError, ValueError
        If an argument is not of the kind above; the message repeats it.
    """
    return VAE(build_encoder(latent_dim, seed), build_decoder(latent_dim, seed), beta, name="vae")


def build_autoencoder(latent_dim=2, seed=None):
    """Build the VAE's layers without the sampler and the KL term.

    Parameters
    ----------
    latent_dim : int, default=2
        Elements of a code, at least 1.
    seed : int, optional
        Fixes the first weights.

    Returns
    -------
    Autoencoder
        Not compiled yet: `training.train` does that, or `compile`.

    Raises
    ------
    TypeError, ValueError
        If an argument is not of the kind above; the message repeats it.
    """
    encoder = build_encoder(latent_dim, seed, variational=False)
    return Autoencoder(encoder, build_decoder(latent_dim, seed), name="autoencoder")


def build_pretrained(name):
    """Build the Keras model of a network that ships with the package and pour its weights in.

    Parameters
    ----------
    name : {"vae-2d", "vae-12d", "ae-2d"}
        As for `decoder.load_pretrained`.

    Returns
    -------
    VAE or Autoencoder

    Raises
    ------
    ValueError
        If `name` is none of the three.
    """
    arrays, info = read_weights(name)
    build = build_vae if name.startswith("vae") else build_autoencoder
    model = build(info["latent_dim"])
    for key, weight in _named_weights(model).items():
        weight.assign(arrays[key])
    return model


def to_arrays(model):
    """Take the weights out of a model, so that `decoder.Network` can run it.

    Parameters
    ----------
    model : VAE or Autoencoder

    Returns
    -------
    dict of str to ndarray of float32
        The weights, named "part/layer/weight". Copies: training on does not change them.

    Raises
    ------
    TypeError
        If `model` is neither.
    """
    if not isinstance(model, Autoencoder):
        raise TypeError(f"model must be a VAE or an Autoencoder of this module, received {_validate.described(model)}")
    return {key: np.array(weight, dtype=np.float32) for key, weight in _named_weights(model).items()}


def _named_weights(model):
    return {f"{part.name}/{layer.name}/{weight.name}": weight
            for part in (model.encoder, model.decoder) for layer in part.layers for weight in layer.weights}


def _mean(per_image, sample_weight):
    if sample_weight is not None:
        per_image = per_image * ops.cast(ops.reshape(sample_weight, (-1,)), per_image.dtype)
    return ops.mean(per_image)


def _dense(units, name, seeds, activation=None):
    initializer = keras.initializers.GlorotUniform(seed=next(seeds))
    return layers.Dense(units, activation=activation, kernel_initializer=initializer, name=name)


def _layer_seeds(seed, part):
    """Yield a seed of its own for every layer: with one for all, layers of one shape would start out equal."""
    rng = None if seed is None else np.random.default_rng((_validate.integer(seed, "seed", least=0), part))
    while True:
        yield None if rng is None else int(rng.integers(2**31))
