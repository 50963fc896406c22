import { useStudio } from "../../app/studio.ts";
import { TextButton } from "../../view/controls.tsx";
import { figure, percent, whole } from "../../view/figures.ts";
import { Picture } from "../../view/picture.tsx";
import { words } from "../../words.ts";
import { paintLine } from "./paint-line.ts";

/** A run of the server that serves this page: how it goes while it trains in the terminal, then the way to its model. */
export function RunStrip() {
  const { store, page } = useStudio();
  const run = page.run.value;
  const { run: begun } = store.state.value.network;
  const isHeld = begun !== undefined && store.heldRun.value?.name === begun;
  const note = page.note.value;
  if (begun !== undefined && !isHeld && page.served.value)
    return (
      <aside class="run-strip" aria-label={words.digits.run.label}>
        <p>{words.digits.run.missing(begun)}</p>
      </aside>
    );
  if (!run) return null;
  return (
    <aside class="run-strip" aria-label={words.digits.run.label}>
      {run.isLive ? <LiveRun /> : <DoneRun isOpened={isHeld} />}
      {note && <p>{note}</p>}
      {!run.isLive && <TextButton look="plain" label={words.digits.run.dismiss} onPress={page.dismiss} />}
    </aside>
  );
}

function LiveRun() {
  const { page } = useStudio();
  const { epoch, epochs, accuracy, loss, losses } = page.progress.value;
  if (page.isLost.value) return <p>{words.digits.run.lost}</p>;
  return (
    <>
      <p>
        <strong>{words.digits.run.training(epoch, epochs)}</strong>
      </p>
      <dl class="figures">
        {accuracy !== undefined && (
          <div>
            <dt>{words.figures.right}</dt>
            <dd>{percent(accuracy)}</dd>
          </div>
        )}
        {loss !== undefined && (
          <div>
            <dt>{words.digits.run.lossColumn}</dt>
            <dd>{figure(loss)}</dd>
          </div>
        )}
      </dl>
      {losses.length > 1 && (
        <div class="run-curve">
          <Picture
            name={words.digits.run.curve}
            summary={words.digits.run.curveSummary(losses.length, figure(losses.at(-1)!.loss))}
            table={() => ({
              columns: [words.digits.run.step, words.digits.run.lossColumn],
              rows: losses.map((point) => [whole(point.step), figure(point.loss)]),
            })}
            draw={(context, width, height) =>
              paintLine(
                context,
                losses.map((point) => [point.step, point.loss] as const),
                { width, height, bottom: 0 },
              )
            }
            ratio={0.2}
          />
        </div>
      )}
    </>
  );
}

function DoneRun({ isOpened }: { readonly isOpened: boolean }) {
  const { page } = useStudio();
  const { name, files } = page.run.value!;
  const { testAccuracy } = page.progress.value;
  return (
    <>
      <p>
        <strong>
          {isOpened
            ? words.digits.run.isOpen(name)
            : testAccuracy === undefined
              ? words.digits.run.done(name)
              : words.digits.run.doneRight(name, percent(testAccuracy))}
        </strong>
      </p>
      {!isOpened && files.model && <TextButton label={words.digits.run.open} onPress={() => void page.openRun()} />}
      {files.report && (
        <a href={files.report} target="_blank" rel="noreferrer">
          {words.digits.run.report}
        </a>
      )}
    </>
  );
}
