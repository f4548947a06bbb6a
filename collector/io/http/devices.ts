/** The fleet: list, look, forget. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from '../../core/api-errors.ts';
import { type DeviceQuery, listDevices } from '../../core/device-list.ts';
import type { DeviceView } from '../../core/views.ts';
import type { DeviceDirectory } from '../../ports/http.ts';
import { API } from './deps.ts';
import {
  deviceForgetSchema,
  deviceGetSchema,
  deviceHealthSchema,
  deviceReportedSchema,
  devicesSchema,
  gapsSchema,
} from './schemas.ts';

interface ListQuery extends Omit<DeviceQuery, 'labels'> {
  readonly label?: readonly string[];
}

type ById = FastifyRequest<{ Params: { id: string } }>;

export function devices(app: FastifyInstance, directory: DeviceDirectory): void {
  app.get(`${API}/devices`, { schema: devicesSchema }, (request, reply) => {
    const { label = [], ...query } = request.query as ListQuery;
    return reply.send(listDevices(directory.list(), { ...query, labels: label }));
  });

  app.get(`${API}/devices/:id`, { schema: deviceGetSchema }, (request: ById, reply) =>
    reply.send(known(directory, request.params.id)),
  );

  app.get(`${API}/devices/:id/gaps`, { schema: gapsSchema }, (request: ById, reply) =>
    reply.send({ gaps: known(directory, request.params.id).gaps }),
  );

  app.get(`${API}/devices/:id/health`, { schema: deviceHealthSchema }, (request: ById, reply) =>
    reply.send(said(known(directory, request.params.id), 'health')),
  );

  app.get(`${API}/devices/:id/reported`, { schema: deviceReportedSchema }, (request: ById, reply) =>
    reply.send(said(known(directory, request.params.id), 'reported')),
  );

  app.delete(`${API}/devices/:id`, { schema: deviceForgetSchema }, async (request: ById, reply) => {
    const { id } = request.params;
    if (!(await directory.forget(id))) throw unknownDevice(id);
    return reply.code(204).send();
  });
}

function known(directory: DeviceDirectory, id: string): DeviceView {
  const device = directory.get(id);
  if (device === undefined) throw unknownDevice(id);
  return device;
}

function said(device: DeviceView, what: 'health' | 'reported'): object {
  const found = device[what];
  if (found !== undefined) return found;
  throw new ApiError('not-reported', `${device.id} has sent no ${what} yet.`);
}

function unknownDevice(id: string): ApiError {
  return new ApiError('unknown-device', `No device has the id ${JSON.stringify(id)}.`);
}
