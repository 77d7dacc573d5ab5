"""The sliders, without a browser: what a moved control does to the picture and to the numbers."""

import gc
import io
import re
import subprocess
import sys
import threading
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image
from scipy import integrate, stats

from vae_helpers import widgets
from vae_helpers.widgets import gaussian_sliders, kl_sliders

MAKERS = [gaussian_sliders, kl_sliders]
MOVES = [(gaussian_sliders, "mean", -1.5), (gaussian_sliders, "std", 0.7), (gaussian_sliders, "n_draws", 40),
         (kl_sliders, "mean_p", -1.5), (kl_sliders, "std_p", 0.7), (kl_sliders, "mean_q", 0.3),
         (kl_sliders, "std_q", 1.7)]


def sentence(panel):
    return re.sub("<.*?>", "", panel.status.value)


def numbers(panel):
    return [float(number) for number in re.findall(r"-?\d+\.\d+|-?\d+", sentence(panel))]


def pixels(panel):
    return np.asarray(Image.open(io.BytesIO(panel.image.value)))


@pytest.mark.parametrize("make", MAKERS)
def test_begins_with_a_picture_and_numbers(make):
    panel = make()
    assert pixels(panel).shape == (widgets.IMAGE_HEIGHT, widgets.IMAGE_WIDTH, 3)
    assert pixels(panel).std() > 0
    assert 'role="status"' in panel.status.value and 'aria-live="polite"' in panel.status.value
    assert "run the cell" in repr(panel) and len(repr(panel)) <= 110  # longer ones are cut off where they are stored


@pytest.mark.parametrize("make, name, value", MOVES)
def test_moving_a_control_changes_the_picture_and_the_numbers(make, name, value):
    panel = make()
    picture, text = panel.image.value, sentence(panel)
    panel.controls[name].value = value
    assert panel.image.value != picture and sentence(panel) != text
    assert pixels(panel).shape == (widgets.IMAGE_HEIGHT, widgets.IMAGE_WIDTH, 3)


@pytest.mark.parametrize("make, name, value", MOVES)
def test_picture_depends_on_the_values_alone(make, name, value):
    """What was drawn once and kept must not go stale: a moved panel shows what a new one shows."""
    panel = make()
    panel.controls[name].value = value
    assert panel.image.value == make(**{name: value}).image.value


@pytest.mark.parametrize("make, name, value", MOVES)
def test_every_slider_has_a_field_with_a_name_and_the_two_move_together(make, name, value):
    panel = make()
    slider, number = panel.controls[name], panel.numbers[name]
    assert number.description and (number.min, number.max) == (slider.min, slider.max)
    assert number.value == slider.value and not slider.readout
    slider.value = value
    assert number.value == value
    picture = panel.image.value
    number.value = slider.max
    assert slider.value == slider.max and panel.image.value != picture


def test_a_field_shows_two_decimals_and_leaves_the_slider_where_it_is():
    panel = kl_sliders()
    dragged = -3 + 72 * 0.05  # what a browser makes of the 72nd step, 0.6000000000000001
    panel.controls["mean_p"].value = dragged
    assert panel.numbers["mean_p"].value == 0.6
    assert panel.controls["mean_p"].value == dragged != 0.6


def test_gaussian_numbers_are_those_of_the_draws():
    panel = gaussian_sliders(mean=-0.5, std=1.3, n_draws=200, seed=4)
    z = -0.5 + 1.3 * np.random.default_rng(4).standard_normal(1000)[:200]
    expected = [200, z.mean(), -0.5, stats.norm(scale=1.3).std() / 200**0.5, z.std(ddof=1), 1.3, 1.3 / 398**0.5]
    assert numbers(panel) == pytest.approx(expected, abs=0.005001)


def test_gaussian_standard_errors_by_repetition():
    """The spread of 400 sample means and standard deviations, known to 1/sqrt(800), is what the panel says."""
    panel = gaussian_sliders(mean=0.0, std=2.0, n_draws=50)
    z = 2.0 * np.random.default_rng(0).standard_normal((400, 50))
    shown = np.array(numbers(panel))[[3, 6]]
    measured = np.array([z.mean(axis=1).std(ddof=1), z.std(axis=1, ddof=1).std(ddof=1)])
    # Rounding, five standard errors, and 1/(8n) for what 1/sqrt(2(n-1)) leaves out.
    assert np.all(np.abs(shown - measured) < 0.005 + measured * (5 / 800**0.5 + 1 / 400))


def test_new_noise_and_kept_noise():
    panel = gaussian_sliders(mean=0.0, std=1.0)
    first = numbers(panel)
    panel.controls["mean"].value = 1.0
    assert numbers(panel)[1] == pytest.approx(first[1] + 1, abs=0.0101)  # the same noise, moved
    panel.controls["mean"].value = 0.0
    assert numbers(panel) == first
    picture = panel.image.value
    panel.controls["draw_again"].click()
    assert panel.image.value != picture and numbers(panel)[1] != first[1]
    other = gaussian_sliders(mean=0.0, std=1.0, seed=1)
    assert numbers(other)[1] != first[1]


@pytest.mark.parametrize("mean_p, std_p, mean_q, std_q", [
    (1.0, 0.5, 0.0, 1.0), (0.0, 1.0, 0.0, 1.0), (-3.0, 0.4, 3.0, 0.4), (3.0, 2.0, -3.0, 0.4), (0.2, 1.3, -0.4, 0.9)])
