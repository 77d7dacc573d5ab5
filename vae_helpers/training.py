"""The training recipe: one-cycle learning rate, a compiled step, digits kept as bytes until a batch needs them.

Introduced in notebook 05; lecture, sections 4.7 and 4.8.
"""

import random
import sys
import time

from IPython.display import HTML, display

from vae_helpers import _validate
from vae_helpers.backend import keras, tf
from vae_helpers.data import flat_pixels
from vae_helpers.models import Autoencoder

BATCH_SIZE = 250  # divides 60,000 and 70,000, so that no epoch leaves a digit out
PEAK_LEARNING_RATE = 5e-3
BETA_1, BETA_2 = 0.85, 0.98  # Adam's: shorter memories than Keras' 0.9 and 0.999, for trainings of few epochs
WARM_UP = 0.1  # share of the steps over which the rate climbs to its peak
LONGEST_EXECUTION = 20  # steps between two reports of progress


def train(model, images, epochs=15, batch_size=BATCH_SIZE, *, peak_learning_rate=PEAK_LEARNING_RATE,
          validation_images=None, callbacks=(), seed=None, progress=True):
    """Compile a model with the series' recipe and fit it.

    Adam (`beta_1` 0.85, `beta_2` 0.98), its learning rate climbing over the first tenth of the steps and then falling
    along a cosine to zero at the last. The schedule is stretched to the epochs asked for.

    Parameters
    ----------
    model : VAE or Autoencoder
        Trained in place. Calling `train` again goes on from its weights with a new optimizer and a new cycle.
    images : ndarray of shape (n, 28, 28), dtype=uint8, or of shape (n, 784), dtype=float32 in [0, 1]
        The digits to rebuild. uint8 needs a quarter of the memory and is no slower.
    epochs : int, default=15
        How often each digit is seen.
    batch_size : int, default=250
        Digits a step, at most n. If it does not divide n, the digits left over are others in each epoch.
    peak_learning_rate : float, default=5e-3
        Positive.
    validation_images : ndarray, optional
        Held-out images, of either kind, whose costs are logged after each epoch as `val_loss` and so on.
    callbacks : list of keras.callbacks.Callback, default=()
        Further callbacks. Batch callbacks are called once in up to 20 steps.
    seed : int, optional
        Fixes the order of the digits, for one and the same `keras.utils.set_random_seed`, which counts as well.
        Without it, that alone does.
    progress : bool, default=True
        Whether to show a progress bar in a notebook, or a line an epoch elsewhere.

    Returns
    -------
    keras.callbacks.History
        `loss`, and for a VAE `reconstruction` and `kl`, in nats per image, each a mean over the epoch.

    References
    ----------
    L. N. Smith and N. Topin, "Super-convergence: very fast training of neural networks using large learning rates",
    2017. I. Loshchilov and F. Hutter, "SGDR: stochastic gradient descent with warm restarts", 2016.
    """
    _validate.require(isinstance(model, Autoencoder), "model must come from build_vae or build_autoencoder", model,
                      error=TypeError)
    pixels = flat_pixels(images, model.image_shape)
    epochs = _validate.integer(epochs, "epochs", least=1)
    batch_size = _validate.integer(batch_size, "batch_size", least=1)
    _validate.require(batch_size <= len(pixels), "batch_size must be at most the number of images, received "
                      f"{batch_size} for {len(pixels)}")
    peak_learning_rate = _validate.real(peak_learning_rate, "peak_learning_rate", above=0)
    # Python's own generator is where Keras, too, takes its seeds from once set_random_seed was called.
    seed = random.randrange(2**31) if seed is None else _validate.integer(seed, "seed", least=0)

    steps = len(pixels) // batch_size
    model.compile(
        optimizer=keras.optimizers.Adam(one_cycle(epochs * steps, peak_learning_rate), BETA_1, BETA_2),
        jit_compile=True,
        steps_per_execution=max(n for n in range(1, LONGEST_EXECUTION + 1) if steps % n == 0),
    )
    bar = progress and _in_notebook()
    return model.fit_checked(
        _shuffled_batches(pixels, batch_size, seed),
        epochs=epochs,
        steps_per_epoch=steps,
        validation_data=None if validation_images is None else _batches(
            flat_pixels(validation_images, model.image_shape)),
        callbacks=[*callbacks, *([Progress(epochs, steps)] if bar else [])],
        shuffle=False,  # the batches are shuffled already
        verbose=2 if progress and not bar else 0,
    )


def one_cycle(total_steps, peak_learning_rate=PEAK_LEARNING_RATE):
    """Return the recipe's learning rate: up along a line for a tenth of the steps, down along a cosine to zero.

    Parameters
    ----------
    total_steps : int
        Steps of the whole training.
    peak_learning_rate : float, default=5e-3

    Returns
    -------
    keras.optimizers.schedules.LearningRateSchedule
    """
    total_steps = _validate.integer(total_steps, "total_steps", least=1)
    peak_learning_rate = _validate.real(peak_learning_rate, "peak_learning_rate", above=0)
    warm_up = max(1, round(WARM_UP * total_steps))
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=peak_learning_rate / 30,
        warmup_target=peak_learning_rate,
        warmup_steps=warm_up,
        decay_steps=max(1, total_steps - warm_up),
    )


def _shuffled_batches(pixels, batch_size, seed):
    """Batches of float32 pixels without end, in a new order each epoch; the digits stay as they are until then.

    One iterator serves all epochs: to start a new one costs up to two seconds of waiting.
    """
    kept = tf.constant(pixels)
    order = tf.data.Dataset.range(len(pixels)).shuffle(len(pixels), seed=seed, reshuffle_each_iteration=True)
    batches = order.batch(batch_size, drop_remainder=True)
    return batches.map(lambda index: _as_floats(tf.gather(kept, index))).repeat().prefetch(2)


def _batches(pixels, batch_size=1000):
    return tf.data.Dataset.from_tensor_slices(pixels).batch(batch_size).map(_as_floats)


def _as_floats(pixels):
    return tf.cast(pixels, tf.float32) / 255 if pixels.dtype == tf.uint8 else pixels


def _in_notebook():
    return "ipykernel" in sys.modules


class Progress(keras.callbacks.Callback):
    """A progress bar that is one element of a notebook's page, updated in place.

    Parameters
    ----------
    epochs, steps : int
        Of the training, and of each epoch.
    """

    def __init__(self, epochs, steps):
        super().__init__()
        self.epochs, self.steps, self.epoch = epochs, steps, 0

    def on_train_begin(self, logs=None):
        self.began = time.perf_counter()
        self.display = display(self._bar(0, {}), display_id=True)

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        self.display.update(self._bar(batch + 1, logs))

    def on_epoch_end(self, epoch, logs=None):
        self.display.update(self._bar(self.steps, logs))

    def _bar(self, step, logs):
        done = (self.epoch * self.steps + step) / (self.epochs * self.steps)
        seconds = time.perf_counter() - self.began
        left = f"{seconds / done - seconds:.0f} s left" if 0 < done < 1 else f"{seconds:.0f} s"
        costs = ", ".join(f"{name} {value:.2f}" for name, value in (logs or {}).items())
        return HTML(f'<progress value="{done:.4f}" max="1" aria-label="training"></progress> '
                    f"epoch {self.epoch + 1}/{self.epochs}, {left}. {costs}")
