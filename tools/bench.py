"""Measure what the README says of speed: `make bench`.

Ratios are of times measured in one run, on whatever machine runs it. With `python -m tools.bench --full` the lecture's
150 epochs are all run.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tools.browser import widget_latencies
from tools.latency import slider_seconds
from vae_helpers import latent, models, training
from vae_helpers.backend import keras, tf
from vae_helpers.data import as_vectors, load_mnist
from vae_helpers.network import load_pretrained, weight_shapes

LECTURE_EPOCHS = 150
LECTURE_LOSS = 0.1890 * 784  # nats per image: what its 150 epochs end at, see `--full`
OUR_EPOCHS = 3  # the fewest with which the recipe gets there


class Clock(keras.callbacks.Callback):
    """Take the time of each epoch."""

    def on_train_begin(self, logs=None):
        self.seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        self.began = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.began)


def seconds(function, repeats=5):
    """Return the median time of a call, after one that does not count."""
    function()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        function()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def network_products(batch):
    """Return a step's matrix products, forward and backward, as a function, and their floating point operations."""
    sizes = [shape for name, shape in weight_shapes(latent_dim=2).items() if name.endswith("kernel")]
    inputs = [tf.random.normal((batch, n)) for n, _ in sizes]
    weights = [tf.random.normal(size) for size in sizes]
    gradients = [tf.random.normal((batch, m)) for _, m in sizes]

    @tf.function
    def products():
        results = []
        for i, (x, w, g) in enumerate(zip(inputs, weights, gradients)):
            results += [tf.matmul(x, w), tf.matmul(x, g, transpose_a=True)]
            if i:  # nobody asks for the gradient of the pixels
                results.append(tf.matmul(g, w, transpose_b=True))
        return [tf.reduce_sum(result[:1, :1]) for result in results]

    operations = sum(6 * batch * n * m for n, m in sizes) - 2 * batch * 784 * 512
    return lambda: [float(r) for r in products()], operations


def bench_training(images, full):
    """Compare the lecture's recipe with ours, and ours with the machine's arithmetic."""
    x = as_vectors(images)
    lecture = models.build_vae(seed=0)
    rate = keras.optimizers.schedules.InverseTimeDecay(1e-3, decay_steps=1, decay_rate=0.005)
    lecture.compile(keras.optimizers.Adam(rate))
    clock = Clock()
    history = lecture.fit(x, epochs=LECTURE_EPOCHS if full else 4, batch_size=256, verbose=0, callbacks=[clock]).history
    lecture_epoch = statistics.median(clock.seconds[1:])
    lecture_total = sum(clock.seconds) if full else LECTURE_EPOCHS * lecture_epoch
    if full:
        print(f"the lecture's {LECTURE_EPOCHS} epochs: {lecture_total:.0f} s, loss {history['loss'][-1]:.2f} nats "
              f"= {history['loss'][-1] / 784:.4f} per pixel")

    ours, clock = models.build_vae(seed=0), Clock()
    began = time.perf_counter()
    history = training.train(ours, images, epochs=OUR_EPOCHS, seed=0, callbacks=[clock], progress=False).history
    our_total = time.perf_counter() - began
    our_epoch = statistics.median(clock.seconds[1:])
    print(f"ours: {OUR_EPOCHS} epochs in {our_total:.1f} s with compiling, loss {history['loss'][-1]:.2f} nats "
          f"(lecture, after {LECTURE_EPOCHS}: {LECTURE_LOSS:.2f})")
    print(f"epoch: lecture {lecture_epoch:.2f} s, ours {our_epoch:.2f} s, ratio {lecture_epoch / our_epoch:.1f}")
    print(f"to the lecture's loss: {lecture_total:.0f} s {'measured' if full else '(150 such epochs)'} against "
          f"{our_total:.1f} s, ratio {lecture_total / our_total:.0f}")

    batch, square = training.BATCH_SIZE, tf.random.normal((4096, 4096))
    products, operations = network_products(batch)
    steps = len(images) // batch
    own = steps * seconds(lambda: [products() for _ in range(20)]) / 20
    rate = 2 * 4096**3 / seconds(lambda: tf.matmul(square, square).numpy())
    limit = steps * operations / rate
    print(f"arithmetic of an epoch: {steps * operations / 1e9:.0f} GFLOP; at the {rate / 1e9:.0f} GFLOP/s of one large "
          f"matrix product {limit:.2f} s, as the network's own products {own:.2f} s")
    print(f"our epoch is {our_epoch / limit:.2f} times the first, {our_epoch / own:.2f} times the second")


