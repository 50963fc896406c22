import { useStudio } from "../app/studio.ts";
import { setNetwork } from "../state/commands.ts";
import { stepChoices, type Until } from "../state/workbench.ts";
import { Choice, IconButton, NumberField, Segments, Slider, TextButton } from "../view/controls.tsx";
import { figure, whole } from "../view/figures.ts";
import { words } from "../words.ts";

/** Steps a second, from slow motion to as fast as the machine can. */
const speeds = [0.5, 1, 2, 5, 10, 20, 50, 100, 0] as const;

const untilDefaults: Readonly<Record<Until["kind"], number>> = { epoch: 100, loss: 0.1, accuracy: 0.99 };

/** Reset, back, play, forward; by what, how fast, from which seed, until when; and the figures as they are now. */
export function ControlBar() {
  const { store, training } = useStudio();
  const { stepBy, speed, until } = store.state.value.training;
  const { seed } = store.state.value.network;
  const isPlaying = training.isPlaying.value;
  const isReady = training.loaded.value !== undefined;
  const at = training.snapshot.value;
  return (
    <section class="bar" aria-label={words.control.label}>
      <div class="row">
        <IconButton icon="reset" label={words.control.reset} onPress={() => void training.reset()} />
        <IconButton
          icon="back"
          label={words.control.back}
          isDisabled={!isReady || !at || (at.step === 0 && at.example === 0)}
          onPress={() => void training.step(stepBy, -1)}
        />
        <TextButton
          look="primary"
          icon={isPlaying ? "pause" : "play"}
          label={isPlaying ? words.control.pause : words.control.play}
          onPress={() => (isPlaying ? void training.pause() : training.play())}
        />
        <IconButton
          icon="forward"
          label={words.control.forward}
          isDisabled={!isReady}
          onPress={() => void training.step(stepBy, 1)}
        />
      </div>
      <Segments
        label={words.control.stepBy}
        value={stepBy}
        options={stepChoices.map((value) => ({ value, label: words.control.steps[value] }))}
        onChange={(value) => store.tune({ stepBy: value })}
      />
      <Slider
        isInline
        label={words.control.speed}
        from={0}
        to={speeds.length - 1}
        step={1}
        value={Math.max(0, speeds.indexOf(speed as (typeof speeds)[number]))}
        shown={words.control.speedValue(speed)}
        onChange={(place) => store.tune({ speed: speeds[place]! })}
      />
      <div class="row">
        <Choice
          label={words.control.until}
          value={until?.kind ?? "none"}
          options={(["none", "epoch", "loss", "accuracy"] as const).map((value) => ({
            value,
            label: words.control.untilKinds[value],
          }))}
          onChange={(kind) => store.tune({ until: kind === "none" ? null : { kind, value: untilDefaults[kind] } })}
        />
        {until && (
          <NumberField
            label={words.control.untilValue}
            isLabelShown={false}
            value={until.value}
            from={0}
            to={until.kind === "epoch" ? 1e9 : until.kind === "loss" ? 1e6 : 1}
            isWhole={until.kind === "epoch"}
            onChange={(value) => store.tune({ until: { ...until, value } })}
          />
        )}
      </div>
      <div class="row">
        <NumberField
          label={words.control.seed}
          value={seed}
          from={0}
          to={4_294_967_295}
          isWhole
          onChange={(value) => store.change("another seed", setNetwork({ seed: value }))}
        />
        <IconButton
          icon="dice"
          label={words.control.newSeed}
          onPress={() => store.change("another seed", setNetwork({ seed: (seed * 31 + 17) % 1000 }))}
        />
      </div>
      <Figures />
    </section>
  );
}

/** Where training stands. Only these words change while it runs. */
function Figures() {
  const { training } = useStudio();
  const at = training.snapshot.value;
  const last = training.epochs.value.at(-1);
  // epochs that follow within a frame are not all measured on the validation part
  const validated = training.epochs.value.findLast(({ validation }) => validation !== undefined);
  const accuracy = last?.metrics["accuracy"];
  return (
    <dl class="figures push">
      <div>
        <dt>{words.figures.epoch}</dt>
        <dd data-figure="epoch">{whole(at?.epoch ?? 0)}</dd>
      </div>
      <div>
        <dt>{words.figures.train}</dt>
        <dd data-figure="loss">{figure(last?.loss ?? at?.loss ?? Number.NaN)}</dd>
      </div>
      <div>
        <dt>{words.figures.validation}</dt>
        <dd data-figure="validation">{figure(validated?.validation?.["loss"] ?? Number.NaN)}</dd>
      </div>
      {accuracy !== undefined && (
        <div>
          <dt>{words.figures.right}</dt>
          <dd data-figure="accuracy">{(100 * accuracy).toFixed(1)} %</dd>
        </div>
      )}
    </dl>
  );
}
