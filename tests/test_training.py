"""The training recipe: what it reaches, that it repeats, and bad input."""

import functools
import re

import numpy as np
import pytest

from vae_helpers import evaluation, models, plots, training
from vae_helpers.backend import keras, tf
from vae_helpers.data import as_vectors, load_mnist

layers = keras.layers
slow = pytest.mark.slow  # each training compiles its step: the lecture's layers in about 4 seconds, small ones in 1
FEW, FEW_LABELS = (part[:500] for part in load_mnist("test"))


def losses(images, model_seed=0, model=None, **arguments):
    model = model or models.build_vae(seed=model_seed)
    arguments = {"epochs": 2, "batch_size": 50, "progress": False, "seed": 0, **arguments}
    return model, training.train(model, images, **arguments).history


@functools.cache
def of_seed_0():
    """A model and its curve, to compare others with."""
    return losses(FEW)


def small():
    """A VAE of few layers, for what does not depend on them."""
    x, z = keras.Input((784,)), keras.Input((2,))
    initial = keras.initializers.GlorotUniform(seed=0)
    h = layers.Dense(16, "relu", kernel_initializer=initial)(x)
    heads = [layers.Dense(2, kernel_initializer=initial)(h) for _ in range(2)]
    code = models.Sampling(seed=0)(heads)
    pixels = layers.Activation("sigmoid")(layers.Dense(784, kernel_initializer=initial)(z))
    return models.VAE(keras.Model(x, [*heads, code]), keras.Model(z, pixels))


@slow
def test_same_seed_same_curve_and_weights():
    (first, curve), (second, curve_again) = of_seed_0(), losses(FEW)
    assert curve == curve_again
    for a, b in zip(first.trainable_weights, second.trainable_weights):
        assert np.array_equal(a, b)


@slow
def test_either_seed_changes_the_curve():
    curves = [of_seed_0()[1], losses(FEW, model_seed=1)[1], losses(FEW, seed=1)[1]]
    assert len({tuple(curve["loss"]) for curve in curves}) == 3


@slow
def test_bytes_and_floats_train_alike():
    floats = FEW.reshape(-1, 784) / np.float32(255)
    # Dividing in the compiled step or before may differ in the last bit of a pixel.
    by_bytes, by_floats = (losses(images, model=small())[1]["loss"] for images in (FEW, floats))
    assert by_bytes == pytest.approx(by_floats, rel=1e-4)


@slow
def test_log_lines_and_validation():
    model, history = losses(FEW, model=small(), validation_images=FEW[:130])
    assert set(history) == {f"{prefix}{name}" for prefix in ("", "val_") for name in ("loss", "reconstruction", "kl")}
    for prefix in ("", "val_"):
        for line in zip(*(history[prefix + name] for name in ("loss", "reconstruction", "kl"))):
            assert line[0] == pytest.approx(line[1] + line[2], rel=1e-6)
    # The last validation is made with the final weights; z is drawn anew, so that only the KL is the same.
    assert history["val_kl"][-1] == pytest.approx(evaluation.elbo(model, FEW[:130]).kl, rel=1e-4)


