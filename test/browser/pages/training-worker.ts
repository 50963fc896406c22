/** A page's module worker that trains for a client. */

import { serveTraining } from "nabla/worker";

serveTraining(globalThis as unknown as Parameters<typeof serveTraining>[0], {
  views: { sum: ({ model: { weights } }) => weights.names().flatMap((name) => [...weights.get(name).data]).length },
});
