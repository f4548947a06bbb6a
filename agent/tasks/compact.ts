/** Gives back what the agent's own buffer holds beyond its records. */
import { object } from '../../protocol/config/schema.ts';
import { bytesText, failed } from './kit/say.ts';
import { task } from './task.ts';

const schema = object("Compacts the agent's own buffer", {});

export const compactTask = task({
  kind: 'compact',
  summary: "compacts the agent's own buffer",
  schema,
  timeoutSeconds: 300,
  root: false,

  async run(_options, context) {
    if (context.own === undefined) {
      return failed('only the agent itself can compact its buffer: leave out `root: true`', true);
    }
    if (context.dryRun) {
      return { ok: true, text: 'would compact the buffer', changes: [], figures: {} };
    }
    context.signal.throwIfAborted();
    const bytes = await context.own.compactBuffer();
    return {
      ok: true,
      text: `the buffer gave back ${bytesText(bytes)}`,
      changes: [],
      figures: { bytes_freed: bytes },
    };
  },
});
