import { Command, CommanderError } from "commander";
import picocolors from "picocolors";
import { NablaError, quoted } from "../errors.ts";
import { examples } from "./examples.ts";
import { exitCodes, tellFailure } from "./exit.ts";
import { addLab } from "./lab-words.ts";
import { guess } from "./nearest.ts";
import { allowsColor } from "./output.ts";
import { version } from "./version.ts";

/** Runs one command line and gives its exit code; what went wrong is told on stderr. */
export async function runCommandLine(words: readonly string[]): Promise<number> {
  const program = createProgram();
  try {
    if (words.length === 0) program.outputHelp();
    else await program.parseAsync(words, { from: "user" });
    return exitCodes.done;
  } catch (error) {
    if (!(error instanceof CommanderError)) return tellFailure(error, isJsonAsked(words));
    if (error.exitCode === 0) return exitCodes.done; // help and version are told
    if (error.code === "commander.help") return exitCodes.wrongUsage; // a group without its command: help is told
    return tellFailure(usageError(error, program, words), isJsonAsked(words));
  }
}

/** Known before the words are understood, since that can fail. */
export function isJsonAsked(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  return words.slice(0, end < 0 ? undefined : end).includes("--json");
}

function createProgram(): Command {
  const program = new Command("nabla")
    .description("Trains neural networks, and shows what they have learned.")
    .version(version(), "-v, --version", "print the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show the help of a command")
    .exitOverride()
    .configureOutput({
      outputError: () => undefined,
      getOutHasColors: () => allowsColor(process.stdout),
      getErrHasColors: () => allowsColor(process.stderr),
    })
    .configureHelp({
      styleTitle: (title) => picocolors.createColors(true).bold(title), // taken off again where there is no colour
      subcommandTerm: (command) => `${command.name()} ${command.usage()}`.replace("[options]", "").trim(),
    })
    .addHelpText(
      "after",
      examples(
        ["nabla train mnist", "train the digit recogniser"],
        ["nabla predict latest digit.png", "which digit is it?"],
        ["nabla train --help", "every option of a command"],
      ),
    );
  addTrain(program);
  addEvaluate(program);
  addPredict(program);
  addSummary(program);
  addExplain(program);
  addGradientCheck(program);
  addLayers(program);
  addProject(program);
  addStudio(program);
  addRuns(program);
  addData(program);
  addCurves(program);
  addLab(program);
  return program;
}

const jsonOption = ["--json", "print JSON, one value a line, and nothing else"] as const;
const runsOption = ["--runs <folder>", "folder of the runs (default: runs)"] as const;
const portOption = ["--port <number>", "serve the studio on this port (default: one that is free)"] as const;
const openOption = ["--no-open", "do not open the browser"] as const;
const runArgument = ["<run>", "latest, the name of a run, or its folder"] as const;

// Commands are loaded when they are called: `--help` and mistakes answer at once.

