/** An MQTT broker: lets us in, and brings back what we publish. */
import { randomBytes } from 'node:crypto';
import { count, type Infer, object, optional, text } from '../../protocol/config/schema.ts';
import type { MqttProbe } from '../ports/probing.ts';
import { type CheckContext, check } from './check.ts';
import { budgetSchema, failed, secondsFigure, withinBudget } from './kit/budget.ts';
import { loginShape, readLogin } from './kit/login.ts';
import { endpoint, shownSeconds } from './kit/text.ts';
import { certificateEnd, probeTls, tlsSchema } from './kit/tls.ts';

const schema = object('Logs in at an MQTT 3.1.1 broker.', {
  host: text('Name or address.'),
  port: count('Port.', { default: 1883, min: 1, max: 65_535 }),
  clientId: optional(text('Client id; a new one for each run unless given.')),
  ...loginShape,
  topic: optional(
    text('A message is published on this topic and must come back. None: only the login counts.', {
      pattern: '^[^+#\\u0000]+$',
    }),
  ),
  tls: optional(tlsSchema),
  budget: budgetSchema,
});

type Options = Infer<typeof schema>;

export const mqttCheck = check<Options>({
  kind: 'mqtt',
  summary: 'an MQTT broker: login, and a message there and back',
  schema,
  intervalSeconds: 60,
  timeoutSeconds: 10,

  problems: ({ username, passwordFile, topic }) => {
    const found = [];
    if (passwordFile !== undefined && username === undefined) {
      found.push({ key: 'username', message: 'is needed with passwordFile' });
    }
    if (topic?.startsWith('$') === true) {
      found.push({ key: 'topic', message: 'must not start with $: those are the broker’s own' });
    }
    return found;
  },

  async run(options, context) {
    const { host, port, topic, budget } = options;
    const place = endpoint(host, port);
    const answer = await context.prober.mqtt(await probeOf(options, context), context.ending);
    const end = certificateEnd(answer);
    if (!answer.ok) return { ...failed(`${place}: ${answer.why}`, budget), ...end };
    const { seconds, roundTripSeconds: back } = answer;
    const figures = [
      secondsFigure('login', seconds),
      ...(back === undefined ? [] : [secondsFigure('round_trip', back)]),
    ];
    const login = `${place}: login in ${shownSeconds(seconds)}`;
    const good =
      back === undefined ? login : `${login}, ${topic} and back in ${shownSeconds(back)}`;
    return { ...withinBudget({ text: good, figures }, seconds + (back ?? 0), budget), ...end };
  },
});

async function probeOf(options: Options, context: CheckContext): Promise<MqttProbe> {
  const { host, port, clientId, topic } = options;
  return {
    host,
    port,
    clientId: clientId ?? `muster-check-${randomBytes(4).toString('hex')}`,
    ...(await readLogin(options, context)),
    ...(options.tls === undefined ? {} : { tls: await probeTls(options.tls, context) }),
    ...(topic === undefined
      ? {}
      : { roundTrip: { topic, payload: `muster ${randomBytes(8).toString('hex')}` } }),
  };
}
