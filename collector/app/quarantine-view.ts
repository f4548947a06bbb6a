/** The quarantine in the form that the HTTP side asks for. */
import type { Quarantine } from '../io/quarantine.ts';
import type { QuarantineView } from '../ports/http.ts';

export function quarantineView(quarantine: Quarantine): QuarantineView {
  return {
    list: async (limit) => {
      const entries = (await quarantine.list()).slice(0, limit);
      return entries.map(({ error, payloadBytes, ...entry }) => ({
        ...entry,
        reason: error,
        bytes: payloadBytes,
      }));
    },
    get: async (id) => {
      const message = await quarantine.read(id);
      if (message === undefined) return undefined;
      const { topic, receivedAt, error, payload } = message;
      return { id, topic, receivedAt, reason: error, bytes: payload.length, payload };
    },
  };
}
