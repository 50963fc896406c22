import { Command, CommanderError } from "commander";
import picocolors from "picocolors";
import { NablaError } from "../errors.ts";
import { exitCodes, tellFailure } from "./exit.ts";
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
      "Trains a network on pictures with labels, judges it on samples it has not seen, and leaves a run folder with the " +
        "model, its figures and a report. Ctrl-C ends the training and keeps what was learned; --resume goes on from " +
        "there, or from where a crash cut the run off, and ends as if it had never stopped.",
    )
    .usage("<data> [options]")
    .argument("[data...]", "mnist, mnist-16x16, or two IDX files: images labels (gzip or not)")
    .option("--hidden <units>", "units of the hidden layers: 128, or 128,64, or none (default: 128; mnist-16x16: 30)")
    .option("--activation <name>", "of the hidden layers (default: relu)")
    .option("--loss <name>", "what is made small (default: crossEntropy)")
    .option("--optimizer <name>", "how (default: adam)")
    .option("--learning-rate <number>", "size of the steps (default: the optimizer's own)")
    .option("--batch-size <count>", "samples in a step (default: 64, or all where there are fewer)")
    .option("--epochs <count>", "times through the data (default: 5)")
    .option("--seed <number>", "where random numbers begin; the same seed gives the same model (default: 0)")
    .option("--threads <count>", 'a number, or "auto" (default: auto)')
    .option("--limit <count>", "use only so many samples of the training and of the test part")
    .option("--validation <share>", "share of the training samples to measure on after each epoch, such as 0.1")
    .option("--early-stopping <epochs>", "stop after so many epochs without a lower loss, with the weights of the best")
    .option("--checkpoint-every <time>", "epochs, seconds such as 30s, or none (default: 10s)")
    .option("--resume <run>", "go on with a run that was cut off: latest, its name, or its folder")
    .option("--test <files...>", "two IDX files to test on (default: a tenth of the samples is set aside)")
    .option("--labels <file>", "names of the classes of IDX files, one a line")
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
        ["nabla train images.idx.gz labels.idx.gz --labels names.txt --name shapes", ""],
        ["nabla train --config runs/2026-11-23-123605-mnist/config.json --seed 1", "once more, with another seed"],
        ["nabla train mnist --validation 0.1 --epochs 100 --early-stopping 5", ""],
        ["nabla train --resume latest", "go on after Ctrl-C or a crash"],
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
    .argument("<data...>", "mnist or mnist-16x16 (their test part), or two IDX files: images labels")
    .option("--limit <count>", "use only so many samples")
    .option(...outOption)
    .option(...jsonOption)
    .addHelpText(
      "after",
      examples(
        ["nabla evaluate latest mnist", ""],
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
    .summary("ask a run's model what a picture shows")
    .description(
      "Asks the model of a run about samples, and prints its classes with their probabilities, best first. " +
        "A PNG picture of any size and colour is made like those the model knows, and what was done is said. " +
        "JSON is one sample (a list of numbers, or rows of them) or a list of samples.",
    )
    .usage("<run> <input...> [options]")
    .argument(...runArgument)
    .argument("<input...>", "PNG or JSON files; - reads one from the standard input")
    .option("--top <count>", "how many classes to print (default: 10)")
    .option(...outOption)
    .option(...jsonOption)
    .addHelpText(
      "after",
      examples(
        ["nabla predict latest digit.png", ""],
        ["nabla predict latest first.png second.png --top 3", ""],
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

function examples(...lines: readonly (readonly [command: string, note: string])[]): string {
  const width = Math.max(...lines.filter(([, note]) => note !== "").map(([command]) => command.length), 0);
  const shown = lines.map(([command, note]) => `  ${note === "" ? command : `${command.padEnd(width)}   ${note}`}`);
  return `\nExamples:\n${shown.join("\n")}`;
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
