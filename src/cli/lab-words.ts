import type { Command } from "commander";
import { examples } from "./examples.ts";

interface LabWords {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly options: readonly (readonly [flags: string, words: string])[];
  readonly examples: readonly (readonly [command: string, note: string])[];
}

const seeds = ["--seeds <count>", "how many seeds, from --seed on"] as const;

const labs: readonly LabWords[] = [
  {
    name: "smallest",
    summary: "y = wx, one example at a time: repeats, converges or diverges",
    description:
      "Trains the world's smallest perceptron, y = wx, by w = w + η(y − ŷ)x, and shows every step: whether it repeats, " +
      "converges or diverges, the factor of an epoch, and the full batch beside it.",
    options: [
      ["--learning-rate <number>", "η (default: 0.01)"],
      ["--epochs <count>", "passes over the four samples (default: 4)"],
      ["--start <number>", "w at the start (default: 0)"],
    ],
    examples: [
      ["nabla lab smallest", "η = 0.01 ends in a cycle, not at w*"],
      ["nabla lab smallest --learning-rate 1", "the raw rule repeats without end"],
      ["nabla lab smallest --learning-rate 0.15", "diverges"],
    ],
  },
  {
    name: "minima",
    summary: "many starts of gradient descent: where each ends, and why",
    description:
      "Starts gradient descent from many places of a function of x, or of x and y, and on a small net. Says where each " +
      "start ended and why: minimum, saddle, plateau, or degenerate. Slopes and curvatures are the graph's own " +
      "derivatives in float64.",
    options: [
      ["--function <formula>", "of x, or of x and y (default: three wells and a plateau)"],
      ["--box <from,to>", "where starts lie, in each direction (default: -4,4)"],
      ["--starts <count>", "starts along each direction, a grid (default: 9; 33 for x alone)"],
      ["--learning-rate <number>", "size of the steps on the function (default: 0.2)"],
      ["--steps <count>", "most steps of a start (default: 4000)"],
      ["--net-starts <count>", "starts of the small net; 0 leaves it out (default: 16)"],
    ],
    examples: [
      ["nabla lab minima --out minima", "with pictures"],
      ['nabla lab minima --function "x^4 - 2*x^2 + 0.3*x" --box -2,2', ""],
      ['nabla lab minima --function "x^2 + y^2"', "one minimum: the claim does not hold"],
      ['nabla lab minima --function "x^4 + y^2" --box -1,1', "degenerate: curvature cannot tell"],
    ],
  },
  {
    name: "learning-rate",
    summary: "too small, good, too large: on a bowl and on a net",
    description: "Descends a bowl whose limit is known, and trains a small net, with a range of learning rates.",
    options: [
      ["--rates <numbers>", "learning rates of the net (default: 0.0003 to 3, by factors of about 3)"],
      ["--epochs <count>", "of the net (default: 100)"],
      [...seeds],
    ],
    examples: [
      ["nabla lab learning-rate", ""],
      ["nabla lab learning-rate --rates 0.1,0.3", "all of them good: the claim does not hold"],
    ],
  },
  {
    name: "batch-size",
    summary: "one, some, all: by step, by example, by second",
    description:
      "Trains the same net with batches of 1, of some and of all samples: its cost by step, by example seen and by " +
      "second, and the gap between training and test cost.",
    options: [
      ["--batch-sizes <list>", 'sizes, or "all" (default: 1,32,all)'],
      ["--samples <count>", "training samples (default: 256)"],
      ["--epochs <count>", "times through them (default: 60)"],
      ["--hidden <units>", "units of the hidden layer (default: 16)"],
      ["--learning-rate <number>", "the same for all (default: 0.1)"],
      ["--noise <number>", "of the moons (default: 0.25)"],
      [...seeds],
    ],
    examples: [
      ["nabla lab batch-size --out batches", ""],
      ["nabla lab batch-size --batch-sizes 1,8,64,all --epochs 100", ""],
    ],
  },
  {
    name: "universality",
    summary: "any curve by one hidden layer: bumps, and trained nets",
    description:
      "Builds the network of bumps for a curve, with 1 to 256 hidden neurons, and trains nets of the same sizes. The curve " +
      "is a formula of x, which is parsed and never run as code, or drawn through points.",
    options: [
      ["--function <formula>", "of x (default: 0.2 + 0.4*x^2 + 0.3*x*sin(15*x) + 0.05*cos(50*x))"],
      ["--points <file>", "two columns, x and y: the curve goes straight from point to point"],
      ["--interval <from,to>", "of x (default: 0,1; with --points: theirs)"],
      ["--hidden <sizes>", "numbers of hidden neurons (default: 1,2,4,8,16,32,64,128,256)"],
      ["--epochs <count>", "of the trained nets; 0 leaves them out (default: 300)"],
      [...seeds],
    ],
    examples: [
      ["nabla lab universality --out curve", ""],
      ['nabla lab universality --function "sin(2*pi*x)" --interval -1,1', ""],
      ["nabla lab universality --points drawn.csv --epochs 0", "the constructed network alone"],
    ],
  },
  {
    name: "deep-or-fat",
    summary: "thin and tall against fat and short, with the same parameters",
    description:
      "Trains nets of one to several hidden layers that have the same number of parameters, with several seeds, and " +
      "compares their accuracy on fresh samples. Says so where fat wins.",
    options: [
      ["--data <name>", "two-spirals, three-spirals, moons, quadrants, annulus, three-modes (default: two-spirals)"],
      ["--parameters <count>", "of each net, about (default: 500)"],
      ["--depths <counts>", "numbers of hidden layers (default: 1,2,3,4)"],
      ["--epochs <count>", "(default: 150)"],
      ["--learning-rate <number>", "of adam, at the start (default: 0.03)"],
      ["--activation <name>", "of the hidden layers (default: tanh)"],
      [...seeds],
    ],
    examples: [
      ["nabla lab deep-or-fat --out deep", ""],
      ["nabla lab deep-or-fat --data moons --parameters 100", ""],
    ],
  },
  {
    name: "hard-cases",
    summary: "quadrants, annulus, three modes: a line, and one hidden layer",
    description:
      "The lecture's three pictures that no line can tell apart: 2,000 training and 4,000 fresh test points, five seeds. " +
      "The best line there is, a trained linear model, and a net with one hidden layer.",
    options: [
      ["--hidden <units>", "units of the hidden layer (default: 32)"],
      ["--epochs <count>", "of the net (default: 60)"],
      ["--learning-rate <number>", "of adam, at the start (default: 0.03)"],
      [...seeds],
    ],
    examples: [
      ["nabla lab hard-cases --out hard", "with maps of the decisions"],
      ["nabla lab hard-cases --hidden 1", "too few: the claim does not hold"],
    ],
  },
];