def bench_decoding():
    """Compare single `predict` calls, batches and NumPy."""
    light = load_pretrained("vae-2d")
    decoder = models.from_network(light).decoder
    codes = latent.plane_codes(30)
    decoder.predict(codes[:1], verbose=0)
    began = time.perf_counter()
    for code in codes:
        decoder.predict(code[None], verbose=0)
    single = time.perf_counter() - began
    batched = seconds(lambda: latent.digit_plane(decoder, codes))
    print(f"30 x 30 digits: 900 predict calls {single:.1f} s, one batch {1000 * batched:.1f} ms, "
          f"ratio {single / batched:.0f}")
    one = codes[:1]
    numpy_call = seconds(lambda: [light.decode(one) for _ in range(1000)]) / 1000
    predict_call = single / len(codes)
    print(f"one code: predict {1000 * predict_call:.1f} ms, Network {1000 * numpy_call:.3f} ms, "
          f"ratio {predict_call / numpy_call:.0f}")


def bench_sliders():
    """Measure what a kernel takes from a moved slider to the new picture, decoded and sent, where Python decodes."""
    for name in ("vae-2d", "vae-12d"):
        milliseconds = 1000 * np.array(slider_seconds(name))
        median, slow = np.percentile(milliseconds, [50, 95])
        print(f"latent_sliders, decoder of {name} in Python, {len(milliseconds)} events in a kernel: median "
              f"{median:.1f} ms, 95th percentile {slow:.1f} ms")


def bench_browser():
    """Measure, in a real JupyterLab and Chromium, from a key press on a slider or the pad to the new digit painted."""
    with tempfile.TemporaryDirectory() as folder:
        latencies = widget_latencies(Path(folder))
    if latencies is None:
        print("from a key press to the new digit: no browser to measure it with")
        return
    for name, milliseconds in latencies.items():
        median, slow = np.percentile(milliseconds, [50, 95])
        print(f"{name}, {len(milliseconds)} key presses in a browser: new digit painted after a median of "
              f"{median:.0f} ms, 95th percentile {slow:.0f} ms")


def bench_memory():
    """Measure the largest resident memory of a process that does nothing but train."""
    status = Path("/proc/self/status")
    if not status.exists():
        print("peak memory of training: measured on Linux only")
        return
    # Not getrusage: its peak would be that of this process, where it is larger.
    code = ("from vae_helpers import models, training; from vae_helpers.data import load_mnist\n"
            "training.train(models.build_vae(), load_mnist().images, epochs=2, progress=False)\n"
            f"print([line for line in open({str(status)!r}) if line.startswith('VmHWM')][0].split()[1])")
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    print(f"peak memory of training: {int(result.stdout.split()[-1]) * 1024 / 1e9:.2f} GB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="run all 150 epochs of the lecture's recipe")
    arguments = parser.parse_args()
    print(f"Python {sys.version.split()[0]}, TensorFlow {tf.__version__}, Keras {keras.__version__}, "
          f"NumPy {np.__version__}, {tf.config.threading.get_intra_op_parallelism_threads() or 'all'} threads")
    bench_training(load_mnist().images, arguments.full)
    bench_decoding()
    bench_sliders()
    bench_browser()
    bench_memory()
