/** Claim: no shape is forgotten: five nets drawn at random cost at most 1.5 times their nearest named neighbour, per multiplication. */
import { alternate } from "../alternate.mjs";
import { boundClaim, number } from "../claims.mjs";
import { nablaContestants } from "../contestants.mjs";
import { random, summary } from "../statistics.mjs";
import { task as digits } from "./digits-sgd.mjs";
import { task as digitsSigmoid } from "./digits-sigmoid.mjs";
import { task as pictures } from "./pictures.mjs";
import { task as tiny } from "./tiny.mjs";
import { classification, multiplications, sgd } from "./train.mjs";

export const workload = {
  name: "shapes",
  title: "shapes drawn at random",
  unit: "ns/multiplication",
  isTime: true,
  async run(bench) {
    const tasks = [tiny, digitsSigmoid, digits, pictures].map((task) => ({ ...task, isNamed: true }));
    const next = random(bench.seed);
    for (let i = 0; i < 5; i++) tasks.push(draw(next));
    const entries = [];
    for (const { path, version } of bench.platforms.nodes)
      for (const arithmetic of ["portable", "fma"]) {
        const contestants = nablaContestants({ nodes: [{ path, version }] }, { threads: [1] });
        const contestant = contestants.find((one) => one.arithmetic === arithmetic);
        if (bench.select([contestant]).length === 0) continue;
        entries.push(...(await measure(bench, contestant, tasks)));
      }
    const claims = entries.filter(({ isNamed }) => !isNamed).map((entry) => claimOf(entry, entries));
    return { entries, claims, seed: bench.seed };
  },
};

/** One subject a task, so that they alternate among each other as peers do elsewhere. */
async function measure(bench, contestant, tasks) {
  const pairs = tasks.map((task) => ({ contestant, task: { ...task, data: bench.data(task.data) } }));
  const entries = await alternate(pairs, bench.pace, bench.say);
  return entries.map((entry, i) => {
    const { title, sizes, batch, isNamed = false } = tasks[i];
    const facts = { ...entry, id: `${entry.id}: ${title}`, title: `${title}, ${entry.title}`, isNamed, sizes, batch };
    if (!entry.measured) return facts;
    const cost = (rate) => 1e9 / (rate * multiplications(sizes));
    return { ...facts, measured: summary(entry.measured.values.map(cost)) };
  });
}

function claimOf(entry, entries) {
  const text = `${entry.title}`;
  const named = entries.filter(
    (other) =>
      other.isNamed && other.measured && other.engine === entry.engine && other.arithmetic === entry.arithmetic,
  );
  const [nearest] = named.sort((a, b) => distance(a, entry) - distance(b, entry));
  if (!entry.measured || !nearest)
    return boundClaim({ text, atMost: 1.5, unit: "×", reason: entry.reason ?? "its neighbour was not measured" });
  const value = entry.measured.median / nearest.measured.median;
  const sides = `${number(entry.measured.median)} ns against ${number(nearest.measured.median)} ns of ${nearest.sizes.join("-")}, batch ${nearest.batch}`;
  return boundClaim({ text, value, atMost: 1.5, unit: "×", sides });
}

/** How far two shapes are apart: batch and multiplications of a sample, both in powers. */
function distance(a, b) {
  const batches = Math.log(a.batch / b.batch);
  const sizes = Math.log(multiplications(a.sizes) / multiplications(b.sizes));
  return Math.hypot(batches, sizes);
}

/** One to three hidden layers of 8 to 600 units, 8 to 2,000 features, 2 to 12 classes, batches of 4 to 200. */
function draw(next) {
  const between = (low, high) => Math.round(low * (high / low) ** next());
  const features = between(12, 2000);
  const classes = between(2, 12);
  const hidden = Array.from({ length: between(1, 3) }, () => between(8, 600));
  const batch = between(4, 200);
  const sizes = [features, ...hidden, classes];
  const count = Math.max(batch * 8, Math.min(8000, Math.floor(8e6 / features)));
  return {
    title: `${sizes.join("-")} ReLU, batch ${batch}`,
    sizes,
    hidden: "relu",
    ...classification,
    optimizer: sgd(0.05),
    batch,
    data: `bytes:${count}:${features}:${classes}`,
    learns: { accuracy: Math.min(0.9, 1.4 / classes) },
  };
}
