claim("refine-once-more", "So the mean is the exact mean log-likelihood to within about 0.01 nats.")
assert abs(change.mean()) < 0.01 and np.abs(change).max() < 0.3