@slow
def test_callbacks_are_called_and_can_change_beta():
    class WarmUp(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.model.beta = epoch / 4

    _, history = losses(FEW, model=small(), epochs=3, callbacks=[WarmUp()])
    for epoch, line in enumerate(zip(*(history[name] for name in ("loss", "reconstruction", "kl")))):
        assert line[0] == pytest.approx(line[1] + epoch / 4 * line[2], rel=1e-6)


@slow
@pytest.mark.parametrize("n", [50, 99, 101, 499])
def test_any_number_of_images(n):
    _, history = losses(FEW[:n], model=small())
    assert np.isfinite(history["loss"]).all() and len(history["loss"]) == 2


def test_every_image_is_seen_once_an_epoch():
    images = np.zeros((60, 28, 28), np.uint8)
    images[:, 0, 0] = np.arange(60)
    batches = training._shuffled_batches(images.reshape(60, 784), 20, seed=0)
    epochs = np.array([np.round(batch.numpy()[:, 0] * 255) for batch, _ in zip(batches, range(6))]).reshape(2, 60)
    assert (np.sort(epochs, axis=1) == np.arange(60)).all()
    assert (epochs[0] != epochs[1]).any() and (epochs[0] != np.arange(60)).any()


def test_one_cycle_climbs_to_its_peak_and_falls_to_zero():
    rate = np.array([float(training.one_cycle(1000, 2e-3)(step)) for step in range(1001)])
    peak = rate.argmax()
    assert peak == 100 and rate[peak] == pytest.approx(2e-3, rel=1e-6)
    assert (np.diff(rate[: peak + 1]) > 0).all() and (np.diff(rate[peak:]) < 0).all()
    assert rate[0] == pytest.approx(2e-3 / 30, rel=1e-6) and rate[-1] == pytest.approx(0, abs=1e-9)


@slow
def test_progress_outside_a_notebook_is_a_line_an_epoch(capsys, monkeypatch):
    monkeypatch.setattr(training, "_in_notebook", lambda: False)
    losses(FEW, model=small(), progress=True)
    lines = capsys.readouterr().out.strip().split("\n")
    assert lines[::2] == ["Epoch 1/2", "Epoch 2/2"]
    assert all(f"{name}: " in line for line in lines[1::2] for name in ("loss", "reconstruction", "kl"))


@slow
def test_progress_in_a_notebook_is_one_bar_that_fills(monkeypatch):
    shown = []

    class Handle:
        update = shown.append

    def display(bar, display_id):
        shown.append(bar)
        return Handle

    monkeypatch.setattr(training, "_in_notebook", lambda: True)
    monkeypatch.setattr(training, "display", display)
    losses(FEW, model=small(), progress=True)
    done = [float(re.search(r'value="([\d.]+)"', bar.data)[1]) for bar in shown]
    assert done[0] == 0 and done == sorted(done) and done[-1] == 1
    assert re.search(r"epoch 2/2, \d+ s\. .*loss \d+\.\d\d", shown[-1].data)


@slow
def test_training_twice_goes_on():
    model, history = losses(FEW, model=small())
    more = training.train(model, FEW, epochs=2, batch_size=50, progress=False, seed=1).history
    assert more["loss"][0] < history["loss"][0]


# When it goes wrong ---------------------------------------------------------------------------------------------------

def compiled(optimizer="adam"):
    vae = small()
    vae.compile(optimizer)
    return vae


never_trained = functools.cache(compiled)  # of which all is refused


@slow
def test_a_cost_that_is_no_number_halts_within_its_epoch_and_names_the_learning_rate():
    with pytest.raises(models.TrainingStopped, match=r"cost became \S+ in epoch 1, at a learning rate of .*a tenth"):
        losses(FEW, peak_learning_rate=1e4, epochs=3)
    vae = compiled(keras.optimizers.SGD(1e9))
    with pytest.raises(models.TrainingStopped, match=r"in epoch 1, at a learning rate of 1e\+09"):
        vae.fit(as_vectors(FEW), epochs=3, batch_size=50, verbose=0)
    assert vae.history.history == {}


@slow
def test_a_training_stopped_by_hand_is_one_line_and_keeps_its_whole_epochs():
    class Hand(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if self.model.optimizer.iterations >= 25:  # of 10 steps an epoch
                raise KeyboardInterrupt

    vae = compiled()
    with pytest.raises(models.TrainingStopped, match="stopped by hand after 2 whole epochs") as caught:
        vae.fit(as_vectors(FEW), epochs=5, batch_size=50, verbose=0, callbacks=[Hand()])
    assert len(caught.value._render_traceback_()) == 1
    assert [len(vae.history.history[name]) for name in ("loss", "reconstruction", "kl")] == [2, 2, 2]
    assert plots.cost_curves(vae.history.history).lines[0].get_xdata().tolist() == [1, 2]


@slow
@pytest.mark.parametrize("bad", [1.5, -0.5, 255.0])
def test_a_batch_of_a_dataset_that_comes_later_and_holds_no_pixels_halts_too(bad):
    """Its cost may well be positive: at first every logit is about 0, and any pixel costs log 2."""
    pixels = as_vectors(FEW[:100])
    pixels[99, 3] = bad
    batches = tf.data.Dataset.from_tensor_slices(pixels).batch(50)
    with pytest.raises(models.TrainingStopped, match=r"cost became nan in epoch 1.* outside \[0, 1\]"):
        compiled().fit(batches, verbose=0)
    assert np.isnan(compiled().evaluate(batches, verbose=0, return_dict=True)["loss"])


@pytest.mark.parametrize("method", ["fit", "evaluate", "predict"])
@pytest.mark.parametrize(("x", "y", "message"), [
    (255 * as_vectors(FEW), None, r"x must be pixels in \[0, 1\].* from 0 to 255\. Divide pixels"),
    (FEW, None, r"x must be pixels in \[0, 1\], received .*uint8.*divide those from 0 to 255 by 255"),
    (FEW > 127, None, r"x must be pixels in \[0, 1\], received .*bool.*\.astype\('float32'\)"),
    (np.int64(FEW > 127), None, r"x must be pixels in \[0, 1\], received .*int64.*\.astype\('float32'\)"),
    (as_vectors(FEW)[:0], None, r"x must be pixels in \[0, 1\], received .*\(0, 784\)"),
    (as_vectors(FEW), FEW_LABELS, r"y must be images of \(28, 28\), received .*\(500,\).*not a label"),
    (as_vectors(FEW), np.full((500, 784), 2.0, np.float32), r"y must be pixels in \[0, 1\]"),
    (as_vectors(FEW)[:, :400], None, r"x must be images of \(28, 28\), received .*\(500, 400\)"),
    (as_vectors(FEW), np.full((500, 784), np.nan, np.float32), r"y must be pixels in \[0, 1\], .* from nan to nan"),
])
def test_what_are_no_images_is_refused_before_the_first_step(method, x, y, message):
    if method == "predict" and y is not None:
        pytest.skip("nothing is predicted from targets")
    vae = never_trained()
    targets = {} if y is None else {"y": y}
    with pytest.raises(ValueError, match=message):
        getattr(vae, method)(x, **targets, verbose=0)
    if len(x):
        batches = tf.data.Dataset.from_tensor_slices(x if y is None else (x, y)).batch(50)
        with pytest.raises(ValueError, match=r"^[xy] must be"):
            getattr(vae, method)(batches, verbose=0)
    if method == "fit":
        with pytest.raises(ValueError, match=message):
            vae.fit(as_vectors(FEW), validation_data=(x, y), verbose=0)


@pytest.mark.parametrize("method", ["fit", "evaluate", "predict"])
def test_masked_pixels_are_refused(method):
    """Keras would take what lies under the mask for pixels."""
    with pytest.raises(ValueError, match=r"^x must not have masked elements: \.filled\(0\)"):
        getattr(never_trained(), method)(np.ma.masked_greater(as_vectors(FEW), 0.5), verbose=0)


@pytest.mark.parametrize("method", ["fit", "evaluate"])
def test_a_loss_that_would_count_for_nothing_is_refused(method):
    vae = small()
    vae.compile("adam", loss="mse")
    with pytest.raises(ValueError, match=r"^loss must be left out of compile, .* received str 'mse'"):
        getattr(vae, method)(as_vectors(FEW), verbose=0)


@slow
def test_set_random_seed_serves_where_no_seed_is_given():
    """The last test, because it counts in every training after it, also in those with a seed."""
    curves = []
    for seed in (3, 3, 4):
        keras.utils.set_random_seed(seed)
        curves.append(losses(FEW, model_seed=None, seed=None)[1]["loss"])
    assert curves[0] == curves[1] != curves[2]
