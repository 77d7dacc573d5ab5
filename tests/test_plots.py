"""Pictures show the numbers they were given, on the axes they were given, and never show themselves."""

import inspect
import statistics

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb, to_rgba
from scipy import stats

from vae_helpers import latent, look, plots
from vae_helpers.gaussian import kl_between

HISTORY = {"loss": [200.0, 160.0, 150.0], "reconstruction": [195.0, 154.0, 143.5], "kl": [5.0, 6.0, 6.5]}
CODES = np.array([[0.5, 2.0], [1.5, -1.0], [-4.0, 0.0], [0.25, 0.75], [0.5, 3.0]])
LABELS = np.array([3, 3, 7, 3, 7])

# A call of every function that draws.
CALLS = {
    "digit_sheet": lambda ax: plots.digit_sheet(np.full((3, 28, 28), 0.5), 2, row_labels=["a", "b"], ax=ax),
    "show_ink": lambda ax: plots.show_ink(np.full((5, 7), 0.5), ax=ax),
    "cost_curves": lambda ax: plots.cost_curves(HISTORY, ax=ax),
    "latent_plane": lambda ax: plots.latent_plane(CODES, LABELS, ax=ax),
    "digit_plane": lambda ax: plots.digit_plane(np.full((84, 84), 0.5), latent.plane_codes(3), ax=ax),
    "kl_integrand": lambda ax: plots.kl_integrand(1, 0.5, ax=ax),
}


@pytest.fixture(autouse=True)
def no_show(monkeypatch):
    """Whatever shows a figure fails; the style is put back, as the figures are closed by conftest."""
    def show(*args, **kwargs):
        pytest.fail("a picture showed itself")

    monkeypatch.setattr(plt, "show", show)
    monkeypatch.setattr(mpl.figure.Figure, "show", show)
    with mpl.rc_context():
        yield


