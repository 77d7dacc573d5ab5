"""The lecture's dense autoencoder and variational autoencoder (VAE), in Keras 3.

Introduced in notebook 05; lecture, sections 3.7 and 4.2 to 4.6. Costs are in nats per image, summed over the pixels.
"""

import math

import numpy as np

from vae_helpers import _validate
from vae_helpers.backend import keras, tf
from vae_helpers.data import BATCH_SIZE, vector_batches
from vae_helpers.network import BATCH_NORM_EPSILON, HIDDEN_UNITS, LEAKY_SLOPE, Network, weight_shapes

layers, ops = keras.layers, keras.ops


def bernoulli_cost(x, x_logits):
    """Return the cross-entropy between pixels and their reconstruction, summed over the pixels of each image.

    Parameters
    ----------
    x : tensor of shape (batch, 784), or (batch, height, width) and the like
        Pixels in [0, 1].
    x_logits : tensor of the same shape
        The decoder's output before its sigmoid. Any finite number is safe, however large.

    Returns
    -------
    tensor of shape (batch,)
        Nats per image: minus the log-likelihood of a black-and-white image, and for grey pixels its expected value
        over images drawn with x as the probability of ink.

    References
    ----------
    D. P. Kingma and M. Welling, "Auto-encoding variational Bayes", 2013, appendix C.1.

    Examples
    --------
    >>> float(bernoulli_cost([[1.0, 0.0]], [[0.0, 0.0]])[0])  # two pixels, each half sure: 2 log 2
    1.3862943649291992
    """
    x_logits = _single_precision(x_logits)
    x = ops.cast(x, x_logits.dtype)
    _of_one_shape(x=x, x_logits=x_logits)
    if tf.executing_eagerly():  # a compiled step could not raise; `fit` has looked at its images before
        _check_pixels(x, "x")
    # log(1 + exp(l)) - l * x, with the exponential's argument kept below zero.
    per_pixel = ops.maximum(x_logits, 0) - x_logits * x + ops.log1p(ops.exp(-ops.abs(x_logits)))
    return ops.sum(per_pixel, axis=tuple(range(1, len(per_pixel.shape))))


def kl_cost(z_mean, z_log_var):
    """Return KL(N(z_mean, exp(z_log_var)) || N(0, I)) of each image, summed over the latent elements.

    Parameters
    ----------
    z_mean, z_log_var : tensor of shape (batch, latent_dim)

    Returns
    -------
    tensor of shape (batch,)
        Nats per image. The twin of `gaussian.kl_to_standard_normal` for tensors, so that gradients flow through it.

    Examples
    --------
    >>> float(kl_cost([[1.0, 0.0]], [[0.0, 0.0]])[0])
    0.5
    """
    z_mean, z_log_var = _single_precision(z_mean), _single_precision(z_log_var)
    z_mean = ops.cast(z_mean, z_log_var.dtype)
    _of_one_shape(z_mean=z_mean, z_log_var=z_log_var)
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


