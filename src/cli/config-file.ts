import { NablaError, quoted } from "../errors.ts";
import { asObject, parseJson, readText } from "./small-files.ts";

/**
 * The options in a JSON file: an object of options, or the `config.json` of a run, whose options stand under "train".
 * Throws ENVIRONMENT, FORMAT.
 */
export async function readConfigFile(
  file: string,
): Promise<{ readonly file: string; readonly values: Readonly<Record<string, unknown>> }> {
  const content = asObject(parseJson(await readText(file, 1 << 20), file));
  const values = content && Object.hasOwn(content, "train") ? asObject(content["train"]) : content;
  if (values) return { file, values: Object.assign(Object.create(null), values) };
  throw new NablaError("FORMAT", `${quoted(file)} holds no options`, {
    where: { file },
    expected: 'an object such as {"data": "mnist", "hidden": [128], "epochs": 5}',
    received: "another kind of value",
    hint: "Give an object of options, or the config.json of a run.",
  });
}
