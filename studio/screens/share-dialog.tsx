import { useEffect, useRef, useState } from "preact/hooks";
import { useStudio } from "../app/studio.ts";
import { fromJson, toJson, toLink } from "../state/link.ts";
import type { Workbench } from "../state/workbench.ts";
import { Segments, TextButton } from "../view/controls.tsx";
import { Dialog } from "../view/dialog.tsx";
import { FileButton } from "../view/file-button.tsx";
import { saveFile } from "../view/save-file.ts";
import { words } from "../words.ts";

/** Longer links are cut by mail programs and chats. */
const longLink = 2000;

/** A link to the start or to this moment, a file of either, and a way to open one. */
export function ShareDialog({ onClose }: { readonly onClose: () => void }) {
  const { store, training, say } = useStudio();
  const [kind, setKind] = useState<"start" | "moment">("start");
  const [shared, setShared] = useState<
    { readonly state: Workbench; readonly link: string; readonly kind: string } | undefined
  >(undefined);
  const [note, setNote] = useState("");
  const box = useRef<HTMLTextAreaElement>(null);
  const state = store.state.value;
  useEffect(() => {
    let isCurrent = true;
    const make = async (): Promise<void> => {
      const moment = kind === "moment" ? await training.moment() : null;
      const whole = { ...state, training: { ...state.training, moment } };
      const link = `${location.href.split("#")[0]}#${await toLink(whole)}`;
      if (isCurrent) setShared({ state: whole, link, kind });
    };
    setShared(undefined);
    make().catch((error: unknown) => isCurrent && setNote(error instanceof Error ? error.message : String(error)));
    return () => {
      isCurrent = false;
    };
  }, [kind, state, training]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(shared!.link);
      setNote(words.share.copied);
      say(words.share.copied);
    } catch {
      box.current?.select();
      setNote(words.share.notCopied);
    }
  };
  const open = async (file: File): Promise<void> => {
    try {
      store.open(file.name, fromJson(await file.text()));
      onClose();
    } catch (error) {
      setNote(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <Dialog title={words.share.title} onClose={onClose}>
      <div class="stack">
        <Segments
          label={words.share.link}
          isLabelShown={false}
          value={kind}
          options={[
            { value: "start", label: words.share.start },
            { value: "moment", label: words.share.moment },
          ]}
          onChange={setKind}
        />
        <p>{kind === "start" ? words.share.startWords : words.share.momentWords}</p>
        {state.data.kind === "own" && <p class="bad">{words.share.carries(state.data.rows.length)}</p>}
        <textarea
          ref={box}
          data-kind={shared?.kind}
          readOnly
          aria-label={words.share.link}
          value={shared?.link ?? words.loading}
        />
        <p class="label">
          {shared && words.share.length(shared.link.length)}
          {shared && shared.link.length > longLink && ` ${words.share.long}`}
        </p>
        <div class="row wrap">
          <TextButton look="primary" label={words.share.copy} isDisabled={!shared} onPress={copy} />
          <TextButton
            label={words.share.file}
            isDisabled={!shared}
            onPress={() => saveFile("nabla-studio.json", toJson(shared!.state), "application/json")}
          />
          <FileButton label={words.share.open} accept=".json,application/json" onFile={open} />
        </div>
        <p role="status">{note}</p>
      </div>
    </Dialog>
  );
}