def build_encoder(latent_dim=2, seed=None, variational=True, image_shape=(28, 28)):
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
    image_shape : tuple of int, default=(28, 28)
        The size of an image: (height, width), or (height, width, 3) for colours.

    Returns
    -------
    keras.Model
        From x of shape (batch, 784) to ``[z_mean, z_log_var, z]``, or to ``z``, each of shape (batch, latent_dim).


    References
    ----------
    Lecture, section 4.3.
    """
    latent_dim = _validate.integer(latent_dim, "latent_dim", least=1)
    seeds = _layer_seeds(seed, part=0)
    x = inputs = keras.Input((math.prod(_validate.image_shape(image_shape)),), name="x")
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


def build_decoder(latent_dim=2, seed=None, image_shape=(28, 28)):
    """Build the lecture's decoder: code-64-128-256-512-784, with a sigmoid at the end.

    Parameters
    ----------
    latent_dim : int, default=2
        Elements of a code, at least 1.
    seed : int, optional
        Fixes the first weights.
    image_shape : tuple of int, default=(28, 28)
        The size of an image, as for `build_encoder`.

    Returns
    -------
    keras.Model
        From z of shape (batch, latent_dim) to pixels in [0, 1] of shape (batch, 784). Its layer "x_logits" gives the
        pixels before the sigmoid.


    References
    ----------
    Lecture, section 4.4.
    """
    latent_dim = _validate.integer(latent_dim, "latent_dim", least=1)
    seeds = _layer_seeds(seed, part=1)
    x = inputs = keras.Input((latent_dim,), name="z")
    for units in reversed(HIDDEN_UNITS):
        x = _dense(units, f"dense_{units}", seeds, activation="relu")(x)
    x = _dense(math.prod(_validate.image_shape(image_shape)), "x_logits", seeds)(x)
    return keras.Model(inputs, layers.Activation("sigmoid", name="pixels")(x), name="decoder")


class TrainingStopped(RuntimeError):
    """Training was stopped, by hand or because it went wrong. A notebook shows the message alone, in one line."""

    def _render_traceback_(self):
        return [f"{type(self).__name__}: {self}"]


class _Watch(keras.callbacks.Callback):
    """Stop a training whose cost is no longer a number, or below zero: nothing good comes after that."""

    def on_train_batch_end(self, batch, logs=None):
        cost = (logs or {}).get("loss", 0.0)
        # The KL is a sum of rounded terms, which near zero may end just below it. Worded so that NaN is caught, too.
        if not -1e-2 <= cost < math.inf:
            rate = float(self.model.optimizer.learning_rate)
            raise TrainingStopped(
                f"the cost became {cost:.4g} in epoch {self.epoch + 1}, at a learning rate of {rate:.2g}. The weights "
                "are spoilt: build the model anew, and try a tenth of the learning rate. The epochs before are in "
                "model.history.history. Batches of a dataset may also hold pixels outside [0, 1].")

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch


@keras.saving.register_keras_serializable(package="vae_helpers")
class Autoencoder(keras.Model):
    """An encoder and a decoder trained to rebuild their input.

    `fit`, `evaluate`, `predict`, `save` and `keras.saving.load_model` work as for any Keras model. `fit(x)` rebuilds x,
    `fit(x, y)` rebuilds y; both are checked to be pixels in [0, 1] (of a dataset, the first batch). `compile` takes no
    loss: the model has its own. A training that
    goes wrong or is stopped by hand raises `TrainingStopped`, and the epochs done stay in `history`. The logs hold
    `loss`, in nats per image. Calling the model gives a dict of what the cost needs; `predict` gives the pixels in
    [0, 1] that the code decodes to, in the shape that the decoder gives them.

    Parameters
    ----------
    encoder : keras.Model
        From images to codes of shape (batch, latent_dim). Its input may be flat, (batch, pixels), or have the shape of
        the images, (batch, height, width), (batch, height, width, 1) or (batch, height, width, 3): what the model is
        given is laid out as its encoder takes it.
    decoder : keras.Model
        Functional or Sequential, from codes of shape (batch, latent_dim) to the pixels of an image, in any such shape.
        Its last layer is ``Activation("sigmoid")``: what goes into it are the logits, which the cost is computed from.
    image_shape : tuple of int, optional
        The size of an image, (height, width) or (height, width, 3). Left out, it is that of the encoder's input, and
        (28, 28) where that is flat and has 784 pixels.

    Attributes
    ----------
    latent_dim : int
    image_shape : tuple of int
    """

    encoder_outputs = {1: "z"}  # noqa: RUF012 (never changed)

    def __init__(self, encoder, decoder, image_shape=None, **kwargs):
        super().__init__(**kwargs)
        self.encoder = encoder
        self.decoder = decoder
        # The same layers without the sigmoid: the cost is computed from logits, which no rounding can turn into log(0).
        self.decoder_logits = _before_the_sigmoid(decoder)
        self.image_shape = _image_shape_of(encoder, image_shape)
        self._check_parts()
        # Costs are summed in `floatx`, where float16 ends at 65,504; a weight in half precision misses most steps.
        for half in {"float16", "bfloat16"} & {keras.config.floatx(), *(weight.dtype for weight in self.weights)}:
            raise ValueError(f"floatx and the weights must be float32 or float64, received {half}, which is too coarse "
                             f"for costs and steps: keras.config.set_dtype_policy('mixed_{half}') computes in half "
                             "precision and keeps them whole")
        self.built = True  # its layers are, so that it can be saved before it was ever called

    @property
    def latent_dim(self):
        """Elements of a code."""
        return self.decoder.input_shape[-1]

    def encode(self, images):
        """Encode images to the mean and the log-variance of their codes, as `network.Network.encode` does.

        Parameters
        ----------
        images : ndarray of shape (n, 28, 28), dtype=uint8, or of shape (n, 28, 28) or (n, 784), dtype=float32 in [0, 1]

        Returns
        -------
        z_mean, z_log_var : ndarray of shape (n, latent_dim), dtype=float32
            An autoencoder gives its code as the mean. The code has no spread, so its log-variance is minus infinity.
        """
        codes = [map(_as_array, self._codes(x)) for x in vector_batches(images, self.image_shape)]
        return tuple(np.concatenate(parts) for parts in zip(*codes))

    def decode(self, z):
        """Decode codes to pixels, as `network.Network.decode` does.

        Parameters
        ----------
        z : ndarray of shape (n, latent_dim)

        Returns
        -------
        ndarray of shape (n, 28, 28), dtype=float32
            Pixels in [0, 1].
        """
        return self._run(self.decoder, z).reshape(-1, *self.image_shape)

    def decode_logits(self, z):
        """Decode codes to logits, as `network.Network.decode_logits` does.

        Parameters
        ----------
        z : ndarray of shape (n, latent_dim)

        Returns
        -------
        ndarray of shape (n, 784), dtype=float32
        """
        return self._run(self.decoder_logits, z).reshape(len(z), -1)

    def fit(self, x=None, y=None, *arguments, **options):
        self._check_data(x, y)
        self._check_data(*keras.utils.unpack_x_y_sample_weight(options.get("validation_data"))[:2])
        # Keras drops the weights of images that have no target.
        y = x if y is None and options.get("sample_weight") is not None else y
        return self.fit_checked(x, y, *arguments, **options)

    def fit_checked(self, x=None, y=None, *arguments, **options):
        """Do what `fit` does, with images that have been checked already.

        Parameters
        ----------
        x, y, *arguments, **options
            As of `fit`.

        Returns
        -------
        keras.callbacks.History
        """
        options["callbacks"] = [*(options.get("callbacks") or ()), _Watch()]
        self.history = keras.callbacks.History()  # not that of a training before
        self.history.history = {}
        try:
            return super().fit(x, y, *arguments, **options)
        except KeyboardInterrupt:
            done = len(self.history.history.get("loss", ()))
            raise TrainingStopped(f"stopped by hand after {done} whole epoch{'s' * (done != 1)}, which are in "
                                  "model.history.history.") from None

    def evaluate(self, x=None, y=None, *arguments, **options):
        self._check_data(x, y)
        y = x if y is None and options.get("sample_weight") is not None else y
        return super().evaluate(x, y, *arguments, **options)

    def predict(self, x, *arguments, **options):
        self._check_data(x)
        return super().predict(x, *arguments, **options)

    def save(self, filepath, *arguments, **options):
        _validate.require(not str(filepath).endswith((".h5", ".hdf5")), f"filepath must end in .keras, received "
                          f"{str(filepath)!r}: the older format has no room for two layers of one name. save_weights "
                          "writes a .weights.h5")
        super().save(filepath, *arguments, **options)

    def export(self, filepath, *arguments, **options):
        # Keras would know the input of a model only once it had been called by hand.
        images = keras.InputSpec(shape=self.encoder.input_shape, dtype="float32")
        super().export(filepath, *arguments, **{"input_signature": [images], **options})

    def call(self, x, training=None):
        z = self.encoder(self._as_input(x), training=training)
        return {"z": z, "x_logits": self.decoder_logits(z, training=training)}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return _mean(bernoulli_cost(self._target(x, y), _flat(y_pred["x_logits"])), sample_weight)

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        pixels = ops.sigmoid(_flat(y_pred["x_logits"]))
        return super().compute_metrics(x, self._target(x, y), pixels, sample_weight)

    def predict_step(self, data):
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        return self.decoder(self._codes(x)[0], training=False)

    def get_config(self):
        return {**super().get_config(), "encoder": keras.saving.serialize_keras_object(self.encoder),
                "decoder": keras.saving.serialize_keras_object(self.decoder), "image_shape": list(self.image_shape)}

    @classmethod
    def from_config(cls, config):
        parts = {name: keras.saving.deserialize_keras_object(config[name]) for name in ("encoder", "decoder")}
        return cls(**{**config, **parts})

    def _check_parts(self):
        """Say what is wrong with an encoder and a decoder that do not go together."""
        shapes = [tuple(output.shape[1:]) for output in self.encoder.outputs]
        _validate.require(len(shapes) in self.encoder_outputs, "encoder must have the outputs "
                          f"{' or '.join(self.encoder_outputs.values())}, received {len(shapes)} of them")
        _validate.require(set(shapes) == {(self.latent_dim,)}, f"encoder must give codes of shape (batch, "
                          f"{self.latent_dim}), which decoder takes, received outputs of shape "
                          f"{[('batch', *shape) for shape in shapes]}")
        given = self.decoder.output_shape[1:]
        _validate.require(_holds_images(given, self.image_shape), f"decoder must give the "
                          f"{math.prod(self.image_shape)} pixels of an image of {self.image_shape}, flat or in that "
                          f"shape, received a decoder with the output shape {('batch', *given)}")

    def _check_data(self, x, y=None):
        """Say what is wrong with images and targets: whole arrays, or the first batch of a dataset."""
        _validate.require(self.loss is None, "loss must be left out of compile, because the model has its own, in nats "
                          "per image", self.loss)
        if isinstance(x, (tf.data.Dataset, keras.utils.PyDataset)):
            first = next(iter(x)) if isinstance(x, tf.data.Dataset) else x[0]
            x, y, _ = keras.utils.unpack_x_y_sample_weight(first)
        for name, images in (("x", x), ("y", y)):
            if not hasattr(images, "shape") and not isinstance(images, (tuple, list)):
                continue  # no target, or a generator, whose batches cannot be had twice
            shape = tuple(getattr(images, "shape", ()))
            hint = ". The target of a VAE is an image, not a label" if name == "y" else ""
            _validate.require(_holds_images(shape[1:], self.image_shape), f"{name} must be images of "
                              f"{self.image_shape}, received {_validate.described(images)}{hint}")
            _check_pixels(images, name)

    def _as_input(self, x):
        return ops.reshape(x, (-1, *self.encoder.input_shape[1:]))

    def _target(self, x, y):
        # A compiled step cannot raise: pixels that are none, which came after those that `fit` looked at, cost NaN.
        target = _flat(x if y is None else y)
        return ops.where(ops.logical_and(target >= 0, target <= 1), target, math.nan)

    def _codes(self, x):
        z = self.encoder(self._as_input(x), training=False)
        return z, ops.full_like(z, -math.inf)

    def _run(self, part, z):
        z = _validate.finite_array(z, "z", (None, self.latent_dim)).astype(np.float32)
        batches = np.split(z, range(BATCH_SIZE, len(z), BATCH_SIZE))
        return np.concatenate([_as_array(part(batch, training=False)) for batch in batches])


@keras.saving.register_keras_serializable(package="vae_helpers")
class VAE(Autoencoder):
    """An autoencoder whose encoder describes a distribution of codes, held close to N(0, I).

    The cost is ``loss = reconstruction + beta * kl``, in nats per image; with beta = 1 it is minus the ELBO. `fit` and
    `evaluate` report the three, with z sampled in both. `predict` decodes `z_mean`, so that it gives the same pixels
    twice.

    Parameters
    ----------
    encoder : keras.Model
        As of `Autoencoder`, with the outputs ``[z_mean, z_log_var]``, or ``[z_mean, z_log_var, z]`` where it draws z
        itself, by a layer `Sampling`.
    decoder : keras.Model
        As of `Autoencoder`.
    beta : float, default=1.0
        Weight of the KL term, at least 0. It can be set anew at any time, also while training.
    image_shape : tuple of int, optional
        As of `Autoencoder`.

    References
    ----------
    Lecture, sections 3.5 and 4.6. D. P. Kingma and M. Welling, "Auto-encoding variational Bayes", 2013. I. Higgins et
    al., "beta-VAE: learning basic visual concepts with a constrained variational framework", ICLR 2017.

    Examples
    --------
    Any layers will do. A small convolutional pair, for images of 28 by 28:

    >>> x = keras.Input((28, 28, 1))
    >>> h = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(x)  # (batch, 14, 14, 8)
    >>> h = layers.Flatten()(h)
    >>> encoder = keras.Model(x, [layers.Dense(2)(h), layers.Dense(2)(h)])
    >>> decoder = keras.Sequential([
    ...     keras.Input((2,)),
    ...     layers.Dense(14 * 14 * 8, activation="relu"),
    ...     layers.Reshape((14, 14, 8)),
    ...     layers.Conv2DTranspose(1, 3, strides=2, padding="same"),  # (batch, 28, 28, 1), logits
    ...     layers.Activation("sigmoid"),
    ... ])
    >>> vae = VAE(encoder, decoder)
    >>> vae.latent_dim, vae.image_shape, vae.decode(np.zeros((5, 2))).shape
    (2, (28, 28), (5, 28, 28))
    """

    encoder_outputs = {2: "[z_mean, z_log_var]", 3: "[z_mean, z_log_var, z]"}  # noqa: RUF012 (never changed)

    def __init__(self, encoder, decoder, beta=1.0, image_shape=None, **kwargs):
        super().__init__(encoder, decoder, image_shape, **kwargs)
        # A variable, because a plain number would be frozen into the compiled training step.
        self._beta = self.add_weight(name="beta", shape=(), initializer="ones", trainable=False)
        self.beta = beta
        self.sampling = None if len(encoder.outputs) == 3 else Sampling()
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
        z_mean, z_log_var, *z = self.encoder(self._as_input(x), training=training)
        z = z[0] if z else self.sampling([z_mean, z_log_var])
        return {"z_mean": z_mean, "z_log_var": z_log_var, "z": z,
                "x_logits": self.decoder_logits(z, training=training)}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        reconstruction = super().compute_loss(x, y, y_pred, sample_weight, training)
        kl = _mean(kl_cost(y_pred["z_mean"], y_pred["z_log_var"]), sample_weight)
        # Weighted by the batch as the loss is, so that the three agree over batches of unequal size.
        self.reconstruction_tracker.update_state(reconstruction, sample_weight=ops.shape(x)[0])
        self.kl_tracker.update_state(kl, sample_weight=ops.shape(x)[0])
        return reconstruction + ops.cast(self._beta, kl.dtype) * ops.cast(kl, reconstruction.dtype)

    def get_config(self):
        return {**super().get_config(), "beta": self.beta}

    def _codes(self, x):
        return self.encoder(self._as_input(x), training=False)[:2]


def build_vae(latent_dim=2, beta=1.0, seed=None, image_shape=(28, 28)):
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
    image_shape : tuple of int, default=(28, 28)
        The size of an image: (height, width), or (height, width, 3) for colours.

    Returns
    -------
    VAE
        Not compiled yet: `training.train` does that, or `compile`.

    Examples
    --------
    >>> vae = build_vae(latent_dim=12, seed=0)
    >>> vae.latent_dim, vae.beta, vae.count_params() > 1_000_000
    (12, 1.0, True)
    """
    encoder = build_encoder(latent_dim, seed, image_shape=image_shape)
    return VAE(encoder, build_decoder(latent_dim, seed, image_shape), beta, image_shape, name="vae")


