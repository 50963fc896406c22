"""scikit-learn's PCA and t-SNE on a table of bytes: one JSON line with seconds and results."""

import json
import sys
import time

import numpy
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness

task = json.loads(sys.argv[1])
x = numpy.fromfile(task["file"], dtype=numpy.uint8, offset=16).reshape(-1, 784)[: task["count"]].astype(numpy.float32) / 255


def tell(**facts):
    print(json.dumps(facts), flush=True)


if task["kind"] == "pca":
    seconds = []
    for _ in range(task["times"]):
        began = time.perf_counter()
        model = PCA(n_components=2, random_state=0).fit(x)
        seconds.append(time.perf_counter() - began)
    # the exact directions, to hold both against
    exact = PCA(n_components=2, svd_solver="full").fit(x)
    tell(seconds=seconds, components=exact.components_.astype(float).ravel().tolist())
elif task["kind"] == "tsne":
    began = time.perf_counter()
    model = TSNE(init="pca", learning_rate="auto", random_state=0)
    y = model.fit_transform(x)
    seconds = time.perf_counter() - began
    tell(seconds=[seconds], divergence=float(model.kl_divergence_), trustworthiness=float(trustworthiness(x, y)))
else:
    y = numpy.array(json.loads(sys.stdin.read()), dtype=numpy.float32).reshape(-1, 2)
    tell(trustworthiness=float(trustworthiness(x, y)))