def luminance(colour):
    """Relative luminance of the Web Content Accessibility Guidelines."""
    channel = np.array(to_rgb(colour))
    return np.where(channel <= 0.04045, channel / 12.92, ((channel + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]


def test_no_picture_is_left_out():
    drawing = {name for name, function in inspect.getmembers(plots, inspect.isfunction)
               if function.__module__ == plots.__name__ and not name.startswith("_")
               and "ax" in inspect.signature(function).parameters}
    assert drawing - {"prior_circles"} == set(CALLS), "give each function that draws a call above"


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_draws_on_the_axes_given(call):
    figure, (ax, other) = plt.subplots(1, 2)
    plt.figure()  # another one is current, as it may be in a notebook
    assert call(ax) is ax
    assert ax.has_data() and not other.has_data()
    assert len(plt.get_fignums()) == 2, "a figure was made beside the one given"
    figure.canvas.draw()


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_makes_axes_of_its_own(call):
    occupied = plt.figure().add_subplot()
    ax = call(None)
    assert isinstance(ax, mpl.axes.Axes) and ax.has_data()
    assert ax is not occupied and not occupied.has_data(), "drew over what was there"
    assert len(plt.get_fignums()) == 2
    width, height = ax.figure.get_size_inches()
    assert width <= 7 and height <= 7
    ax.figure.canvas.draw()


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_leaves_the_style_alone(call):
    before = dict(mpl.rcParams)
    call(None)
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("name", CALLS)
def test_axes_are_named_by_keyword_only(name):
    parameter = inspect.signature(getattr(plots, name)).parameters["ax"]
    assert parameter.kind is parameter.KEYWORD_ONLY and parameter.default is None


# Colours and style ---------------------------------------------------------------------------------------------------

def test_ten_digits_have_ten_colours():
    assert len(look.DIGIT_COLOURS) == 10
    colours = np.array([to_rgb(colour) for colour in look.DIGIT_COLOURS])
    apart = np.linalg.norm(colours[:, None] - colours, axis=2)[np.triu_indices(10, 1)]
    assert apart.min() > 0.1


def test_a_colour_means_one_thing():
    colours = [look.ENCODER, look.DECODER, look.PRIOR, look.NOISE, look.WRONG, look.INK]
    assert len({to_rgb(colour) for colour in colours}) == 6
    for colour in colours:
        assert 1.05 / (luminance(colour) + 0.05) >= 3, "too pale for a line on white (WCAG 1.4.11)"


def test_set_style():
    plots.set_style()
    assert mpl.rcParams["figure.facecolor"] == "white" and not mpl.rcParams["axes.spines.top"]
    assert mpl.rcParams["axes.prop_cycle"].by_key()["color"][:3] == [look.ENCODER, look.DECODER, look.PRIOR]
    assert mpl.rcParams["image.cmap"] in ("cividis", "viridis")
    assert not plt.get_fignums()
    for call in CALLS.values():
        call(None).figure.canvas.draw()


# Sheets of digits ----------------------------------------------------------------------------------------------------

def numbered(n):
    """Digits of which each pixel tells whose it is and where: no two pixels of a sheet are equal."""
    return np.linspace(0, 1, n * 784).reshape(n, 28, 28)


def drawn(ax):
    image, = ax.get_images()
    return np.asarray(image.get_array())


def test_sheet_layout():
    a, b, c, d, e = images = numbered(5)
    paper = np.zeros((28, 28))
    np.testing.assert_array_equal(drawn(plots.digit_sheet(images, 2)), np.block([[a, b], [c, d], [e, paper]]))
    np.testing.assert_array_equal(drawn(plots.digit_sheet(images, 5)), np.hstack(images))
    np.testing.assert_array_equal(drawn(plots.digit_sheet(images, 1)), np.vstack(images))


def test_sheet_has_ten_columns_by_default():
    assert drawn(plots.digit_sheet(numbered(11))).shape == (2 * 28, 10 * 28)


@settings(deadline=None, derandomize=True, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 7), st.integers(1, 4))
def test_sheet_of_any_size(n, n_columns):
    _, ax = plt.subplots()
    sheet = drawn(plots.digit_sheet(numbered(n), n_columns, ax=ax))
    plt.close()
    assert sheet.shape == (28 * -(n // -n_columns), 28 * n_columns)
    for i, image in enumerate(numbered(n)):
        row, column = divmod(i, n_columns)
        np.testing.assert_array_equal(sheet[28 * row:28 * row + 28, 28 * column:28 * column + 28], image)


def test_sheet_of_bytes_and_of_vectors():
    images = np.random.default_rng(0).integers(0, 256, (4, 28, 28), dtype=np.uint8)
    from_bytes = drawn(plots.digit_sheet(images, 2))
    from_vectors = drawn(plots.digit_sheet((images.reshape(4, 784) / 255).astype(np.float32), 2))
    np.testing.assert_allclose(from_bytes[:28, :28], images[0] / 255, rtol=1e-12)
    np.testing.assert_allclose(from_vectors, from_bytes, rtol=0, atol=1e-7)


def test_ink_is_dark_on_white():
    """A pixel of 1 is drawn black and one of 0 white, whatever else is in the picture."""
    for picture in ([[0.0, 1.0]], [[0.25, 0.75]]):
        ax = plots.show_ink(np.array(picture))
        image, = ax.get_images()
        colours = image.cmap(image.norm(np.array(picture)))[0, :, 0]
        np.testing.assert_allclose(colours, 1 - np.array(picture[0]), atol=0.005)
        assert image.get_interpolation() == "nearest" and image.origin == "upper"
        assert len(ax.get_xticks()) == len(ax.get_yticks()) == 0
        assert not any(spine.get_visible() for spine in ax.spines.values())


def test_row_labels_stand_beside_the_middle_of_their_rows():
    ax = plots.digit_sheet(numbered(6), 2, row_labels=["as given", "rebuilt", "drawn"])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["as given", "rebuilt", "drawn"]
    # Pixel 0 has its middle at 0, so a row of 28 pixels goes from -0.5 to 27.5.
    np.testing.assert_allclose(ax.get_yticks(), [13.5, 41.5, 69.5])


def test_sheet_without_labels_has_no_ticks():
    ax = plots.digit_sheet(numbered(4), 2)
    assert len(ax.get_xticks()) == len(ax.get_yticks()) == 0


# Sheets with codes ---------------------------------------------------------------------------------------------------

GRIDS = {"plane_codes": latent.plane_codes, "quantile_plane_codes": latent.quantile_plane_codes}


def tell(codes):
    """Stand in for a decoder: the ink of a digit's upper half tells z[0], that of its lower half z[1]."""
    halves = np.repeat(0.5 + codes[:, :, None] / 20, 392, axis=2)  # (n, 2, 392)
    return halves.reshape(-1, 28, 28)


def named(axis):
    axis.figure.canvas.draw()
    return [(place, float(label.get_text())) for place, label in zip(axis.get_ticklocs(), axis.get_ticklabels())]


@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS)
@pytest.mark.parametrize("n", [2, 3, 5, 9, 30])
def test_the_code_at_a_tick_decodes_to_the_tile_there(grid, n):
    codes = grid(n)
    ax = plots.digit_plane(latent.digit_plane(tell, codes), codes)
    x_ticks, y_ticks = named(ax.xaxis), named(ax.yaxis)
    assert len(x_ticks) == len(y_ticks) == min(n, 6)
    for x, z0 in x_ticks:
        for y, z1 in y_ticks:
            # Pixels 13 and 14 of a tile are on either side of its middle.
            tile = drawn(ax)[int(y + 0.5) - 14:int(y + 0.5) + 14, int(x + 0.5) - 14:int(x + 0.5) + 14]
            assert x % 28 == y % 28 == 13.5
            np.testing.assert_allclose(tile, tell(np.array([[z0, z1]]))[0], rtol=0, atol=0.005 / 20 + 1e-6)
            nearest = np.linalg.norm(codes - (z0, z1), axis=1).argmin()
            assert nearest == n * (y // 28) + x // 28, "two decimals name the tile and no other"


def test_the_outermost_tiles_are_named():
    ax = plots.digit_plane(latent.digit_plane(tell, latent.plane_codes()), latent.plane_codes())
    assert [named(ax.xaxis)[end] for end in (0, -1)] == [(13.5, -3.0), (29 * 28 + 13.5, 3.0)]
    assert [named(ax.yaxis)[end] for end in (0, -1)] == [(13.5, 3.0), (29 * 28 + 13.5, -3.0)]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("z[0]", "z[1]")


def test_no_tick_says_minus_zero():
    codes = np.array([[-1, 1], [-1e-9, 1], [-1, -1e-9], [-1e-9, -1e-9]])
    ax = plots.digit_plane(np.zeros((56, 56)), codes)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["-1.00", "0.00"]


@pytest.mark.parametrize("n_ticks, expected", [(2, 2), (6, 6), (30, 9), (9, 9)])
def test_number_of_ticks(n_ticks, expected):
    ax = plots.digit_plane(np.zeros((252, 252)), latent.plane_codes(9), n_ticks=n_ticks)
    assert len(ax.get_xticks()) == len(ax.get_yticks()) == expected


# Costs ---------------------------------------------------------------------------------------------------------------

def curves(ax):
    return {tuple(line.get_ydata()): line for line in ax.get_lines()}


def test_costs_of_a_vae():
    left = plots.cost_curves(HISTORY)
    left_again, right = left.figure.axes
    assert left is left_again
    assert set(curves(left)) == {tuple(HISTORY["loss"]), tuple(HISTORY["reconstruction"])}
    assert set(curves(right)) == {tuple(HISTORY["kl"])}
    for line in (*left.get_lines(), *right.get_lines()):
        assert list(line.get_xdata()) == [1, 2, 3], "the first epoch is epoch 1"
    reconstruction, kl = curves(left)[tuple(HISTORY["reconstruction"])], curves(right)[tuple(HISTORY["kl"])]
    assert to_rgb(reconstruction.get_color()) == to_rgb(look.DECODER) and to_rgb(kl.get_color()) == to_rgb(look.PRIOR)
    assert {text.get_text() for text in left.get_legend().get_texts()} == {"loss", "reconstruction"}
    assert right.get_ylim()[0] == 0 and "KL" in right.get_ylabel()
    assert left.get_xlabel() == "epoch" and "nats per image" in left.get_ylabel()


def test_costs_of_an_autoencoder():
    ax = plots.cost_curves({"loss": [160.0, 120.0]})
    assert set(curves(ax)) == {(160.0, 120.0)} and ax.figure.axes == [ax]


def test_costs_that_are_no_numbers_are_counted_above_the_others():
    history = {"loss": [200.0, 150.0, np.nan, np.inf], "reconstruction": [195.0, 145.0, np.nan, 140.0],
               "kl": [5.0, 5.0, 6.0, np.inf]}
    ax = plots.cost_curves(history)
    assert ax.get_title() == "2 of 4 epochs have no finite cost"
    assert ax.lines[0].get_ydata()[:2].tolist() == [200.0, 150.0]
    assert not plots.cost_curves({name: costs[:2] for name, costs in history.items()}).get_title()


@pytest.mark.parametrize("epochs", [1, 2, 40])
def test_epochs_are_whole_numbers(epochs):
    ax = plots.cost_curves({"loss": list(np.linspace(200, 100, epochs))})
    ax.figure.canvas.draw()
    assert (np.array(ax.get_xticks()) % 1 == 0).all()


# The latent plane ----------------------------------------------------------------------------------------------------

def circles(ax):
    return sorted((patch.radius, patch.center) for patch in ax.patches if isinstance(patch, mpl.patches.Circle))


def test_plane_is_drawn_to_scale():
    ax = plots.latent_plane(CODES, LABELS, span=5)
    assert ax.get_aspect() == 1
    assert ax.get_xlim() == ax.get_ylim() == (-5, 5)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("z[0]", "z[1]")


def test_plane_shows_every_code_unless_told_otherwise():
    low, high = plots.latent_plane(CODES, LABELS).get_xlim()
    assert low == -high and 4 < high < 4.5


def test_digits_stand_at_the_medians_of_their_codes():
    texts = {text.get_text(): text.get_position() for text in plots.latent_plane(CODES, LABELS).texts}
    assert texts.keys() == {"3", "7"}, "digits that do not occur are not written"
    for digit, (x, y) in texts.items():
        mine = [code for code, label in zip(CODES, LABELS) if str(label) == digit]
        assert (x, y) == tuple(statistics.median(code[axis] for code in mine) for axis in (0, 1))


def test_no_digit_is_written_over_another():
    """The 4 lies in two large pieces, that at the right a little larger, with its median among the 9s between them."""
    rng = np.random.default_rng(0)
    pieces = [rng.normal((x, 0), 0.1, (n, 2)) for x, n in ((-0.5, 460), (0, 50), (0.5, 490), (0, 500))]
    labels = np.repeat([4, 9], [1000, 500])
    texts = {text.get_text(): text.get_position()
             for text in plots.latent_plane(np.concatenate(pieces), labels, span=3).texts}
    assert np.hypot(*texts["9"]) < 0.1
    assert np.hypot(texts["4"][0] - 0.5, texts["4"][1]) < 0.1


@pytest.mark.parametrize("text_size", [None, 9, 15])
@pytest.mark.parametrize("columns", [1, 2, 4])
def test_ten_digits_in_one_crowd_are_all_read(columns, text_size):
    """Ten classes of one distribution, in pictures and letters of several sizes: no numeral's box touches another's."""
    rng = np.random.default_rng(1)
    figure, axes = plt.subplots(1, columns, figsize=(7, 7 / columns), squeeze=False)
    ax = plots.latent_plane(rng.normal(size=(5000, 2)), np.arange(5000) % 10, span=3.3, text_size=text_size,
                            ax=axes[0, 0])
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert len(boxes) == 10 and not any(box.overlaps(other) for i, box in enumerate(boxes) for other in boxes[:i])


def test_a_digit_outside_of_the_picture_is_not_written_beside_it():
    assert all(text.get_clip_on() for text in plots.latent_plane(CODES, LABELS, span=1).texts)


@pytest.mark.parametrize("dtype", [np.uint8, np.int64])
def test_each_dot_has_the_colour_of_its_digit(dtype):
    rng = np.random.default_rng(0)
    codes, labels = rng.normal(size=(500, 2)), rng.integers(0, 10, 500).astype(dtype)
    dots, = plots.latent_plane(codes, labels).collections
    assert len(dots.get_offsets()) == 500
    label_of = {tuple(code): label for code, label in zip(codes, labels)}
    for offset, colour in zip(dots.get_offsets(), dots.get_facecolors()):
        assert tuple(colour) == to_rgba(look.DIGIT_COLOURS[label_of[tuple(offset)]])


def test_no_digit_covers_the_others():
    """Drawn class by class, the last would lie on top: 9 of 10 neighbours in drawing order have another digit."""
    labels = np.repeat(np.arange(10), 500)
    codes = np.column_stack([labels, np.arange(5000) / 5000])
    dots, = plots.latent_plane(codes, labels).collections
    changes = np.diff(dots.get_offsets()[:, 0]) != 0
    assert abs(changes.mean() - 0.9) < 5 * np.sqrt(0.9 * 0.1 / len(changes))


def test_prior_circles():
    _, ax = plt.subplots()
    assert plots.prior_circles(ax) is ax
    assert circles(ax) == circles(plots.latent_plane(CODES, LABELS)) == [(1, (0, 0)), (2, (0, 0)), (3, (0, 0))]
    assert all(to_rgb(patch.get_edgecolor()) == to_rgb(look.PRIOR) and not patch.get_fill() for patch in ax.patches)


@pytest.mark.filterwarnings("error")
def test_plane_of_codes_at_the_origin():
    """A collapsed encoder gives them, and is worth a picture."""
    ax = plots.latent_plane(np.zeros((3, 2)), [1, 2, 3])
    assert ax.get_xlim()[0] < 0 < ax.get_xlim()[1]


# The integrand of the KL divergence ----------------------------------------------------------------------------------

def area(collection):
    """Area inside the outlines, by the shoelace formula."""
    total = 0
    for path in collection.get_paths():
        x, y = path.vertices.T
        total += abs(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2
    return total


@pytest.mark.parametrize("pair", [(1, 0.5, 0, 1), (0, 1, 1.5, 0.7), (0, 1, 0, 1), (-1, 1.2, 2, 1)])
def test_shaded_area_is_the_divergence(pair):
    ax = plots.kl_integrand(*pair, span=10)
    plus, minus = ax.collections
    assert (plus.get_label(), minus.get_label()) == ("adds to the KL", "takes away")
    # Trapezoids 0.025 wide; where the sign changes within one, both areas end in a triangle of their own.
    assert area(plus) - area(minus) == pytest.approx(kl_between(*pair), abs=1e-3)
    assert minus.get_hatch(), "told from the other without colour"


def test_densities_are_scipys():
    ax = plots.kl_integrand(1, 0.5, -1, 2, span=4)
    lines = {line.get_label(): line for line in ax.get_lines()}
    for label, mean, std in (("q(x)", 1, 0.5), ("p(x)", -1, 2)):
        x, y = lines[label].get_data()
        assert (x[0], x[-1]) == (-4, 4)
        np.testing.assert_allclose(y, stats.norm.pdf(x, mean, std), rtol=1e-10)
    assert lines["q(x)"].get_linestyle() != lines["p(x)"].get_linestyle()
