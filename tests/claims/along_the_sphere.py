claim("matters", "About seven walks in ten stay with their two classes half-way")
assert all(0.6 < 1 - result["12 numbers", kind][1].mean() < 0.85 for kind in ("linear", "slerp"))

claim("matters", "In the plane slerp's images are nearer, too")
assert result["2 numbers", "slerp"][0].mean() < result["2 numbers", "linear"][0].mean()

claim("matters", "About one walk in ten leaves the prior altogether.")
assert 0.05 < result["2 numbers", "slerp"][2].mean() < 0.15 and sphere[2].mean() < 0.01

claim("matters", "the straight walk meets a third class about half of the time")
assert 0.4 < result["2 numbers", "linear"][1].mean() < 0.7 and straight[1].mean() < 0.4