def test_kl_numbers_by_quadrature(mean_p, std_p, mean_q, std_q):
    p, q = stats.norm(mean_p, std_p), stats.norm(mean_q, std_q)

    def area(part):
        points = [mean_p + std_p * t for t in range(-12, 13)]
        return sum(integrate.quad(lambda x: p.pdf(x) * part(p.logpdf(x) - q.logpdf(x)), a, b, limit=200)[0]
                   for a, b in pairwise(points))

    above, below = area(lambda r: max(r, 0)), area(lambda r: max(-r, 0))
    shown = numbers(kl_sliders(mean_p, std_p, mean_q, std_q))
    # Half of the last digit shown; the areas come from a sum over steps of 1/40 std, good to 1/40**2 of the integrand.
    assert shown == pytest.approx([above - below, (above - below) / np.log(2), above, below], abs=0.0051, rel=1e-4)


def test_kl_of_equal_distributions_is_zero():
    assert numbers(kl_sliders(0.5, 0.8, 0.5, 0.8)) == [0, 0, 0, 0]
    assert "-0.00" not in sentence(kl_sliders(0.5, 0.8, 0.5, 0.8))


@pytest.mark.parametrize("make", MAKERS)
def test_a_failure_is_shown_in_the_panel_and_the_next_move_mends_it(make, monkeypatch):
    panel = make()
    picture = panel.image.value
    slider = next(iter(panel.controls.values()))
    with monkeypatch.context() as patch:
        patch.setattr(widgets, "log_normal_density", lambda *_: 1 / 0)
        slider.value = 0.35
        assert 'role="alert"' in panel.status.value and "ZeroDivisionError: division by zero" in sentence(panel)
        assert panel.image.value == picture
    slider.value = 0.4
    assert 'role="status"' in panel.status.value and panel.image.value != picture


def test_a_message_is_text_not_markup():
    def draw():
        raise ValueError("<b>bold</b>")

    assert "&lt;b&gt;bold" in widgets.Panel({}, draw, "a panel that fails").status.value


@pytest.mark.slow
@pytest.mark.parametrize("make", MAKERS)
def test_a_thousand_moves_leave_nothing_behind(make):
    panel = make()
    sliders = [panel.controls[name] for name in panel.numbers]

    def move(n_moves):
        for i in range(n_moves):
            slider = sliders[i % len(sliders)]
            # Never the same value twice in a row, so that each is an event.
            slider.value = slider.min + (slider.max - slider.min) * ((7 * i + i // 90) % 90 + 1) / 91
        gc.collect()

    move(200)  # caches of fonts and of text fill up once
    blocks = sys.getallocatedblocks()
    move(1000)
    assert plt.get_fignums() == []
    # Whatever an event leaves behind, an array, a picture or a message, takes at least one block of memory.
    assert sys.getallocatedblocks() - blocks < 500


@pytest.mark.slow
@pytest.mark.parametrize("make", MAKERS)
def test_two_threads_at_once(make):
    panel = make()
    names = list(panel.numbers)[:2]
    failures = []

    def move(name, seed):
        slider, rng = panel.controls[name], np.random.default_rng(seed)
        try:
            for share in [*rng.random(150), 0.5]:
                slider.value = slider.min + (slider.max - slider.min) * share
                if "alert" in panel.status.value:
                    failures.append(sentence(panel))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=move, args=(name, seed)) for seed, name in enumerate(names)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    last = {name: panel.controls[name].value for name in panel.numbers}
    assert panel.image.value == make(**last).image.value
    assert sentence(panel) == sentence(make(**last))


def test_two_threads_on_one_slider():
    panel = kl_sliders()
    slider = panel.controls["mean_p"]
    threads = [threading.Thread(target=lambda values=values: [setattr(slider, "value", value) for value in values])
               for values in (np.linspace(-3, 0, 100), np.linspace(3, 0.1, 100))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert panel.image.value == kl_sliders(mean_p=slider.value).image.value


@pytest.mark.parametrize("make, arguments, error, message", [
    (gaussian_sliders, {"mean": 4.0}, ValueError, r"mean must be from -3.0 to 3.0, received 4.0"),
    (gaussian_sliders, {"std": 0.0}, ValueError, r"std must be from 0.4 to 2.0, received 0.0"),
    (gaussian_sliders, {"std": -1.0}, ValueError, r"std must be .*received -1.0"),
    (gaussian_sliders, {"mean": float("nan")}, ValueError, r"mean must be finite, received nan"),
    (gaussian_sliders, {"mean": "0"}, TypeError, r"mean must be a real number, received str '0'"),
    (gaussian_sliders, {"n_draws": 9}, ValueError, r"n_draws must be at least 10, received 9"),
    (gaussian_sliders, {"n_draws": 2000}, ValueError, r"n_draws must be from 10 to 1000, received 2000"),
    (gaussian_sliders, {"n_draws": 100.0}, TypeError, r"n_draws must be an integer.*100.0"),
    (gaussian_sliders, {"seed": None}, TypeError, r"seed must be an integer.*None"),
    (kl_sliders, {"std_q": 5}, ValueError, r"std_q must be from 0.4 to 2.0, received 5.0"),
    (kl_sliders, {"mean_p": True}, TypeError, r"mean_p must be a real number, received bool True"),
])
def test_bad_arguments(make, arguments, error, message):
    with pytest.raises(error, match=message):
        make(**arguments)


def test_readers_style_does_not_change_the_picture():
    usual = kl_sliders().image.value
    from vae_helpers import plots

    with plt.rc_context():
        plots.set_style()
        panel = kl_sliders()
        assert pixels(panel).shape == (widgets.IMAGE_HEIGHT, widgets.IMAGE_WIDTH, 3)
        assert panel.image.value == usual


def test_import_is_light():
    code = "import sys, vae_helpers.widgets; assert not {'tensorflow', 'keras'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