function addTrain(program: Command): void {
  program
    .command("train")
    .summary("train a network and leave a run folder")
    .description(
      "Trains a network on pictures with labels or on a table, judges it on samples it has not seen, and leaves a run folder with the " +
        "model, its figures and a report. Ctrl-C ends the training and keeps what was learned; --resume goes on from " +
        "there, or from where a crash cut the run off, and ends as if it had never stopped.",
    )
    .usage("<data> [options]")
    .argument("[data...]", "a name that nabla data list tells, a table (data.csv), or two IDX files: images labels")
    .option("--kind <name>", "network, linear (a layer without hidden ones), svm, or linear-svc (default: network)")
    .option(
      "--C <number>",
      "svm, linear-svc: what a sample inside the street costs; svm: hard, so that none may (default: 1)",
    )
    .option("--kernel <name>", "svm: linear or rbf (default: linear)")
    .option("--gamma <number>", "svm, rbf: width of the kernel, a number, scale or auto (default: scale)")
    .option(
      "--hidden <units>",
      "units of the hidden layers: 128, or 128,64, or none (default: 128; mnist-16x16: 30; tables: 32; drawn: 32,32)",
    )
    .option("--activation <name>", "of the hidden layers (default: relu)")
    .option("--loss <name>", "what is made small (default: crossEntropy; for numbers meanSquared)")
    .option("--optimizer <name>", "how (default: adam)")
    .option(
      "--learning-rate <number>",
      "size of the steps (default: the optimizer's own; adam on tables and drawn data: 0.01)",
    )
    .option(
      "--schedule <words>",
      "how the rate goes on: cosine, cosine:warmup=100, step:every=1000, exponential:factor=0.999",
    )
    .option("--momentum <share>", "of sgd: how much of the last step is kept, such as 0.9")
    .option("--nesterov", "of sgd with momentum: look ahead")
    .option("--weight-decay <number>", "of sgd and adam: how much weights shrink, such as 1e-4")
    .option("--clip-norm <number>", "longest gradient that a step follows (default: any)")
    .option("--dropout <share>", "share of each hidden layer that falls out in a step, such as 0.2")
    .option("--batch-size <count>", "samples in a step (default: 64; tables: 16 to 64; drawn: 20)")
    .option("--epochs <count>", "times through the data (default: 5; more where the samples are few)")
    .option("--seed <number>", "where random numbers begin; the same seed gives the same model (default: 0)")
    .option("--threads <count>", 'a number, or "auto" (default: auto)')
    .option("--arithmetic <name>", "portable: the same bits everywhere; fma: faster; auto (default: auto)")
    .option("--limit <count>", "use only so many samples of the training and of the test part")
    .option("--validation <share>", "share of the training samples to measure on after each epoch, such as 0.1")
    .option("--early-stopping <epochs>", "stop after so many epochs without a lower loss, with the weights of the best")
    .option("--checkpoint-every <time>", "epochs, seconds such as 30s, or none (default: 10s)")
    .option("--resume <run>", "go on with a run that was cut off: latest, its name, or its folder")
    .option("--test <files...>", "a table or two IDX files to test on (default: a fifth or a tenth is set aside)")
    .option("--labels <file>", "names of the classes of IDX files, one a line")
    .option("--data-dir <folder>", "where the files of mnist or cifar10 are (default: NABLA_DATA, ./data and others)")
    .option("--target <column>", "of a table: what is learned, by name or by number from 1 (default: the last column)")
    .option("--task <task>", "classification or regression (default: what the target column looks like)")
    .option("--ignore <columns...>", "columns of a table to leave out, by name or number: id,comment")
    .option("--missing <way>", "rows of a table with gaps: error, or drop (default: error)")
    .option("--header <answer>", "whether the first row has names: yes or no (default: yes if it has no number)")
    .option("--delimiter <character>", 'what stands between cells, "tab" for a tab (default: found out)')
    .option("--size <count>", "training samples to draw; twice as many are drawn to test on (default: 2000)")
    .option("--noise <number>", "deviation of the noise on drawn samples (default: the data's own)")
    .option("--name <name>", "name of the run (default: that of the data)")
    .option("--out <folder>", "folder that the run's own folder is made in (default: runs)")
    .option("--config <file>", "take options from a JSON file, or from a run's config.json; those given here win")
    .option("--progress <how>", "auto: a live bar on a terminal; plain: a line an epoch (default: auto)")
    .option("--studio", "serve the studio meanwhile, with this run in it, and go on until Ctrl-C")
    .option(...portOption)
    .option(...openOption)
    .option(...jsonOption)
    .addHelpText(
      "after",
      examples(
        ["nabla train mnist", "784-128-10, 5 epochs"],
        ["nabla train mnist --hidden 128,64 --epochs 10 --learning-rate 5e-4", ""],
        ["nabla train mnist-16x16 --loss halfSquared --activation sigmoid", "as in the lecture"],
        ["nabla train iris.csv --target species", "a table"],
        ["nabla train cifar10 --data-dir cifar-10-batches-bin --hidden 256", ""],
        ["nabla train quadrants --size 2000 --hidden 8", "drawn by seed"],
        ["nabla train mnist --kind linear", "ten templates, one a digit"],
        ["nabla train mnist --kind svm --kernel rbf --C 5 --limit 5000", "the widest street in a curved space"],
        ["nabla train images.idx.gz labels.idx.gz --labels names.txt --name shapes", ""],
        ["nabla train --config runs/2026-11-23-123605-mnist/config.json --seed 1", "another seed"],
        ["nabla train mnist --validation 0.1 --epochs 100 --early-stopping 5", ""],
        ["nabla train --resume latest", "go on after Ctrl-C or a crash"],
        ["nabla train mnist --studio", "watch it in the studio"],
        ["nabla train mnist --json > events.jsonl", ""],
      ),
    )
    .action(async (data: string[], flags: Record<string, unknown>) => {
      if (flags["studio"] === true || flags["port"] !== undefined || flags["open"] === false) {
        const { trainInStudio } = await import("./commands/train-in-studio.ts");
        return trainInStudio(data, flags);
      }
      const { train } = await import("./commands/train.ts");
      await train(data, flags);
    });
}

