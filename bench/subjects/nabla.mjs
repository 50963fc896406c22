/**
 * nabla, as a user meets it: by its package's exports. The same file runs in Node and in a page's worker, where `entries`
 * says where dist/ is served.
 */

/** Node's own modules without their namespaces, which take some milliseconds of a start that is measured. */
const builtIn = (name) => process.getBuiltinModule(name);

async function load(entries) {
  if (entries) return Promise.all([import(entries.index), import(entries.data)]);
  const { createRequire } = builtIn("module");
  const { pathToFileURL } = builtIn("url");
  const require = createRequire(new URL("../../package.json", import.meta.url));
  return Promise.all([
    import(pathToFileURL(require.resolve("nabla"))),
    import(pathToFileURL(require.resolve("nabla/data"))),
  ]);
}

async function readBytes(path) {
  if (/^https?:/.test(path)) return new Uint8Array(await (await fetch(path)).arrayBuffer());
  return new Uint8Array(builtIn("fs").readFileSync(path));
}

async function readTask({ form, x, y, features, count }, { dataset, idxDataset }) {
  if (form === "u8") return idxDataset(x, y);
  const bytes = await readBytes(x);
  const labels = (await readBytes(y)).subarray(8);
  return dataset(
    { shape: [count, features], data: new Float32Array(bytes.buffer, bytes.byteOffset, count * features) },
    labels,
  );
}

/** The network of a task, new. */
export function build(nabla, { sizes, hidden, output }, seed = 7) {
  const layers = sizes
    .slice(1)
    .flatMap((units, i) => [nabla.dense(units), nabla[i === sizes.length - 2 ? output : hidden]]);
  return nabla.sequential(layers, { input: sizes[0], seed });
}

function optimizerOf(nabla, { kind, ...settings }) {
  return nabla[kind](settings);
}

export async function open(task, { threads, arithmetic, entries } = {}) {
  const [nabla, data] = await load(entries);
  const all = await readTask(task.data, { dataset: nabla.dataset, idxDataset: data.idxDataset });
  let model = build(nabla, task);
  const settings = (more = {}) => ({
    loss: nabla[task.loss],
    optimizer: optimizerOf(nabla, task.optimizer),
    batchSize: task.batch,
    threads,
    arithmetic,
    stepEvents: "none",
    shuffle: task.shuffle ?? true,
    ...more,
  });
  const about = { threads, arithmetic };
  let current;
  let isUsed = false;

  /** A run that goes on from slice to slice: it waits at each epoch's event until it is asked for more. */
  async function continued(samples) {
    if (current?.samples === samples) return current.events;
    await stop();
    const events = model
      .fit(samples === all.size ? all : all.take(samples), settings({ epochs: 2 ** 40 }))
      [Symbol.asyncIterator]();
    const { value } = await events.next();
    Object.assign(about, { threads: value.threads, arithmetic: value.arithmetic, engine: value.engine });
    await events.next(); // the first epoch: code that is being optimised, threads that start
    current = { samples, events };
    return events;
  }

  async function stop() {
    const { events } = current ?? {};
    current = undefined;
    await events?.return();
  }

  return {
    about,

    /** Before a slice of many samples: starts the run outside the timed part. */
    async ready(samples) {
      if (task.steady !== "fit") await continued(samples);
    },

    async train(samples, epochs) {
      if (task.steady === "fit") {
        if (isUsed) model.reset();
        isUsed = true;
        const { done } = model.fit(all.take(samples), settings({ epochs }));
        await done;
        return;
      }
      const events = await continued(samples);
      for (let left = epochs; left > 0; ) {
        const { value, done } = await events.next();
        if (done) throw new Error("the run ended early");
        if (value.kind === "epoch") left -= 1;
      }
    },

    async predict(count) {
      return (await model.predict(all.take(count))).data;
    },

    stop,

    // ── inference ──

    /** The weights in order; or sets them where some are given. */
    async weights(list) {
      if (list) {
        for (const { name, data: values, shape } of list)
          model.weights.set(name, { shape, data: Float32Array.from(values) });
        // fit chooses the arithmetic and the threads of a model: one step at a rate that changes next to nothing.
        const { done } = model.fit(
          all.take(task.batch),
          settings({ epochs: 1, optimizer: nabla.sgd({ learningRate: 1e-30 }) }),
        );
        await done;
        return undefined;
      }
      await stop();
      return model.weights
        .names()
        .map((name) => ({ name, shape: model.weights.get(name).shape, data: [...model.weights.get(name).data] }));
    },

    async compile(batchSize) {
      functions[batchSize] = await model.compile({ batchSize });
    },

    /** Calls the compiled function `times` times on the same samples. */
    infer(batchSize, times) {
      const compiled = functions[batchSize];
      inputs[batchSize] ??= inputOf(batchSize);
      let outputs;
      for (let i = 0; i < times; i++) outputs = compiled(inputs[batchSize]);
      return [...outputs.subarray(0, 10)];
    },

    async predictBatches(batchSize, times) {
      inputs[batchSize] ??= inputOf(batchSize);
      const x = { shape: [batchSize, task.sizes[0]], data: inputs[batchSize] };
      let outputs;
      for (let i = 0; i < times; i++) outputs = await model.predict(x);
      return [...outputs.data.subarray(0, 10)];
    },

    // ── memory ──

    /** `times` fits of a few steps, each of a new model where `isNew`; gives the resident bytes after them. */
    async fits(times, isNew) {
      await stop();
      for (let i = 0; i < times; i++) {
        if (isNew) model = build(nabla, task);
        await model.fit(all.take(task.batch * 4), settings({ epochs: 1 })).done;
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
      return process.memoryUsage.rss();
    },

    async epochs(epochs, more = {}) {
      await stop();
      const { decay, ...options } = more;
      const rate = task.optimizer.learningRate;
      // Another rate at every step.
      const optimizer =
        decay && optimizerOf(nabla, { ...task.optimizer, learningRate: ({ step }) => rate / (1 + step * 1e-6) });
      const samples = options.samples ?? all.size;
      delete options.samples;
      const history = await model.fit(
        all.take(samples),
        settings({ epochs, ...options, ...(optimizer && { optimizer }) }),
      ).done;
      return history.epochs.map(({ seconds }) => seconds);
    },

    resident() {
      return process.memoryUsage.rss();
    },
  };

  function inputOf(batchSize) {
    const values = new Float32Array(batchSize * task.sizes[0]);
    const { data: bytes, scale } = all.x;
    for (let i = 0; i < values.length; i++) values[i] = bytes[i] * scale;
    return values;
  }
}

const inputs = {};
const functions = {};
