"""Solves the same machine with scikit-learn's LIBSVM or LIBLINEAR and prints seconds and what came out: python machines.py job.json"""

import json
import sys
import time
import warnings

import numpy as np
from sklearn.svm import SVC, LinearSVC

warnings.filterwarnings("ignore")
job = json.load(open(sys.argv[1], encoding="utf8"))
count, features = job["count"], job["features"]
pixels = np.fromfile(job["data"]["x"], np.uint8)[12:12 + count * features].reshape(count, features)
x = (pixels.astype(np.float32) * np.float32(1 / 255)).astype(np.float64)
labels = np.fromfile(job["data"]["y"], np.uint8)[8:8 + count].astype(int)
y = labels % 2 if job["isEven"] else labels
C = job["options"]["C"]

if job["learner"] == "LinearSvc":
    loss = {"hinge": "hinge", "squaredHinge": "squared_hinge"}[job["options"]["loss"]]
    machine = LinearSVC(C=C, loss=loss, tol=job["tolerance"], max_iter=100_000, random_state=0)
else:
    machine = SVC(C=C, kernel="rbf", gamma=job["options"]["gamma"], cache_size=400)
began = time.perf_counter()
machine.fit(x, y)
seconds = time.perf_counter() - began
result = {"seconds": seconds}
if job["learner"] == "LinearSvc":
    objective = 0
    for k in range(len(machine.coef_)):
        w, b, signs = machine.coef_[k], machine.intercept_[k], np.where(y == machine.classes_[k], 1, -1)
        slack = np.maximum(0, 1 - signs * (x @ w + b))
        objective += (w @ w + b * b) / 2 + C * (slack if loss == "hinge" else slack ** 2).sum()
else:
    signs, squares = np.where(y == 1, 1, -1), (x ** 2).sum(1)
    kernel = np.exp(-job["options"]["gamma"] * np.maximum(0, squares[:, None] + squares - 2 * x @ x.T))
    beta = np.zeros(count)
    beta[machine.support_] = machine.dual_coef_[0]
    f = kernel @ beta
    objective = beta @ f / 2 + C * np.maximum(0, 1 - signs * (f + machine.intercept_[0])).sum()
    result["gap"] = objective - ((signs * beta).sum() - beta @ f / 2)
    result["supports"] = machine.support_.tolist()
print(json.dumps({**result, "objective": float(objective)}))
