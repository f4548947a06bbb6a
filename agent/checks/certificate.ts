/** A certificate that must not run out: of a file, or of a server. */
import { resolve } from 'node:path';
import {
  count,
  duration,
  type Infer,
  object,
  optional,
  text,
} from '../../protocol/config/schema.ts';
import type { CertificateSeen } from '../ports/probing.ts';
import { type CheckContext, type CheckFinding, check } from './check.ts';
import { secondsFigure } from './kit/budget.ts';
import { endpoint, oneLine, shownSpan } from './kit/text.ts';
import { certificateEnd, probeTls, tlsSchema } from './kit/tls.ts';
import { understood } from './kit/understood.ts';
import { parseCertificates } from './parse/certificates.ts';

const before = (of: string, otherwise: string) =>
  duration(`How long before the end it becomes ${of}.`, {
    default: otherwise,
    min: '0s',
    max: '3650d',
    remote: true,
  });

const schema = object('Looks at the validity of certificates.', {
  file: optional(text('PEM file; of several certificates in it the earliest end counts.')),
  host: optional(text('Server to ask instead of a file.')),
  port: count('Its port.', { default: 443, min: 1, max: 65_535 }),
  tls: tlsSchema,
  warning: before('a warning', '21d'),
  critical: before('critical', '7d'),
});

type Options = Infer<typeof schema>;

interface Seen {
  readonly place: string;
  readonly certificates: readonly CertificateSeen[];
  readonly distrust?: string;
}

export const certificateCheck = check<Options>({
  kind: 'certificate',
  summary: 'a certificate, in a file or of a server: time until it ends',
  schema,
  intervalSeconds: 3600,
  timeoutSeconds: 10,

  problems: ({ file, host, warning, critical }) => {
    const found = [];
    if ((file === undefined) === (host === undefined)) {
      found.push({ key: 'file', message: 'exactly one of file and host is needed' });
    }
    if (warning < critical) {
      found.push({ key: 'warning', message: 'must not be shorter than critical' });
    }
    return found;
  },

  async run(options, context) {
    const { file, host = '' } = options;
    const seen =
      file === undefined ? await ofServer(host, options, context) : await ofFile(file, context);
    return 'state' in seen ? seen : judged(seen, options, context.clock.wall() / 1000);
  },
});

async function ofFile(file: string, context: CheckContext): Promise<Seen | CheckFinding> {
  const place = resolve(context.folder, file);
  const pem = await context.host.read(place);
  if (pem === undefined) {
    return { state: 'critical', text: `${place} is missing or may not be read` };
  }
  try {
    const certificates = understood(pem, context, parseCertificates);
    if (certificates.length > 0) return { place, certificates };
    return { state: 'critical', text: `${place} holds no certificate in PEM` };
  } catch (error) {
    return { state: 'critical', text: `${place}: ${(error as Error).message}` };
  }
}

async function ofServer(
  host: string,
  { port, tls }: Options,
  context: CheckContext,
): Promise<Seen | CheckFinding> {
  const place = endpoint(host, port);
  // Looked at first and judged then: an expired one is worth more words than "not trusted".
  const target = { host, port, tls: { ...(await probeTls(tls, context)), verify: false } };
  const answer = await context.prober.connect(target, context.ending);
  if (!answer.ok) return { state: 'critical', text: `${place}: ${answer.why}` };
  const { certificates = [], distrust } = answer;
  if (certificates.length === 0)
    return { state: 'critical', text: `${place} shows no certificate` };
  const told = tls.verify && distrust !== undefined ? { distrust } : {};
  return { place, certificates, ...told };
}

function judged(
  { place, certificates, distrust }: Seen,
  options: Options,
  now: number,
): CheckFinding {
  const first = certificates.reduce((one, other) => (other.to < one.to ? other : one));
  const { from, to } = first;
  const left = to - now;
  const which = `${place}: ${oneLine(first.subject, 80)}`;
  const common = {
    figures: [secondsFigure('remaining', left)],
    ...certificateEnd({ certificates }),
  };
  const found = (state: CheckFinding['state'], text: string): CheckFinding => ({
    state,
    text: `${which} ${text}`,
    ...common,
  });
  if (left <= 0) return found('critical', `ended ${shownSpan(-left)} ago`);
  if (from > now) return found('critical', `is valid only in ${shownSpan(from - now)}`);
  if (distrust !== undefined) return found('critical', `is not trusted: ${distrust}`);
  const ends = `ends in ${shownSpan(left)}`;
  if (left * 1000 <= options.critical) return found('critical', ends);
  return found(left * 1000 <= options.warning ? 'warning' : 'ok', ends);
}