def build_autoencoder(latent_dim=2, seed=None, image_shape=(28, 28)):
    """Build the VAE's layers without the sampler and the KL term.

    Parameters
    ----------
    latent_dim : int, default=2
        Elements of a code, at least 1.
    seed : int, optional
        Fixes the first weights.
    image_shape : tuple of int, default=(28, 28)
        The size of an image, as for `build_vae`.

    Returns
    -------
    Autoencoder
        Not compiled yet: `training.train` does that, or `compile`.

    Examples
    --------
    >>> build_autoencoder(seed=0).encode(np.zeros((3, 28, 28), np.uint8))[1][0]  # a code without spread
    array([-inf, -inf], dtype=float32)
    """
    encoder = build_encoder(latent_dim, seed, variational=False, image_shape=image_shape)
    return Autoencoder(encoder, build_decoder(latent_dim, seed, image_shape), image_shape, name="autoencoder")


def from_network(network):
    """Build the Keras model of a `Network`, with its weights: the way back from `to_network`.

    Parameters
    ----------
    network : Network
        For example ``load_pretrained("vae-2d")``.

    Returns
    -------
    VAE or Autoencoder
        Its weights are copies: training it does not change the network.

    Examples
    --------
    >>> from vae_helpers.network import load_pretrained
    >>> from_network(load_pretrained("vae-2d")).latent_dim
    2
    """
    _validate.require(isinstance(network, Network), "network must be a Network, as load_pretrained gives", network,
                      error=TypeError)
    build = build_vae if "encoder/z_mean/kernel" in network.weights else build_autoencoder
    model = build(network.latent_dim, image_shape=network.image_shape)
    for key, weight in _named_weights(model).items():
        weight.assign(network.weights[key])
    return model