function addEvaluate(program: Command): void {
  program
    .command("evaluate")
    .summary("measure a run's model on data")
    .description(
      "Measures the model of a run on labelled samples: accuracy, loss, what is taken for what, the worst mistakes.",
    )
    .usage("<run> <data> [options]")
    .argument(...runArgument)
    .argument("<data...>", "a name (its test part), a table (data.csv), or two IDX files: images labels")
    .option("--limit <count>", "use only so many samples")
    .option("--data-dir <folder>", "where the files of mnist or cifar10 are (default: where the run found them)")
    .option(...runsOption)
    .option(...jsonOption)
    .addHelpText(
      "after",
      examples(
        ["nabla evaluate latest mnist", ""],
        ["nabla evaluate latest new.csv", ""],
        ["nabla evaluate runs/2026-11-23-123605-shapes images.idx labels.idx", ""],
      ),
    )
    .action(async (run: string, data: string[], flags: Record<string, unknown>) => {
      const { evaluate } = await import("./commands/evaluate.ts");
      await evaluate(run, data, flags);
    });
}

function addPredict(program: Command): void {
  program
    .command("predict")
    .summary("ask a run's model about pictures or rows")
    .description(
      "Asks the model of a run about samples, and prints its classes with their probabilities, best first. " +
        "A PNG picture of any size and colour is made like those the model knows, and what was done is said. " +
        "JSON is one sample (a list of numbers, or rows of them) or a list of samples. " +
        "For a run that was trained on a table, a table gives a table: the answer for each row, as CSV.",
    )
    .usage("<run> <input...> [options]")
    .argument(...runArgument)
    .argument("<input...>", "PNG, CSV or JSON files; - reads one from the standard input")
    .option("--top <count>", "how many classes to print (default: 10)")
    .option("--missing <way>", "rows of a table with gaps: error, or drop (default: as in training)")
    .option(...runsOption)
    .option(...jsonOption)
    .addHelpText(
      "after",
      examples(
        ["nabla predict latest digit.png", ""],
        ["nabla predict latest first.png second.png --top 3", ""],
        ["nabla predict latest new.csv > answers.csv", ""],
        ["node make-samples.js | nabla predict latest - --json", ""],
      ),
    )
    .action(async (run: string, inputs: string[], flags: Record<string, unknown>) => {
      const { predict } = await import("./commands/predict.ts");
      await predict(run, inputs, flags);
    });
}

function addSummary(program: Command): void {
  program
    .command("summary")
    .summary("show a run: its layers, data and result")
    .description(
      "Shows the layers of a run's model with their parameters, what it was trained on, and how well it did.",
    )
    .usage("<run> [options]")
    .argument(...runArgument)
    .option("--svg <file>", "draw the network into this file")
    .option("--force", "replace the file of --svg if it is there")
    .option(...runsOption)
    .option(...jsonOption)
    .addHelpText(
      "after",
      examples(
        ["nabla summary latest", ""],
        ["nabla summary latest --svg network.svg", "and a drawing of the network"],
      ),
    )
    .action(async (run: string, flags: Record<string, unknown>) => {
      const { summary } = await import("./commands/summary.ts");
      await summary(run, flags);
    });
}

