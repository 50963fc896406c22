/** nabla's PCA and t-SNE on MNIST or another IDX file of pictures: one JSON line with seconds and results. */
import { readFileSync } from "node:fs";
import { Pca, Tsne } from "../../dist/classic.js";

const task = JSON.parse(process.argv[2]);
const bytes = readFileSync(task.file).subarray(16, 16 + task.count * 784);
const x = { shape: [task.count, 784], data: Float32Array.from(bytes, (byte) => byte / 255) };
const seconds = [];
const resident = () => process.resourceUsage().maxRSS / 1024;

if (task.kind === "pca") {
  let pca;
  for (let i = 0; i < task.times; i++) {
    const began = performance.now();
    pca = await new Pca({ nComponents: 2 }).fit(x);
    seconds.push((performance.now() - began) / 1000);
  }
  console.log(JSON.stringify({ seconds, components: [...pca.components.data], resident: resident() }));
} else {
  const began = performance.now();
  const { positions, divergence } = await new Tsne().fit(x).done;
  seconds.push((performance.now() - began) / 1000);
  console.log(JSON.stringify({ seconds, divergence, positions: [...positions.data], resident: resident() }));
}