def to_network(model, info=None):
    """Take the weights out of a model, so that NumPy runs it: as a `Network`.

    Parameters
    ----------
    model : VAE or Autoencoder
        With the lecture's layers, as `build_vae` and `build_autoencoder` make them.
    info : dict, optional
        What the network is to tell of how it was made.

    Returns
    -------
    Network
        With copies of the weights: training on does not change them.

    Examples
    --------
    >>> network = to_network(build_vae(seed=0))
    >>> network.latent_dim, network.decode([[0.0, 0.0]]).dtype
    (2, dtype('float32'))
    """
    _validate.require(isinstance(model, Autoencoder), "model must be a VAE or an Autoencoder of this module", model,
                      error=TypeError)
    weights = _named_weights(model)
    lectures = weight_shapes(model.latent_dim, isinstance(model, VAE), model.image_shape)
    received = ", ".join(layer.name for part in (model.encoder, model.decoder) for layer in part.layers)
    _validate.require(weights.keys() == lectures.keys(), "model must have the lecture's layers, which build_vae makes, "
                      f"because NumPy runs no others; received the layers {received}. Where a network is "
                      "asked for, give the model itself: it has encode and decode, too")
    network = Network({key: _as_array(weight) for key, weight in weights.items()}, info, model.image_shape)
    # Layers of the same names and sizes may still compute something else. Half precision is off by about a hundredth.
    rng = np.random.default_rng(0)
    images, z = rng.random((8, *model.image_shape), np.float32), rng.standard_normal((8, model.latent_dim))
    for part, its, ours in (("encoder", model.encode(images)[0], network.encode(images)[0]),
                            ("decoder", model.decode_logits(z), network.decode_logits(z))):
        _validate.require(np.linalg.norm(its - ours) <= 0.05 * np.linalg.norm(its), "model must compute what the "
                          f"lecture's layers do: its {part} has their names and gives other numbers. Its activations "
                          "may be others")
    return network


