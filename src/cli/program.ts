import { Command, CommanderError } from "commander";
import picocolors from "picocolors";
import { NablaError } from "../errors.ts";
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
        ["nabla train mnist", "train the digit recogniser, less than a minute"],
        ["nabla predict latest digit.png", "which digit is it?"],
        ["nabla train --help", "every option of a command"],
      ),
    );
  addTrain(program);
  addEvaluate(program);
  addPredict(program);
  addSummary(program);
  addRuns(program);
  addData(program);
  addLab(program);
  return program;
}

const jsonOption = ["--json", "print JSON, one value a line, and nothing else"] as const;
const outOption = ["--out <folder>", "folder of the runs (default: runs)"] as const;
const runArgument = ["<run>", "latest, the name of a run, or its folder"] as const;

// Commands are loaded when they are called: `--help` and mistakes answer at once.

function addTrain(program: Command): void {
  program
    .command("train")
    .summary("train a network and leave a run folder")
    .description(
      "Trains a network on pictures with labels or on a table, judges it on samples it has not seen, and leaves a run folder with the " +
        "model, its figures and a report. Ctrl-C ends the training and keeps what was learned.",
    )
    .usage("<data> [options]")
    .argument("[data...]", "a name that nabla data list tells, a table (data.csv), or two IDX files: images labels")
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
    .option("--batch-size <count>", "samples in a step (default: 64; tables: 16 to 64; drawn: 20)")
    .option("--epochs <count>", "times through the data (default: 5; more where the samples are few)")
    .option("--seed <number>", "where random numbers begin; the same seed gives the same model (default: 0)")
    .option("--threads <count>", 'a number, or "auto" (default: auto)')
    .option("--limit <count>", "use only so many samples of the training and of the test part")
    .option("--validation <share>", "share of the training samples to measure on after each epoch, such as 0.1")
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
    .option(...outOption)
    .option("--config <file>", "take options from a JSON file, or from a run's config.json; those given here win")
    .option("--progress <how>", "auto: a live bar on a terminal; plain: a line an epoch (default: auto)")
    .option(...jsonOption)
    .addHelpText(
      "after",
      examples(
        ["nabla train mnist", "784-128-10, 5 epochs"],
        ["nabla train mnist --hidden 128,64 --epochs 10 --learning-rate 5e-4", ""],
        ["nabla train mnist-16x16 --loss halfSquared --activation sigmoid --optimizer sgd --learning-rate 0.5", ""],
        ["nabla train iris.csv --target species", "a table; the last column unless said"],
        ["nabla train cifar10 --data-dir cifar-10-batches-bin --hidden 256", ""],
        ["nabla train quadrants --size 2000 --hidden 8", "drawn by seed"],
        ["nabla train images.idx.gz labels.idx.gz --labels names.txt --name shapes", ""],
        ["nabla train --config runs/2026-11-23-123605-mnist/config.json --seed 1", "once more, with another seed"],
        ["nabla train mnist --json > events.jsonl", ""],
      ),
    )
    .action(async (data: string[], flags: Record<string, unknown>) => {
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
    .option(...outOption)
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
    .option(...outOption)
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
    .option(...outOption)
    .option(...jsonOption)
    .addHelpText("after", examples(["nabla summary latest", ""]))
    .action(async (run: string, flags: Record<string, unknown>) => {
      const { summary } = await import("./commands/summary.ts");
      await summary(run, flags);
    });
}

function addRuns(program: Command): void {
  program
    .command("runs")
    .summary("list the runs")
    .usage("[options]")
    .description("Lists the runs, newest first: when, on what, and their test accuracy.")
    .option(...outOption)
    .option(...jsonOption)
    .addHelpText("after", examples(["nabla runs", ""], ["nabla runs --out elsewhere --json", ""]))
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
  const option = /^option '(\S+) .*' argument missing$/.exec(problem)?.[1];
  const near = /^\((Did you mean .*\?)\)$/.exec(second)?.[1];
  const help = `nabla ${command ? `${command.name()} ` : ""}--help tells what there is.`;
  return new NablaError("OPTION", option === undefined ? problem : `${option} needs a value`, {
    hint: near === undefined ? help : `${near} ${help}`,
  });
}
