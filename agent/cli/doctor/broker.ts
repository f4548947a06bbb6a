/** The broker: reachable by TCP, and it lets this device in. */
import { randomBytes } from 'node:crypto';
import type { AgentConfig } from '../../config.ts';
import { connackMeaning } from '../../core/doctor.ts';
import type { MqttLogin, World } from '../../ports/world.ts';
import type { Diagnosis, Finding } from './diagnosis.ts';
import { fail, ok, warn } from './diagnosis.ts';
import { brokerOf } from './endpoint.ts';
import { tlsFiles } from './tls-files.ts';

export const broker: Diagnosis = {
  name: 'broker',
  async run(world, config) {
    const endpoint = brokerOf(config);
    const reached = await world.connect(endpoint);
    const place = `${endpoint.host}:${endpoint.port}`;
    if (!reached.ok) {
      const remedy = 'check broker.url, that the collector runs, and firewalls on the way';
      return [fail(`no connection to ${place}: ${reached.why}`, remedy)];
    }
    const welcome = await welcomed(world, config, place);
    return [ok(`${place} accepts connections (${Math.round(reached.value)} ms)`), welcome];
  },
};

/**
 * Under an id of its own: a broker that knows the device's id would throw out the agent that runs.
 * That id may be refused, which still shows a broker that works.
 */
async function welcomed(world: World, config: AgentConfig, place: string): Promise<Finding> {
  const endpoint = brokerOf(config);
  const { username, password } = config.broker;
  const login: MqttLogin = {
    clientId: `doctor-${randomBytes(6).toString('hex')}`,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: password.reveal() }),
    ...(endpoint.encrypted ? { tls: await tlsFiles(world, config) } : {}),
  };
  const answer = await world.mqttConnect(endpoint, login);
  if (!answer.ok) {
    const remedy = 'is it an MQTT broker, and does broker.url say mqtt or mqtts as it does?';
    return fail(`${place} does not answer as a broker: ${answer.why}`, remedy);
  }
  if (answer.value === 0) return ok(`${place} welcomes this device`);
  const detail = `${place} ${connackMeaning(answer.value)}`;
  if (answer.value === 2)
    return warn(detail, 'only ids of devices are let in; status tells the rest');
  return fail(detail, 'check broker.username, broker.passwordFile and the broker');
}
