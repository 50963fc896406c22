import { useStudio } from "../app/studio.ts";
import { Dialog } from "../view/dialog.tsx";
import { words } from "../words.ts";

/** What each key does, and the switch for those that are single letters. */
export function KeysDialog({ onClose }: { readonly onClose: () => void }) {
  const { hasKeys } = useStudio().preferences;
  return (
    <Dialog title={words.keys.title} onClose={onClose}>
      <dl class="pairs">
        {words.keys.list.map(([key, meaning]) => [
          <dt key={key}>{meaning}</dt>,
          <dd key={`${key} key`}>
            <kbd>{key}</kbd>
          </dd>,
        ])}
      </dl>
      <label class="row">
        <input
          type="checkbox"
          checked={hasKeys.value}
          onChange={({ currentTarget }) => {
            hasKeys.value = currentTarget.checked;
          }}
        />
        {words.keys.on}
      </label>
    </Dialog>
  );
}
