claim("sizes-show", "where most of a picture is paper, the average is well below one half.")
assert images.mean() / 255 < 0.4 and (255 - images).mean() / 255 > 0.6