/** `nabla lab …`: the words. What a lab does is loaded when it is called. */
export function addLab(program: Command): void {
  const lab = program
    .command("lab")
    .summary("experiments that show one claim each")
    .usage("<name> [options]")
    .description(
      "Experiments that show one claim of the lecture each: a table, and with --out DIR pictures (SVG) and all numbers " +
        "(JSON). Where the claim does not hold for the seed and the options, the lab says so.",
    );
  lab.addHelpText(
    "after",
    examples(["nabla lab smallest", ""], ["nabla lab hard-cases --seed 1 --out hard-cases", ""]),
  );
  for (const { name, summary, description, options, examples: lines } of labs) {
    const command = lab.command(name).summary(summary).description(description).usage("[options]");
    for (const [flags, words] of options) command.option(flags, words);
    command
      .option("--seed <number>", "where random numbers begin; the same seed gives the same figures (default: 0)")
      .option("--out <folder>", "write pictures (SVG) and all numbers (JSON) there")
      .option("--force", "replace files of an earlier time in that folder")
      .option("--json", "print JSON, one value a line, and nothing else")
      .addHelpText("after", examples(...lines))
      .action(async (flags: Record<string, unknown>) => {
        const { runLab } = await import("./commands/lab.ts");
        await runLab(name, flags);
      });
  }
}
