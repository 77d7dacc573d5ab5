"""TensorFlow and Keras, imported without TensorFlow's remarks on the processor at hand.

Introduced in notebook 02, where a gradient is first computed automatically.
"""

import os
import platform

from numpy._core._multiarray_umath import __cpu_features__  # what numpy.show_runtime() prints

# Without AVX TensorFlow ends the process, and the kernel with it, before it could raise anything.
if platform.machine().lower() in ("x86_64", "amd64") and not __cpu_features__["AVX"]:
    raise ImportError("TensorFlow needs a processor with AVX, and this one has none, or its virtual machine hides it. "
                      "Use another machine; what imports no models and no training runs here, too")

# Read on import: the notebooks' gradient tape is TensorFlow's, and only errors are for a notebook's page.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# Some remarks come before TensorFlow has read its log level. They are written to the process's error stream itself,
# so only there can they be kept off. What goes wrong on import is raised, and so seen, all the same.
_error_stream, _nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
os.dup2(_nowhere, 2)
try:
    import keras
    import tensorflow as tf
finally:
    os.dup2(_error_stream, 2)
    os.close(_error_stream)
    os.close(_nowhere)

__all__ = ["keras", "tf"]
