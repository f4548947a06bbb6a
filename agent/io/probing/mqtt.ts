/** Logs in at a broker, may send itself a message, and leaves properly. */
import type { MqttAnswer, MqttProbe } from '../../ports/probing.ts';
import { MqttSession } from '../mqtt/session.ts';
import type { Keep } from './probe.ts';
import { openSocket, secondsSince } from './socket.ts';

const KEEPALIVE_SECONDS = 60;

export async function probeMqtt(probe: MqttProbe, keep: Keep): Promise<MqttAnswer> {
  const { clientId, username, password, roundTrip } = probe;
  const { socket, began, seen } = await openSocket(probe, keep);
  let came = (_topic: string, _payload: string) => {};
  let lost = (_reason: string) => {};
  const session = await MqttSession.open(
    socket,
    { clientId, username, password, keepaliveSeconds: KEEPALIVE_SECONDS },
    {
      message: (topic, payload) => came(topic, Buffer.from(payload).toString('utf8')),
      closed: ({ reason }) => lost(reason),
    },
  );
  keep(() => session.destroy('the probe is over'));
  const seconds = secondsSince(began);
  if (roundTrip === undefined) {
    await session.leave();
    return { seconds, ...seen };
  }
  const back = new Promise<void>((resolve, reject) => {
    came = (topic, payload) => {
      if (topic === roundTrip.topic && payload === roundTrip.payload) resolve();
    };
    lost = (reason) => reject(new Error(reason));
  });
  const sentAt = performance.now();
  await Promise.race([back, sendTo(session, roundTrip)]);
  await back;
  const roundTripSeconds = secondsSince(sentAt);
  await session.leave();
  return { seconds, roundTripSeconds, ...seen };
}

async function sendTo(
  session: MqttSession,
  { topic, payload }: NonNullable<MqttProbe['roundTrip']>,
): Promise<void> {
  await session.subscribe([topic]);
  await session.publish(topic, Buffer.from(payload), { qos: 0, retain: false });
}
