/**
 * Takes messages from an mqtt.js client and acknowledges each when `receive` has it.
 *
 * mqtt.js 5.16 delays a PUBACK until `handleMessage` calls back, but it also handles one message
 * at a time until then: each would wait for a disk of its own. So its own acknowledgement is
 * disarmed (the packet is made QoS 0 on arrival) and PUBACK is written here, in the order of
 * arrival as the standard asks [MQTT-4.6.0-2], with many messages under way.
 */
import type { IPublishPacket, MqttClient } from 'mqtt';
import type { Bus } from '../../ports.ts';

type Receive = Parameters<Bus['start']>[0];

interface Slot {
  readonly messageId: number | undefined;
  ready: boolean;
}

export interface IntakeCounts {
  messages: number;
  bytes: number;
}

export class Intake {
  readonly #client: MqttClient;
  readonly #receive: Receive;
  readonly #counts: IntakeCounts;
  readonly #failed: (error: unknown) => void;
  readonly #most: number;
  /** In order of arrival; those at the front that are ready have been acknowledged. */
  readonly #slots: Slot[] = [];
  #resume: (() => void) | undefined;

  constructor(
    client: MqttClient,
    receive: Receive,
    counts: IntakeCounts,
    most: number,
    failed: (error: unknown) => void,
  ) {
    this.#client = client;
    this.#receive = receive;
    this.#counts = counts;
    this.#most = most;
    this.#failed = failed;
    client.on('packetreceive', (packet) => {
      if (packet.cmd !== 'publish' || packet.qos !== 1) return;
      packet.qos = 0;
    });
    client.handleMessage = (packet, done) => this.#take(packet, done);
  }

  #take(packet: IPublishPacket, done: () => void): void {
    const payload = packet.payload as Buffer;
    const slot: Slot = { messageId: packet.messageId, ready: false };
    this.#counts.messages += 1;
    this.#counts.bytes += payload.length;
    this.#slots.push(slot);
    const answer = this.#receive({ topic: packet.topic, payload, retained: packet.retain });
    if (answer === undefined) this.#finish(slot);
    else {
      answer
        .catch((error: unknown) => this.#failed(error))
        .then(() => this.#finish(slot))
        .catch((error: unknown) => this.#failed(error));
    }
    if (this.#slots.length < this.#most) done();
    else this.#resume = done;
  }

  #finish(slot: Slot): void {
    slot.ready = true;
    while (this.#slots[0]?.ready === true) {
      const { messageId } = this.#slots.shift() as Slot;
      if (messageId !== undefined) this.#acknowledge(messageId);
    }
    if (this.#slots.length >= this.#most) return;
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }

  /** A connection that is gone needs none: the broker sends the message again on the next one. */
  #acknowledge(messageId: number): void {
    const { stream } = this.#client;
    if (stream.destroyed || !stream.writable) return;
    stream.write(Buffer.from([0x40, 2, messageId >> 8, messageId & 0xff]));
  }
}