def _named_weights(model):
    return {f"{part.name}/{layer.name}/{weight.name}": weight
            for part in (model.encoder, model.decoder) for layer in part.layers for weight in layer.weights}


def _before_the_sigmoid(decoder):
    """Return the decoder without its last layer, after checking that this is a sigmoid."""
    last = decoder.layers[-1] if getattr(decoder, "layers", None) and getattr(decoder, "inputs", None) else None
    fine = isinstance(last, layers.Activation) and last.activation is keras.activations.sigmoid
    _validate.require(fine, "decoder must be a functional or Sequential model that ends in "
                      "layers.Activation('sigmoid'), so that its input can be taken for the logits; received "
                      + (_validate.described(decoder) if last is None else f"the last layer {last.name!r}"))
    return keras.Model(decoder.inputs[0], last.input, name="decoder_logits")


def _image_shape_of(encoder, image_shape):
    """Return the size of the images that an encoder takes, as given or, where nothing is given, as its input says."""
    _validate.require(len(getattr(encoder, "inputs", None) or ()) == 1, "encoder must be a functional or Sequential "
                      f"model with one input, whose shape is known; received {_validate.described(encoder)}")
    shape = tuple(encoder.input_shape[1:])
    if image_shape is None:
        image_shape = (28, 28) if shape == (784,) else shape[:2] if shape[2:] == (1,) else shape
        _validate.require(len(image_shape) >= 2, "image_shape must be given for an encoder whose input is flat, "
                          f"received {shape[0]} pixels: for example image_shape=(20, 16)")
    image_shape = _validate.image_shape(image_shape)
    _validate.require(_holds_images(shape, image_shape), f"encoder must take images of {image_shape}, flat or in that "
                      f"shape, received one with the input shape {('batch', *shape)}")
    return image_shape


