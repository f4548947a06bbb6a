/** A port that must accept connections, and may have to say or answer something. */
import { count, type Infer, object, optional, text } from '../../protocol/config/schema.ts';
import { check } from './check.ts';
import { budgetSchema, failed, secondsFigure, withinBudget } from './kit/budget.ts';
import { missingIn, patternSchema } from './kit/patterns.ts';
import { endpoint, oneLine, shownSeconds } from './kit/text.ts';
import { certificateEnd, probeTls, tlsSchema } from './kit/tls.ts';

const MOST_BYTES = 4096;

const schema = object('Connects to a TCP port.', {
  host: text('Name or address.'),
  port: count('Port.', { min: 1, max: 65_535 }),
  send: optional(text('What is sent first.')),
  expect: optional(text('Text that must come, for example in the banner.')),
  expectPattern: patternSchema('Regular expression that what comes must match.'),
  tls: optional(tlsSchema),
  budget: budgetSchema,
});

type Options = Infer<typeof schema>;

export const tcpCheck = check<Options>({
  kind: 'tcp',
  summary: 'a TCP port: accepts connections, sends the expected banner',
  schema,
  intervalSeconds: 30,
  timeoutSeconds: 5,

  async run(options, context) {
    const { host, port, send, budget } = options;
    const tls = options.tls && (await probeTls(options.tls, context));
    const place = endpoint(host, port);
    const expected = expectedOf(options);
    const answer = await context.prober.connect(
      {
        host,
        port,
        ...(tls === undefined ? {} : { tls }),
        ...(send === undefined ? {} : { send }),
        ...(expected === undefined
          ? {}
          : {
              read: {
                maxBytes: MOST_BYTES,
                enough: (said: string) => missingIn(said, expected) === undefined,
              },
            }),
      },
      context.ending,
    );
    const end = certificateEnd(answer);
    if (!answer.ok) return { ...failed(`${place}: ${answer.why}`, budget), ...end };
    const { seconds, text: said } = answer;
    const figures = [secondsFigure('response', seconds)];
    const missing = expected === undefined ? undefined : missingIn(said, expected);
    if (missing !== undefined) {
      const heard = said === '' ? 'nothing' : JSON.stringify(oneLine(said, 80));
      return { ...failed(`${place}: what it says ${missing}: ${heard}`, budget), figures, ...end };
    }
    const done = expected === undefined ? 'connected' : 'connected, with the expected answer,';
    const good = `${place}: ${done} in ${shownSeconds(seconds)}`;
    return { ...withinBudget({ text: good, figures }, seconds, budget), ...end };
  },
});

function expectedOf({ expect, expectPattern }: Options) {
  if (expect === undefined && expectPattern === undefined) return undefined;
  return {
    ...(expect === undefined ? {} : { text: expect }),
    ...(expectPattern === undefined ? {} : { pattern: expectPattern }),
  };
}
