/** Runs a declared task now, ahead of its schedule. */
import { object, text } from '../../protocol/config/schema.ts';
import { remedy } from './remedy.ts';

interface Options {
  readonly name: string;
}

export const task = remedy<Options>({
  kind: 'task',
  summary: 'runs a declared task now',
  timeoutSeconds: 3600,
  schema: object('Runs a declared task now.', {
    name: text('Its name below `tasks`.', { examples: ['tidy'] }),
  }),
  claims: ({ name }) => [`task:${name}`],
  run: ({ name }, { runTask, signal }) => {
    const late = new Promise<{ ok: false; text: string }>((resolve) => {
      const tell = () => resolve({ ok: false, text: `task ${name} has not ended in time` });
      signal.addEventListener('abort', tell, { once: true });
    });
    return Promise.race([runTask(name), late]);
  },
});
