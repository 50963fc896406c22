/** A process that opens a subject, takes one training step, and ends: `node first-step.mjs <module> <task file>`. */
const [module, file] = process.argv.slice(2);
const { task, options } = JSON.parse(process.getBuiltinModule("fs").readFileSync(file, "utf8"));
const { open } = await import(module);
const subject = await open(task, options);
await subject.train(task.batch, 1);
process.exit(0);