const explainedArgument = [
  "<model>",
  "smallest, second-smallest, four-parameters or lecture; or a run: latest, its name, or its folder",
] as const;
const lossOption = ["--loss <name>", "another loss than the run's or the network's own"] as const;

function addExplain(program: Command): void {
  program
    .command("explain")
    .summary("show every number of one training step")
    .description(
      "Shows one training step on one example: the forward pass with every number, the chain rule for each parameter in " +
        "symbols and in numbers, what is re-used, and the update. Up to 64 numbers are told one by one; a larger network " +
        "op by op, and one number of it in full with --parameter and --index.",
    )
    .usage("<model> [options]")
    .argument(...explainedArgument)
    .option("--example <number>", "which sample of the run's data, from 1 (default: 1)")
    .option("--x <numbers>", "an example of your own: what goes in, as 1,-1")
    .option("--y <numbers>", "and what should come out, as 1,0, or the number of a class, from 0")
    .option("--learning-rate <number>", "size of the step (default: 0.1)")
    .option(...lossOption)
    .option("--parameter <name>", 'only one number, of this parameter, such as "dense 1/weight"')
    .option("--index <positions>", "which one: its position along each axis, from 0, as 0,1")
    .option("--format <name>", "text, mathml (a page), or latex (default: text)")
    .option("--out <file>", "write it into this file")
    .option("--force", "replace the file of --out if it is there")
    .option(...runsOption)
    .option(...jsonOption)
    .addHelpText(
      "after",
      examples(
        ["nabla explain four-parameters", "the chain rule, as on the slide"],
        ["nabla explain lecture --x 0,0 --y 1,0", ""],
        ["nabla explain lecture --format mathml --out lecture.html", ""],
        ['nabla explain latest --example 3 --parameter "dense 2/weight" --index 0,5', ""],
        ["nabla explain lecture --json > lecture.json", ""],
      ),
    )
    .action(async (model: string, flags: Record<string, unknown>) => {
      const { explain } = await import("./commands/explain.ts");
      await explain(model, flags);
    });
}

function addGradientCheck(program: Command): void {
  program
    .command("gradient-check")
    .summary("hold the gradients against differences of the loss")
    .description(
      "Compares the gradient of each parameter with central differences of the loss, in float64. Numbers that stand at a " +
        "kink, as a relu at 0, are told apart. Exit code 1 where a gradient is wrong.",
    )
    .usage("<model> [options]")
    .argument(...explainedArgument)
    .option("--samples <count>", "how many samples of the run's data make the batch (default: 4)")
    .option("--entries <count>", "how many numbers of each parameter are checked (default: 16)")
    .option("--seed <number>", "which ones are drawn, where there are more (default: 0)")
    .option("--x <numbers>", "an example of your own: what goes in, as 1,-1")
    .option("--y <numbers>", "and what should come out, as 1,0, or the number of a class, from 0")
    .option(...lossOption)
    .option(...runsOption)
    .option(...jsonOption)
    .addHelpText(
      "after",
      examples(["nabla gradient-check lecture", ""], ["nabla gradient-check latest --samples 2 --entries 100", ""]),
    )
    .action(async (model: string, flags: Record<string, unknown>) => {
      const { gradientCheck } = await import("./commands/gradient-check.ts");
      await gradientCheck(model, flags);
    });
}

