claim("both", "Beyond the largest circle there are digits but hardly any dots")
assert np.mean(np.linalg.norm(codes[60_000:], axis=1) > 3) < 0.04

claim("agree", "Encoder and decoder tell the same story")
assert agree.mean() > 0.9

claim("map-check", "That is why the lecture's shifted draws were crisp.")
_shifted = entropy(net.decode(rng.standard_normal((5000, 2)) + 4.0 * (rng.integers(0, 2, (5000, 2)) - 0.5))
                   .reshape(-1, 784))
assert h.mean() - _shifted.mean() > 5 * np.hypot(h.std(), _shifted.std()) / np.sqrt(5000)

claim("forecast-and-cost", "With twelve numbers it is a little too sure of itself, by 2 nats")
_gap = judged[12][1] - judged[12][0]
assert _gap.mean() > 5 * _gap.std() / np.sqrt(len(_gap)) and 1 < _gap.mean() < 3
