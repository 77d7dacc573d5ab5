claim("two-distributions", "more than half of them lie between -1 and 1")
assert np.mean(np.abs(score[0]) < 1) > 0.5 and np.mean(score[0] < -10) > 0.05

claim("variances-compare", "about 9 times as many draws for the same precision in $\\mu$, and about 12 times")
assert np.array_equal(ratio.round(), [9, 12])

claim("variance-figure", "At $\\sigma$ = 0.1 they are more than a factor of 10,000 apart")
assert a**4 / 0.1**2 + 14 * a**2 + 15 * 0.1**2 > 10_000 * 4 * 0.1**2 and median_std < 0.1