function addLayers(program: Command): void {
  program
    .command("layers")
    .summary("show what each unit of a run's model sees")
    .description(
      "Shows what excites each unit: its weights as a picture, an input made to drive it, and the real examples that do, " +
        "out of the samples the run was tested on. Leaves a page, layers.html, and prints a short table.",
    )
    .usage("<run> [options]")
    .argument(...runArgument)
    .option("--layer <layer>", "only this one: its number in nabla summary, counted from 1, or its name")
    .option("--unit <number>", "only this unit of the layer, counted from 0")
    .option("--units <count>", "how many units of each layer, the first that are not dead (default: 24, at most 256)")
    .option("--examples <count>", "how many examples for each unit (default: 6, at most 24)")
    .option("--limit <count>", "use only so many samples")
    .option("--data-dir <folder>", "where the files of mnist or cifar10 are (default: where the run found them)")
    .option("--out <file>", "the page (default: layers.html in the run's folder, or the next free name)")
    .option("--force", "replace the file of --out if it is there")
    .option(...runsOption)
    .option(...jsonOption)
    .addHelpText(
      "after",
      examples(
        ["nabla layers latest", ""],
        ["nabla layers latest --layer 1 --unit 77 --out unit-77.html", "one unit"],
        ["nabla layers latest --units 128 --examples 9", "all of a layer of 128"],
        ["nabla layers latest --json > units.jsonl", ""],
      ),
    )
    .action(async (run: string, flags: Record<string, unknown>) => {
      const { layers } = await import("./commands/layers.ts");
      await layers(run, flags);
    });
}

function addProject(program: Command): void {
  program
    .command("project")
    .summary("draw a map of samples, and of what a layer makes of them")
    .description(
      "Draws samples as points of a plane, near each other where they are alike: by t-SNE, or along the principal " +
        "components. Of a run it takes samples that it was not trained on; --layer puts the map of a layer's outputs " +
        "beside that of the input. Ctrl-C ends it and draws the map so far.",
    )
    .usage("<data or run> [options]")
    .argument(
      "<data...>",
      "a name that nabla data list tells, a table (data.csv), two IDX files (images labels), or a run",
    )
    .option("--method <name>", "tsne or pca (default: tsne)")
    .option("--layer <layer>", "of a run: its number in nabla summary, counted from 1, or its name")
    .option("--components <count>", "dimensions of the map, 2 or 3 (default: 2)")
    .option("--perplexity <number>", "of t-SNE: about how many neighbours a sample has (default: 30)")
    .option("--iterations <count>", "of t-SNE (default: 1000)")
    .option("--limit <count>", "use only so many samples (default: 10000)")
    .option("--seed <number>", "where random numbers begin; the same seed gives the same map (default: 0)")
    .option("--out <file>", "map.html to move in and point at, map.svg or map.csv (default: a new .html here)")
    .option("--force", "replace the file of --out if it is there")
    .option(...runsOption)
    .option("--progress <how>", "auto: a live bar on a terminal; plain: a line now and then (default: auto)")
    .option(...jsonOption)
    .addHelpText(
      "after",
      examples(
        ["nabla project mnist", "10,000 digits, t-SNE, mnist-tsne.html"],
        ["nabla project mnist --method pca --limit 60000 --out map.svg", ""],
        ["nabla project latest --layer 2", "the input, and what the first hidden layer with its relu makes of it"],
        ["nabla project images.idx labels.idx --out map.csv", ""],
      ),
    )
    .action(async (data: string[], flags: Record<string, unknown>) => {
      const { project } = await import("./commands/project.ts");
      await project(data, flags);
    });
}

function addStudio(program: Command): void {
  program
    .command("studio")
    .summary("open the studio in the browser")
    .description(
      "Opens the studio: build a network, train it, stop it, and see every number of it. With a run, shows that one, live " +
        "while it trains. It is served to this machine alone, until Ctrl-C. With --out, writes it as a folder of static " +
        "files for any web server, with the digits, and the run if one is named.",
    )
    .usage("[run] [options]")
    .argument("[run]", "latest, the name of a run, or its folder")
    .option(...portOption)
    .option(...openOption)
    .option("--out <folder>", "write the studio into this folder instead")
    .option("--force", "replace the studio that is in the folder of --out")
    .option(...runsOption)
    .option(...jsonOption)
    .addHelpText(
      "after",
      examples(
        ["nabla studio", ""],
        ["nabla studio latest", "the newest run; live, if it still trains"],
        ["nabla studio --port 8080 --no-open", ""],
        ["nabla studio --out public/studio", "for a web server, at any path"],
      ),
    )
    .action(async (run: string | undefined, flags: Record<string, unknown>) => {
      const { studio } = await import("./commands/studio.ts");
      await studio(run, flags);
    });
}

