"""PyTorch and scikit-learn as a subject: the same requests as child.mjs, a line of JSON each way."""

import json
import sys
import time
import warnings

import numpy as np


def read_data(data):
    if data["form"] == "f32":
        x = np.fromfile(data["x"], dtype="<f4").reshape(data["count"], data["features"])
    else:
        x = np.fromfile(data["x"], dtype=np.uint8, offset=12).reshape(data["count"], data["features"])
        x = x.astype(np.float32) / np.float32(255)
    y = np.fromfile(data["y"], dtype=np.uint8, offset=8).astype(np.int64)
    return x, y


class Torch:
    """Eager PyTorch. `loop`: "optimizer" is torch.optim, "hand" takes gradients and subtracts them itself."""

    def __init__(self, task, options):
        import torch

        self.torch = torch
        torch.set_num_threads(options.get("threads", 1))
        torch.manual_seed(7)
        self.task = task
        self.loop = options.get("loop", "optimizer")
        x, y = read_data(task["data"])
        self.x = torch.from_numpy(x)
        self.labels = torch.from_numpy(y)
        self.targets = self.labels
        if task["loss"] == "halfSquared":
            self.targets = torch.nn.functional.one_hot(self.labels, task["data"]["classes"]).to(torch.float32)
        sizes = task["sizes"]
        activation = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid}[task["hidden"]]
        layers = []
        for i in range(len(sizes) - 1):
            layers.append(torch.nn.Linear(sizes[i], sizes[i + 1]))
            if i < len(sizes) - 2:
                layers.append(activation())
        if task["output"] == "sigmoid":
            layers.append(torch.nn.Sigmoid())
        self.model = torch.nn.Sequential(*layers)
        self.parameters = list(self.model.parameters())
        self.rate = task["optimizer"]["learningRate"]
        if task["optimizer"]["kind"] == "adam":
            self.optimizer = torch.optim.Adam(self.parameters, lr=self.rate)
        else:
            self.optimizer = torch.optim.SGD(self.parameters, lr=self.rate)
        self.about = {"version": torch.__version__, "threads": torch.get_num_threads()}
        self.functions = {}

    def loss(self, output, target):
        if self.task["loss"] == "crossEntropy":
            return self.torch.nn.functional.cross_entropy(output, target)
        return (output - target).square().sum() * (0.5 / len(output))

    def train(self, count, epochs):
        torch, batch = self.torch, self.task["batch"]
        model, optimizer, parameters, rate = self.model, self.optimizer, self.parameters, self.rate
        x, y = self.x, self.targets
        for _ in range(epochs):
            for rows in torch.randperm(count).split(batch):
                loss = self.loss(model(x.index_select(0, rows)), y.index_select(0, rows))
                if self.loop == "optimizer":
                    optimizer.zero_grad(set_to_none=True)
                    loss.backward()
                    optimizer.step()
                else:
                    gradients = torch.autograd.grad(loss, parameters)
                    with torch.no_grad():
                        for parameter, gradient in zip(parameters, gradients):
                            parameter.sub_(gradient, alpha=rate)

    def predict(self, count):
        with self.torch.inference_mode():
            output = self.model(self.x[:count])
            if self.task["output"] == "softmax":
                output = output.softmax(1)
            return output.flatten().tolist()

    # Inference: a frozen TorchScript trace.

    def compile(self, batch):
        torch = self.torch
        model = torch.nn.Sequential(self.model, torch.nn.Softmax(1)).eval()
        with torch.no_grad():
            traced = torch.jit.trace(model, self.x[:batch])
            function = torch.jit.optimize_for_inference(torch.jit.freeze(traced))
            for _ in range(20):
                function(self.x[:batch])
        self.functions[batch] = function

    def infer(self, batch, times):
        function, x = self.functions[batch], self.x[:batch].clone()
        with self.torch.inference_mode():
            for _ in range(times):
                output = function(x)
        return output.flatten()[:10].tolist()


class ScikitLearn:
    """MLPClassifier: its own loop, by fit with a warm start; it always ends in softmax and cross entropy."""

    def __init__(self, task, options):
        import sklearn
        from sklearn.neural_network import MLPClassifier

        self.x, self.y = read_data(task["data"])
        adam = task["optimizer"]["kind"] == "adam"
        rate = task["optimizer"]["learningRate"]
        self.model = MLPClassifier(
            hidden_layer_sizes=task["sizes"][1:-1],
            activation="logistic" if task["hidden"] == "sigmoid" else task["hidden"],
            solver="adam" if adam else "sgd",
            learning_rate_init=min(rate, 0.5),
            momentum=0.0,
            nesterovs_momentum=False,
            alpha=0.0,
            batch_size=task["batch"],
            shuffle=True,
            random_state=7,
            warm_start=True,
            tol=0.0,
            n_iter_no_change=10**9,
            max_iter=1,
        )
        warnings.simplefilter("ignore")  # "the maximum of iterations is reached": that is what is asked for
        self.about = {"version": sklearn.__version__}

    def train(self, count, epochs):
        x, y = self.x[:count], self.y[:count]
        self.model.max_iter = epochs
        self.model.fit(x, y)

    def predict(self, count):
        return self.model.predict_proba(self.x[:count]).flatten().tolist()


subject = None


def answer(request):
    global subject
    if request["ask"] == "open":
        options = request.get("options") or {}
        subject = (ScikitLearn if options["library"] == "scikit-learn" else Torch)(request["task"], options)
        return {"about": subject.about}
    if request["ask"] == "judge":
        return {"outputs": subject.predict(request["count"])}
    if request["name"] == "ready":
        return {}
    began = time.perf_counter()
    value = getattr(subject, request["name"])(*(request.get("values") or []))
    return {"seconds": time.perf_counter() - began, "value": value}


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:  # said to the other side, which decides
        reply = {"error": str(error)[:400] or type(error).__name__}
    sys.stdout.write("@" + json.dumps(reply) + "\n")
    sys.stdout.flush()
