import { NablaError, quoted } from "../errors.ts";
import type { TrainingSession } from "../train/session.ts";
import type { PlainError, SnapshotMessage } from "./messages.ts";
import { toPlainError } from "./plain-error.ts";
import type { View } from "./serve.ts";
import { ViewBudget } from "./view-budget.ts";

/** Copies of all parameters by name: the view that is there without being given. */
const parameters: View = ({ model: { weights } }) =>
  Object.fromEntries(weights.names().map((name) => [name, weights.get(name).data]));

/** What a page may ask to see, and what of it comes with each snapshot. */
export class Views {
  readonly #known: ReadonlyMap<string, View>;
  readonly #budget = new ViewBudget();
  /** Arguments by name. */
  #watched: Readonly<Record<string, unknown>> = {};

  constructor(given: Readonly<Record<string, View>>) {
    this.#known = new Map<string, View>([["parameters", parameters], ...Object.entries(given)]);
  }

  watch(watched: Readonly<Record<string, unknown>>): void {
    this.#watched = watched;
  }

  /** One view. Throws OPTION for one there is not, and whatever it throws. */
  look(session: TrainingSession, name: unknown, args: unknown): unknown {
    const view = this.#known.get(name as string);
    if (!view) {
      const known = [...this.#known.keys()].join(", ");
      throw new NablaError("OPTION", `there is no view ${quoted(String(name))}`, {
        expected: known,
        received: quoted(String(name)),
        hint: `The worker has ${known}.`,
      });
    }
    const { model, data, validation, position, lossName: loss, settings } = session;
    return view({ model, data, validation, position, loss, settings, states: () => session.states() }, args as never);
  }

  /** All watched views, the errors of those that failed; none while training runs and has been held up enough. */
  async lookAtAll(
    session: TrainingSession,
    isRunning: boolean,
  ): Promise<Pick<SnapshotMessage, "views" | "viewErrors">> {
    const views: Record<string, unknown> = {};
    const viewErrors: Record<string, PlainError> = {};
    if (isRunning && !this.#budget.isFree) return { views };
    await this.#budget.measure(async () => {
      for (const [name, args] of Object.entries(this.#watched)) {
        try {
          views[name] = await this.look(session, name, args);
        } catch (error) {
          viewErrors[name] = toPlainError(error);
        }
      }
    });
    return { views, ...(Object.keys(viewErrors).length > 0 && { viewErrors }) };
  }
}