function addRuns(program: Command): void {
  program
    .command("runs")
    .summary("list the runs")
    .usage("[options]")
    .description("Lists the runs, newest first: when, on what, and their test accuracy.")
    .option(...runsOption)
    .option(...jsonOption)
    .addHelpText("after", examples(["nabla runs", ""], ["nabla runs --runs elsewhere --json", ""]))
    .action(async (flags: Record<string, unknown>) => {
      const { runs } = await import("./commands/runs.ts");
      await runs(flags);
    });
}

function addData(program: Command): void {
  const data = program
    .command("data")
    .summary("data sets that have a name")
    .usage("list")
    .description("Data sets that have a name.");
  data.addHelpText("after", examples(["nabla data list", ""]));
  data
    .command("list")
    .summary("list them")
    .description("Lists the data sets that can be trained on by name.")
    .option(...jsonOption)
    .addHelpText("after", examples(["nabla data list", ""]))
    .action(async (flags: Record<string, unknown>) => {
      const { listData } = await import("./commands/data.ts");
      listData(flags);
    });
}

function addCurves(program: Command): void {
  const add = (kind: "activations" | "losses", one: string, summary: string): void => {
    program
      .command(kind)
      .summary(summary)
      .description(
        `Shows the formula of each, ${kind === "losses" ? "whether a gradient can train by it" : "its derivative"}, and its source. ` +
          "With a name, shows values and derivatives of that one too, computed by the graph that trains.",
      )
      .usage("[name] [options]")
      .argument("[name]", `one of them, such as ${one}`)
      .option("--out <file>", "draw its curve and derivative as SVG")
      .option("--force", "replace the file of --out if it is there")
      .option(...jsonOption)
      .addHelpText("after", examples([`nabla ${kind}`, ""], [`nabla ${kind} ${one} --out ${one}.svg`, ""]))
      .action(async (name: string | undefined, flags: Record<string, unknown>) => {
        const curves = await import("./commands/curves.ts");
        await curves[kind](name, flags);
      });
  };
  add("activations", "elu", "activation functions: formula, derivative, curve");
  add("losses", "hinge", "losses: formula, curve, which can be trained by gradient");
}

/** Commander's complaint in our words. Its message is "error: … '…'", with a guess in a second line. */
function usageError(error: CommanderError, program: Command, words: readonly string[]): NablaError {
  const [first = "", second = ""] = error.message.split("\n");
  const problem = first.replace(/^error: /, "").replace(/\.$/, "");
  const command = program.commands.find((candidate) => candidate.name() === words[0]);
  const known = program.commands.map((candidate) => candidate.name());
  if (error.code === "commander.unknownCommand" && !command) {
    const hint = `${guess(words[0] ?? "", known)}Known are ${known.join(", ")}.`;
    return new NablaError("OPTION", problem, { expected: known.join(", "), received: words[0] ?? "", hint });
  }
  if (error.code === "commander.unknownCommand" && command) {
    const names = command.commands.map((candidate) => candidate.name());
    const said = /'(.*)'/.exec(problem)?.[1] ?? "";
    return new NablaError("OPTION", `nabla ${command.name()} knows no ${quoted(said)}`, {
      expected: names.join(", "),
      received: quoted(said),
      hint: `${guess(said, names)}Known are ${names.join(", ")}.`,
    });
  }
  const option = /^option '(\S+) .*' argument missing$/.exec(problem)?.[1];
  const near = /^\((Did you mean .*\?)\)$/.exec(second)?.[1];
  const help = `nabla ${command ? `${command.name()} ` : ""}--help tells what there is.`;
  return new NablaError("OPTION", option === undefined ? problem : `${option} needs a value`, {
    hint: near === undefined ? help : `${near} ${help}`,
  });
}
