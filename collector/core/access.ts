/**
 * Who may publish and subscribe to what, from the one table of topics.
 *
 * Identity comes from outside: on loopback it is the MQTT client id alone, with TLS a certificate.
 */
import { isId } from '../../protocol/ids.ts';
import { isKind, KINDS, parseTopic, TOPIC_ROOT, type Topic } from '../../protocol/topics.ts';

export interface Identity {
  readonly clientId: string;
  readonly username?: string;
}

/** What one connection may do; made once when it connects. */
export interface Rights {
  /** The device that the client speaks for; an observer has none. */
  readonly device: string | undefined;
  /** The topic's parts when the client may publish there. */
  mayPublish(topic: string): Topic | undefined;
  maySubscribe(filter: string): boolean;
}

export type Access = (who: Identity) => Rights;

/** Deeper filters match nothing of ours and only cost time. */
const MAX_LEVELS = 8;
const MAX_FILTER_CHARS = 512;

/**
 * For a listener that only this machine reaches: a client id that is a device id speaks for that
 * device; any other (with a capital or an underscore, say) watches and cannot publish.
 */
export const loopbackAccess: Access = ({ clientId }) =>
  isId(clientId) ? deviceRights(clientId) : observer;

function deviceRights(device: string): Rights {
  return {
    device,
    mayPublish: (text) => {
      const topic = parseTopic(text);
      if (topic === undefined || topic.device !== device) return undefined;
      return KINDS[topic.kind].from === 'device' ? topic : undefined;
    },
    maySubscribe: (filter) => isOfDevice(filter, device),
  };
}

/** Nothing but the table's topics is ever published, so `#` shows no more than `muster/v1/#`. */
const observer: Rights = {
  device: undefined,
  mayPublish: () => undefined,
  // `$SYS` tells about other clients, and `$share` would be granted but never delivered to.
  maySubscribe: (filter) => !filter.startsWith('$') && isModest(filter),
};

function isOfDevice(filter: string, device: string): boolean {
  if (!isModest(filter)) return false;
  const parts = filter.split('/');
  const [site, owner, kind, id] = parts.slice(2);
  if (!filter.startsWith(`${TOPIC_ROOT}/`) || owner !== device || parts.length > 6) return false;
  if (site === undefined || !(site === '+' || isId(site))) return false;
  if (kind === undefined || !isKind(kind)) return false;
  const { from, id: hasId } = KINDS[kind];
  if (from !== 'collector' && kind !== 'state') return false;
  return hasId ? id === '+' || id === '#' || (id !== undefined && isId(id)) : id === undefined;
}

function isModest(filter: string): boolean {
  return filter.length <= MAX_FILTER_CHARS && filter.split('/').length <= MAX_LEVELS;
}