def _holds_images(shape, image_shape):
    return tuple(shape) in [(math.prod(image_shape),), image_shape, (*image_shape, 1)]


def _single_precision(tensor):
    """Return a tensor in single precision, or in double precision where it is: half is too coarse for a cost."""
    tensor = ops.convert_to_tensor(tensor)
    return tensor if keras.backend.standardize_dtype(tensor.dtype) == "float64" else ops.cast(tensor, "float32")


def _of_one_shape(**tensors):
    (first, a), (second, b) = tensors.items()
    _validate.require(len(a.shape) >= 2 and tuple(a.shape[1:]) == tuple(b.shape[1:]), f"{first} and {second} must have "
                      f"one shape, (batch, ...), received {tuple(a.shape)} and {tuple(b.shape)}")


def _check_pixels(images, name):
    """Say what is wrong with pixels that are not in [0, 1]. NaN is not, either."""
    _validate.no_mask(images, name)
    received = f"{name} must be pixels in [0, 1], received {_validate.described(images)}"
    _validate.require(images.shape[0] != 0, received)
    _validate.require("float" in keras.backend.standardize_dtype(images.dtype), f"{received}. Make them floats with "
                      ".astype('float32'), and divide those from 0 to 255 by 255; training.train also takes bytes")
    low, high = float(ops.min(images)), float(ops.max(images))
    hint = ". Divide pixels from 0 to 255 by 255; training.train also takes them as bytes" if high > 1 else ""
    _validate.require(low >= 0 and high <= 1, f"{received} with values from {low:g} to {high:g}{hint}")


def _flat(images):
    return ops.reshape(images, (-1, math.prod(images.shape[1:])))


def _as_array(tensor):
    return ops.cast(tensor, "float32").numpy()


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
