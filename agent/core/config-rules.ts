/** Rules between the agent's keys, which a schema of single keys cannot say. */
import type { Finding } from '../../protocol/config/problem.ts';
import { finding } from '../../protocol/config/problem.ts';

export interface RuledSettings {
  readonly broker: {
    readonly url: string;
    readonly username?: string;
    readonly password?: string;
    readonly passwordFile?: string;
    readonly caFile?: string;
    readonly certFile?: string;
    readonly keyFile?: string;
  };
  readonly link: { readonly backoff: { readonly min: number; readonly max: number } };
}

export function agentRules({ broker, link }: RuledSettings): readonly Finding[] {
  const found: Finding[] = [];
  const hasPassword = broker.password !== undefined || broker.passwordFile !== undefined;
  if (hasPassword && broker.username === undefined) {
    const keys = ['broker', broker.password === undefined ? 'passwordFile' : 'password'];
    found.push(
      finding('conflict', keys, 'MQTT sends no password without a name', 'set broker.username'),
    );
  }
  if ((broker.certFile === undefined) !== (broker.keyFile === undefined)) {
    const [set, other] =
      broker.certFile === undefined ? ['keyFile', 'certFile'] : ['certFile', 'keyFile'];
    found.push(finding('conflict', ['broker', set], `needs broker.${other} beside it`));
  }
  const tlsKeys = (['caFile', 'certFile', 'keyFile'] as const).filter(
    (key) => broker[key] !== undefined,
  );
  if (tlsKeys[0] !== undefined && !broker.url.startsWith('mqtts:')) {
    const message = `means nothing with ${broker.url}, which is not encrypted`;
    found.push(finding('conflict', ['broker', tlsKeys[0]], message, 'write mqtts://'));
  }
  if (link.backoff.min > link.backoff.max) {
    found.push(
      finding('out-of-range', ['link', 'backoff', 'min'], 'must not be above link.backoff.max'),
    );
  }
  return found;
}
